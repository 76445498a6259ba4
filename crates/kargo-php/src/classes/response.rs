//! `Kargo\Http\Response`: a value of status, headers and body, kept in its three declared properties.

use kargo_http::cookie::{SameSite, SetCookie};

use crate::classes::headers::{check_header, check_headers};
use crate::engine::call::native;
use crate::engine::throw::class;
use crate::engine::value::{Key, array_iter, array_push, array_set, new_array};
use crate::engine::{Call, Kind, Owned, Thrown, Zv, ffi, object, throw_value_error};
use crate::rpc::json;

native! {
    kargo_http_response_construct => construct;
    kargo_http_response_text => text;
    kargo_http_response_html => html;
    kargo_http_response_json => json_response;
    kargo_http_response_redirect => redirect;
    kargo_http_response_with_status => with_status;
    kargo_http_response_with_header => with_header;
    kargo_http_response_with_added_header => with_added_header;
    kargo_http_response_without_header => without_header;
    kargo_http_response_with_body => with_body;
    kargo_http_response_with_cookie => with_cookie;
}

const STATUS: u32 = 0;
const HEADERS: u32 = 1;
const BODY: u32 = 2;

fn fill(response: *mut ffi::zend_object, status: i64, headers: Zv, body: Zv) {
    object::property(response, STATUS).set_int(status);
    object::property(response, HEADERS).copy_from(headers);
    object::property(response, BODY).copy_from(body);
}

fn checked_status(call: &Call, index: u32, default: i64, from: i64) -> Result<i64, Thrown> {
    let to = if from == 300 { 399 } else { 599 };
    let status = call.int_or(index, default)?;
    if (from..=to).contains(&status) {
        Ok(status)
    } else {
        Err(throw_value_error(
            index + 1,
            &format!("must be between {from} and {to}"),
        ))
    }
}

fn construct(call: &Call) -> Result<(), Thrown> {
    let mut body = match call.argument(0) {
        Some(body) if body.kind() == Kind::String => Owned::copy_of(body),
        _ => Owned::of_bytes(call.bytes_or(0, b"")?),
    };
    let status = checked_status(call, 1, 200, 200)?;
    let mut headers = Owned::undefined();
    match call.argument(2) {
        None => headers.zv().set_array(new_array(0)),
        Some(given) => {
            let Some(array) = given.array() else {
                return Err(call.wrong_type(2, c"of type array"));
            };
            check_headers(3, array)?;
            headers = Owned::copy_of(given);
        }
    }
    if object::property(call.this(), STATUS).kind() != Kind::Undefined {
        return Err(crate::engine::throw(
            class::error(),
            "a Response can't be constructed twice",
        ));
    }
    fill(call.this(), status, headers.zv(), body.zv());
    Ok(())
}

/// A new Response with at most one header.
fn made(call: &Call, status: i64, header: Option<(&[u8], &[u8])>, body: Zv) {
    let mut headers = Owned::undefined();
    let array = new_array(1);
    headers.zv().set_array(array);
    if let Some((name, value)) = header {
        let mut line = Owned::of_bytes(value);
        array_set(array, name, line.zv());
        line.zv().set_undefined();
    }
    let mut response = object::instantiate_plain(class::response());
    if let Some(object) = response.zv().object() {
        fill(object, status, headers.zv(), body);
    }
    call.result().copy_from(response.zv());
}

fn text(call: &Call) -> Result<(), Thrown> {
    let mut body = Owned::of_bytes(call.bytes(0)?);
    let status = checked_status(call, 1, 200, 200)?;
    made(
        call,
        status,
        Some((b"Content-Type", b"text/plain; charset=utf-8")),
        body.zv(),
    );
    Ok(())
}

fn html(call: &Call) -> Result<(), Thrown> {
    let mut body = Owned::of_bytes(call.bytes(0)?);
    let status = checked_status(call, 1, 200, 200)?;
    made(
        call,
        status,
        Some((b"Content-Type", b"text/html; charset=utf-8")),
        body.zv(),
    );
    Ok(())
}

fn json_response(call: &Call) -> Result<(), Thrown> {
    let status = checked_status(call, 1, 200, 200)?;
    let mut bytes = Vec::new();
    if let Some(value) = call.argument(0) {
        json::encode(value, &mut bytes)
            .map_err(|error| throw_value_error(1, &format!("can't be JSON: {error}")))?;
    }
    let mut body = Owned::of_bytes(&bytes);
    made(
        call,
        status,
        Some((b"Content-Type", b"application/json")),
        body.zv(),
    );
    Ok(())
}

fn redirect(call: &Call) -> Result<(), Thrown> {
    let location = call.bytes(0)?;
    if location.is_empty() || !location.iter().all(u8::is_ascii_graphic) {
        return Err(throw_value_error(
            1,
            "must be a URI reference: not empty, spaces and other characters percent-encoded",
        ));
    }
    let status = checked_status(call, 1, 303, 300)?;
    let mut body = Owned::of_bytes(b"");
    made(call, status, Some((b"Location", location)), body.zv());
    Ok(())
}

/// A copy of the Response the method is called on; its property `index` is left for the caller to set.
fn copy_without(call: &Call, index: u32) -> Owned {
    let mut copy = object::instantiate_plain(class::response());
    if let Some(target) = copy.zv().object() {
        for other in [STATUS, HEADERS, BODY] {
            if other != index {
                object::property(target, other).copy_from(object::property(call.this(), other));
            }
        }
    }
    copy
}

fn returned(call: &Call, mut copy: Owned, index: u32, value: Zv) {
    if let Some(target) = copy.zv().object() {
        object::property(target, index).copy_from(value);
    }
    call.result().copy_from(copy.zv());
}

fn with_status(call: &Call) -> Result<(), Thrown> {
    let status = checked_status(call, 0, 200, 200)?;
    let mut value = Owned::undefined();
    value.zv().set_int(status);
    returned(call, copy_without(call, STATUS), STATUS, value.zv());
    Ok(())
}

fn with_body(call: &Call) -> Result<(), Thrown> {
    let mut body = Owned::of_bytes(call.bytes(0)?);
    returned(call, copy_without(call, BODY), BODY, body.zv());
    Ok(())
}

/// A copy of the headers with `name` (in any case) left out; what it held is given to `old`.
fn headers_without(call: &Call, name: &[u8], mut old: impl FnMut(Zv)) -> Owned {
    let mut copy = Owned::undefined();
    let target = new_array(4);
    copy.zv().set_array(target);
    if let Some(headers) = object::property(call.this(), HEADERS).array() {
        for (key, value) in array_iter(headers) {
            let Key::Name(key) = key else { continue };
            if key.eq_ignore_ascii_case(name) {
                old(value.dereferenced());
            } else {
                let mut value = Owned::copy_of(value);
                array_set(target, key, value.zv());
                value.zv().set_undefined();
            }
        }
    }
    copy
}

fn with_header(call: &Call) -> Result<(), Thrown> {
    let (name, value) = (call.bytes(0)?, call.bytes(1)?);
    check_header(1, name, b"")?;
    check_header(2, name, value)?;
    let mut headers = headers_without(call, name, |_| ());
    let mut line = Owned::of_bytes(value);
    if let Some(array) = headers.zv().array() {
        array_set(array, name, line.zv());
        line.zv().set_undefined();
    }
    returned(call, copy_without(call, HEADERS), HEADERS, headers.zv());
    Ok(())
}

fn without_header(call: &Call) -> Result<(), Thrown> {
    let mut headers = headers_without(call, call.bytes(0)?, |_| ());
    returned(call, copy_without(call, HEADERS), HEADERS, headers.zv());
    Ok(())
}

fn add_header(call: &Call, name: &[u8], value: &[u8]) {
    let lines = new_array(2);
    let mut headers = headers_without(call, name, |old| {
        let keep = |line: Zv| {
            let mut line = Owned::copy_of(line);
            array_push(lines, line.zv());
            line.zv().set_undefined();
        };
        match old.array() {
            Some(array) => array_iter(array).for_each(|(_, line)| keep(line)),
            None => keep(old),
        }
    });
    let mut line = Owned::of_bytes(value);
    array_push(lines, line.zv());
    line.zv().set_undefined();
    let mut all = Owned::undefined();
    all.zv().set_array(lines);
    if let Some(array) = headers.zv().array() {
        array_set(array, name, all.zv());
        all.zv().set_undefined();
    }
    returned(call, copy_without(call, HEADERS), HEADERS, headers.zv());
}

fn with_added_header(call: &Call) -> Result<(), Thrown> {
    let (name, value) = (call.bytes(0)?, call.bytes(1)?);
    check_header(1, name, b"")?;
    check_header(2, name, value)?;
    add_header(call, name, value);
    Ok(())
}

/// Argument `index`: what SameSite a cookie has, "Lax" if nobody says.
pub(super) fn same_site(call: &Call, index: u32) -> Result<SameSite, Thrown> {
    match call.bytes_or(index, b"Lax")? {
        b"Lax" => Ok(SameSite::Lax),
        b"Strict" => Ok(SameSite::Strict),
        b"None" => Ok(SameSite::None),
        _ => Err(throw_value_error(
            index + 1,
            "must be \"Lax\", \"Strict\" or \"None\"",
        )),
    }
}

fn with_cookie(call: &Call) -> Result<(), Thrown> {
    let value = call.bytes(1)?;
    // SAFETY: the engine reads `len` bytes and gives a string of ours.
    let encoded = unsafe { ffi::kg_url_encode(value.as_ptr().cast(), value.len()) };
    let mut encoded_value = Owned::undefined();
    encoded_value.zv().set_string(encoded);
    let (path, domain) = (call.bytes_or(3, b"/")?, call.bytes_or(4, b"")?);
    let same_site = same_site(call, 7)?;
    let cookie = SetCookie {
        max_age_seconds: call.optional_int(2)?.map(|seconds| seconds.max(0)),
        path: (!path.is_empty()).then_some(path),
        domain: (!domain.is_empty()).then_some(domain),
        secure: call.bool_or(5, false)?,
        http_only: call.bool_or(6, true)?,
        same_site: Some(same_site),
        ..SetCookie::new(
            call.bytes(0)?,
            encoded_value.zv().bytes().unwrap_or_default(),
        )
    };
    let mut line = Vec::with_capacity(128);
    cookie
        .write(&mut line)
        .map_err(|error| throw_value_error(1, &format!("can't be a cookie: {error}")))?;
    add_header(call, b"Set-Cookie", &line);
    Ok(())
}

/// The parts of a Response. They live as long as the object does.
#[derive(Debug)]
pub(crate) struct Parts<'a> {
    pub(crate) status: u16,
    pub(crate) headers: Option<*mut ffi::zend_array>,
    pub(crate) body: &'a [u8],
}

/// Reads a Response; one whose constructor did not run is `None`.
pub(crate) fn parts<'a>(response: *mut ffi::zend_object) -> Option<Parts<'a>> {
    Some(Parts {
        status: u16::try_from(object::property(response, STATUS).int()?).ok()?,
        headers: object::property(response, HEADERS).array(),
        body: object::property(response, BODY).bytes()?,
    })
}
