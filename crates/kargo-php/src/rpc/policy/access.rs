//! Who may call: the credentials of the request, read once, against what a method asks for.

use std::collections::HashMap;
use std::net::IpAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use kargo_policy::credentials::Authorization;
use kargo_policy::{Digest, Rate, monotonic_nanos};
use kargo_rpc::description::RefusalKind;

use crate::engine::Global;
use crate::rpc::api::Api;
use crate::rpc::failure::{Failure, Refusal};
use crate::rpc::policy::identity::{Credentials, Identity, Scheme};
use crate::rpc::policy::request;
use crate::rpc::policy::scheme::{Authenticator, Verdict};
use crate::rpc::policy::seconds_up;
use crate::rpc::policy::shared::Shared;
use crate::serve::current;

/// Whom a method is for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Access {
    /// Any scheme of the Api's, if empty.
    pub(crate) schemes: Vec<Scheme>,
    /// Anybody who is known, if empty.
    pub(crate) roles: Vec<String>,
}

/// Verifications that are remembered, in each worker.
const REMEMBERED: usize = 4096;

struct Remembered {
    identity: Rc<Identity>,
    until: Instant,
}

static REMEMBER: Global<HashMap<Digest, Remembered>> = Global::new();

/// Gives up everything, when the script ends.
pub(super) fn clear() {
    drop(REMEMBER.replace(None));
}

/// Wrong credentials from one client before the next ones are not even looked at: a password is expensive to verify, and
/// nobody shall try them all.
const WRONG: (u32, Duration) = (30, Duration::from_secs(60));

/// Who the current request is from.
pub(super) fn identify(api: &Api, shared: &Shared) -> Credentials {
    let known = current::with(|current| current.caller.clone());
    if !matches!(known, Credentials::Unread) {
        return known;
    }
    let read = read(api, shared);
    current::with(|current| current.caller = read.clone());
    read
}

fn read(api: &Api, shared: &Shared) -> Credentials {
    let authorization = request::header("authorization");
    let authorization = authorization.as_deref().and_then(Authorization::parse);
    let shown = api.auth.iter().find_map(|authenticator| {
        Some((authenticator, authenticator.shown(authorization.as_ref())?))
    });
    let Some((authenticator, shown)) = shown else {
        return Credentials::Absent;
    };
    let digest = authenticator.digest(&shown);
    if let Some(identity) = remembered(&digest) {
        return Credentials::Of(identity);
    }
    let client: Option<IpAddr> = request::client(&api.proxies);
    let key = shared
        .buckets
        .key(&[b"wrong", &request::client_key(client)]);
    let rate = Rate::new(WRONG.0, WRONG.1);
    if let Some(rate) = &rate {
        let wait = shared.buckets.wait(key, rate, monotonic_nanos());
        if !wait.is_zero() {
            return Credentials::Postponed(seconds_up(wait));
        }
    }
    match authenticator.verify(&shown) {
        Verdict::Of(identity, time) => {
            let identity = Rc::new(identity);
            remember(digest, Rc::clone(&identity), time);
            Credentials::Of(identity)
        }
        Verdict::Wrong => {
            if let Some(rate) = &rate {
                // Whether it was the last one is seen the next time.
                let _taken = shared.buckets.take(key, rate, monotonic_nanos());
            }
            Credentials::Refused
        }
        Verdict::Failed => Credentials::Failed,
    }
}

fn remembered(digest: &Digest) -> Option<Rc<Identity>> {
    REMEMBER.with_or(HashMap::new, |known| {
        let found = known.get(digest)?;
        (found.until > Instant::now()).then(|| Rc::clone(&found.identity))
    })
}

fn remember(digest: Digest, identity: Rc<Identity>, time: Duration) {
    let now = Instant::now();
    let until = now + time;
    REMEMBER.with_or(HashMap::new, |known| {
        if known.len() >= REMEMBERED {
            known.retain(|_, other| other.until > now);
        }
        if known.len() >= REMEMBERED {
            known.clear();
        }
        known.insert(digest, Remembered { identity, until });
    });
}

impl Access {
    /// Lets the current request pass, or says why not.
    pub(super) fn check(&self, api: &Api, shared: &Shared) -> Result<(), Failure> {
        match identify(api, shared) {
            Credentials::Of(identity) => {
                if !self.accepts(identity.scheme) {
                    return Err(self.unauthenticated(&api.auth));
                }
                if !self.roles.is_empty() && !identity.has_one_of(&self.roles) {
                    return Err(refused(RefusalKind::Forbidden));
                }
                Ok(())
            }
            Credentials::Postponed(seconds) => Err(refused_for(RefusalKind::TooMany, seconds)),
            Credentials::Failed => Err(Failure::internal()),
            Credentials::Unread | Credentials::Absent | Credentials::Refused => {
                Err(self.unauthenticated(&api.auth))
            }
        }
    }

    pub(super) fn accepts(&self, scheme: Scheme) -> bool {
        self.schemes.is_empty() || self.schemes.contains(&scheme)
    }

    fn unauthenticated(&self, auth: &[Authenticator]) -> Failure {
        let challenges = auth
            .iter()
            .filter(|it| self.accepts(it.scheme))
            .map(Authenticator::challenge)
            .collect();
        refused_with(RefusalKind::Unauthenticated, None, challenges)
    }
}

/// A failure by a policy.
pub(super) fn refused(kind: RefusalKind) -> Failure {
    refused_with(kind, None, Vec::new())
}

/// The same, with the seconds until a call may pass.
pub(super) fn refused_for(kind: RefusalKind, seconds: u64) -> Failure {
    refused_with(kind, Some(seconds), Vec::new())
}

fn refused_with(kind: RefusalKind, retry_after: Option<u64>, challenges: Vec<String>) -> Failure {
    Failure::refused(Refusal {
        kind,
        retry_after,
        challenges,
    })
}
