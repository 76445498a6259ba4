//! The state of one connection. Idle ones own no buffers: some 200 bytes each.

use std::cell::Cell;
use std::collections::VecDeque;

use kargo_http::BodyDecoder;
use kargo_http::BodyEncoder;
use kargo_http::HeadDecoder;
use kargo_http::RequestHead;
use kargo_http::Version;
use kargo_loop::Interest;

use crate::Codec;
use crate::FileBody;
use crate::OwnedRequest;
use crate::PeerAddress;
use crate::StreamRequest;
use crate::Transport;

use super::spool::Spooled;

#[derive(Debug)]
pub(super) struct Connection {
    pub(super) transport: Transport,
    pub(super) peer: PeerAddress,
    /// Our end of it, once somebody has asked.
    pub(super) local: Cell<Option<PeerAddress>>,
    /// What the loop watches the socket for.
    pub(super) interest: Interest,
    /// The number of the request that was handed out last.
    pub(super) stream: u32,
    pub(super) state: State,
    /// What the answer to the request that was handed out depends on.
    pub(super) facts: Facts,
    /// Nothing is read until the connection is ready for it again.
    pub(super) is_paused: bool,
    /// The peer has ended its side; unread bytes may be left.
    pub(super) is_half_closed: bool,
    /// It waits in the server's queue for its next turn.
    pub(super) is_queued: bool,
    /// After the last byte was sent: wait for the peer to end its side, for it may still be sending.
    pub(super) is_lingering_wanted: bool,
    /// Bytes that are still discarded while lingering.
    pub(super) linger_left: u64,
    /// Bytes that were received and not decoded, or only in part.
    pub(super) input: Vec<u8>,
    /// Bytes that wait to be sent, from `sent` on.
    pub(super) output: Vec<u8>,
    pub(super) sent: usize,
    /// How far the message at the start of `input` is decoded.
    pub(super) partial: Option<Box<Partial>>,
    /// The request that was handed out and does not lie in the batch.
    pub(super) exchange: Option<Box<Exchange>>,
    /// A protocol other than HTTP/1.1.
    pub(super) codec: Option<Box<CodecState>>,
}

/// Where a connection is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// Between requests, or in the middle of one that comes.
    Reading,
    /// A request was handed out, its answer has not begun.
    Working,
    /// The head of an answer is out, its body is not complete.
    Streaming,
    /// The last answer is being sent.
    Closing,
    /// Our side is ended, the peer's bytes are discarded until it ends its own.
    Lingering,
    /// The connection has ended; somebody still works for its request.
    Gone,
}

/// What an answer has to know about its request.
#[derive(Debug, Clone, Copy)]
pub(super) struct Facts {
    pub(super) version: Version,
    pub(super) is_head: bool,
    pub(super) keep_alive: bool,
}

impl Facts {
    #[inline]
    pub(super) fn of(head: &RequestHead) -> Self {
        Self {
            version: head.version(),
            is_head: head.method() == kargo_http::Method::Head,
            keep_alive: head.keep_alive(),
        }
    }
}

/// A message of which a part has come. Its bytes are the connection's `input`.
#[derive(Debug)]
pub(super) struct Partial {
    pub(super) phase: Phase,
    /// When it has to be complete, in the server's milliseconds.
    pub(super) due: u64,
}

#[derive(Debug)]
pub(super) enum Phase {
    Head(HeadDecoder),
    /// The body ends at this offset.
    Length {
        head: RequestHead,
        head_bytes: usize,
        end: usize,
    },
    /// The body's data lies behind the head, up to `data_end`; what follows was not decoded yet.
    Chunked {
        head: RequestHead,
        head_bytes: usize,
        data_end: usize,
        decoder: BodyDecoder,
    },
    /// The head's bytes have come; the body goes elsewhere.
    Spooled(Box<Spooled>),
}

/// A request that outlives its turn, and its answer.
#[derive(Debug)]
pub(super) struct Exchange {
    pub(super) stream: u32,
    pub(super) request: OwnedRequest,
    pub(super) body: Option<BodyEncoder>,
    pub(super) file: Option<FileBody>,
    /// The answer was told to pause.
    pub(super) is_full: bool,
}

/// A connection with streams.
#[derive(Debug)]
pub(super) struct CodecState {
    pub(super) codec: Box<dyn Codec>,
    /// Requests that were received and not answered completely.
    pub(super) open: Vec<OpenStream>,
    /// Files to be sent, one after the other.
    pub(super) files: VecDeque<(u32, FileBody)>,
    pub(super) received: Vec<StreamRequest>,
}

#[derive(Debug)]
pub(super) struct OpenStream {
    pub(super) stream: u32,
    pub(super) request: OwnedRequest,
    pub(super) is_streaming: bool,
    pub(super) is_full: bool,
}

impl Connection {
    pub(super) fn new(
        transport: Transport,
        peer: PeerAddress,
        codec: Option<Box<dyn Codec>>,
        interest: Interest,
    ) -> Self {
        let codec = codec.map(|codec| {
            Box::new(CodecState {
                codec,
                open: Vec::new(),
                files: VecDeque::new(),
                received: Vec::new(),
            })
        });
        Self {
            transport,
            peer,
            local: Cell::new(None),
            interest,
            stream: 0,
            state: State::Reading,
            facts: Facts {
                version: Version::Http11,
                is_head: false,
                keep_alive: false,
            },
            is_paused: false,
            is_half_closed: false,
            is_queued: false,
            is_lingering_wanted: false,
            linger_left: 0,
            input: Vec::new(),
            output: Vec::new(),
            sent: 0,
            partial: None,
            exchange: None,
            codec,
        }
    }

    /// Whether it is in the state of most connections most of the time: plain HTTP/1.1, between two messages, with
    /// nothing received and nothing to be sent. Then there is nothing to look at but the socket.
    #[inline]
    pub(super) fn is_calm(&self) -> bool {
        self.state == State::Reading
            && !self.is_paused
            && !self.is_queued
            && self.partial.is_none()
            && self.input.is_empty()
            && self.output.is_empty()
            && self.codec.is_none()
            && self.transport.is_plain()
    }

    /// Whether something waits to be sent.
    #[inline]
    pub(super) fn has_output(&self) -> bool {
        !self.output.is_empty() || self.transport.has_unsent()
    }

    /// The same, with what is still in a file.
    #[inline]
    pub(super) fn wants_to_send(&self) -> bool {
        self.has_output()
            || self
                .exchange
                .as_ref()
                .is_some_and(|exchange| exchange.file.is_some())
            || self
                .codec
                .as_ref()
                .is_some_and(|codec| !codec.files.is_empty())
    }

    /// Whether nothing is going on: it may be closed without loss.
    pub(super) fn is_idle(&self) -> bool {
        self.state == State::Reading
            && self.partial.is_none()
            && self.input.is_empty()
            && !self.has_output()
            && self
                .codec
                .as_ref()
                .is_none_or(|codec| codec.open.is_empty())
    }

    /// What the socket should be watched for.
    #[inline]
    pub(super) fn wanted_interest(&self) -> Interest {
        let interest = self
            .transport
            .interest(!self.is_paused, self.wants_to_send());
        // A peer that has ended its side would be told for ever.
        let interest = if self.is_half_closed {
            interest
        } else {
            interest.and(Interest::PEER_CLOSED)
        };
        // Unix sockets may give less than there is: a read ends where another sender's credentials begin.
        if self.transport.is_plain()
            && self.codec.is_none()
            && matches!(self.peer, PeerAddress::Inet(_))
        {
            interest.edge()
        } else {
            interest
        }
    }
}
