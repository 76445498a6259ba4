//! `#[Cache]` and `#[Idempotent]`: answers that are kept for calls that come again, and calls that come at once.
//!
//! What is kept is a tape ([`kargo_rpc::tape`]), so whatever protocol a call comes in, it can have the answer of another.

use std::ffi::c_void;
use std::time::{Duration, Instant};

use kargo_policy::{Begun, Contents, Digest, Hasher};
use kargo_rpc::EncodeError;
use kargo_rpc::description::RefusalKind;
use kargo_rpc::tape::{self, TapeEncoder};

use crate::engine::callable::{Outcome, protect, take_exception};
use crate::engine::{Global, Kind, Zv};
use crate::rpc::api::{Api, Method};
use crate::rpc::encode_as::{self, Form};
use crate::rpc::failure::Failure;
use crate::rpc::policy::access::{refused, refused_for};
use crate::rpc::policy::canonical;
use crate::rpc::policy::claim::{Claim, Pause};
use crate::rpc::policy::flights::{self, Joined, Landed};
use crate::rpc::policy::shared::Shared;
use crate::rpc::policy::{Policy, request, who_calls};
use crate::rpc::stack::{ObjectsAs, ValueStack};
use crate::serve::{current, wait};

/// How long answers are kept, and what they depend on beside the arguments.
#[derive(Debug)]
pub(crate) struct Keeping {
    pub(super) time: Duration,
    pub(super) vary: Vec<Vary>,
}

#[derive(Debug)]
pub(super) enum Vary {
    Caller,
    Client,
    Header(String),
}

/// How long one call waits for another one's answer, if it has no time limit of its own.
const PATIENCE: Duration = Duration::from_secs(30);
/// The header of idempotency keys.
const KEY_HEADER: &str = "idempotency-key";
/// Longest idempotency key.
const LONGEST_KEY: usize = 255;

/// What a kept answer begins with.
const RESULT: u8 = 0;
const FAULT: u8 = 1;
/// The result has no form; it was sent as a fault then.
const FORMLESS: u8 = 2;

type Run<'a> = &'a dyn Fn(Zv) -> Result<Form, Failure>;

/// Memory for decoding, kept.
static STACK: Global<ValueStack> = Global::new();

/// Gives up everything, when the script ends.
pub(super) fn clear() {
    drop(STACK.replace(None));
}

/// Answers a call from what is kept, or by `run`.
pub(super) fn answer(
    api: &Api,
    method: &Method,
    policy: &Policy,
    arguments: (Zv, u32),
    result: Zv,
    run: Run<'_>,
) -> Result<Form, Failure> {
    if policy.cache.is_none() && policy.idempotent.is_none() {
        return run(result);
    }
    let keeper = Keeper {
        api,
        method,
        policy,
        shared: &policy.shared,
        patience: policy.timeout.unwrap_or(PATIENCE),
    };
    let Some(arguments) = tape_of(arguments.0, arguments.1) else {
        // Arguments without a form are equal to no others.
        return run(result);
    };
    match &policy.idempotent {
        Some(keeping) => keeper.idempotent(keeping, &arguments, result, run),
        None => keeper.cached(&arguments, result, run),
    }
}

struct Keeper<'a> {
    api: &'a Api,
    method: &'a Method,
    policy: &'a Policy,
    shared: &'a Shared,
    patience: Duration,
}

/// How the search for an answer ended.
enum Found<'a> {
    Answer(Vec<u8>),
    /// The caller has to make it, and others wait.
    Mine(Claim<'a>, flights::Own),
    /// The caller has to make one for itself.
    None,
    /// The store can't be asked.
    Away,
    Failed(Failure),
}

/// What is different between results that are cached and answers to idempotent calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    Cache,
    Idempotent,
}

impl Keeper<'_> {
    fn cached(&self, arguments: &[u8], result: Zv, run: Run<'_>) -> Result<Form, Failure> {
        let Some(keeping) = &self.policy.cache else {
            return run(result);
        };
        let mut hasher = Hasher::new();
        hasher.part(&self.method.name);
        for vary in &keeping.vary {
            let what = match vary {
                Vary::Caller => who_calls(self.api, self.shared),
                Vary::Client => request::client_key(request::client(&self.api.proxies)),
                Vary::Header(name) => match request::header(name) {
                    Some(value) => [b"=", &value[..]].concat(),
                    None => Vec::new(),
                },
            };
            hasher.part(&what);
        }
        hasher.part(arguments);
        let key = hasher.finish();
        match self.find(Purpose::Cache, key, Digest::default()) {
            Found::Answer(kept) => replay(&kept, result).unwrap_or_else(|| run(result)),
            Found::None | Found::Away => run(result),
            Found::Failed(failure) => Err(failure),
            Found::Mine(claim, flight) => {
                let form = run(result)?;
                if let Some(kept) = kept_of(result, form) {
                    claim.finish(&kept, keeping.time);
                    flight.land(&Landed::Answer(kept.into()));
                }
                Ok(form)
            }
        }
    }

    fn idempotent(
        &self,
        keeping: &Keeping,
        arguments: &[u8],
        result: Zv,
        run: Run<'_>,
    ) -> Result<Form, Failure> {
        let named = request::header(KEY_HEADER);
        let named = named.filter(|named| !named.is_empty() && named.len() <= LONGEST_KEY);
        let Some(named) = named else {
            // Whoever sent a key that is none must not believe that it has been heeded.
            if self.policy.requires_key || request::has_header(KEY_HEADER) {
                return Err(refused(RefusalKind::KeyUnusable));
            }
            return self.cached(arguments, result, run);
        };
        // The calls of a batch have one header: each is known by its place among those that use it.
        let place = current::with(|current| {
            current.keyed_calls += 1;
            current.keyed_calls
        });
        let mut hasher = Hasher::new();
        hasher.part(&who_calls(self.api, self.shared));
        hasher.part(&named);
        hasher.part(&place.to_le_bytes());
        let key = hasher.finish();
        let mut hasher = Hasher::new();
        hasher.part(&self.method.name);
        hasher.part(arguments);
        match self.find(Purpose::Idempotent, key, hasher.finish()) {
            Found::Answer(kept) => {
                replay(&kept, result).unwrap_or_else(|| Err(refused(RefusalKind::AnswerLost)))
            }
            Found::None => Err(refused_for(RefusalKind::Busy, 1)),
            Found::Away => Err(refused_for(RefusalKind::Away, 1)),
            Found::Failed(failure) => Err(failure),
            Found::Mine(claim, flight) => {
                let called = self.cached(arguments, result, run);
                let kept = match &called {
                    Ok(form) => kept_of(result, *form).unwrap_or_else(|| vec![FORMLESS]),
                    Err(failure) if failure.is_answer() => {
                        let mut kept = vec![FAULT];
                        failure.to_kept(&mut kept);
                        kept
                    }
                    // It went wrong: the next try may go better.
                    Err(_) => return called,
                };
                claim.finish(&kept, keeping.time);
                flight.land(&Landed::Answer(kept.into()));
                called
            }
        }
    }

    /// Looks for an answer, waits for one that is being made, or says that it is to be made.
    fn find(&self, kind: Purpose, key: Digest, check: Digest) -> Found<'_> {
        let until = Instant::now() + self.patience;
        let mut pause = Pause::new();
        loop {
            let left = until.saturating_duration_since(Instant::now());
            match flights::join(&key, &check) {
                Joined::Mismatch => return mismatch(),
                Joined::Wait(waiter) => {
                    let woken = wait::wait_quietly(waiter, left);
                    match (flights::take(&key, waiter), kind) {
                        (Some(Landed::Answer(kept)), _) => return Found::Answer(kept.to_vec()),
                        // All those that waited for a call that failed run by themselves, at once.
                        (Some(Landed::Failed), Purpose::Cache) => return Found::None,
                        (Some(Landed::Failed), Purpose::Idempotent) => continue,
                        (None, _) if woken.is_none() => return stopping(),
                        (None, _) => return too_late(kind),
                    }
                }
                Joined::None => {}
            }
            let time = self.policy.timeout;
            let begun = match &self.shared.remote {
                None => Claim::begin(self.shared, kind, (key, check), self.patience),
                Some(remote) => {
                    match Claim::begin_remote(self.shared, remote, kind, (key, check), time) {
                        Some(begun) => begun,
                        // The results of this machine are as good; its answers are not.
                        None if kind == Purpose::Idempotent => return Found::Away,
                        None => Claim::begin(self.shared, kind, (key, check), self.patience),
                    }
                }
            };
            match begun {
                Begun::Done(Contents::Kept(kept)) => return Found::Answer(kept),
                Begun::Done(Contents::Lost) if kind == Purpose::Cache => return Found::None,
                Begun::Done(Contents::Lost) => {
                    return Found::Failed(refused(RefusalKind::AnswerLost));
                }
                Begun::Mine(claim) => {
                    return Found::Mine(claim, flights::Own::begin(key, check));
                }
                Begun::Mismatch => return mismatch(),
                Begun::Unavailable => return Found::None,
                Begun::Busy => {}
            }
            if left.is_zero() {
                return too_late(kind);
            }
            if flights::is_open(&key) {
                // It began while the store was asked.
                continue;
            }
            match pause.wait(self.shared, left) {
                Some(Some(_)) => {}
                Some(None) => return stopping(),
                None => return Found::None,
            }
        }
    }
}

/// A result as it is kept: in the form in which it is sent.
fn kept_of(result: Zv, form: Form) -> Option<Vec<u8>> {
    let mut kept = vec![RESULT];
    encode_protected(&mut kept, result, 1, Some(form)).then_some(kept)
}

/// Answers with what was kept; nothing if that is not possible. Its form is on the tape.
fn replay(kept: &[u8], result: Zv) -> Option<Result<Form, Failure>> {
    match kept.split_first()? {
        (&RESULT, tape) => play_protected(tape, result).then_some(Ok(std::ptr::null())),
        (&FAULT, fault) => Failure::from_kept(fault).map(Err),
        _ => None,
    }
}

fn mismatch() -> Found<'static> {
    Found::Failed(refused(RefusalKind::KeyReused))
}

fn stopping() -> Found<'static> {
    Found::Failed(refused_for(RefusalKind::Stopping, 1))
}

/// Nobody waits forever: a result is made once more, a call with a key is not.
fn too_late(kind: Purpose) -> Found<'static> {
    match kind {
        Purpose::Cache => Found::None,
        Purpose::Idempotent => Found::Failed(refused_for(RefusalKind::InProgress, 1)),
    }
}

/// Arguments as a tape; those that were left out have a mark.
fn tape_of(first: Zv, count: u32) -> Option<Vec<u8>> {
    let mut tape = Vec::new();
    encode_protected(&mut tape, first, count, None).then_some(tape)
}

struct Encoding {
    out: *mut Vec<u8>,
    first: Zv,
    count: u32,
    /// The form of a result; arguments have none, and of them everything counts.
    form: Option<Form>,
    written: Result<(), EncodeError>,
}

unsafe extern "C" fn encode_body(data: *mut c_void) {
    // SAFETY: `encode_protected` gives an Encoding whose buffer outlives the call, and so many values at `first`.
    unsafe {
        let encoding = &mut *data.cast::<Encoding>();
        for index in 0..encoding.count as usize {
            let value = Zv(encoding.first.0.add(index));
            if value.kind() == Kind::Undefined {
                (*encoding.out).push(b'-');
                continue;
            }
            let mut encoder = TapeEncoder::new(&mut *encoding.out, encoding.form.is_none());
            encoding.written = match encoding.form {
                None => canonical::write(value, &mut encoder),
                Some(form) => encode_as::write_in_form(value, form, &mut encoder),
            };
            if encoding.written.is_err() {
                return;
            }
        }
    }
}

/// Appends values as tapes. `false`: one has no form. Runs PHP code where a result has a jsonSerialize().
fn encode_protected(out: &mut Vec<u8>, first: Zv, count: u32, form: Option<Form>) -> bool {
    let mut encoding = Encoding {
        out,
        first,
        count,
        form,
        written: Ok(()),
    };
    let outcome = protect(&mut encoding, encode_body);
    if outcome == Outcome::Threw {
        drop(take_exception());
    }
    outcome == Outcome::Returned && encoding.written.is_ok()
}

struct Playing<'a> {
    tape: &'a [u8],
    stack: &'a mut ValueStack,
    is_played: bool,
}

unsafe extern "C" fn play_body(data: *mut c_void) {
    // SAFETY: `play_protected` gives a Playing.
    let playing = unsafe { &mut *data.cast::<Playing<'_>>() };
    playing.is_played = tape::play(playing.tape, playing.stack).is_ok();
}

/// Makes the value on a tape. `false`: there is no memory for it.
fn play_protected(tape: &[u8], result: Zv) -> bool {
    // Taken out, so that a longjmp at the memory limit leaves no borrow behind.
    let mut stack = STACK.replace(None).unwrap_or_else(ValueStack::new);
    stack.reset();
    stack.objects_as = ObjectsAs::Objects;
    let mut playing = Playing {
        tape,
        stack: &mut stack,
        is_played: false,
    };
    let outcome = protect(&mut playing, play_body);
    let is_played = outcome == Outcome::Returned && playing.is_played && !stack.is_flooded();
    if is_played {
        stack.pop_into(result);
    }
    stack.reset();
    STACK.replace(Some(stack));
    is_played
}
