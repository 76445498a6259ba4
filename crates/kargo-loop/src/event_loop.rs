//! The loop.

use std::collections::VecDeque;
use std::io;
use std::os::fd::RawFd;
use std::sync::Arc;
use std::time::Duration;
use std::time::Instant;

use crate::Event;
use crate::EventKind;
use crate::Interest;
use crate::Readiness;
use crate::TimerId;
use crate::TimerWheel;
use crate::Token;
use crate::Waker;
use crate::descriptors::Descriptors;
use crate::descriptors::Lookup;
use crate::descriptors::Tag;
use crate::signals::Signals;
use crate::sys::alarm::Alarm;
use crate::sys::epoll;
use crate::sys::epoll::Epoll;
use crate::sys::fork;
use crate::waker::Bell;

/// How many ready descriptors one turn takes from the kernel. The rest follow in the next turn, in the kernel's
/// round-robin order, so nobody starves.
const EVENTS_PER_TURN: usize = 512;

/// What is registered; see [`EventLoop::counts`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Watched descriptors.
    pub descriptors: usize,
    /// Pending timers.
    pub timers: usize,
    /// Watched signals.
    pub signals: usize,
    /// Deferred calls that were not yet handed over.
    pub deferred: usize,
}

impl Counts {
    /// Whether nothing is registered: no event can come any more, but for a [`Waker`].
    pub const fn is_zero(self) -> bool {
        self.descriptors == 0 && self.timers == 0 && self.signals == 0 && self.deferred == 0
    }
}

/// An event loop for one thread. See the crate's documentation for how it is driven.
///
/// Within a turn events come in this order: signals and wake-ups, timers by deadline, descriptors, deferred calls.
#[derive(Debug)]
pub struct EventLoop {
    kernel: Kernel,
    descriptors: Descriptors,
    timers: TimerWheel,
    signals: Signals,
    /// Calls deferred, oldest first; the first `deferred_due` are of this turn.
    deferred: VecDeque<Token>,
    deferred_due: usize,
    urgent: VecDeque<Event>,
    batch: Box<[epoll::RawEvent]>,
    filled: usize,
    cursor: usize,
    turn: u32,
    now: Instant,
    /// When the alarm rings, counted from the first tick; `u64::MAX`: it is not set.
    alarm_at: u64,
    /// The kernel tells of a registration that cannot be removed any more; see [`Self::replace_epoll`].
    has_orphan: bool,
}

/// What must not be touched in a forked child.
#[derive(Debug)]
struct Kernel {
    epoll: Epoll,
    /// For timers that are far away: see [`FAR`].
    alarm: Alarm,
    bell: Arc<Bell>,
    /// Of the process that made it.
    generation: u32,
}

impl EventLoop {
    /// Makes a loop: three descriptors (epoll, eventfd, timerfd), both close-on-exec.
    pub fn new() -> io::Result<Self> {
        let generation = fork::watch();
        let bell = Bell::new()?;
        let now = Instant::now();
        let events = Self {
            kernel: Kernel {
                epoll: Epoll::new()?,
                alarm: Alarm::new()?,
                bell,
                generation,
            },
            descriptors: Descriptors::new(),
            timers: TimerWheel::new(now),
            signals: Signals::new(),
            deferred: VecDeque::new(),
            deferred_due: 0,
            urgent: VecDeque::new(),
            batch: vec![epoll::EMPTY_EVENT; EVENTS_PER_TURN].into_boxed_slice(),
            filled: 0,
            cursor: 0,
            turn: 0,
            now,
            alarm_at: u64::MAX,
            has_orphan: false,
        };
        events.watch_bell()?;
        Ok(events)
    }

    /// Watches a descriptor. Its owner should [`Self::remove`] it before closing it.
    ///
    /// # Errors
    /// `AlreadyExists` if it is watched already; what epoll_ctl(2) says otherwise (`PermissionDenied` for a regular
    /// file, which is always ready and cannot be watched); an error in a forked child.
    pub fn add(&mut self, fd: RawFd, interest: Interest, token: Token) -> io::Result<()> {
        self.reject_if_foreign()?;
        let tag = self.descriptors.next_tag(fd);
        // A registration that the table has and the kernel has not was closed without being removed: it is replaced.
        self.kernel.epoll.add(fd, interest.bits(), tag.0)?;
        self.descriptors.insert(fd, tag, interest, token, self.turn);
        Ok(())
    }

    /// Changes what a descriptor is watched for.
    ///
    /// # Errors
    /// `NotFound` if it is not watched; what epoll_ctl(2) says otherwise.
    pub fn modify(&mut self, fd: RawFd, interest: Interest, token: Token) -> io::Result<()> {
        self.reject_if_foreign()?;
        let Some(before) = self.descriptors.interest(fd) else {
            return Err(io::ErrorKind::NotFound.into());
        };
        if before.is_exclusive() || interest.is_exclusive() {
            // epoll_ctl(2): EPOLLEXCLUSIVE can only be given with EPOLL_CTL_ADD, and not be changed afterwards.
            self.remove(fd)?;
            return self.add(fd, interest, token);
        }
        if let Some(tag) = self.descriptors.update(fd, interest, token)
            && before != interest
        {
            self.kernel.epoll.modify(fd, interest.bits(), tag.0)?;
        }
        Ok(())
    }

    /// Has an [edge-triggered](Interest::edge) descriptor told once more if it is ready.
    ///
    /// # Errors
    /// `NotFound` if it is not watched; what epoll_ctl(2) says otherwise.
    pub fn rearm(&mut self, fd: RawFd) -> io::Result<()> {
        self.reject_if_foreign()?;
        let Some((interest, tag)) = self.descriptors.registration(fd) else {
            return Err(io::ErrorKind::NotFound.into());
        };
        self.kernel.epoll.modify(fd, interest.bits(), tag.0)
    }

    /// Stops watching a descriptor; events of it that are still in the batch are dropped. `false`: it was not watched.
    ///
    /// # Errors
    /// Only in a forked child. A descriptor that was closed before is forgotten without an error.
    pub fn remove(&mut self, fd: RawFd) -> io::Result<bool> {
        self.reject_if_foreign()?;
        if !self.descriptors.remove(fd, self.turn) {
            return Ok(false);
        }
        // EBADF or ENOENT: it was closed too early. If a copy of it lives on, `next` notices the orphan.
        let _ = self.kernel.epoll.remove(fd);
        Ok(true)
    }

    /// Whether `fd` is watched under this token. Who closes descriptors without removing them first asks this before
    /// changing or removing anything: the number may be another owner's by now.
    #[inline]
    pub fn is_watched_as(&self, fd: RawFd, token: Token) -> bool {
        self.descriptors.token(fd) == Some(token)
    }

    /// Sets a timer: one [`EventKind::Timer`] in the first turn after `at`, never earlier, up to a millisecond later.
    #[inline]
    pub fn set_timer(&mut self, at: Instant, token: Token) -> TimerId {
        self.timers.insert(at, token)
    }

    /// Cancels a timer, also one that has run out in this turn and was not handed over yet. `false`: it is gone.
    #[inline]
    pub fn cancel_timer(&mut self, timer: TimerId) -> bool {
        self.timers.cancel(timer)
    }

    /// Whether the timer is still pending.
    pub fn is_timer_pending(&self, timer: TimerId) -> bool {
        self.timers.contains(timer)
    }

    /// Takes over a signal: from now on it is told as [`EventKind::Signal`]. Watching it again changes its token.
    ///
    /// # Errors
    /// `InvalidInput` for a signal that cannot be caught, `AlreadyExists` if another loop of this process watches it.
    pub fn watch_signal(&mut self, signum: i32, token: Token) -> io::Result<()> {
        self.reject_if_foreign()?;
        let notify = self.kernel.bell.fd.raw();
        self.signals
            .watch(signum, token, notify, self.kernel.generation)
    }

    /// Gives a signal back: the disposition from before [`Self::watch_signal`] holds again, unless somebody has
    /// replaced ours meanwhile. `false`: it was not watched.
    pub fn unwatch_signal(&mut self, signum: i32) -> bool {
        self.signals.unwatch(signum)
    }

    /// Puts our handlers back where another library has replaced them; says whether one had been.
    pub fn reassert_signals(&mut self) -> io::Result<bool> {
        self.reject_if_foreign()?;
        self.signals.reassert()
    }

    /// One [`EventKind::Deferred`] in the next turn, which does not wait then. Calls keep their order.
    #[inline]
    pub fn defer(&mut self, token: Token) {
        self.deferred.push_back(token);
    }

    /// Drops the calls that were deferred under this token and not handed over yet; says how many.
    pub fn cancel_deferred(&mut self, token: Token) -> usize {
        let before = self.deferred.len();
        let due = self
            .deferred
            .iter()
            .take(self.deferred_due)
            .filter(|&&it| it == token)
            .count();
        self.deferred.retain(|&it| it != token);
        self.deferred_due -= due;
        before - self.deferred.len()
    }

    /// A handle by which other threads interrupt [`Self::poll`]. Its events have [`Token::LOOP`].
    pub fn waker(&self) -> Waker {
        Waker::new(&self.kernel.bell)
    }

    /// The time of this turn: read once per [`Self::poll`], so as old as the work done since.
    #[inline]
    pub const fn now(&self) -> Instant {
        self.now
    }

    /// Reads the clock anew, after work that took long.
    pub fn refresh_now(&mut self) -> Instant {
        self.now = Instant::now();
        self.now
    }

    /// What is registered. A run that is to end by itself ends when nothing is, but for what is its own.
    pub fn counts(&self) -> Counts {
        Counts {
            descriptors: self.descriptors.len(),
            timers: self.timers.len(),
            signals: self.signals.len(),
            deferred: self.deferred.len(),
        }
    }

    /// Whether this process is a fork of the one that made the loop: then nothing but dropping it works.
    #[inline]
    pub fn is_foreign(&self) -> bool {
        self.kernel.generation != fork::generation()
    }

    /// One turn: waits until something happens, for `max_wait` at most (`None`: for ever), and fills the batch.
    ///
    /// While the batch has events left it returns at once and changes nothing. A signal ends the wait.
    pub fn poll(&mut self, max_wait: Option<Duration>) -> io::Result<()> {
        self.reject_if_foreign()?;
        if self.has_events() {
            return Ok(());
        }
        if self.has_orphan {
            self.replace_epoll()?;
        }
        let timeout = self.timeout_ms(max_wait)?;
        self.turn = self.turn.wrapping_add(1);
        self.cursor = 0;
        self.filled = 0;
        match self.kernel.epoll.wait(&mut self.batch, timeout) {
            Ok(filled) => self.filled = filled,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
        self.now = Instant::now();
        self.timers.advance_to(self.timers.nanos_of(self.now));
        self.deferred_due = self.deferred.len();
        self.answer_bell();
        Ok(())
    }

    /// Takes the next event out of the batch.
    #[inline]
    #[expect(
        clippy::should_implement_trait,
        reason = "an iterator would borrow the loop; the architecture names it so"
    )]
    pub fn next(&mut self) -> Option<Event> {
        if let Some(event) = self.urgent.pop_front() {
            return Some(event);
        }
        if let Some((timer, token)) = self.timers.next_due() {
            return Some(Event {
                token,
                kind: EventKind::Timer(timer),
            });
        }
        while self.cursor < self.filled {
            let raw = self.batch[self.cursor];
            self.cursor += 1;
            match self.descriptors.lookup(Tag(raw.u64), self.turn) {
                Lookup::Live(token) => {
                    return Some(Event {
                        token,
                        kind: EventKind::Ready(Readiness(raw.events)),
                    });
                }
                Lookup::Removed => {}
                Lookup::Orphan => self.has_orphan |= raw.u64 != BELL && raw.u64 != ALARM,
            }
        }
        if self.deferred_due > 0 {
            self.deferred_due -= 1;
            let token = self.deferred.pop_front()?;
            return Some(Event {
                token,
                kind: EventKind::Deferred,
            });
        }
        None
    }

    /// Whether [`Self::next`] may have something: the batch is not used up.
    pub fn has_events(&self) -> bool {
        self.cursor < self.filled
            || !self.urgent.is_empty()
            || self.timers.has_due()
            || self.deferred_due > 0
    }

    /// Whatever was rung comes before everything else of its turn: the bell's entry may be anywhere in the batch.
    fn answer_bell(&mut self) {
        let mut is_rung = false;
        for raw in &self.batch[..self.filled] {
            let data = raw.u64;
            if data == ALARM {
                self.kernel.alarm.reset();
                self.alarm_at = u64::MAX;
            }
            is_rung |= data == BELL;
        }
        if !is_rung {
            return;
        }
        let woken = self.kernel.bell.take();
        for (signum, token) in self.signals.take() {
            self.urgent.push_back(Event {
                token,
                kind: EventKind::Signal(signum),
            });
        }
        if woken {
            self.urgent.push_back(Event {
                token: Token::LOOP,
                kind: EventKind::Woken,
            });
        }
    }

    /// What epoll_wait(2) is told. May set the alarm instead of giving a timeout.
    fn timeout_ms(&mut self, max_wait: Option<Duration>) -> io::Result<i32> {
        if !self.deferred.is_empty() || max_wait == Some(Duration::ZERO) {
            return Ok(0);
        }
        let next = self.timers.next_wake_nanos();
        if max_wait.is_none() {
            match next {
                // Without timers a turn that waits for ever reads no clock.
                None => return Ok(-1),
                // The alarm comes early enough; if too early, this is asked again then.
                Some(at) if self.alarm_at <= at => return Ok(-1),
                Some(at) => {
                    let now = self.timers.nanos_of(Instant::now());
                    if at >= now.saturating_add(FAR) {
                        self.kernel.alarm.set(Duration::from_nanos(at - now))?;
                        self.alarm_at = at;
                        return Ok(-1);
                    }
                }
            }
        }
        let until_timer = next.map(|at| at.saturating_sub(self.timers.nanos_of(Instant::now())));
        let most = max_wait.map(|wait| u64::try_from(wait.as_nanos()).unwrap_or(u64::MAX));
        let wait = match (until_timer, most) {
            (None, None) => return Ok(-1),
            (Some(wait), None) | (None, Some(wait)) => wait,
            (Some(timer), Some(most)) => timer.min(most),
        };
        // Rounded up: waking a fraction of a millisecond early would only spin.
        Ok(i32::try_from(wait.div_ceil(1_000_000)).unwrap_or(i32::MAX))
    }

    /// Leaves a registration behind that cannot be removed: its descriptor was closed in this process, but a copy of it
    /// lives on (in a child forked by somebody's code), so the kernel tells of it for ever and every wait would end at
    /// once (epoll(7), "Questions and answers", 6). Only a new epoll instance is rid of it.
    fn replace_epoll(&mut self) -> io::Result<()> {
        self.has_orphan = false;
        self.kernel.epoll = Epoll::new()?;
        self.watch_bell()?;
        let mut lost = Vec::new();
        for (fd, interest, tag) in self.descriptors.iter() {
            if self.kernel.epoll.add(fd, interest.bits(), tag.0).is_err() {
                lost.push(fd);
            }
        }
        // Closed without being removed, or closed and the number reused by something that cannot be watched.
        for fd in lost {
            self.descriptors.remove(fd, self.turn);
        }
        Ok(())
    }

    fn watch_bell(&self) -> io::Result<()> {
        self.kernel
            .epoll
            .add(self.kernel.bell.fd.raw(), Interest::READABLE.bits(), BELL)?;
        self.kernel
            .epoll
            .add(self.kernel.alarm.raw(), Interest::READABLE.bits(), ALARM)
    }

    fn reject_if_foreign(&self) -> io::Result<()> {
        if self.is_foreign() {
            return Err(io::Error::other(
                "this event loop belongs to the parent process",
            ));
        }
        Ok(())
    }
}

/// The tag of the bell: no descriptor has this number.
const BELL: u64 = u64::MAX;
/// The tag of the alarm.
const ALARM: u64 = u64::MAX - 1;

/// Timers at least so many nanoseconds away are left to the alarm, which stays set from turn to turn: a wait with a
/// timeout would have the kernel set and cancel a timer of its own each time. Nearer ones come by timeout.
const FAR: u64 = 200_000_000;

impl Drop for EventLoop {
    fn drop(&mut self) {
        // Closing is all that a forked child may do: an epoll_ctl(2) would change the parent's set.
        if self.is_foreign() {
            self.signals.abandon();
        }
    }
}
