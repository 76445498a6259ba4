//! `Kargo\Http\ClientRequest`, and how requests are read from PHP values.

use std::rc::Rc;

use kargo_net::client::HttpUrl;

use crate::classes::headers::{check_headers, header_lines};
use crate::engine::call::native;
use crate::engine::throw::class;
use crate::engine::value::new_array;
use crate::engine::{Call, Kind, Owned, Thrown, Zv, ffi, object, throw_value_error};
use crate::http_client::flight::{Body, Order};
use crate::http_client::settings::{HeaderLines, Settings};
use crate::rpc::json;

native! {
    kargo_http_clientrequest_construct => construct;
}

const METHOD: u32 = 0;
const URL: u32 = 1;
const HEADERS: u32 = 2;
const BODY: u32 = 3;

/// A body that is sent as JSON.
const JSON: (&[u8], &[u8]) = (b"Content-Type", b"application/json");

/// Checks a method argument.
pub(crate) fn checked_method<'a>(
    call: &Call,
    index: u32,
    default: &'a [u8],
) -> Result<&'a [u8], Thrown> {
    let method = call.bytes_or(index, default)?;
    if !kargo_http::is_token(method) {
        return Err(throw_value_error(
            index + 1,
            "must be a method such as \"GET\"",
        ));
    }
    if method == b"CONNECT" {
        let message = "can't be CONNECT, which makes a tunnel and has no response";
        return Err(throw_value_error(index + 1, message));
    }
    Ok(method)
}

/// Checks a URL argument.
pub(crate) fn checked_url(number: u32, url: &[u8]) -> Result<HttpUrl, Thrown> {
    HttpUrl::parse(url).map_err(|error| {
        let message = format!("must be a URL such as \"http://host/path\": {error}");
        throw_value_error(number, &message)
    })
}

/// Checks an array of headers, which may be left out.
pub(crate) fn checked_headers(
    call: &Call,
    index: u32,
) -> Result<Option<*mut ffi::zend_array>, Thrown> {
    let Some(given) = call.argument(index) else {
        return Ok(None);
    };
    let Some(array) = given.array() else {
        return Err(call.wrong_type(index, c"of type array"));
    };
    check_headers(index + 1, array)?;
    Ok(Some(array))
}

/// The body argument of a request.
pub(crate) enum GivenBody {
    Bytes(Owned),
    Json(Owned),
    /// A Traversable, which the call's frame holds.
    Pieces(Zv),
}

/// Reads a body argument.
pub(crate) fn given_body(call: &Call, index: u32) -> Result<GivenBody, Thrown> {
    let Some(given) = call.argument(index) else {
        return Ok(GivenBody::Bytes(Owned::of_bytes(b"")));
    };
    match given.kind() {
        Kind::String => Ok(GivenBody::Bytes(Owned::copy_of(given))),
        Kind::Array => {
            let mut text = Vec::new();
            json::encode(given, &mut text).map_err(|error| {
                throw_value_error(index + 1, &format!("can't be JSON: {error}"))
            })?;
            Ok(GivenBody::Json(Owned::of_bytes(&text)))
        }
        Kind::Object if is_traversable(given) => Ok(GivenBody::Pieces(given)),
        Kind::Object => Err(call.wrong_type(index, c"of type Traversable|array|string")),
        _ => Ok(GivenBody::Bytes(Owned::of_bytes(call.bytes(index)?))),
    }
}

/// Whether foreach can walk through a value that is no array.
pub(crate) fn is_traversable(value: Zv) -> bool {
    value
        .object()
        // SAFETY: the object is alive.
        .is_some_and(|object| unsafe { ffi::kg_instance_of(object, class::traversable()) })
}

fn construct(call: &Call) -> Result<(), Thrown> {
    let url = call.bytes(0)?;
    checked_url(1, url)?;
    let method = checked_method(call, 1, b"GET")?;
    let headers = checked_headers(call, 2)?;
    let body = given_body(call, 3)?;
    let this = call.this();
    if object::property(this, URL).kind() != Kind::Undefined {
        let message = "a ClientRequest can't be constructed twice";
        return Err(crate::engine::throw(class::error(), message));
    }
    object::property(this, METHOD).set_bytes(method);
    object::property(this, URL).set_bytes(url);
    let mut body = match body {
        GivenBody::Bytes(body) => {
            match (headers, call.argument(2)) {
                (Some(_), Some(given)) => object::property(this, HEADERS).copy_from(given),
                _ => object::property(this, HEADERS).set_array(new_array(0)),
            }
            body
        }
        GivenBody::Json(body) => {
            let mut lines = lines_of(headers);
            add_json(&mut lines);
            let mut array = crate::classes::client_response::headers_array(
                lines
                    .iter()
                    .map(|(name, value)| (name.as_slice(), value.as_slice())),
                false,
            );
            object::property(this, HEADERS).copy_from(array.zv());
            body
        }
        GivenBody::Pieces(_) => return Err(call.wrong_type(3, c"of type string|array")),
    };
    object::property(this, BODY).copy_from(body.zv());
    Ok(())
}

/// The lines of an array of headers.
pub(crate) fn lines_of(headers: Option<*mut ffi::zend_array>) -> HeaderLines {
    header_lines(headers)
        .map(|(name, value)| (name.to_vec(), value.to_vec()))
        .collect()
}

/// Whether one of the lines has this name.
pub(crate) fn has(lines: &HeaderLines, name: &[u8]) -> bool {
    lines
        .iter()
        .any(|(other, _)| other.eq_ignore_ascii_case(name))
}

/// Says that the body is JSON, unless the headers say something else.
pub(crate) fn add_json(lines: &mut HeaderLines) {
    if !has(lines, JSON.0) {
        lines.push((JSON.0.to_vec(), JSON.1.to_vec()));
    }
}

/// What is to be asked for: the URL's credentials and the options' headers become headers.
pub(crate) fn order(
    settings: &Settings,
    method: &[u8],
    mut url: HttpUrl,
    mut headers: HeaderLines,
    body: Body,
) -> Order {
    if let Some((user, password)) = url.take_credentials()
        && !has(&headers, b"Authorization")
    {
        let mut value = b"Basic ".to_vec();
        kargo_rpc::base64::write(&mut value, &[&user, &b":"[..], &password].concat());
        headers.push((b"Authorization".to_vec(), value));
    }
    let defaults: HeaderLines = settings
        .headers
        .iter()
        .filter(|(name, _)| !has(&headers, name))
        .cloned()
        .collect();
    headers.extend(defaults);
    Order {
        method: method.to_vec(),
        url,
        headers,
        body,
        is_streamed: false,
        keeps_method: false,
        body_limit: None,
    }
}

/// What a constructed ClientRequest asks for; `None` if its constructor did not run.
pub(crate) fn order_of(settings: &Settings, request: *mut ffi::zend_object) -> Option<Order> {
    let text = |index| object::property(request, index).bytes();
    let url = HttpUrl::parse(text(URL)?).ok()?;
    let headers = lines_of(object::property(request, HEADERS).array());
    let body = Body::Whole(Rc::from(text(BODY)?));
    Some(order(settings, text(METHOD)?, url, headers, body))
}
