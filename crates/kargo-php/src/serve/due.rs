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

/// What is due on one loop. With one priority, as at first, in the order in which it came; with more, those of the
/// lowest number first.
#[derive(Debug)]
pub(crate) struct DueQueue {
    queue: VecDeque<(u16, Due)>,
    priorities: u16,
    /// The priority of which callbacks are made at present.
    level: u16,
}

impl Default for DueQueue {
    fn default() -> Self {
        Self {
            queue: VecDeque::new(),
            priorities: 1,
            level: 0,
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
        let mut index = self.queue.len();
        while index > 0 && self.queue[index - 1].0 > priority {
            index -= 1;
        }
        self.queue.insert(index, (priority, due));
    }

    #[inline]
    pub(crate) fn pop(&mut self) -> Option<Due> {
        let (priority, due) = self.queue.pop_front()?;
        self.level = priority;
        Some(due)
    }

    /// Puts the one that was popped last in front again.
    pub(crate) fn put_back(&mut self, due: Due) {
        self.queue.push_front((self.level, due));
    }

    pub(crate) fn clear(&mut self) {
        self.queue.clear();
    }

    /// How many priorities there are.
    #[inline]
    pub(crate) fn priorities(&self) -> u16 {
        self.priorities
    }

    /// Whether the next callback has another priority than the last one had.
    pub(crate) fn changes_level(&self) -> bool {
        self.queue
            .front()
            .is_some_and(|(priority, _)| *priority != self.level)
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
