//! Requests out of bytes, where they lie.

use kargo_http::BodyDecoder;
use kargo_http::BodyEvent;
use kargo_http::BodyFraming;
use kargo_http::DecodeError;
use kargo_http::Limits;
use kargo_http::encode_continue;
use kargo_http::encode_error;
use kargo_loop::EventLoop;

use super::Server;
use super::batch::Batch;
use super::batch::Current;
use super::connection::Facts;
use super::connection::Partial;
use super::connection::Phase;
use super::connection::State;
use super::spool::Spooled;
use crate::BodyGate;
use crate::BodyPlace;
use crate::RequestId;
use crate::UploadError;

impl Server {
    /// The next request whose body is complete. It lies in the shared buffer until it is answered or detached; a
    /// request that is neither before the next call of this function is detached by it.
    #[inline(always)]
    pub fn next_request(&mut self, events: &mut EventLoop) -> Option<RequestId> {
        loop {
            if self.batch.is_active() {
                if self.batch.current.is_some() {
                    self.detach_current(events);
                } else if let Some(id) = self.decode_next(events) {
                    self.handed_out += 1;
                    return Some(id);
                } else {
                    self.finish_batch(events);
                }
            } else if self.round > 0 {
                self.next_of_round(events);
            } else {
                return self.next_stream();
            }
        }
    }

    /// The next request of the batch; `None` if there is none, for whatever reason.
    #[inline(always)]
    fn decode_next(&mut self, events: &mut EventLoop) -> Option<RequestId> {
        let index = self.batch.connection;
        let connection = self.connections.get_mut(index)?;
        let is_done = self.batch.rest.is_empty()
            || connection.state != State::Reading
            || connection.has_output()
            || self.batch.taken >= self.options.pipelined_requests;
        if is_done {
            return None;
        }
        let start = self.batch.rest.start;
        if let Some(partial) = connection.partial.take() {
            let due = partial.due;
            return self.decode_partial(events, index, partial.phase, due);
        }
        let bytes = &self.batch.bytes(&self.received)[start..self.batch.rest.end];
        let head = match self.repeated.length_in(bytes) {
            Some(head_bytes) => Ok(Some(head_bytes)),
            None => self.decode_head(start),
        };
        let bytes = &mut self.batch.own.as_deref_mut().unwrap_or(&mut self.received)
            [start..self.batch.rest.end];
        match head {
            Ok(Some(head_bytes)) => {
                if !self.head.has_body() {
                    return self.hand_out(index, head_bytes, head_bytes, head_bytes);
                }
                let body = decode_body(
                    &mut self.head,
                    head_bytes,
                    bytes,
                    &self.options.limits,
                    self.body_gate.as_deref_mut(),
                );
                self.take_decoded(events, index, body, None)
            }
            Ok(None) => {
                let phase = Phase::Head(std::mem::take(&mut self.decoder));
                let kept = bytes.len();
                self.keep_part(events, index, phase, kept, None);
                None
            }
            Err(error) => {
                self.refuse_in_batch(events, index, error.status());
                None
            }
        }
    }

    /// A head that is not the one before it.
    #[inline]
    fn decode_head(&mut self, start: usize) -> Result<Option<usize>, DecodeError> {
        let bytes = &self.batch.bytes(&self.received)[start..self.batch.rest.end];
        self.repeated.forget();
        let head = self
            .decoder
            .decode(bytes, &self.head_limits, &mut self.head);
        if let Ok(Some(head_bytes)) = head {
            self.repeated.remember(&bytes[..head_bytes]);
        }
        head
    }

    /// Goes on with a message of which a part had come before.
    #[cold]
    fn decode_partial(
        &mut self,
        events: &mut EventLoop,
        index: u32,
        phase: Phase,
        due: u64,
    ) -> Option<RequestId> {
        let rest = self.batch.rest.clone();
        let limits = &self.options.limits;
        let bytes = &mut self.batch.own.as_deref_mut().unwrap_or(&mut self.received)[rest];
        let mut due = Some(due);
        self.repeated.forget();
        let decoded = match phase {
            Phase::Head(mut decoder) => {
                match decoder.decode(bytes, &self.head_limits, &mut self.head) {
                    Ok(Some(head_bytes)) => {
                        due = None;
                        let gate = self.body_gate.as_deref_mut();
                        decode_body(&mut self.head, head_bytes, bytes, limits, gate)
                    }
                    Ok(None) => Ok(Decoded::Part(Phase::Head(decoder), bytes.len())),
                    Err(error) => Err(error.into()),
                }
            }
            Phase::Length {
                head,
                head_bytes,
                end,
            } if bytes.len() >= end => {
                self.head = head;
                Ok(Decoded::Whole {
                    head_bytes,
                    message: end,
                    consumed: end,
                })
            }
            phase @ Phase::Length { .. } => Ok(Decoded::Part(phase, bytes.len())),
            // It takes its bytes when they are received.
            phase @ Phase::Spooled(_) => Ok(Decoded::Part(phase, bytes.len())),
            Phase::Chunked {
                head,
                head_bytes,
                data_end,
                decoder,
            } => {
                self.head = head;
                decode_chunks(&mut self.head, head_bytes, data_end, decoder, bytes)
            }
        };
        self.take_decoded(events, index, decoded, due)
    }

    /// Hands a whole request out, keeps a part, answers an error.
    #[inline]
    fn take_decoded(
        &mut self,
        events: &mut EventLoop,
        index: u32,
        decoded: Result<Decoded, UploadError>,
        due: Option<u64>,
    ) -> Option<RequestId> {
        match decoded {
            Ok(Decoded::Whole {
                head_bytes,
                message,
                consumed,
            }) => self.hand_out(index, head_bytes, message, consumed),
            Ok(Decoded::Spooled(spooled, consumed)) => {
                self.hand_out_spooled(events, index, *spooled, consumed)
            }
            Ok(Decoded::Part(phase, kept)) => {
                self.keep_part(events, index, phase, kept, due);
                None
            }
            Err(error) => {
                let status = error.status();
                self.note_upload_error(events, error);
                self.refuse_in_batch(events, index, status);
                None
            }
        }
    }

    /// Hands out the request at the start of the batch's rest.
    #[inline]
    fn hand_out(
        &mut self,
        index: u32,
        head_bytes: usize,
        message: usize,
        consumed: usize,
    ) -> Option<RequestId> {
        let start = self.batch.rest.start;
        self.batch.rest.start += consumed;
        self.batch.taken += 1;
        let generation = self.connections.generation(index);
        let connection = self.connections.get_mut(index)?;
        connection.stream = connection.stream.wrapping_add(1);
        connection.state = State::Working;
        connection.facts = Facts::of(&self.head);
        let stream = connection.stream;
        self.batch.current = Some(Current {
            stream,
            message: start..start + message,
            head_bytes,
        });
        Some(RequestId {
            connection: index,
            generation,
            stream,
        })
    }

    /// Notes how far a message is decoded; its bytes move into the connection's memory when the batch ends.
    #[cold]
    fn keep_part(
        &mut self,
        events: &mut EventLoop,
        index: u32,
        phase: Phase,
        kept: usize,
        due: Option<u64>,
    ) {
        let timeout = match &phase {
            Phase::Head(_) => self.options.header_timeout,
            Phase::Spooled(spooled) => spooled.patience(self.options.body_total_timeout),
            _ => self.options.body_total_timeout,
        };
        let is_new_body = due.is_none() && !matches!(phase, Phase::Head(_));
        let due = match due {
            Some(due) => due,
            None => self.moment(events, timeout),
        };
        let head_bytes = match &phase {
            Phase::Head(_) => 0,
            Phase::Length {
                head, head_bytes, ..
            }
            | Phase::Chunked {
                head, head_bytes, ..
            } => {
                // Sent once, before waiting; not if the peer did not wait (RFC 9110 section 10.1.1).
                if is_new_body && head.expects_continue() && kept == *head_bytes {
                    encode_continue(&mut self.out);
                }
                *head_bytes
            }
            Phase::Spooled(spooled) => {
                let came = self.batch.rest.len();
                if is_new_body && spooled.expects_continue() && came == kept {
                    encode_continue(&mut self.out);
                }
                kept
            }
        };
        debug_assert!(head_bytes <= kept);
        self.batch.rest.end = self.batch.rest.start + kept;
        if let Some(connection) = self.connections.get_mut(index) {
            connection.partial = Some(Box::new(Partial { phase, due }));
        }
    }

    /// An error ends the connection: nothing behind it can be trusted.
    #[cold]
    fn refuse_in_batch(&mut self, events: &EventLoop, index: u32, status: u16) {
        self.refresh_date(events);
        let Some(connection) = self.connections.get_mut(index) else {
            return;
        };
        encode_error(&mut self.out, status, false, &self.date);
        connection.state = State::Closing;
        connection.is_lingering_wanted = true;
        self.decoder.reset();
    }

    /// Sends the batch's answers and gives the shared buffer free.
    #[inline(always)]
    pub(super) fn finish_batch(&mut self, events: &mut EventLoop) {
        let index = self.batch.connection;
        let rest = if self.batch.rest.is_empty() && self.batch.own.is_none() {
            Vec::new()
        } else {
            self.batch.take_rest(&self.received)
        };
        self.batch.connection = super::batch::NOBODY;
        let Some(connection) = self.connections.get_mut(index) else {
            self.batch = Batch::none();
            self.out.clear();
            return;
        };
        connection.input = rest;
        self.send_out(events, index);
    }

    /// Ends the batch, whatever state it is in.
    #[inline(always)]
    pub(super) fn settle_batch(&mut self, events: &mut EventLoop) {
        if self.batch.is_active() {
            self.settle_active_batch(events);
        }
    }

    #[cold]
    fn settle_active_batch(&mut self, events: &mut EventLoop) {
        if self.batch.current.is_some() {
            self.detach_current(events);
        } else {
            self.finish_batch(events);
        }
    }

    /// Makes the next connection of the round the batch.
    fn next_of_round(&mut self, events: &mut EventLoop) {
        self.round -= 1;
        let Some((index, generation)) = self.queue.pop_front() else {
            return;
        };
        if self.connections.generation(index) != generation {
            return;
        }
        let Some(connection) = self.connections.get_mut(index) else {
            return;
        };
        connection.is_queued = false;
        if connection.state != State::Reading || connection.has_output() {
            return;
        }
        if connection.codec.is_none()
            && connection.partial.is_none()
            && !connection.input.is_empty()
        {
            self.load_input(index);
        } else {
            // A transport that has bytes of its own.
            self.receive(events, index, false);
        }
    }
}

/// What the bytes of a message amount to.
enum Decoded {
    /// A whole request: `message` bytes of head and body, made of `consumed` bytes.
    Whole {
        head_bytes: usize,
        message: usize,
        consumed: usize,
    },
    /// A part of one, which are that many bytes.
    Part(Phase, usize),
    /// A whole request, of so many bytes, whose body is on disk.
    Spooled(Box<Spooled>, usize),
}

/// The body behind a complete head.
#[inline]
fn decode_body(
    head: &mut kargo_http::RequestHead,
    head_bytes: usize,
    bytes: &mut [u8],
    limits: &Limits,
    gate: Option<&mut (dyn BodyGate + 'static)>,
) -> Result<Decoded, UploadError> {
    let place = match (gate, head.has_body()) {
        (Some(gate), true) => gate.place(head, bytes),
        _ => BodyPlace::Memory,
    };
    let elsewhere = match place {
        BodyPlace::Memory => None,
        BodyPlace::Upload(settings) => Some((settings, true)),
        BodyPlace::Disk(settings) => Some((settings, false)),
    };
    if let Some((settings, is_form)) = elsewhere {
        let spooled = Spooled::new(head, head_bytes, bytes, settings, is_form, limits)?;
        let mut spooled = Box::new(spooled);
        let body = bytes.get(head_bytes..).unwrap_or_default();
        return Ok(match spooled.take(body)? {
            Some(consumed) => Decoded::Spooled(spooled, head_bytes + consumed),
            None => Decoded::Part(Phase::Spooled(spooled), head_bytes),
        });
    }
    match head.body_framing() {
        BodyFraming::None => Ok(Decoded::Whole {
            head_bytes,
            message: head_bytes,
            consumed: head_bytes,
        }),
        BodyFraming::Length(length) => {
            if length > limits.body_bytes {
                return Err(DecodeError::BodyTooLarge.into());
            }
            let end = usize::try_from(length)
                .ok()
                .and_then(|length| head_bytes.checked_add(length))
                .ok_or(DecodeError::BodyTooLarge)?;
            if bytes.len() >= end {
                return Ok(Decoded::Whole {
                    head_bytes,
                    message: end,
                    consumed: end,
                });
            }
            let head = head.clone();
            Ok(Decoded::Part(
                Phase::Length {
                    head,
                    head_bytes,
                    end,
                },
                bytes.len(),
            ))
        }
        BodyFraming::Chunked => {
            let decoder = BodyDecoder::new(BodyFraming::Chunked, limits);
            decode_chunks(head, head_bytes, head_bytes, decoder, bytes)
        }
    }
}

/// Moves the data of chunks together, behind the head and what was moved there before.
fn decode_chunks(
    head: &mut kargo_http::RequestHead,
    head_bytes: usize,
    mut data_end: usize,
    mut decoder: BodyDecoder,
    bytes: &mut [u8],
) -> Result<Decoded, UploadError> {
    let mut at = data_end;
    loop {
        match decoder.decode(&bytes[at..])? {
            BodyEvent::Data { consumed, data } => {
                let data = at + data.start..at + data.end;
                let len = data.len();
                bytes.copy_within(data, data_end);
                data_end += len;
                at += consumed;
            }
            BodyEvent::More { .. } => {
                let head = head.clone();
                let phase = Phase::Chunked {
                    head,
                    head_bytes,
                    data_end,
                    decoder,
                };
                return Ok(Decoded::Part(phase, data_end));
            }
            BodyEvent::End { consumed } => {
                return Ok(Decoded::Whole {
                    head_bytes,
                    message: data_end,
                    consumed: at + consumed,
                });
            }
        }
    }
}
