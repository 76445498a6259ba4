//! What a loop tells, and what it can be asked to watch for.

use crate::TimerId;
use crate::Token;
use crate::sys;

/// One thing that happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Event {
    /// The name under which it was registered.
    pub token: Token,
    /// What happened.
    pub kind: EventKind,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventKind {
    /// A descriptor is ready.
    Ready(Readiness),
    /// A timer has run out. Its id is no longer valid.
    Timer(TimerId),
    /// The process got this signal, once or more often, since it was last told.
    Signal(i32),
    /// A deferred call is due.
    Deferred,
    /// A [`crate::Waker`] was used, once or more often, since it was last told.
    Woken,
}

/// What a descriptor is watched for. Errors and hang-ups are always told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interest(u32);

impl Interest {
    /// Only errors and complete hang-ups.
    pub const NONE: Self = Self(0);
    /// There is something to read, or the peer has ended its side.
    pub const READABLE: Self = Self(sys::epoll::IN);
    /// There is room to write.
    pub const WRITABLE: Self = Self(sys::epoll::OUT);
    /// The peer has ended its side, told without asking for [`Self::READABLE`] (`EPOLLRDHUP`).
    pub const PEER_CLOSED: Self = Self(sys::epoll::RDHUP);
    /// Out-of-band data (`EPOLLPRI`).
    pub const PRIORITY: Self = Self(sys::epoll::PRI);

    /// Both.
    #[inline]
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Of several processes that watch the same descriptor not all are woken (`EPOLLEXCLUSIVE`). For listeners.
    #[inline]
    #[must_use]
    pub const fn exclusive(self) -> Self {
        Self(self.0 | sys::epoll::EXCLUSIVE)
    }

    /// Told once when it becomes ready, not in every turn in which it is (`EPOLLET`). The kernel need not look at it
    /// again in the next turn, which a short read has made sure of anyway: one of a stream socket that got less than it
    /// had room for has emptied it (epoll(7)). Whoever leaves something unread calls
    /// [`EventLoop::rearm`](crate::EventLoop::rearm).
    #[inline]
    #[must_use]
    pub const fn edge(self) -> Self {
        Self(self.0 | sys::epoll::EDGE)
    }

    /// Whether everything in `other` is watched for.
    #[inline]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    pub(crate) const fn bits(self) -> u32 {
        self.0
    }

    pub(crate) const fn is_exclusive(self) -> bool {
        self.0 & sys::epoll::EXCLUSIVE != 0
    }
}

/// What a descriptor is ready for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Readiness(pub(crate) u32);

impl Readiness {
    /// A read will not block; it may find bytes, the end or an error.
    #[inline]
    pub const fn is_readable(self) -> bool {
        self.0 & (sys::epoll::IN | sys::epoll::RDHUP | sys::epoll::HUP | sys::epoll::ERR) != 0
    }

    /// A write will not block; it may find an error.
    #[inline]
    pub const fn is_writable(self) -> bool {
        self.0 & (sys::epoll::OUT | sys::epoll::HUP | sys::epoll::ERR) != 0
    }

    /// The peer has ended its side; it may still read.
    #[inline]
    pub const fn is_peer_closed(self) -> bool {
        self.0 & (sys::epoll::RDHUP | sys::epoll::HUP) != 0
    }

    /// Both sides are over: reset, or shut down in both directions.
    #[inline]
    pub const fn is_hang_up(self) -> bool {
        self.0 & (sys::epoll::HUP | sys::epoll::ERR) != 0
    }

    /// The descriptor has an error to fetch.
    #[inline]
    pub const fn is_error(self) -> bool {
        self.0 & sys::epoll::ERR != 0
    }

    /// There is out-of-band data.
    #[inline]
    pub const fn is_priority(self) -> bool {
        self.0 & sys::epoll::PRI != 0
    }
}
