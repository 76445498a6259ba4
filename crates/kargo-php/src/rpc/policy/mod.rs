//! What is enforced before a method runs, whatever the protocol: limits, credentials, results and answers that are kept,
//! time.
//!
//! | module | is |
//! |---|---|
//! | `read` | from attributes and the Api's options to a [`Policy`], once, at export |
//! | `access`, `scheme`, `identity` | who calls, and whether he may |
//! | `keep`, `flights` | `#[Cache]` and `#[Idempotent]`; equal calls that come at once run one time |
//! | `canonical` | which calls are equal |
//! | `request` | headers and addresses |
//! | `describe` | those as plain data, for documents |
//! | `shared` | the tables of all workers, and the news between them |
//! | `remote` | a server in their place, for several machines |
//! | `claim` | one of the two |
//!
//! Every door calls [`invoke`](super::invoke::invoke), and that asks here: [`admit`] before arguments are looked at,
//! [`call`] in place of the method. A method without a policy costs one comparison. A refusal is a
//! [`Failure`] with a [`Refusal`](super::failure::Refusal), for doors that speak HTTP.

mod access;
mod canonical;
mod claim;
mod describe;
mod flights;
mod identity;
mod keep;
mod read;
mod remote;
mod request;
mod scheme;
mod shared;

use std::rc::Rc;
use std::time::Duration;

use kargo_policy::redis::Bucket;
use kargo_policy::{Rate, monotonic_nanos};
use kargo_rpc::description::RefusalKind;

use crate::engine::Zv;
use crate::log::Level;
use crate::rpc::api::{Api, Method};
use crate::rpc::encode_as::Form;
use crate::rpc::failure::Failure;
use crate::serve::{current, deadline};

pub(crate) use access::Access;
pub(crate) use describe::{policies_of, schemes_of};
pub(crate) use identity::{Credentials, current_caller};
pub(crate) use keep::Keeping;
pub(crate) use read::attach;
pub(crate) use request::Proxies;
pub(crate) use scheme::{Authenticator, read as read_auth};
pub(crate) use shared::{Shared, wake_listeners};

use access::{refused, refused_for};
use identity::Credentials as Known;

/// What is enforced for one method.
#[derive(Debug)]
pub(crate) struct Policy {
    shared: Rc<Shared>,
    limits: Vec<Limit>,
    /// `None`: anybody may call.
    pub(crate) access: Option<Access>,
    timeout: Option<Duration>,
    cache: Option<Keeping>,
    idempotent: Option<Keeping>,
    /// Without an idempotency key a call is refused.
    requires_key: bool,
    /// Whether the method has to know its caller, or may ask for him.
    has_auth: bool,
}

/// A token bucket for each client, each caller, or all.
#[derive(Debug)]
struct Limit {
    rate: Rate,
    by: By,
    /// Whose limit it is: a method's or a class's.
    of: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    Client,
    Caller,
    All,
}

/// Gives up what is kept between requests, when the script ends.
pub(super) fn clear() {
    access::clear();
    flights::clear();
    shared::clear();
    keep::clear();
}

/// Whole seconds that are enough.
fn seconds_up(time: Duration) -> u64 {
    time.as_secs() + u64::from(time.subsec_nanos() != 0)
}

/// Lets a call pass, or says why not. Its arguments have not been looked at.
#[cold]
#[inline(never)]
pub(crate) fn admit(api: &Api, policy: &Policy) -> Result<(), Failure> {
    let mut taken = Taken::default();
    // Whoever calls too often is refused before his credentials are verified.
    policy.take(api, &mut taken, false)?;
    match &policy.access {
        Some(access) => access.check(api, &policy.shared)?,
        None if policy.has_auth => {
            access::identify(api, &policy.shared);
        }
        None => {}
    }
    policy.take(api, &mut taken, true)
}

/// Tokens that were taken for a call.
#[derive(Debug, Default)]
struct Taken {
    here: Vec<(u64, Rate)>,
    remote: Vec<Bucket>,
}

impl Policy {
    /// Takes a token from each bucket: from those of callers, or from the others.
    fn take(&self, api: &Api, taken: &mut Taken, of_callers: bool) -> Result<(), Failure> {
        let limits = self.limits.iter();
        let limits = limits.filter(|limit| (limit.by == By::Caller) == of_callers);
        if let Some(remote) = &self.shared.remote {
            let bucket = |limit: &Limit| {
                let who = limit.who(api, &self.shared);
                remote.bucket(&[&limit.of, &[limit.by as u8], &who], limit.rate)
            };
            let buckets: Vec<Bucket> = limits.clone().map(bucket).collect();
            if buckets.is_empty() {
                return Ok(());
            }
            match remote.take(&buckets) {
                Some(Ok(())) => {
                    taken.remote.extend(buckets);
                    return Ok(());
                }
                Some(Err(wait)) => return Err(self.too_many(taken, wait)),
                // The limits hold on this machine as long as it is away.
                None => {}
            }
        }
        for limit in limits {
            let who = limit.who(api, &self.shared);
            let by = [limit.by as u8];
            let key = self.shared.buckets.key(&[&limit.of, &by, &who]);
            match self
                .shared
                .buckets
                .take(key, &limit.rate, monotonic_nanos())
            {
                Ok(()) => taken.here.push((key, limit.rate)),
                Err(wait) => return Err(self.too_many(taken, wait)),
            }
        }
        Ok(())
    }

    /// A refusal. What one limit refuses does not count for the others.
    fn too_many(&self, taken: &Taken, wait: Duration) -> Failure {
        let now = monotonic_nanos();
        for (key, rate) in &taken.here {
            self.shared.buckets.give_back(*key, rate, now);
        }
        if let Some(remote) = &self.shared.remote {
            remote.give_back(&taken.remote);
        }
        refused_for(RefusalKind::TooMany, seconds_up(wait))
    }
}

impl Limit {
    /// Whose bucket it is.
    fn who(&self, api: &Api, shared: &Shared) -> Vec<u8> {
        match self.by {
            By::All => Vec::new(),
            By::Client => request::client_key(request::client(&api.proxies)),
            By::Caller => who_calls(api, shared),
        }
    }
}

/// The caller's name, apart from all addresses; the client's address where there is none.
fn who_calls(api: &Api, shared: &Shared) -> Vec<u8> {
    match access::identify(api, shared) {
        Known::Of(identity) => [b"=", identity.name.as_bytes()].concat(),
        _ => [
            b"@",
            &request::client_key(request::client(&api.proxies))[..],
        ]
        .concat(),
    }
}

/// Calls a method that has a policy: `run` calls it, with the arguments that lie at `first`, into `result`.
#[cold]
#[inline(never)]
pub(crate) fn call(
    api: &Api,
    method: &Method,
    policy: &Policy,
    (first, count): (Zv, u32),
    result: Zv,
    run: &dyn Fn(Zv) -> Result<Form, Failure>,
) -> Result<Form, Failure> {
    let timed = |result: Zv| match policy.timeout {
        None => run(result),
        Some(time) => within(time, method, || run(result)),
    };
    keep::answer(api, method, policy, (first, count), result, &timed)
}

/// Runs a method that has so much time.
fn within(
    time: Duration,
    method: &Method,
    run: impl FnOnce() -> Result<Form, Failure>,
) -> Result<Form, Failure> {
    deadline::begin(time);
    let called = run();
    let is_over = deadline::end();
    if is_over && called.is_err() {
        let name = String::from_utf8_lossy(&method.name);
        current::report(
            Level::Warning,
            "a method was ended, since it took longer than its limit",
            &[
                ("method", &name),
                ("seconds", &time.as_secs_f64().to_string()),
            ],
        );
        return Err(refused(RefusalKind::TimedOut));
    }
    called
}
