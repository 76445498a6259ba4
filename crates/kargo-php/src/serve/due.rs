//! Callbacks that are due, in the order in which they are made.

use std::collections::VecDeque;

use kargo_net::streams::StreamId;

/// One callback to make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Due {
    /// Of a watcher; `signal` is the one that came, for a signal watcher.
    Watcher { id: u64, signal: i32 },
    /// Of an event of the classic API, by its key.
    Event(u64),
    /// Of a bufferevent of the classic API, by its key.
    BufferEvent(u64, BufferCall),
    /// Of a request of the classic API, by the key under which it was on its way.
    Reply(u64),
    /// Of a connection of the classic API that has ended, by its key.
    ConnectionClosed(u64),
    /// Of a `TcpServer`, for a connection that it has taken.
    Connection { server: u64, id: StreamId },
}

/// Which callback of a bufferevent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BufferCall {
    Read,
    Write,
    /// With this as the third argument.
    Error(u8),
}

/// How urgent a callback is; the lowest is the most urgent. The two APIs count priorities differently: both are laid
/// over the range of this, their middle being [`Level::MIDDLE`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Level(u16);

impl Level {
    const MIDDLE: Self = Self(1 << 15);

    /// Of a watcher: 0 to 255.
    pub(crate) const fn of_watcher(priority: u8) -> Self {
        Self((priority as u16) << 8)
    }

    /// The middle of part `priority` of `priorities` equal ones.
    const fn of_part(priority: u16, priorities: u16) -> Self {
        let (priority, priorities) = (priority as u32, priorities as u32);
        Self((((2 * priority + 1) << 15) / priorities) as u16)
    }
}

/// What is due on one loop. With one priority, as at first, in the order in which it came; with more, the most urgent
/// first.
#[derive(Debug)]
pub(crate) struct DueQueue {
    queue: VecDeque<(Level, Due)>,
    /// How many priorities the classic API's events have.
    priorities: u16,
    /// Whether a watcher ever had another priority than the middle one.
    has_levels: bool,
    /// Of which callbacks are made at present.
    level: Level,
}

impl Default for DueQueue {
    fn default() -> Self {
        Self {
            queue: VecDeque::new(),
            priorities: 1,
            has_levels: false,
            level: Level::MIDDLE,
        }
    }
}

impl DueQueue {
    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    /// Puts a callback in line: behind those of its priority and of more urgent ones. Without a priority of its own it
    /// has the middle one.
    pub(crate) fn push(&mut self, due: Due, priority: Option<u16>) {
        let priority = priority
            .unwrap_or(self.priorities / 2)
            .min(self.priorities - 1);
        self.push_at(due, Level::of_part(priority, self.priorities));
    }

    /// The same for what has a level.
    pub(crate) fn push_at(&mut self, due: Due, level: Level) {
        let mut index = self.queue.len();
        while index > 0 && self.queue[index - 1].0 > level {
            index -= 1;
        }
        self.queue.insert(index, (level, due));
    }

    #[inline]
    pub(crate) fn pop(&mut self) -> Option<Due> {
        let (level, due) = self.queue.pop_front()?;
        self.level = level;
        Some(due)
    }

    /// Puts the one that was popped last in front again.
    pub(crate) fn put_back(&mut self, due: Due) {
        self.queue.push_front((self.level, due));
    }

    pub(crate) fn clear(&mut self) {
        self.queue.clear();
    }

    /// How many priorities the classic API's events have.
    pub(crate) fn priorities(&self) -> u16 {
        self.priorities
    }

    /// Whether some callbacks may be more urgent than others.
    #[inline]
    pub(crate) fn has_levels(&self) -> bool {
        self.priorities > 1 || self.has_levels
    }

    /// From now on some callbacks may be more urgent than others.
    pub(crate) fn set_levels(&mut self) {
        self.has_levels = true;
    }

    /// Whether the next callback has another priority than the last one had.
    pub(crate) fn changes_level(&self) -> bool {
        self.queue
            .front()
            .is_some_and(|(level, _)| *level != self.level)
    }

    /// Sets how many priorities there are, unless something is due.
    pub(crate) fn set_priorities(&mut self, priorities: u16) -> bool {
        let is_idle = self.queue.is_empty();
        if is_idle {
            self.priorities = priorities;
        }
        is_idle
    }
}
