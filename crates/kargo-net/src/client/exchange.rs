//! A request and its response: bytes out, bytes in, no sockets.

use kargo_http::BodyDecoder;
use kargo_http::BodyEncoder;
use kargo_http::BodyEvent;
use kargo_http::DecodeError;
use kargo_http::EncodeError;
use kargo_http::Limits;
use kargo_http::Method;
use kargo_http::OutgoingRequest;
use kargo_http::ResponseDecoder;
use kargo_http::ResponseHead;
use kargo_http::encode_request;
use kargo_loop::TimerId;

use super::Phase;
use super::request::ClientRequest;
use super::request::RequestBody;
use super::response::ClientResponse;
use crate::slots::Place;

/// What is to be sent and what came back.
#[derive(Debug)]
pub(super) struct Exchange {
    /// Where it is.
    pub(super) at: At,
    method: Method,
    /// Head and body, or what is there of a body that comes in pieces. Kept while it may have to be sent again.
    message: Vec<u8>,
    /// The bytes of `message` that were given to the connection.
    pub(super) given: usize,
    /// A body that comes in pieces, until its end.
    upload: Option<BodyEncoder>,
    /// The upload was told to pause.
    pub(super) is_upload_paused: bool,
    /// Whether the connection may be used again after the response, as far as the request is concerned.
    keep_alive: bool,
    /// Whether sending it twice is harmless (RFC 9110 section 9.2.2), and possible.
    may_repeat: bool,
    is_repeated: bool,
    /// Whether body bytes are handed out as they come.
    pub(super) is_streamed: bool,
    limits: Limits,
    pub(super) total_timer: Option<TimerId>,
    /// How far it came on its connection.
    pub(super) phase: Phase,
    decoder: ResponseDecoder,
    head: ResponseHead,
    head_bytes: Vec<u8>,
    body_decoder: Option<BodyDecoder>,
    body: Vec<u8>,
    /// The news that body bytes came were told, and the bytes not taken yet.
    pub(super) is_body_told: bool,
}

/// Where an exchange is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum At {
    /// It waits for a connection of this pool.
    Pool(Place),
    /// It is in the queue of this connection.
    Connection(Place),
    /// It is over, and its response waits to be taken.
    Over,
}

/// What came of bytes that were fed.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Fed {
    /// How many are used up. What is left belongs to nobody if the response is complete, and else is to be fed again
    /// with what follows.
    pub(super) consumed: usize,
    /// The head of the response, or of an interim one, is among them.
    pub(super) has_head: bool,
    pub(super) is_final_head: bool,
    pub(super) has_body: bool,
    pub(super) is_complete: bool,
}

impl Exchange {
    /// An exchange whose head is encoded.
    ///
    /// # Errors
    /// What HTTP does not allow in a request.
    pub(super) fn new(request: &ClientRequest<'_>, limits: &Limits) -> Result<Self, EncodeError> {
        let method = Method::from_name(request.method);
        let mut message = Vec::new();
        let outgoing = OutgoingRequest {
            method: request.method,
            target: request.target,
            host: request.host,
            user_agent: request.user_agent,
            keep_alive: !request.close,
            body_length: match request.body {
                RequestBody::Whole(body) => Some(body.len() as u64),
                RequestBody::Streamed(length) => length,
            },
        };
        let mut encoded = encode_request(&mut message, &outgoing, request.headers.iter().copied())?;
        let mut upload = None;
        match request.body {
            RequestBody::Whole(body) => {
                message.reserve_exact(body.len());
                encoded.body.encode(&mut message, body)?;
                encoded.body.finish(&mut message)?;
            }
            RequestBody::Streamed(_) => upload = Some(encoded.body),
        }
        let is_idempotent = matches!(
            method,
            Method::Get
                | Method::Head
                | Method::Put
                | Method::Delete
                | Method::Options
                | Method::Trace
        );
        Ok(Self {
            at: At::Over,
            method,
            message,
            given: 0,
            is_upload_paused: false,
            keep_alive: encoded.keep_alive,
            may_repeat: is_idempotent && upload.is_none(),
            upload,
            is_repeated: false,
            is_streamed: request.is_streamed,
            limits: Limits {
                body_bytes: request.body_limit.unwrap_or(limits.body_bytes),
                ..limits.clone()
            },
            total_timer: None,
            phase: Phase::Queued,
            decoder: ResponseDecoder::new(),
            head: ResponseHead::new(),
            head_bytes: Vec::new(),
            body_decoder: None,
            body: Vec::new(),
            is_body_told: false,
        })
    }

    /// What was not given to the connection yet.
    pub(super) fn ungiven(&self) -> &[u8] {
        self.message.get(self.given..).unwrap_or_default()
    }

    /// Whether everything was given to the connection, and nothing more comes.
    pub(super) fn is_given(&self) -> bool {
        self.upload.is_none() && self.given >= self.message.len()
    }

    /// Drops what was given, where it is not to be sent again.
    pub(super) fn forget_given(&mut self) {
        if !self.may_repeat || self.has_begun() {
            self.message.drain(..self.given);
            self.given = 0;
            if self.message.is_empty() {
                self.message = Vec::new();
            }
        }
    }

    /// Appends a piece of a body that comes in pieces.
    ///
    /// # Errors
    /// [`EncodeError::BodyTooLong`]: more than was announced; nothing is appended. Also where no piece is expected.
    pub(super) fn append(&mut self, data: &[u8]) -> Result<(), EncodeError> {
        match &mut self.upload {
            Some(upload) => upload.encode(&mut self.message, data),
            None => Err(EncodeError::BodyTooLong),
        }
    }

    /// Ends a body that comes in pieces.
    ///
    /// # Errors
    /// [`EncodeError::BodyTooShort`]: less than was announced.
    pub(super) fn end_upload(&mut self) -> Result<(), EncodeError> {
        self.upload
            .take()
            .map_or(Ok(()), |upload| upload.finish(&mut self.message))
    }

    /// Whether a part of a response came.
    pub(super) fn has_begun(&self) -> bool {
        self.decoder.is_started() || self.body_decoder.is_some()
    }

    /// Whether the head of the response is there.
    pub(super) fn has_head(&self) -> bool {
        self.body_decoder.is_some()
    }

    /// Whether it may be sent once more, since the connection turned out to be closed.
    pub(super) fn may_repeat(&self) -> bool {
        self.may_repeat && !self.is_repeated && !self.has_begun()
    }

    /// Back to where it was before anything was sent.
    pub(super) fn rewind(&mut self) {
        self.given = 0;
        self.is_repeated = true;
        self.phase = Phase::Queued;
        self.decoder = ResponseDecoder::new();
    }

    /// Whether the connection can take another request after this response.
    pub(super) fn leaves_connection_open(&self) -> bool {
        self.keep_alive && self.head.keep_alive() && self.is_given()
    }

    /// Whether the peer speaks another protocol behind the head although the request was no CONNECT.
    pub(super) fn is_switched(&self) -> bool {
        self.has_head() && self.head.status() == 101
    }

    /// Decodes received bytes, which begin behind what was consumed so far. Of a streamed body it takes no more than
    /// fits into `window` bytes that wait to be taken.
    pub(super) fn feed(&mut self, bytes: &[u8], window: usize) -> Result<Fed, DecodeError> {
        let mut fed = Fed::default();
        while self.body_decoder.is_none() {
            let unread = bytes.get(fed.consumed..).unwrap_or_default();
            let decoded = self
                .decoder
                .decode(unread, &self.limits, self.method, &mut self.head)?;
            let Some(taken) = decoded else {
                return Ok(fed);
            };
            fed.consumed += taken;
            fed.has_head = true;
            if !self.head.is_interim() {
                self.head_bytes = unread.get(..taken).unwrap_or_default().to_vec();
                self.body_decoder = Some(self.head.body_decoder(&self.limits));
                fed.is_final_head = true;
            }
        }
        self.feed_body(bytes, window, &mut fed)?;
        Ok(fed)
    }

    fn feed_body(&mut self, bytes: &[u8], window: usize, fed: &mut Fed) -> Result<(), DecodeError> {
        let Some(decoder) = &mut self.body_decoder else {
            return Ok(());
        };
        loop {
            let room = if self.is_streamed {
                window.saturating_sub(self.body.len())
            } else {
                usize::MAX
            };
            if room == 0 && !decoder.is_done() {
                return Ok(());
            }
            let unread = bytes.get(fed.consumed..).unwrap_or_default();
            match decoder.decode(unread.get(..room).unwrap_or(unread))? {
                BodyEvent::Data { consumed, data } => {
                    self.body
                        .extend_from_slice(unread.get(data).unwrap_or_default());
                    fed.consumed += consumed;
                    fed.has_body = true;
                }
                BodyEvent::More { consumed } => {
                    fed.consumed += consumed;
                    if consumed == unread.len() {
                        return Ok(());
                    }
                }
                BodyEvent::End { consumed } => {
                    fed.consumed += consumed;
                    fed.is_complete = true;
                    return Ok(());
                }
            }
        }
    }

    /// The peer has ended the connection behind the bytes that were fed: whether that completes the response.
    pub(super) fn is_completed_by_end(&self) -> bool {
        self.body_decoder
            .as_ref()
            .is_some_and(BodyDecoder::ends_with_connection)
    }

    /// Whether so much of a streamed body waits to be taken that no more is received.
    pub(super) fn is_full(&self, window: usize) -> bool {
        self.is_streamed && self.body.len() >= window
    }

    /// What came of a streamed body and was not taken yet.
    pub(super) fn take_body(&mut self) -> Vec<u8> {
        self.is_body_told = false;
        std::mem::take(&mut self.body)
    }

    /// The head of the response and its bytes.
    pub(super) fn response_head(&self) -> Option<(&ResponseHead, &[u8])> {
        self.has_head()
            .then_some((&self.head, self.head_bytes.as_slice()))
    }

    /// The response: head, and the body as far as it was not taken.
    pub(super) fn into_response(self) -> ClientResponse {
        ClientResponse::new(self.head, self.head_bytes, self.body)
    }
}

#[cfg(test)]
mod tests;
