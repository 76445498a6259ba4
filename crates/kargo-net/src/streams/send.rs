//! Bytes to sockets.

use std::fmt;
use std::time::Instant;

use kargo_loop::EventLoop;

use super::StreamEvent;
use super::StreamId;
use super::Streams;
use super::stream::Direction;
use super::stream::Phase;
use super::stream::Stream;
use crate::sys::is_temporary;

/// So much is sent without waiting for the end of the turn; and what a buffer may keep when it is empty.
const SEND_BYTES: usize = 64 << 10;

/// Why nothing of a write was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WriteError {
    /// The output is at its high mark: [`StreamEvent::Drained`] comes.
    Full,
    /// The stream was closed, our side was ended, or sending has failed.
    Over,
}

impl fmt::Display for WriteError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Full => "the peer takes too little: the output is full",
            Self::Over => "nothing can be sent any more",
        })
    }
}

impl std::error::Error for WriteError {}

impl Streams {
    /// Queues bytes, which are sent at the end of the turn. All of them are taken, also if they reach beyond the high
    /// mark; `Ok(false)` says that no more will be before [`StreamEvent::Drained`].
    ///
    /// # Errors
    /// [`WriteError`]; nothing was taken then.
    pub fn write(
        &mut self,
        events: &mut EventLoop,
        id: StreamId,
        bytes: &[u8],
    ) -> Result<bool, WriteError> {
        let stream = self.writable(id)?;
        if stream.queued() >= stream.options.output_high {
            if !stream.is_blocked {
                self.flush(events, id);
            }
            let stream = self.writable(id)?;
            if stream.queued() >= stream.options.output_high {
                return Err(WriteError::Full);
            }
        }
        let stream = self.writable(id)?;
        stream.append_output(bytes);
        stream.owes_drained = true;
        if stream.queued() >= SEND_BYTES && !stream.is_blocked {
            self.flush(events, id);
        } else {
            self.send_at_end_of_turn(id);
        }
        let stream = self.writable(id)?;
        Ok(stream.queued() < stream.options.output_high)
    }

    fn writable(&mut self, id: StreamId) -> Result<&mut Stream, WriteError> {
        self.open_mut(id)
            .filter(|stream| !stream.writing.is_over && !stream.ends_when_sent)
            .ok_or(WriteError::Over)
    }

    /// How many bytes are still to be sent.
    pub fn queued(&self, id: StreamId) -> usize {
        self.open(id).map_or(0, Stream::queued)
    }

    /// Ends our side once everything is sent. The peer may go on sending.
    pub fn end(&mut self, id: StreamId) {
        if let Some(stream) = self.open_mut(id)
            && !stream.writing.is_over
        {
            stream.ends_when_sent = true;
            self.send_at_end_of_turn(id);
        }
    }

    fn send_at_end_of_turn(&mut self, id: StreamId) {
        if let Some(stream) = self.streams.get_mut(id.0)
            && !stream.is_unsent
            && !stream.is_blocked
        {
            stream.is_unsent = true;
            self.unsent.push(id);
        }
    }

    /// Sends what the kernel takes, now.
    pub fn flush(&mut self, events: &mut EventLoop, id: StreamId) {
        let Some(stream) = self.streams.get_mut(id.0) else {
            return;
        };
        if !stream.writing.is_active() || !matches!(stream.phase, Phase::Open | Phase::Closing) {
            return;
        }
        let had = stream.queued();
        let result = stream.send();
        let has_moved = stream.queued() != had;
        if let Err(error) = result {
            return self.fail(events, id, Direction::Writing, error);
        }
        if stream.owes_drained && stream.queued() <= stream.options.output_low {
            stream.owes_drained = false;
            self.tell(id, StreamEvent::Drained);
        }
        self.after_sending(events, id, has_moved);
    }

    /// The kernel takes something.
    pub(super) fn has_room(&mut self, events: &mut EventLoop, id: StreamId) {
        if let Some(stream) = self.streams.get_mut(id.0) {
            stream.awaits_room = false;
            self.flush(events, id);
        }
    }

    fn after_sending(&mut self, events: &mut EventLoop, id: StreamId, has_moved: bool) {
        let Some(stream) = self.streams.get_mut(id.0) else {
            return;
        };
        if stream.is_blocked {
            if matches!(stream.phase, Phase::Open)
                && (has_moved || stream.writing.deadline.is_none())
            {
                self.start_write_timeout(events, id, Instant::now());
            }
            return self.update_watch(events, id);
        }
        if matches!(stream.phase, Phase::Closing) {
            return self.all_is_sent(events, id);
        }
        stream.writing.deadline = None;
        if stream.ends_when_sent {
            stream.writing.is_over = true;
            if let Err(error) = stream.transport.shutdown_write() {
                stream.writing.error = Some(error);
                self.tell(id, StreamEvent::Failed(Direction::Writing));
            }
        }
        self.update_watch(events, id);
    }
}

impl Stream {
    fn append_output(&mut self, bytes: &[u8]) {
        // Moving what is left costs no more than what was sent before.
        if self.sent != 0 && self.sent >= self.queued() {
            self.output.drain(..self.sent);
            self.sent = 0;
        }
        self.output.extend_from_slice(bytes);
    }

    /// Sends until there is nothing left or the kernel takes no more.
    fn send(&mut self) -> std::io::Result<()> {
        self.is_blocked = false;
        while self.has_output() {
            let result = if self.queued() == 0 {
                self.transport.flush().map(|()| 0)
            } else {
                self.transport.write(&self.output[self.sent..])
            };
            match result {
                Ok(sent) => {
                    self.sent += sent;
                    if self.queued() == 0 {
                        self.sent = 0;
                        self.output.clear();
                        if self.output.capacity() > SEND_BYTES {
                            self.output = Vec::new();
                        }
                    } else if self.transport.is_plain() {
                        // It took less than there was: it has no room.
                        self.is_blocked = true;
                        return Ok(());
                    }
                }
                Err(error) if is_temporary(&error) => {
                    self.is_blocked = true;
                    return Ok(());
                }
                Err(error) => return Err(error),
            }
        }
        // An idle connection owns no buffer.
        self.output = Vec::new();
        Ok(())
    }
}
