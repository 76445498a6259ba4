//! Answers that go out in pieces, as fast as their client takes them.
//!
//! [`Streamed::write`] takes every piece, and says whether there is room for more. Where there is none, the stack that
//! makes the pieces waits ([`Streamed::wait`]) while others run.

use kargo_net::{Answer, AnswerError, RequestId, StreamState};

use crate::serve::runner;
use crate::serve::runtime::{self, Runtime};
use crate::serve::wait::{self, Wake};

/// A streamed answer in progress.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Streamed(RequestId);

impl Streamed {
    /// Begins an answer; its head goes out with the first piece, or now if there is nothing else to send.
    ///
    /// # Errors
    /// The client is gone, or the head can't be sent.
    pub(crate) fn begin(
        runtime: &mut Runtime,
        id: RequestId,
        answer: &Answer<'_>,
    ) -> Result<Self, AnswerError> {
        let (Some(serving), Some(events)) = (runtime.serving.as_mut(), runtime.events.as_mut())
        else {
            return Err(AnswerError::Gone);
        };
        serving.net.begin(events, id, answer, None)?;
        serving.net.flush(events, id)?;
        Ok(Self(id))
    }

    /// Sends a piece. `false`: the client has not taken what was sent before, so wait before the next one.
    ///
    /// # Errors
    /// The client is gone.
    pub(crate) fn write(self, runtime: &mut Runtime, piece: &[u8]) -> Result<bool, AnswerError> {
        let (Some(serving), Some(events)) = (runtime.serving.as_mut(), runtime.events.as_mut())
        else {
            return Err(AnswerError::Gone);
        };
        let state = serving.net.write(events, self.0, piece)?;
        Ok(state == StreamState::Ready)
    }

    /// Waits until the client takes more, or is gone: the server ends one that takes nothing. `Err`: the process stops.
    pub(crate) fn wait(self) -> Result<(), ()> {
        let key = runtime::with(|runtime| {
            let key = runtime.new_key();
            runtime.full.insert(self.0, key);
            key
        });
        let woken = wait::wait_quietly(key, runner::LONGEST);
        runtime::with(|runtime| runtime.full.remove(&self.0));
        woken.map(drop).ok_or(())
    }

    /// Ends the answer.
    pub(crate) fn end(self, runtime: &mut Runtime) {
        if let (Some(serving), Some(events)) = (runtime.serving.as_mut(), runtime.events.as_mut()) {
            // A client that is gone needs no end.
            let _gone = serving.net.end(events, self.0);
        }
    }

    /// Breaks the answer off by closing the connection, so that the client sees that it is not whole.
    pub(crate) fn abandon(self, runtime: &mut Runtime) {
        if let (Some(serving), Some(events)) = (runtime.serving.as_mut(), runtime.events.as_mut()) {
            serving.net.abandon(events, self.0);
        }
    }
}

impl Runtime {
    /// Lets those go on who wait for a client: it takes more, or is gone.
    #[inline]
    pub(crate) fn wake_streams(&mut self) {
        if !self.full.is_empty() {
            self.wake_waiting_streams();
        }
    }

    fn wake_waiting_streams(&mut self) {
        let Some(serving) = self.serving.as_mut() else {
            return;
        };
        let mut ready: Vec<RequestId> =
            std::iter::from_fn(|| serving.net.take_writable()).collect();
        ready.extend(self.full.keys().filter(|id| !serving.is_connected(**id)));
        for id in ready {
            if let Some(key) = self.full.remove(&id) {
                self.wake(key, Wake::Woken);
            }
        }
    }
}
