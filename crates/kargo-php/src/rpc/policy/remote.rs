//! What policies ask of a server.

use std::rc::Rc;
use std::time::Duration;

use kargo_policy::redis::{Bucket, Claim, Keys, Location};
use kargo_policy::{Begun, Digest, Rate};

use crate::redis::{LONGEST_ANSWER, Silence, Use, ask, client_for, tell, with_client};
use crate::rpc::policy::keep::Purpose;
use crate::serve::runtime::{self, Runtime};

/// What the log says of it.
static USE: Use = Use {
    what: "the store of limits and kept answers",
    meanwhile: "limits and results are those of this machine, and calls with an idempotency key are refused",
    setting: "store:",
    commands: "+eval +evalsha +get +set +del +time +ping +select",
};

/// A server that keeps the state of one Api.
#[derive(Debug)]
pub(crate) struct Remote {
    client: usize,
    keys: Keys,
    lease: Duration,
    /// Longest answer that is kept.
    longest: usize,
}

/// A claim that this process holds. It is given up when this is dropped.
#[derive(Debug)]
pub(crate) struct Claimed {
    claim: Claim,
    number: u64,
    client: usize,
    lease: Duration,
    longest: usize,
    /// It has ended otherwise.
    is_over: bool,
}

impl Remote {
    /// A server for the Api of this title and version. Nothing is connected yet.
    pub(crate) fn new(
        location: &Rc<Location>,
        (title, version): (&str, &str),
        longest: usize,
    ) -> Self {
        Self {
            client: client_for(location, &USE),
            keys: Keys::new(location.prefix(), title, version),
            lease: location.lease(),
            longest: longest.min(LONGEST_ANSWER),
        }
    }

    /// The bucket of what `parts` name together.
    pub(crate) fn bucket(&self, parts: &[&[u8]], rate: Rate) -> Bucket {
        Bucket {
            key: self.keys.bucket(parts),
            rate,
        }
    }

    /// Takes a token from each bucket, or none and says how long to wait. `None`: the server is away.
    pub(crate) fn take(&self, buckets: &[Bucket]) -> Option<Result<(), Duration>> {
        Bucket::taken(&ask(self.client, Bucket::take(buckets)).ok()?)
    }

    /// Gives back what was taken.
    pub(crate) fn give_back(&self, buckets: &[Bucket]) {
        if !buckets.is_empty() {
            tell(self.client, Bucket::give_back(buckets), Duration::ZERO);
        }
    }

    /// Asks for an answer, or for the right to make it. `time`: how long making it may take at most. `None`: the server is
    /// away.
    pub(crate) fn begin(
        &self,
        purpose: Purpose,
        key: &Digest,
        check: Digest,
        time: Option<Duration>,
    ) -> Option<Begun<Claimed>> {
        /// A method that is ended has a second to tidy up.
        const TIDY: Duration = Duration::from_secs(5);
        let key = match purpose {
            Purpose::Cache => self.keys.result(key),
            Purpose::Idempotent => self.keys.answer(key),
        };
        let lease = time.map_or(self.lease, |time| self.lease.min(time + TIDY));
        let claim = Claim::new(key, check)?;
        let reply = match ask(self.client, claim.begin(lease)) {
            Ok(reply) => reply,
            Err(Silence::Unasked) => return None,
            Err(Silence::Unanswered) => {
                tell(self.client, claim.abandon(), lease);
                return None;
            }
        };
        let claimed = |claim: Claim| {
            let number = runtime::with(Runtime::new_key);
            with_client(self.client, |client, events| {
                client.hold(events, number, claim.clone());
            });
            Claimed {
                claim,
                number,
                client: self.client,
                lease: self.lease,
                longest: self.longest,
                is_over: false,
            }
        };
        Some(match claim.begun(reply)? {
            Begun::Mine(claim) => Begun::Mine(claimed(claim)),
            Begun::Done(contents) => Begun::Done(contents),
            Begun::Busy => Begun::Busy,
            Begun::Mismatch => Begun::Mismatch,
            Begun::Unavailable => Begun::Unavailable,
        })
    }
}

impl Claimed {
    /// Keeps the answer for `time`. What is too long is not kept; of an answer to an idempotent call it is kept that there
    /// was one.
    pub(crate) fn finish(mut self, purpose: Purpose, answer: &[u8], time: Duration) {
        let command = if answer.len() <= self.longest {
            self.claim.finish(answer, time)
        } else if purpose == Purpose::Idempotent {
            self.claim.lose(time)
        } else {
            return;
        };
        self.is_over = true;
        with_client(self.client, |client, _| client.release(self.number));
        tell(self.client, command, self.lease);
    }
}

impl Drop for Claimed {
    fn drop(&mut self) {
        if !self.is_over {
            with_client(self.client, |client, _| client.release(self.number));
            tell(self.client, self.claim.abandon(), self.lease);
        }
    }
}
