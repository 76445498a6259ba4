//! The handle `EVHTTP Request`: a client's request to a server of ours, or our own to another's, with its reply.
//!
//! The functions that ask something read the message that came in, [`Request::incoming`], whichever it is. Those that
//! add something write what goes out, [`Request::outgoing`]: the answer to a client, or our own request.

use std::ops::Range;

use kargo_http::{Method, ResponseHead};
use kargo_net::{OwnedRequest, RequestId, RequestRef};

use super::Http;
use super::lines::Lines;
use super::server::Servers;
use crate::engine::{Callable, Owned, ffi};

/// What a handle stands for.
#[derive(Debug, Default)]
pub(crate) struct Request {
    pub(crate) incoming: Incoming,
    pub(crate) outgoing: Outgoing,
    /// Lines that evhttp_request_add_header() put behind those that came in.
    pub(super) added: Lines,
    /// evhttp_request_free() was called during its callback: the answer still has what was added to it.
    pub(super) is_freed: bool,
    /// The EVBUFFER with the body that came in, once evhttp_request_input_buffer() has made it.
    pub(super) input: Option<Owned>,
    /// Called when our own request is over.
    pub(super) completion: Option<Callable>,
    /// The key under which our own request is on its way; 0: it is not.
    pub(super) pending: u64,
}

/// The message that came in.
#[derive(Debug, Default)]
pub(crate) enum Incoming {
    /// None: our own request was not answered, yet or at all.
    #[default]
    Nothing,
    /// A client's request that waits for its answer. The bytes are the server's, which has this key.
    InFlight { server: u64, id: RequestId },
    /// A client's request that was answered, or whose server is gone, and whose handle was kept.
    Over(Box<OwnedRequest>),
    /// A server's reply to our own request.
    Reply(Box<Reply>),
}

/// A server's reply, whole.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) head: ResponseHead,
    /// What `head` and `body` refer to.
    pub(crate) bytes: Vec<u8>,
    pub(crate) body: Range<usize>,
}

/// What goes out: header lines, and what lies before the rest of the body.
#[derive(Debug, Default)]
pub(crate) struct Outgoing {
    pub(crate) lines: Lines,
    pub(crate) body: Vec<u8>,
    /// What our own request asks for; `None` for the answer to a client, and before it is made.
    pub(crate) asked: Option<Box<Asked>>,
}

/// The first line of our own request.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) method: Method,
    pub(crate) target: Vec<u8>,
}

/// A message that came in, where it lies.
#[derive(Clone, Copy, Debug)]
pub(super) enum Message<'a> {
    Request(RequestRef<'a>),
    Reply(&'a Reply),
}

impl<'a> Message<'a> {
    pub(super) fn body(self) -> &'a [u8] {
        match self {
            Self::Request(request) => request.body(),
            Self::Reply(reply) => reply.bytes.get(reply.body.clone()).unwrap_or_default(),
        }
    }

    /// Gives all header lines to `read`, names as sent.
    pub(super) fn each_line(self, mut read: impl FnMut(&'a [u8], &'a [u8])) {
        match self {
            Self::Request(request) => request
                .head()
                .headers(request.bytes())
                .for_each(|(name, value)| read(name, value)),
            Self::Reply(reply) => reply
                .head
                .headers(&reply.bytes)
                .for_each(|(name, value)| read(name, value)),
        }
    }

    /// The value of the first line named `name`, in any case.
    pub(super) fn first(self, name: &[u8]) -> Option<&'a [u8]> {
        match self {
            Self::Request(request) => request.head().header(request.bytes(), name),
            Self::Reply(reply) => reply
                .head
                .headers(&reply.bytes)
                .find(|(other, _)| other.eq_ignore_ascii_case(name))
                .map(|(_, value)| value),
        }
    }
}

impl Incoming {
    /// The message, if there is one.
    pub(super) fn message<'a>(&'a self, servers: &'a Servers) -> Option<Message<'a>> {
        match self {
            Self::Nothing => None,
            Self::InFlight { server, id } => {
                let net = servers.find(*server)?.net.as_ref()?;
                net.request(*id).map(Message::Request)
            }
            Self::Over(request) => Some(Message::Request(request.as_ref().as_ref())),
            Self::Reply(reply) => Some(Message::Reply(reply)),
        }
    }
}

impl Request {
    /// A request of our own, with the callback that gets its reply.
    pub(super) fn own(completion: Callable) -> Self {
        Self {
            completion: Some(completion),
            ..Self::default()
        }
    }

    /// Whether it is our own and was not made yet.
    pub(super) fn is_unsent(&self) -> bool {
        self.completion.is_some() && self.outgoing.asked.is_none()
    }

    /// Makes it a client's request that was handed out just now.
    #[inline]
    pub(super) fn begin(&mut self, server: u64, id: RequestId) {
        self.incoming = Incoming::InFlight { server, id };
    }

    /// Whether nothing was added to the answer.
    #[inline]
    pub(super) fn is_untouched(&self) -> bool {
        self.outgoing.lines.is_empty() && self.outgoing.body.is_empty()
    }

    /// Whether it is one that we send, not one that came in.
    pub(super) fn is_own(&self) -> bool {
        matches!(self.incoming, Incoming::Nothing | Incoming::Reply(_))
    }

    /// The key of the input buffer, if that was made; 0 if it was freed since.
    pub(super) fn input_key(&mut self) -> Option<u64> {
        let resource = self.input.as_mut()?.zv().resource()?;
        // SAFETY: the value holds the resource, also after it was closed.
        Some(unsafe { ffi::kg_resource_key(resource, ffi::kg_kind_KG_EVBUFFER) } as u64)
    }

    /// Whether what is added to it can still go out.
    pub(super) fn is_open(&self) -> bool {
        !matches!(self.incoming, Incoming::Over(_)) && self.outgoing.asked.is_none()
    }

    /// Makes it ready for the next request. The handle of the input buffer is to be dropped when no borrow is alive.
    #[inline]
    pub(super) fn reset(&mut self) -> Option<Owned> {
        self.incoming = Incoming::Nothing;
        self.is_freed = false;
        if !self.is_untouched() {
            self.outgoing.lines.clear();
            self.outgoing.body = Vec::new();
        }
        if !self.added.is_empty() {
            self.added.clear();
        }
        self.input.take()
    }
}

impl Http {
    /// The handle of a request is freed. What is left is to be dropped when no borrow is alive.
    pub(crate) fn free_request(&mut self, key: u64) -> Option<Request> {
        match self.requests.get(key) {
            Some(request) if matches!(request.incoming, Incoming::InFlight { .. }) => {
                request.is_freed = true;
                None
            }
            _ => self.requests.remove(key),
        }
    }

    /// Gives the requests in flight of a server their own bytes: it goes.
    pub(super) fn keep_in_flight(&mut self, key: u64) {
        let Self {
            requests, servers, ..
        } = self;
        for (_, request) in requests.iter() {
            if matches!(request.incoming, Incoming::InFlight { server, .. } if server == key) {
                request.keep(servers);
            }
        }
    }
}

impl Request {
    /// Copies the bytes of a request in flight: the handle outlives it.
    pub(super) fn keep(&mut self, servers: &Servers) {
        if let Incoming::InFlight { server, id } = self.incoming {
            let net = servers.find(server).and_then(|server| server.net.as_ref());
            let copy = net.and_then(|net| net.copy_request(id));
            self.incoming = copy.map_or(Incoming::Nothing, |copy| Incoming::Over(Box::new(copy)));
        }
    }
}
