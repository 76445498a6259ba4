//! The classes that say what is enforced before a method runs.

use crate::classes::rpc_rest::is_token;
use crate::engine::call::native;
use crate::engine::throw::throw_value_error;
use crate::engine::value::{array_iter, array_len};
use crate::engine::{Call, Thrown, Zv};
use crate::rpc::attribute;
use crate::rpc::policy;

native! {
    kargo_rpc_ratelimit_construct => rate_limit;
    kargo_rpc_timeout_construct => timeout;
    kargo_rpc_cache_construct => cache;
    kargo_rpc_idempotent_construct => idempotent;
    kargo_rpc_authenticate_construct => authenticate;
    kargo_rpc_anonymous_construct => attribute::construct;
    kargo_rpc_roles_construct => roles;
    kargo_rpc_caller_construct => attribute::construct;
    kargo_rpc_caller_current => current_caller;
    kargo_rpc_apikeys_construct => attribute::construct;
    kargo_rpc_basicusers_construct => attribute::construct;
    kargo_rpc_bearertokens_construct => attribute::construct;
}

/// Longest time that anything is limited or kept for: a year.
const LONGEST_SECONDS: f64 = 366.0 * 86_400.0;

fn number(value: Zv) -> Option<f64> {
    value.float().or_else(|| value.int().map(|int| int as f64))
}

/// Argument `index`, if it was given, must be a number of seconds.
fn check_seconds(call: &Call, index: u32) -> Result<(), Thrown> {
    let given = call.argument(index).and_then(number);
    match given {
        Some(seconds) if !(0.001..=LONGEST_SECONDS).contains(&seconds) => Err(throw_value_error(
            index + 1,
            "must be a number of seconds, from 0.001 to a year",
        )),
        _ => Ok(()),
    }
}

fn rate_limit(call: &Call) -> Result<(), Thrown> {
    call.promote()?;
    let count = call.argument(0).and_then(Zv::int).unwrap_or(0);
    if !(1..=1_000_000_000).contains(&count) {
        return Err(throw_value_error(1, "must be between 1 and 1000000000"));
    }
    check_seconds(call, 1)?;
    match call.argument(2).and_then(Zv::bytes) {
        None | Some(b"client" | b"caller" | b"all") => Ok(()),
        Some(_) => Err(throw_value_error(3, "must be 'client', 'caller' or 'all'")),
    }
}

fn timeout(call: &Call) -> Result<(), Thrown> {
    call.promote()?;
    check_seconds(call, 0)
}

fn cache(call: &Call) -> Result<(), Thrown> {
    call.promote()?;
    check_seconds(call, 0)?;
    if are_texts(call, 1, is_token) {
        return Ok(());
    }
    Err(throw_value_error(
        2,
        "must be 'caller', 'client' or the name of a header, or a list of them",
    ))
}

/// Whether argument `index`, if it was given, is a string or an array of strings that are all fine.
fn are_texts(call: &Call, index: u32, is_fine: fn(&[u8]) -> bool) -> bool {
    let Some(given) = call.argument(index) else {
        return true;
    };
    given.array().map_or_else(
        || given.bytes().is_some_and(is_fine),
        |array| array_iter(array).all(|(_, item)| item.dereferenced().bytes().is_some_and(is_fine)),
    )
}

fn idempotent(call: &Call) -> Result<(), Thrown> {
    call.promote()?;
    check_seconds(call, 0)
}

fn authenticate(call: &Call) -> Result<(), Thrown> {
    call.promote()?;
    if are_texts(call, 0, |scheme| {
        matches!(scheme, b"apiKey" | b"basic" | b"bearer")
    }) {
        return Ok(());
    }
    Err(throw_value_error(
        1,
        "must be 'apiKey', 'basic' or 'bearer', or a list of them",
    ))
}

fn roles(call: &Call) -> Result<(), Thrown> {
    call.promote()?;
    let is_empty = call
        .argument(0)
        .and_then(Zv::array)
        .is_some_and(|array| array_len(array) == 0);
    // A list that is empty by mistake would let everybody in.
    if !is_empty && are_texts(call, 0, |role| !role.is_empty()) {
        return Ok(());
    }
    Err(throw_value_error(
        1,
        "must be a role, or a list of roles one of which is needed",
    ))
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "the shape of every native function"
)]
fn current_caller(call: &Call) -> Result<(), Thrown> {
    policy::current_caller(call.result());
    Ok(())
}
