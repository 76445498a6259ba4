//! Requests as they are handed out.

use std::borrow::Cow;
use std::cell::Cell;
use std::io;
use std::ops::Range;
use std::os::fd::RawFd;
use std::rc::Rc;

use kargo_http::RequestHead;

use crate::PeerAddress;
use crate::Upload;
use crate::sys::socket;

/// Names one request of one connection. Never reused within 2³² requests of 2³² connections in the same place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RequestId {
    /// The connection's place in the server.
    pub connection: u32,
    /// Which of the connections that had this place.
    pub generation: u32,
    /// Which request of the connection: its number in HTTP/1.1, its stream where a protocol has streams.
    pub stream: u32,
}

/// A request where it lies: in the shared receive buffer, or in its own memory once it was detached.
#[derive(Debug, Clone, Copy)]
pub struct RequestRef<'a> {
    head: &'a RequestHead,
    bytes: &'a [u8],
    body: &'a [u8],
    peer: &'a PeerAddress,
    local: Local<'a>,
    upload: Option<&'a Rc<Upload>>,
}

/// Where the request came in: asked from the kernel only if somebody wants to know.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Local<'a> {
    Known(&'a PeerAddress),
    /// The socket, and the place for the answer.
    Socket(RawFd, &'a Cell<Option<PeerAddress>>),
}

impl<'a> RequestRef<'a> {
    pub(crate) fn new(
        head: &'a RequestHead,
        bytes: &'a [u8],
        body: Range<usize>,
        peer: &'a PeerAddress,
        local: Local<'a>,
    ) -> Self {
        Self {
            head,
            bytes,
            body: &bytes[body],
            peer,
            local,
            upload: None,
        }
    }

    /// The head. Its questions take [`Self::bytes`].
    #[inline]
    pub fn head(&self) -> &'a RequestHead {
        self.head
    }

    /// The bytes the head refers to.
    #[inline]
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// The whole body, its transfer coding removed.
    #[inline]
    pub fn body(&self) -> &'a [u8] {
        self.body
    }

    /// What came with it, where a [`crate::BodyGate`] had the body spooled. Then [`Self::body`] is empty.
    #[inline]
    pub fn upload(&self) -> Option<&'a Rc<Upload>> {
        self.upload
    }

    /// The bytes of the body, wherever they are; those of a form that was spooled are gone.
    pub fn body_bytes(&self) -> u64 {
        match self.upload.and_then(|upload| upload.body()) {
            Some(body) => body.size(),
            None => self.body.len() as u64,
        }
    }

    /// The body from `offset` on, as much of it as `buffer` takes, wherever it is.
    ///
    /// # Errors
    /// The system's, if it can't be read.
    pub fn read_body_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        if let Some(body) = self.upload.and_then(|upload| upload.body()) {
            return body.read_at(buffer, offset);
        }
        let rest = usize::try_from(offset)
            .ok()
            .and_then(|offset| self.body.get(offset..))
            .unwrap_or_default();
        let length = rest.len().min(buffer.len());
        if let (Some(into), Some(from)) = (buffer.get_mut(..length), rest.get(..length)) {
            into.copy_from_slice(from);
        }
        Ok(length)
    }

    /// The whole body in memory, wherever it is.
    ///
    /// # Errors
    /// The system's, if it can't be read.
    pub fn whole_body(&self) -> io::Result<Cow<'a, [u8]>> {
        let Some(body) = self.upload.and_then(|upload| upload.body()) else {
            return Ok(Cow::Borrowed(self.body));
        };
        let mut bytes = vec![0; usize::try_from(body.size()).map_err(io::Error::other)?];
        let got = body.read_at(&mut bytes, 0)?;
        bytes.truncate(got);
        Ok(Cow::Owned(bytes))
    }

    /// Who sent it.
    #[inline]
    pub fn peer_address(&self) -> &'a PeerAddress {
        self.peer
    }

    /// Where it came in. One system call for each connection that is asked about.
    pub fn local_address(&self) -> PeerAddress {
        match self.local {
            Local::Known(address) => *address,
            Local::Socket(fd, known) => known.get().unwrap_or_else(|| {
                let address = socket::local_address(fd).unwrap_or(PeerAddress::Unix);
                known.set(Some(address));
                address
            }),
        }
    }

    /// A copy that owns its bytes: two allocations.
    pub fn to_owned_request(&self) -> OwnedRequest {
        let start = self.body.as_ptr().addr() - self.bytes.as_ptr().addr();
        OwnedRequest {
            head: self.head.clone(),
            bytes: self.bytes.to_vec(),
            body: start..start + self.body.len(),
            peer: *self.peer,
            local: self.local_address(),
            upload: self.upload.map(Rc::clone),
        }
    }
}

/// A request that owns its bytes and outlives its answer and its connection.
#[derive(Debug, Clone)]
pub struct OwnedRequest {
    head: RequestHead,
    bytes: Vec<u8>,
    body: Range<usize>,
    peer: PeerAddress,
    local: PeerAddress,
    upload: Option<Rc<Upload>>,
}

impl OwnedRequest {
    /// A request from a codec: `head` was decoded from the start of `bytes`, `body` is a range of them.
    ///
    /// # Panics
    /// If `body` is not within `bytes`.
    pub fn new(
        head: RequestHead,
        bytes: Vec<u8>,
        body: Range<usize>,
        peer: PeerAddress,
        local: PeerAddress,
    ) -> Self {
        assert!(
            body.start <= body.end && body.end <= bytes.len(),
            "the body lies in the bytes"
        );
        Self {
            head,
            bytes,
            body,
            peer,
            local,
            upload: None,
        }
    }

    /// The same with what came as a form.
    #[must_use]
    pub fn with_upload(mut self, upload: Rc<Upload>) -> Self {
        self.upload = Some(upload);
        self
    }

    /// The request as everywhere else.
    pub fn as_ref(&self) -> RequestRef<'_> {
        let local = Local::Known(&self.local);
        let mut request = RequestRef::new(
            &self.head,
            &self.bytes,
            self.body.clone(),
            &self.peer,
            local,
        );
        request.upload = self.upload.as_ref();
        request
    }
}
