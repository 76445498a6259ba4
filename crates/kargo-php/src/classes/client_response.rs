//! `Kargo\Http\ClientResponse`: a value of status, headers, body and URL, kept in its declared properties.

use kargo_net::client::{ClientResponse, HttpUrl};

use crate::classes::client_request::lines_of;
use crate::engine::call::native;
use crate::engine::throw::{class, throw};
use crate::engine::value::{Key, array_find, array_iter, array_push, array_set, new_array};
use crate::engine::{Call, Kind, Owned, Thrown, Zv, ffi, object, throw_value_error};
use crate::rpc::json;

native! {
    kargo_http_clientresponse_construct => construct;
    kargo_http_clientresponse_header => header;
    kargo_http_clientresponse_header_lines => header_lines;
    kargo_http_clientresponse_is_success => is_success;
    kargo_http_clientresponse_json => json_body;
}

const STATUS: u32 = 0;
const HEADERS: u32 = 1;
const BODY: u32 = 2;
const URL: u32 = 3;

fn construct(call: &Call) -> Result<(), Thrown> {
    let status = call.int_or(0, 200)?;
    if !(100..=999).contains(&status) {
        return Err(throw_value_error(1, "must be between 100 and 999"));
    }
    let headers = crate::classes::client_request::checked_headers(call, 1)?;
    let mut body = Owned::of_bytes(call.bytes_or(2, b"")?);
    let url = call.bytes_or(3, b"")?;
    let this = call.this();
    if object::property(this, STATUS).kind() != Kind::Undefined {
        let message = "a ClientResponse can't be constructed twice";
        return Err(throw(class::error(), message));
    }
    let lines = lines_of(headers);
    let pairs = lines
        .iter()
        .map(|(name, value)| (name.as_slice(), value.as_slice()));
    let mut headers = headers_array(pairs, true);
    fill(this, status, headers.zv(), body.zv(), url);
    Ok(())
}

fn fill(response: *mut ffi::zend_object, status: i64, headers: Zv, body: Zv, url: &[u8]) {
    object::property(response, STATUS).set_int(status);
    object::property(response, HEADERS).copy_from(headers);
    object::property(response, BODY).copy_from(body);
    object::property(response, URL).set_bytes(url);
}

/// A new object for a response, with this body.
pub(crate) fn made(response: &ClientResponse, url: &HttpUrl, body: &[u8]) -> Owned {
    let mut headers = headers_of(response.head(), response.head_bytes());
    let mut body = Owned::of_bytes(body);
    let mut object = object::instantiate_plain(class::client_response());
    if let Some(target) = object.zv().object() {
        let status = i64::from(response.status());
        fill(
            target,
            status,
            headers.zv(),
            body.zv(),
            url.as_str().as_bytes(),
        );
    }
    object
}

/// The headers of a response as an array, by lower-case name.
pub(crate) fn headers_of(head: &kargo_http::ResponseHead, bytes: &[u8]) -> Owned {
    headers_array(head.headers(bytes), true)
}

/// Lines as an array: names to a string, or to a list where there are several lines of one name.
pub(crate) fn headers_array<'a>(
    lines: impl Iterator<Item = (&'a [u8], &'a [u8])>,
    lower_case: bool,
) -> Owned {
    let mut all = Owned::undefined();
    let array = new_array(16);
    all.zv().set_array(array);
    for (name, value) in lines {
        let name = if lower_case {
            name.to_ascii_lowercase()
        } else {
            name.to_vec()
        };
        let mut line = Owned::of_bytes(value);
        match array_find(array, &name) {
            None => array_set(array, &name, line.zv()),
            Some(found) => match found.array() {
                Some(list) => array_push(list, line.zv()),
                None => {
                    let list = new_array(2);
                    let mut first = Owned::copy_of(found);
                    array_push(list, first.zv());
                    first.zv().set_undefined();
                    array_push(list, line.zv());
                    found.release();
                    found.set_array(list);
                }
            },
        }
        line.zv().set_undefined();
    }
    all
}

/// The values of one header of an array of headers, its name in any case.
pub(crate) fn values_of<'a>(headers: Zv, name: &[u8]) -> Vec<&'a [u8]> {
    let mut values = Vec::new();
    for (key, value) in headers.array().into_iter().flat_map(array_iter) {
        let is_named = match key {
            Key::Name(key) => key.eq_ignore_ascii_case(name),
            Key::Index(index) => index.to_string().as_bytes() == name,
        };
        if !is_named {
            continue;
        }
        let value = value.dereferenced();
        values.extend(value.bytes());
        let lines = value.array().into_iter().flat_map(array_iter);
        values.extend(lines.filter_map(|(_, line)| line.dereferenced().bytes()));
    }
    values
}

/// Returns a header's value from a native method, several joined.
pub(crate) fn return_header(call: &Call, headers: Zv) -> Result<(), Thrown> {
    let values = values_of(headers, call.bytes(0)?);
    match values.as_slice() {
        [] => call.result().set_null(),
        [value] => call.result().set_bytes(value),
        values => call.result().set_bytes(&values.join(&b", "[..])),
    }
    Ok(())
}

/// Returns the lines of a header from a native method.
pub(crate) fn return_header_lines(call: &Call, headers: Zv) -> Result<(), Thrown> {
    let values = values_of(headers, call.bytes(0)?);
    let list = new_array(2);
    for value in values {
        let mut line = Owned::of_bytes(value);
        array_push(list, line.zv());
        line.zv().set_undefined();
    }
    call.result().set_array(list);
    Ok(())
}

fn header(call: &Call) -> Result<(), Thrown> {
    return_header(call, object::property(call.this(), HEADERS))
}

fn header_lines(call: &Call) -> Result<(), Thrown> {
    return_header_lines(call, object::property(call.this(), HEADERS))
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "the shape of every native function"
)]
fn is_success(call: &Call) -> Result<(), Thrown> {
    let status = object::property(call.this(), STATUS).int().unwrap_or(0);
    call.result().set_bool((200..=299).contains(&status));
    Ok(())
}

fn json_body(call: &Call) -> Result<(), Thrown> {
    let body = object::property(call.this(), BODY).bytes();
    json::decode(body.unwrap_or_default(), call.result()).map_err(|error| {
        let message = format!("the response's body is not valid JSON: {error}");
        throw(class::protocol_exception(), &message)
    })
}
