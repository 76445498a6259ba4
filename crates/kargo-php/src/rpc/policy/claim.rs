//! The right to make an answer, and the wait for one that another process makes: in the tables of this machine, or in the
//! server that several machines share.

use std::time::Duration;

use kargo_policy::{Begun, Digest, Request, Store, Ticket, is_alive, monotonic_nanos};

use crate::rpc::policy::keep::Purpose;
use crate::rpc::policy::remote::{Claimed, Remote};
use crate::rpc::policy::shared::{self, LOOK, Shared};
use crate::serve::runtime::{self, Runtime};
use crate::serve::wait::{self, Wake};

/// The right to make an answer, given back when this is dropped.
#[derive(Debug)]
pub(super) struct Claim<'a> {
    purpose: Purpose,
    shared: &'a Shared,
    held: Option<Held>,
}

#[derive(Debug)]
enum Held {
    Here(Ticket),
    Remote(Claimed),
}

impl<'a> Claim<'a> {
    /// Asks the tables of this machine for an answer, or for the right to make it.
    pub(super) fn begin(
        shared: &'a Shared,
        purpose: Purpose,
        (key, check): (Digest, Digest),
        patience: Duration,
    ) -> Begun<Self> {
        let now = monotonic_nanos();
        let request = Request {
            key,
            check,
            owner: std::process::id().cast_signed(),
            now,
            until: match purpose {
                Purpose::Cache => now.saturating_add(nanos(patience)),
                Purpose::Idempotent => u64::MAX,
            },
        };
        let begun = store(shared, purpose).begin(&request, is_alive);
        held(begun, |ticket| Self {
            purpose,
            shared,
            held: Some(Held::Here(ticket)),
        })
    }

    /// Asks the server. `None`: it is away.
    pub(super) fn begin_remote(
        shared: &'a Shared,
        remote: &Remote,
        purpose: Purpose,
        (key, check): (Digest, Digest),
        time: Option<Duration>,
    ) -> Option<Begun<Self>> {
        let begun = remote.begin(purpose, &key, check, time)?;
        Some(held(begun, |claimed| Self {
            purpose,
            shared,
            held: Some(Held::Remote(claimed)),
        }))
    }

    /// Keeps the answer for so long.
    pub(super) fn finish(mut self, kept: &[u8], time: Duration) {
        match self.held.take() {
            Some(Held::Here(ticket)) => {
                let expires = monotonic_nanos().saturating_add(nanos(time));
                if store(self.shared, self.purpose).finish(&ticket, kept, expires) {
                    self.shared.tell();
                }
            }
            Some(Held::Remote(claimed)) => claimed.finish(self.purpose, kept, time),
            None => {}
        }
    }
}

impl Drop for Claim<'_> {
    fn drop(&mut self) {
        if let Some(Held::Here(ticket)) = &self.held
            && store(self.shared, self.purpose).abandon(ticket)
        {
            self.shared.tell();
        }
    }
}

const fn store(shared: &Shared, purpose: Purpose) -> &Store {
    match purpose {
        Purpose::Cache => &shared.results,
        Purpose::Idempotent => &shared.answers,
    }
}

fn held<T, R>(begun: Begun<T>, claim: impl FnOnce(T) -> R) -> Begun<R> {
    match begun {
        Begun::Mine(held) => Begun::Mine(claim(held)),
        Begun::Done(contents) => Begun::Done(contents),
        Begun::Busy => Begun::Busy,
        Begun::Mismatch => Begun::Mismatch,
        Begun::Unavailable => Begun::Unavailable,
    }
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

/// Pauses between two looks at an answer that another process makes.
///
/// In the tables of this machine there is news when it is made. A server is asked again, after a time that doubles: of each
/// answer one call per worker does so, five times a second at most, which also finds out that the other one has died, or
/// that the server was started anew; messages of its own could be lost then.
#[derive(Debug)]
pub(super) struct Pause(Duration);

const FIRST: Duration = Duration::from_millis(10);

impl Pause {
    pub(super) const fn new() -> Self {
        Self(FIRST)
    }

    /// Waits for news, or for a time. `None`: that is not possible here. `Some(None)`: the process stops.
    pub(super) fn wait(&mut self, shared: &Shared, left: Duration) -> Option<Option<Wake>> {
        if shared.remote.is_some() {
            let key = runtime::with(Runtime::new_key);
            let woken = wait::wait_quietly(key, left.min(self.0));
            self.0 = (self.0 * 2).min(LOOK);
            return Some(woken);
        }
        let listener = shared.listen()?;
        let woken = wait::wait_quietly(listener, left.min(LOOK));
        shared::forget(listener);
        Some(woken)
    }
}
