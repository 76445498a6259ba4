//! Runs within runs: a callback runs the loop that called it.
//!
//! The stack of the callback is parked like that of any other that waits, and the loop goes on below somebody else; the
//! inner run is over when nothing is left to run for, or when it is told to end. So inner runs cost no stack, and what
//! waits elsewhere goes on meanwhile.

use crate::engine::Thrown;
use crate::engine::throw::{class, throw};
use crate::serve::runtime::{self, Failure, Runtime};
use crate::serve::server;
use crate::serve::wait::{self, Wake};

/// Runs within runs at most: each holds a stack, and a callback that always runs the loop would never end.
const DEEPEST: usize = 256;

/// The inner runs of the loop, innermost last.
#[derive(Debug, Default)]
pub(crate) struct InnerRuns {
    /// What each waits for.
    keys: Vec<u64>,
    /// Runs that ended because a callback failed, until they tell.
    failures: Vec<(u64, Failure)>,
    /// The innermost run, or the outermost if there is no other, is to end after the callback in progress.
    is_breaking: bool,
}

impl Runtime {
    pub(crate) fn has_inner_runs(&self) -> bool {
        !self.inner.keys.is_empty()
    }

    /// Ends the innermost run, because of a failure or not. Gives the failure back if there is no such run.
    fn end_innermost(&mut self, failure: Option<Failure>) -> Option<Failure> {
        let Some(key) = self.inner.keys.pop() else {
            return failure;
        };
        self.inner
            .failures
            .extend(failure.map(|failure| (key, failure)));
        self.wake(key, Wake::Woken);
        None
    }

    /// Ends the run in which a callback failed.
    pub(crate) fn fail(&mut self, failure: Failure) {
        if let Some(failure) = self.end_innermost(Some(failure)) {
            self.failure.get_or_insert(failure);
            self.is_stopping = true;
        }
    }

    /// Asks for the end of the innermost run after the callback in progress.
    pub(crate) fn break_run(&mut self) {
        self.inner.is_breaking = true;
    }

    /// A callback is over. `true`: so is the outermost run, at once.
    pub(crate) fn is_over_after_callback(&mut self) -> bool {
        self.obey_break();
        self.is_stopping
            && self.serving.is_none()
            && self.inner.keys.is_empty()
            && self.roles.awaited.is_none()
            && self.roles.ready.is_empty()
            && self.roles.can_stop()
    }

    /// Does what [`Self::break_run`] asked for.
    pub(crate) fn obey_break(&mut self) {
        if std::mem::take(&mut self.inner.is_breaking) {
            if self.has_inner_runs() {
                self.end_innermost(None);
            } else {
                self.is_stopping = true;
            }
        }
    }

    /// Ends the innermost run if nothing is left to run for. `true`: it has ended.
    pub(crate) fn end_idle_inner_run(&mut self) -> bool {
        let Some(innermost) = self.inner.keys.last().copied() else {
            return false;
        };
        let is_over = match &self.serving {
            Some(serving) => serving.is_finished(),
            None => {
                // What began to wait before the inner run is not its own.
                let waits = self.roles.parked.keys().any(|key| *key > innermost);
                self.is_stopping || (!waits && !self.has_registrations())
            }
        };
        if is_over {
            self.end_innermost(None);
        }
        is_over
    }

    /// A new run begins: nothing of an earlier one holds.
    pub(crate) fn forget_breaks(&mut self) {
        self.inner.is_breaking = false;
    }
}

/// Runs the loop within a callback of its own.
///
/// # Errors
/// What a callback threw; exit; or nothing can wait here.
pub(crate) fn run() -> Result<(), Thrown> {
    wait::reject_if_blocked()?;
    let key = runtime::with(|runtime| {
        if runtime.inner.keys.len() >= DEEPEST {
            return None;
        }
        let key = runtime.new_key();
        runtime.inner.keys.push(key);
        Some(key)
    });
    let Some(key) = key else {
        let message = format!("the loop runs within itself {DEEPEST} times already");
        return Err(throw(class::error(), &message));
    };
    let waited = wait::wait(key, None);
    let failure = runtime::with(|runtime| {
        let inner = &mut runtime.inner;
        inner.keys.retain(|other| *other != key);
        let index = inner.failures.iter().position(|(of, _)| *of == key)?;
        Some(inner.failures.swap_remove(index).1)
    });
    waited?;
    failure.map_or(Ok(()), Failure::raise)
}

/// `event_loopbreak()`: ends the innermost run after the callback in progress; a server drains.
pub(crate) fn break_run() {
    let is_server = runtime::with(|runtime| {
        let is_server = runtime.serving.is_some() && !runtime.has_inner_runs();
        if runtime.is_running && !is_server {
            runtime.break_run();
        }
        is_server
    });
    if is_server {
        server::stop();
    }
}
