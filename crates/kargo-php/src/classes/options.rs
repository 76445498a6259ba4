//! `Kargo\Http\Options`: a value whose properties lie in the order of the constructor's parameters.

use std::rc::Rc;
use std::time::Duration;

use kargo_http::TrustedProxies;

use crate::engine::call::native;
use crate::engine::value::{array_iter, array_push, new_array};
use crate::engine::{Call, Kind, Owned, Thrown, Zv, ffi, object, throw_value_error};
use crate::serve::body_gate::RouteUploads;

native! {
    kargo_http_options_construct => construct;
}

const INTS: [i64; 7] = [8192, 65_536, 128, 1_048_576, 4096, 64, 10_000];
const TIMES: [f64; 5] = [10.0, 10.0, 60.0, 30.0, 30.0];
/// Ten years: longer is a mistake, and would overflow clocks.
const LONGEST: f64 = 315_360_000.0;
/// What an offset in a message can express.
const LARGEST: i64 = 1 << 31;
const MEMORY_LIMIT: u32 = 12;
const HOSTS: u32 = 13;
const WAITING: u32 = 14;
const WAITING_DEFAULT: i64 = 4096;
const PROXIES: u32 = 15;
const PROXY_HEADERS: u32 = 16;
const UPLOADS: u32 = 17;
/// What nearly every proxy can be told to set.
const USUAL_HEADERS: [&str; 2] = ["X-Forwarded-For", "X-Forwarded-Proto"];

fn construct(call: &Call) -> Result<(), Thrown> {
    let this = call.this();
    for (index, default) in (0..).zip(INTS) {
        let value = call.int_or(index, default)?;
        let least = i64::from(index != 3 && index != 4);
        if !(least..=LARGEST).contains(&value) {
            return Err(throw_value_error(
                index + 1,
                &format!("must be between {least} and {LARGEST}"),
            ));
        }
        object::property(this, index).set_int(value);
    }
    for (index, default) in (7..).zip(TIMES) {
        let value = call.float_or(index, default)?;
        if !(value > 0.0 && value <= LONGEST) {
            return Err(throw_value_error(
                index + 1,
                "must be more than 0 and at most ten years",
            ));
        }
        object::property(this, index).set_float(value);
    }
    let memory_limit = call.bytes_or(MEMORY_LIMIT, b"256M")?;
    if !is_size(memory_limit) {
        return Err(throw_value_error(
            MEMORY_LIMIT + 1,
            "must be a number of bytes, with K, M or G behind it if you like",
        ));
    }
    object::property(this, MEMORY_LIMIT).set_bytes(memory_limit);
    let waiting = call.int_or(WAITING, WAITING_DEFAULT)?;
    if !(1..=LARGEST).contains(&waiting) {
        return Err(throw_value_error(
            WAITING + 1,
            &format!("must be between 1 and {LARGEST}"),
        ));
    }
    object::property(this, WAITING).set_int(waiting);
    // Says what is wrong with it.
    RouteUploads::argument(call, UPLOADS)?;
    match call.argument(UPLOADS) {
        None => object::property(this, UPLOADS).set_null(),
        Some(uploads) => object::property(this, UPLOADS).copy_from(uploads),
    }
    set_list(call, HOSTS, &[], "must be a list of host names")?;
    set_list(
        call,
        PROXIES,
        &[],
        "must be a list of addresses and networks",
    )?;
    set_list(
        call,
        PROXY_HEADERS,
        &USUAL_HEADERS,
        "must be a list of names of headers",
    )?;
    let proxies = texts(object::property(this, PROXIES));
    let headers = texts(object::property(this, PROXY_HEADERS));
    TrustedProxies::parse(&proxies, &[])
        .map_err(|reason| throw_value_error(PROXIES + 1, &format!("is wrong: {reason}")))?;
    TrustedProxies::parse(&[], &headers)
        .map_err(|reason| throw_value_error(PROXY_HEADERS + 1, &format!("is wrong: {reason}")))?;
    Ok(())
}

/// Sets a property that is a list of strings.
fn set_list(call: &Call, index: u32, otherwise: &[&str], expected: &str) -> Result<(), Thrown> {
    let property = object::property(call.this(), index);
    match call.argument(index) {
        None => {
            let list = new_array(u32::try_from(otherwise.len()).unwrap_or(0));
            for text in otherwise {
                let mut text = Owned::of_bytes(text.as_bytes());
                array_push(list, text.zv());
                text.zv().set_undefined();
            }
            property.set_array(list);
        }
        Some(list) => {
            let Some(array) = list.array() else {
                return Err(call.wrong_type(index, c"of type array"));
            };
            if array_iter(array).any(|(_, text)| text.kind() != Kind::String) {
                return Err(throw_value_error(index + 1, expected));
            }
            property.copy_from(list);
        }
    }
    Ok(())
}

/// The strings of a list.
fn texts(list: Zv) -> Vec<String> {
    list.array().map_or_else(Vec::new, |array| {
        array_iter(array)
            .filter_map(|(_, text)| text.bytes())
            .map(|text| String::from_utf8_lossy(text).into_owned())
            .collect()
    })
}

/// A number of bytes as php.ini has it: digits, not all zero, and K, M or G.
fn is_size(text: &[u8]) -> bool {
    let digits = match text.split_last() {
        Some((b'k' | b'K' | b'm' | b'M' | b'g' | b'G', digits)) => digits,
        _ => text,
    };
    (1..=18).contains(&digits.len())
        && digits.iter().all(u8::is_ascii_digit)
        && digits.iter().any(|digit| *digit != b'0')
}

/// The options as Rust has them.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    pub(crate) request_line_bytes: usize,
    pub(crate) header_bytes: usize,
    pub(crate) header_count: usize,
    pub(crate) body_bytes: u64,
    pub(crate) chunk_extension_bytes: usize,
    pub(crate) pipelined_requests: usize,
    pub(crate) connections: usize,
    pub(crate) header_timeout: Duration,
    pub(crate) body_timeout: Duration,
    pub(crate) keep_alive_timeout: Duration,
    pub(crate) write_timeout: Duration,
    pub(crate) drain_timeout: Duration,
    pub(crate) memory_limit: String,
    /// Lower case.
    pub(crate) hosts: Vec<String>,
    pub(crate) waiting_requests: usize,
    pub(crate) uploads: RouteUploads,
    /// `None`: nobody is trusted.
    pub(crate) proxies: Option<Rc<TrustedProxies>>,
}

impl Default for Options {
    fn default() -> Self {
        let time = |index: usize| Duration::from_secs_f64(TIMES[index]);
        Self {
            request_line_bytes: 8192,
            header_bytes: 65_536,
            header_count: 128,
            body_bytes: 1_048_576,
            chunk_extension_bytes: 4096,
            pipelined_requests: 64,
            connections: 10_000,
            header_timeout: time(0),
            body_timeout: time(1),
            keep_alive_timeout: time(2),
            write_timeout: time(3),
            drain_timeout: time(4),
            memory_limit: "256M".into(),
            hosts: Vec::new(),
            waiting_requests: usize::try_from(WAITING_DEFAULT).unwrap_or(usize::MAX),
            uploads: RouteUploads::Usual,
            proxies: None,
        }
    }
}

impl Options {
    /// Reads a constructed `Kargo\Http\Options`.
    pub(crate) fn read(options: *mut ffi::zend_object) -> Self {
        let int = |index| object::property(options, index).int().unwrap_or(0);
        let size = |index| usize::try_from(int(index)).unwrap_or(0);
        let time = |index| {
            Duration::from_secs_f64(object::property(options, index).float().unwrap_or(1.0))
        };
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self {
            request_line_bytes: size(0),
            header_bytes: size(1),
            header_count: size(2),
            body_bytes: u64::try_from(int(3)).unwrap_or(0),
            chunk_extension_bytes: size(4),
            pipelined_requests: size(5),
            connections: size(6),
            header_timeout: time(7),
            body_timeout: time(8),
            keep_alive_timeout: time(9),
            write_timeout: time(10),
            drain_timeout: time(11),
            memory_limit: object::property(options, MEMORY_LIMIT)
                .bytes()
                .map_or_else(String::new, text),
            waiting_requests: size(WAITING),
            uploads: RouteUploads::of(object::property(options, UPLOADS))
                .unwrap_or(RouteUploads::Usual),
            hosts: texts(object::property(options, HOSTS))
                .iter()
                .map(|host| host.to_ascii_lowercase())
                .collect(),
            proxies: TrustedProxies::parse(
                &texts(object::property(options, PROXIES)),
                &texts(object::property(options, PROXY_HEADERS)),
            )
            .ok()
            .filter(|proxies| !proxies.is_empty())
            .map(Rc::new),
        }
    }
}
