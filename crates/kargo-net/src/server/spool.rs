//! Bodies that go to disk as they come: nothing of them waits in the connection's memory.

use std::rc::Rc;
use std::time::Duration;

use kargo_http::BodyDecoder;
use kargo_http::BodyEvent;
use kargo_http::Limits;
use kargo_http::RequestHead;
use kargo_loop::EventLoop;

use super::RECEIVE_BYTES;
use super::Server;
use super::batch::Batch;
use super::connection::Exchange;
use super::connection::Facts;
use super::connection::Phase;
use super::connection::State;
use crate::OwnedRequest;
use crate::PeerAddress;
use crate::RequestId;
use crate::Spool;
use crate::Upload;
use crate::UploadError;
use crate::UploadSettings;
use crate::WholeSpool;
use crate::sys::socket;

/// How fast a body must come that is longer than those for which the time for a whole body is meant.
const SLOWEST_PER_SECOND: u64 = 64 << 10;

/// How long the log is not told again what it was told.
const SILENCE: Duration = Duration::from_secs(60);

/// A request whose body is spooled. The bytes of its head are the connection's `input`.
#[derive(Debug)]
pub(super) struct Spooled {
    head: RequestHead,
    head_bytes: usize,
    decoder: BodyDecoder,
    sink: Sink,
    /// Once it is complete.
    upload: Option<Upload>,
}

/// Where the body goes.
#[derive(Debug)]
enum Sink {
    Form(Box<Spool>),
    Whole(WholeSpool),
    /// It is complete.
    Done,
}

impl Sink {
    fn settings(&self) -> Option<&UploadSettings> {
        match self {
            Self::Form(spool) => Some(spool.settings()),
            Self::Whole(spool) => Some(spool.settings()),
            Self::Done => None,
        }
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), UploadError> {
        match self {
            Self::Form(spool) => spool.write(bytes),
            Self::Whole(spool) => spool.write(bytes),
            Self::Done => Ok(()),
        }
    }

    fn flush(&mut self) -> Result<(), UploadError> {
        match self {
            Self::Form(spool) => spool.flush(),
            Self::Whole(spool) => spool.flush(),
            Self::Done => Ok(()),
        }
    }

    fn finish(&mut self) -> Result<Upload, UploadError> {
        match std::mem::replace(self, Self::Done) {
            Self::Form(mut spool) => spool.finish(),
            Self::Whole(spool) => spool.finish(),
            Self::Done => Ok(Upload::default()),
        }
    }
}

impl Spooled {
    /// For the request whose head is at the start of `bytes`; `is_form`: for its parts.
    pub(super) fn new(
        head: &RequestHead,
        head_bytes: usize,
        bytes: &[u8],
        settings: Rc<UploadSettings>,
        is_form: bool,
        limits: &Limits,
    ) -> Result<Self, UploadError> {
        let limits = Limits {
            body_bytes: settings.limits().total_bytes,
            ..limits.clone()
        };
        let content_type = head.header(bytes, "content-type").unwrap_or_default();
        // What is too long is refused before anything is made for it.
        let mut decoder = BodyDecoder::new(head.body_framing(), &limits);
        decoder.decode(&[])?;
        Ok(Self {
            head: head.clone(),
            head_bytes,
            decoder,
            sink: if is_form {
                Sink::Form(Box::new(Spool::new(content_type, settings)?))
            } else {
                Sink::Whole(WholeSpool::new(settings)?)
            },
            upload: None,
        })
    }

    pub(super) fn expects_continue(&self) -> bool {
        self.head.expects_continue()
    }

    /// The time for the whole body: what is long takes longer.
    pub(super) fn patience(&self, usual: Duration) -> Duration {
        let longest = self
            .sink
            .settings()
            .map_or(0, |settings| settings.limits().total_bytes);
        usual.saturating_add(Duration::from_secs(longest / SLOWEST_PER_SECOND))
    }

    /// Takes what came of the body; if it is complete, how many of the bytes it was.
    pub(super) fn take(&mut self, bytes: &[u8]) -> Result<Option<usize>, UploadError> {
        let mut at = 0;
        loop {
            let rest = bytes.get(at..).unwrap_or_default();
            match self.decoder.decode(rest)? {
                BodyEvent::Data { consumed, data } => {
                    self.sink.write(rest.get(data).unwrap_or_default())?;
                    at += consumed;
                }
                BodyEvent::More { .. } => {
                    self.sink.flush()?;
                    return Ok(None);
                }
                BodyEvent::End { consumed } => {
                    self.upload = Some(self.sink.finish()?);
                    return Ok(Some(at + consumed));
                }
            }
        }
    }
}

impl Server {
    /// One receive for a body that is spooled, into the shared buffer and from there to disk.
    pub(super) fn receive_spooled(&mut self, events: &mut EventLoop, index: u32, is_ending: bool) {
        let Some(connection) = self.connections.get_mut(index) else {
            return;
        };
        let got = match connection.transport.read(&mut self.received) {
            // In the middle of a message: there is nobody to answer.
            Ok(0) => return self.close(events, index),
            Ok(got) => got,
            Err(error) => return self.after_read_error(events, index, &error),
        };
        if got == RECEIVE_BYTES || is_ending || connection.is_half_closed {
            self.tell_again(events, index);
        }
        let Some(connection) = self.connections.get_mut(index) else {
            return;
        };
        let Some(partial) = &mut connection.partial else {
            return;
        };
        let Phase::Spooled(spooled) = &mut partial.phase else {
            return;
        };
        let due = partial.due;
        let bytes = self.received.get(..got).unwrap_or_default();
        match spooled.take(bytes) {
            Ok(None) => {
                let has_unread = connection.transport.has_unread();
                let soon = self.moment(events, self.options.body_timeout);
                self.set_deadline_at(events, index, soon.min(due));
                if has_unread {
                    self.enqueue(events, index);
                }
            }
            Ok(Some(consumed)) => {
                let rest = bytes.get(consumed..).unwrap_or_default().to_vec();
                let message = std::mem::replace(&mut connection.input, rest);
                let partial = connection.partial.take();
                if let Some(Phase::Spooled(spooled)) = partial.map(|partial| partial.phase)
                    && let Some(id) = self.keep_spooled(events, index, *spooled, message)
                {
                    self.ready.push_back(id);
                }
            }
            Err(error) => {
                let status = error.status();
                connection.partial = None;
                connection.input = Vec::new();
                self.note_upload_error(events, error);
                self.refuse(events, index, status);
            }
        }
    }

    /// Hands out a request at the start of the batch's rest whose body came with its head.
    #[cold]
    pub(super) fn hand_out_spooled(
        &mut self,
        events: &mut EventLoop,
        index: u32,
        spooled: Spooled,
        consumed: usize,
    ) -> Option<RequestId> {
        let start = self.batch.rest.start;
        let message = self
            .batch
            .bytes(&self.received)
            .get(start..start + spooled.head_bytes)
            .unwrap_or_default()
            .to_vec();
        self.batch.rest.start += consumed;
        let rest = self.batch.take_rest(&self.received);
        self.batch = Batch::none();
        self.connections.get_mut(index)?.input = rest;
        self.keep_spooled(events, index, spooled, message)
    }

    /// Makes a request whose body is complete the connection's exchange, as one is that was detached; `message` is its head.
    fn keep_spooled(
        &mut self,
        events: &mut EventLoop,
        index: u32,
        spooled: Spooled,
        message: Vec<u8>,
    ) -> Option<RequestId> {
        let generation = self.connections.generation(index);
        let connection = self.connections.get_mut(index)?;
        let local = socket::local_address(connection.transport.raw_fd());
        let end = message.len();
        connection.stream = connection.stream.wrapping_add(1);
        connection.state = State::Working;
        connection.facts = Facts::of(&spooled.head);
        let stream = connection.stream;
        let request = OwnedRequest::new(
            spooled.head,
            message,
            end..end,
            connection.peer,
            local.unwrap_or(PeerAddress::Unix),
        );
        connection.exchange = Some(Box::new(Exchange {
            stream,
            request: request.with_upload(Rc::new(spooled.upload.unwrap_or_default())),
            body: None,
            file: None,
            is_full: false,
        }));
        self.clear_deadline(index);
        self.send_out(events, index);
        Some(RequestId {
            connection: index,
            generation,
            stream,
        })
    }

    /// Why bodies could not be stored, if that happened since this was last asked; told once a minute at most.
    pub fn take_upload_error(&mut self) -> Option<UploadError> {
        self.upload_error.take()
    }

    #[cold]
    pub(super) fn note_upload_error(&mut self, events: &EventLoop, error: UploadError) {
        let now = events.now();
        let is_news = self
            .upload_error_at
            .is_none_or(|at| now.saturating_duration_since(at) >= SILENCE);
        if error.is_ours() && is_news {
            self.upload_error_at = Some(now);
            self.upload_error = Some(error);
        }
    }
}
