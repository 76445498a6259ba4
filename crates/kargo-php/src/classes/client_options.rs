//! `Kargo\Http\ClientOptions`: a value whose properties lie in the order of the constructor's parameters.

use std::time::Duration;

use crate::classes::headers::{check_headers, header_lines};
use crate::engine::call::native;
use crate::engine::value::new_array;
use crate::engine::{Call, Thrown, ffi, object, throw_value_error};
use crate::http_client::settings::Settings;

native! {
    kargo_http_clientoptions_construct => construct;
}

/// Ten years: longer is a mistake, and would overflow clocks.
const LONGEST: f64 = 315_360_000.0;
const LARGEST: i64 = 1 << 31;
const TIMEOUT: u32 = 4;
const USER_AGENT: u32 = 12;
const HEADERS: u32 = 13;

/// Times by their index.
const TIMES: [(u32, f64); 5] = [(0, 10.0), (1, 30.0), (2, 30.0), (3, 30.0), (5, 30.0)];
/// Numbers: index, default, least.
const INTS: [(u32, i64, i64); 6] = [
    (6, 100, 1),
    (7, 32, 0),
    (8, 10, 0),
    (9, 65_536, 1),
    (10, 128, 1),
    (11, 16 << 20, 0),
];

/// Checks a time in seconds.
pub(crate) fn checked_time(index: u32, value: f64) -> Result<f64, Thrown> {
    if value > 0.0 && value <= LONGEST {
        return Ok(value);
    }
    let message = "must be more than 0 and at most ten years";
    Err(throw_value_error(index + 1, message))
}

fn construct(call: &Call) -> Result<(), Thrown> {
    let this = call.this();
    for (index, default) in TIMES {
        let value = checked_time(index, call.float_or(index, default)?)?;
        object::property(this, index).set_float(value);
    }
    match call.optional_float(TIMEOUT)? {
        Some(value) => object::property(this, TIMEOUT).set_float(checked_time(TIMEOUT, value)?),
        None => object::property(this, TIMEOUT).set_null(),
    }
    for (index, default, least) in INTS {
        let value = call.int_or(index, default)?;
        if !(least..=LARGEST).contains(&value) {
            let message = format!("must be between {least} and {LARGEST}");
            return Err(throw_value_error(index + 1, &message));
        }
        object::property(this, index).set_int(value);
    }
    let user_agent = call.bytes_or(USER_AGENT, b"kargo-event")?;
    if !kargo_http::is_field_value(user_agent) {
        let message = "must be a header value, without control characters";
        return Err(throw_value_error(USER_AGENT + 1, message));
    }
    object::property(this, USER_AGENT).set_bytes(user_agent);
    match call.argument(HEADERS) {
        None => object::property(this, HEADERS).set_array(new_array(0)),
        Some(headers) => {
            let Some(array) = headers.array() else {
                return Err(call.wrong_type(HEADERS, c"of type array"));
            };
            check_headers(HEADERS + 1, array)?;
            object::property(this, HEADERS).copy_from(headers);
        }
    }
    Ok(())
}

/// Reads a constructed `Kargo\Http\ClientOptions`.
pub(crate) fn read(options: *mut ffi::zend_object) -> Settings {
    let time = |index| {
        let seconds = object::property(options, index).float();
        seconds.map(Duration::from_secs_f64)
    };
    let size = |index| {
        let value = object::property(options, index).int();
        value.map_or(0, |value| usize::try_from(value).unwrap_or(0))
    };
    let mut settings = Settings::default();
    let pool = &mut settings.pool;
    let connection = &mut pool.connection;
    let default = connection.clone();
    connection.connect_timeout = time(0).unwrap_or(default.connect_timeout);
    connection.write_timeout = time(1).unwrap_or(default.write_timeout);
    connection.head_timeout = time(2).unwrap_or(default.head_timeout);
    connection.body_timeout = time(3).unwrap_or(default.body_timeout);
    connection.idle_timeout = time(5).or(default.idle_timeout);
    connection.limits.header_bytes = size(9);
    connection.limits.header_count = size(10);
    connection.limits.body_bytes = size(11) as u64;
    pool.connections_per_destination = size(6);
    pool.idle_per_destination = size(7);
    settings.timeout = time(TIMEOUT);
    settings.redirects = u32::try_from(size(8)).unwrap_or(u32::MAX);
    settings.user_agent = object::property(options, USER_AGENT)
        .bytes()
        .unwrap_or_default()
        .to_vec();
    settings.headers = header_lines(object::property(options, HEADERS).array())
        .map(|(name, value)| (name.to_vec(), value.to_vec()))
        .collect();
    settings
}
