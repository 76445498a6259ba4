//! One connection.

use std::io;
use std::time::Duration;
use std::time::Instant;

use kargo_loop::Interest;
use kargo_loop::TimerId;

use super::ListenerId;
use super::connect::Attempts;
use crate::PeerAddress;
use crate::Transport;
use crate::slots::Place;

/// How many priorities there are: 0 is told first.
pub const PRIORITIES: usize = 8;

/// One of the two directions of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// From the peer to us.
    Reading,
    /// From us to the peer.
    Writing,
}

/// What happened to a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StreamEvent {
    /// A listener has it; it reads nothing before [`super::Streams::enable`]. [`super::Streams::abort`] refuses it.
    Accepted(ListenerId),
    /// [`super::Streams::connect`] has succeeded.
    Connected,
    /// None of the addresses could be connected to; [`super::Streams::error`] for [`Direction::Writing`] says why not the
    /// last one.
    ConnectFailed,
    /// Bytes have come, and at least as many as the low mark are there.
    Readable,
    /// What was written is sent, but for the low mark.
    Drained,
    /// The peer has ended its side; what it sent before is in the input.
    End,
    /// A direction was idle for its timeout. It is disabled now.
    TimedOut(Direction),
    /// A direction is over by an error.
    Failed(Direction),
}

/// Watermarks in bytes, and timeouts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StreamOptions {
    /// [`StreamEvent::Readable`] is told when at least so much is there. Default 1.
    pub input_low: usize,
    /// At most so much is received ahead; then the peer has to wait. Default 64 KiB.
    pub input_high: usize,
    /// [`StreamEvent::Drained`] is told when at most so much is left to be sent. Default 0.
    pub output_low: usize,
    /// Writing is refused while at least so much is left to be sent. Default 256 KiB.
    pub output_high: usize,
    /// How long the peer may send nothing while reading is enabled. Default: for ever.
    pub read_timeout: Option<Duration>,
    /// How long the peer may take nothing while something is to be sent. Default: for ever.
    pub write_timeout: Option<Duration>,
    /// How long [`super::Streams::close`] may take. Default 10 s.
    pub close_timeout: Duration,
}

impl Default for StreamOptions {
    fn default() -> Self {
        Self {
            input_low: 1,
            input_high: 64 << 10,
            output_low: 0,
            output_high: 256 << 10,
            read_timeout: None,
            write_timeout: None,
            close_timeout: Duration::from_secs(10),
        }
    }
}

/// Where in its life a stream is.
#[derive(Debug)]
pub(super) enum Phase {
    Connecting(Box<Attempts>),
    /// All addresses were tried in vain.
    Unconnected,
    Open,
    /// Its user has closed it: what is left is sent.
    Closing,
    /// All is sent, but the peer sends on: closing now could take the last bytes away from it (RFC 9112, section 9.6,
    /// says why). So much more is discarded.
    Lingering(usize),
}

impl Phase {
    pub(super) fn is_closing(&self) -> bool {
        matches!(self, Self::Closing | Self::Lingering(_))
    }
}

/// One direction.
#[derive(Debug)]
pub(super) struct Side {
    pub(super) is_enabled: bool,
    pub(super) is_over: bool,
    pub(super) error: Option<io::Error>,
    pub(super) deadline: Option<Instant>,
}

impl Side {
    pub(super) const fn new(is_enabled: bool) -> Self {
        Self {
            is_enabled,
            is_over: false,
            error: None,
            deadline: None,
        }
    }

    pub(super) const fn is_active(&self) -> bool {
        self.is_enabled && !self.is_over
    }
}

#[derive(Debug)]
pub(super) struct Stream {
    pub(super) transport: Transport,
    pub(super) phase: Phase,
    pub(super) options: StreamOptions,
    pub(super) reading: Side,
    pub(super) writing: Side,
    /// Received bytes; the first `consumed` are used up.
    pub(super) input: Vec<u8>,
    pub(super) consumed: usize,
    /// How far into the input a line end was looked for in vain, from `consumed` on.
    pub(super) scanned: usize,
    /// Bytes to be sent; the first `sent` are.
    pub(super) output: Vec<u8>,
    pub(super) sent: usize,
    /// The kernel took less than there was.
    pub(super) is_blocked: bool,
    /// Our side ends when everything is sent.
    pub(super) ends_when_sent: bool,
    /// `Drained` is to be told when it comes true.
    pub(super) owes_drained: bool,
    /// Writability is waited for though nothing is to be sent.
    pub(super) awaits_room: bool,
    /// In the list of those to be sent at the end of the turn.
    pub(super) is_unsent: bool,
    /// What the loop watches for us.
    pub(super) watched: Option<Interest>,
    /// Rings at the earlier deadline, or before.
    pub(super) timer: Option<(TimerId, Instant)>,
    pub(super) peer: Option<PeerAddress>,
    /// The listener it came from.
    pub(super) door: Option<Place>,
    pub(super) priority: u8,
    /// In the queue of those with something to tell.
    pub(super) is_telling: bool,
    /// What is to be told, by bit.
    told: u16,
}

/// The bit of each event, in the order in which they are told.
const ACCEPTED: u16 = 1;
const CONNECTED: u16 = 1 << 1;
const CONNECT_FAILED: u16 = 1 << 2;
const READABLE: u16 = 1 << 3;
const DRAINED: u16 = 1 << 4;
const END: u16 = 1 << 5;
const READING_TIMED_OUT: u16 = 1 << 6;
const WRITING_TIMED_OUT: u16 = 1 << 7;
const READING_FAILED: u16 = 1 << 8;
const WRITING_FAILED: u16 = 1 << 9;

impl Stream {
    pub(super) fn new(transport: Transport, phase: Phase, options: StreamOptions) -> Self {
        Self {
            transport,
            phase,
            options,
            reading: Side::new(false),
            writing: Side::new(true),
            input: Vec::new(),
            consumed: 0,
            scanned: 0,
            output: Vec::new(),
            sent: 0,
            is_blocked: false,
            ends_when_sent: false,
            owes_drained: false,
            awaits_room: false,
            is_unsent: false,
            watched: None,
            timer: None,
            peer: None,
            door: None,
            priority: (PRIORITIES / 2) as u8,
            is_telling: false,
            told: 0,
        }
    }

    pub(super) const fn side(&self, direction: Direction) -> &Side {
        match direction {
            Direction::Reading => &self.reading,
            Direction::Writing => &self.writing,
        }
    }

    pub(super) const fn side_mut(&mut self, direction: Direction) -> &mut Side {
        match direction {
            Direction::Reading => &mut self.reading,
            Direction::Writing => &mut self.writing,
        }
    }

    /// Received bytes that were not consumed yet.
    pub(super) fn buffered(&self) -> usize {
        self.input.len() - self.consumed
    }

    /// Bytes still to be sent.
    pub(super) fn queued(&self) -> usize {
        self.output.len() - self.sent
    }

    /// Whether something is to be sent, by us or by the transport.
    pub(super) fn has_output(&self) -> bool {
        self.queued() != 0 || self.transport.has_unsent()
    }

    /// Whether bytes are to be received.
    pub(super) fn wants_input(&self) -> bool {
        match self.phase {
            Phase::Open => self.reading.is_active() && self.buffered() < self.options.input_high,
            Phase::Lingering(_) => true,
            Phase::Connecting(_) | Phase::Unconnected | Phase::Closing => false,
        }
    }

    /// Whether writability is waited for.
    pub(super) fn wants_room(&self) -> bool {
        match self.phase {
            Phase::Connecting(_) => true,
            Phase::Open | Phase::Closing => {
                self.writing.is_active()
                    && (self.is_blocked && self.has_output() || self.awaits_room)
            }
            Phase::Unconnected | Phase::Lingering(_) => false,
        }
    }

    pub(super) fn note(&mut self, event: StreamEvent) {
        self.told |= match event {
            StreamEvent::Accepted(_) => ACCEPTED,
            StreamEvent::Connected => CONNECTED,
            StreamEvent::ConnectFailed => CONNECT_FAILED,
            StreamEvent::Readable => READABLE,
            StreamEvent::Drained => DRAINED,
            StreamEvent::End => END,
            StreamEvent::TimedOut(Direction::Reading) => READING_TIMED_OUT,
            StreamEvent::TimedOut(Direction::Writing) => WRITING_TIMED_OUT,
            StreamEvent::Failed(Direction::Reading) => READING_FAILED,
            StreamEvent::Failed(Direction::Writing) => WRITING_FAILED,
        };
    }

    /// Nobody is told anything any more.
    pub(super) fn forget_events(&mut self) {
        self.told = 0;
    }

    /// What is told next.
    pub(super) fn take_event(&mut self) -> Option<StreamEvent> {
        let bit = self.told & self.told.wrapping_neg();
        self.told &= !bit;
        Some(match bit {
            ACCEPTED => StreamEvent::Accepted(ListenerId(self.door?)),
            CONNECTED => StreamEvent::Connected,
            CONNECT_FAILED => StreamEvent::ConnectFailed,
            READABLE => StreamEvent::Readable,
            DRAINED => StreamEvent::Drained,
            END => StreamEvent::End,
            READING_TIMED_OUT => StreamEvent::TimedOut(Direction::Reading),
            WRITING_TIMED_OUT => StreamEvent::TimedOut(Direction::Writing),
            READING_FAILED => StreamEvent::Failed(Direction::Reading),
            WRITING_FAILED => StreamEvent::Failed(Direction::Writing),
            _ => return None,
        })
    }
}
