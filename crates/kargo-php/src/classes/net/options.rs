//! `Kargo\Net\ConnectionOptions`: a value whose properties lie in the order of the constructor's parameters.

use std::time::Duration;

use kargo_net::streams::StreamOptions;

use super::{checked_size, timeout_or};
use crate::engine::call::native;
use crate::engine::{Call, Thrown, Zv, object, throw_value_error};
use crate::serve::runner;

native! {
    kargo_net_connectionoptions_construct => construct;
}

const INPUT_HIGH: u32 = 0;
const OUTPUT_HIGH: u32 = 1;
const OUTPUT_LOW: u32 = 2;
const READ_TIMEOUT: u32 = 3;
const WRITE_TIMEOUT: u32 = 4;
const CLOSE_TIMEOUT: u32 = 5;
const WRITE_DEFAULT: f64 = 30.0;
const CLOSE_DEFAULT: f64 = 10.0;

fn construct(call: &Call) -> Result<(), Thrown> {
    let this = call.this();
    let input_high = call.int_or(INPUT_HIGH, 65_536)?;
    checked_size(INPUT_HIGH, input_high, 1)?;
    let output_high = call.int_or(OUTPUT_HIGH, 262_144)?;
    checked_size(OUTPUT_HIGH, output_high, 1)?;
    let output_low = call.optional_int(OUTPUT_LOW)?.unwrap_or(output_high / 4);
    checked_size(OUTPUT_LOW, output_low, 0)?;
    if output_low >= output_high {
        return Err(throw_value_error(
            OUTPUT_LOW + 1,
            "must be less than $outputHigh",
        ));
    }
    for (index, value) in [
        (INPUT_HIGH, input_high),
        (OUTPUT_HIGH, output_high),
        (OUTPUT_LOW, output_low),
    ] {
        object::property(this, index).set_int(value);
    }
    for (index, default) in [(READ_TIMEOUT, None), (WRITE_TIMEOUT, Some(WRITE_DEFAULT))] {
        let value = match call.argument(index) {
            None => default,
            Some(_) => call.optional_float(index)?,
        };
        match value {
            None => object::property(this, index).set_null(),
            Some(value) if value > 0.0 && value <= runner::LONGEST.as_secs_f64() => {
                object::property(this, index).set_float(value);
            }
            Some(_) => {
                return Err(throw_value_error(
                    index + 1,
                    "must be null, or more than 0 and at most ten years",
                ));
            }
        }
    }
    let close = timeout_or(call, CLOSE_TIMEOUT, CLOSE_DEFAULT)?;
    object::property(this, CLOSE_TIMEOUT).set_float(close.as_secs_f64());
    Ok(())
}

/// The options as Rust has them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Options {
    pub(super) stream: StreamOptions,
    /// Of each read that is not given another.
    pub(super) read_timeout: Option<Duration>,
}

/// The options in argument `index`, or the defaults.
pub(super) fn argument(call: &Call, index: u32) -> Options {
    let seconds = Duration::from_secs_f64;
    let Some(options) = call.argument(index).and_then(Zv::object) else {
        return Options {
            stream: StreamOptions {
                output_low: 65_536,
                write_timeout: Some(seconds(WRITE_DEFAULT)),
                ..StreamOptions::default()
            },
            read_timeout: None,
        };
    };
    let size = |index| {
        let value = object::property(options, index).int();
        value
            .and_then(|value| usize::try_from(value).ok())
            .unwrap_or(1)
    };
    let time = |index| object::property(options, index).float().map(seconds);
    Options {
        stream: StreamOptions {
            input_high: size(INPUT_HIGH),
            output_high: size(OUTPUT_HIGH),
            output_low: size(OUTPUT_LOW),
            write_timeout: time(WRITE_TIMEOUT),
            close_timeout: time(CLOSE_TIMEOUT).unwrap_or(seconds(CLOSE_DEFAULT)),
            ..StreamOptions::default()
        },
        read_timeout: time(READ_TIMEOUT),
    }
}
