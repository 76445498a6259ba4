//! `Kargo\Net`: what PHP sees of [`crate::net`].

pub(crate) mod connection;
mod dns;
pub(crate) mod lines;
mod options;
pub(crate) mod tcp_server;
pub(crate) mod udp;

use std::time::Duration;

use crate::engine::{Call, Thrown, throw_value_error};
use crate::serve::runner;

/// A time of a wait: null where there is none; 0 takes what is there already.
fn timeout(call: &Call, index: u32) -> Result<Option<Duration>, Thrown> {
    let Some(value) = call.optional_float(index)? else {
        return Ok(None);
    };
    if !(value >= 0.0 && value <= runner::LONGEST.as_secs_f64()) {
        return Err(throw_value_error(
            index + 1,
            "must be 0 or more and at most ten years",
        ));
    }
    Ok(Some(Duration::from_secs_f64(value)))
}

/// The same where it can't be null.
fn timeout_or(call: &Call, index: u32, default: f64) -> Result<Duration, Thrown> {
    let value = call.float_or(index, default)?;
    if !(value > 0.0 && value <= runner::LONGEST.as_secs_f64()) {
        return Err(throw_value_error(
            index + 1,
            "must be more than 0 and at most ten years",
        ));
    }
    Ok(Duration::from_secs_f64(value))
}

/// A size, at least `least`.
fn size(call: &Call, index: u32, default: i64, least: i64) -> Result<usize, Thrown> {
    checked_size(index, call.int_or(index, default)?, least)
}

fn checked_size(index: u32, value: i64, least: i64) -> Result<usize, Thrown> {
    const LARGEST: i64 = 1 << 31;
    match usize::try_from(value) {
        Ok(size) if (least..=LARGEST).contains(&value) => Ok(size),
        _ => Err(throw_value_error(
            index + 1,
            &format!("must be between {least} and {LARGEST}"),
        )),
    }
}

/// A text argument.
fn text(call: &Call, index: u32) -> Result<String, Thrown> {
    Ok(String::from_utf8_lossy(call.bytes(index)?).into_owned())
}
