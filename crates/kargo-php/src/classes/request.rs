//! `Kargo\Http\Request`: everything is read from the bytes when asked for.
//!
//! While the request is in flight the object only has its identification, and the bytes are the server's. An object that
//! is kept beyond that gets its own copy; one that is not kept is used again for the next request.

use std::borrow::Cow;
use std::cell::RefCell;
use std::rc::Rc;

use kargo_http::TrustedProxies;
use kargo_http::cookie::{self, Cookie};
use kargo_http::forwarded::Origin;
use kargo_http::media_type::MediaType;
use kargo_http::{Version, percent};
use kargo_net::{OwnedRequest, RequestId, RequestRef};

use crate::classes::exceptions::throw_http;
use crate::classes::session;
use crate::classes::uploaded_file;
use crate::engine::call::native;
use crate::engine::throw::{class, throw};
use crate::engine::value::{array_find, array_set, new_array};
use crate::engine::{Call, Owned, Thrown, ffi, object};
use crate::rpc::json;
use crate::serve::server::trusted_proxies;
use crate::serve::{current, runtime};
use crate::sessions::Live;

native! {
    kargo_http_request_id => id;
    kargo_http_request_method => method;
    kargo_http_request_target => target;
    kargo_http_request_path => path;
    kargo_http_request_host => host;
    kargo_http_request_scheme => scheme;
    kargo_http_request_protocol_version => protocol_version;
    kargo_http_request_parameter => parameter;
    kargo_http_request_parameters => parameters;
    kargo_http_request_query => query;
    kargo_http_request_header => header;
    kargo_http_request_headers => headers;
    kargo_http_request_cookie => one_cookie;
    kargo_http_request_cookies => cookies;
    kargo_http_request_body => body;
    kargo_http_request_json => json_body;
    kargo_http_request_form => form;
    kargo_http_request_client_address => client_address;
    kargo_http_request_client_port => client_port;
    kargo_http_request_session => open_session;
    kargo_http_request_is_client_connected => is_client_connected;
}

/// Where the bytes are.
#[derive(Clone, Debug)]
pub(crate) enum Bytes {
    /// The server's, under this identification.
    InFlight(RequestId),
    /// This object's and its clones'.
    Own(Rc<OwnedRequest>),
    /// Nowhere: the object is between two requests.
    None,
}

/// The matched route's parameters: name and decoded value.
pub(crate) type Parameters = Vec<(Rc<str>, Vec<u8>)>;

/// What a Request object holds.
#[derive(Clone, Debug)]
pub(crate) struct State {
    pub(crate) bytes: Bytes,
    pub(crate) number: u64,
    pub(crate) parameters: Parameters,
}

impl State {
    pub(crate) const fn new() -> Self {
        Self {
            bytes: Bytes::None,
            number: 0,
            parameters: Vec::new(),
        }
    }
}

fn state<'a>(call: &Call) -> Result<&'a mut State, Thrown> {
    let state = object::native::<State>(call.this());
    if state.is_null() {
        return Err(throw(
            class::error(),
            "this Request was not made by a server",
        ));
    }
    // SAFETY: the object is alive during the call, and one thread uses it.
    Ok(unsafe { &mut *state })
}

/// Gives the request's bytes to `read`.
pub(crate) fn view<R>(call: &Call, read: impl FnOnce(&RequestRef<'_>) -> R) -> Result<R, Thrown> {
    let state = state(call)?;
    let found = match &state.bytes {
        Bytes::Own(request) => Some(read(&OwnedRequest::as_ref(request))),
        Bytes::InFlight(id) => runtime::with(|runtime| {
            let serving = runtime.serving.as_ref()?;
            serving.net.request(*id).map(|request| read(&request))
        }),
        Bytes::None => None,
    };
    found.ok_or_else(|| throw(class::error(), "this Request is over and was not kept"))
}

/// The same, with what trusted proxies say of the client.
fn view_with_origin<R>(
    call: &Call,
    read: impl FnOnce(&RequestRef<'_>, Origin<'_>) -> R,
) -> Result<R, Thrown> {
    let proxies = trusted_proxies();
    view(call, |request| {
        let origin = origin(proxies.as_deref(), request);
        read(request, origin)
    })
}

/// What trusted proxies say of the client of a request.
pub(crate) fn origin<'a>(proxies: Option<&TrustedProxies>, request: &RequestRef<'a>) -> Origin<'a> {
    proxies.map_or_else(Origin::default, |proxies| {
        let peer = request.peer_address().socket_address();
        proxies.origin(request.head(), request.bytes(), peer.map(|peer| peer.ip()))
    })
}

fn id(call: &Call) -> Result<(), Thrown> {
    call.result()
        .set_bytes(current::request_name(state(call)?.number).as_bytes());
    Ok(())
}

fn method(call: &Call) -> Result<(), Thrown> {
    view(call, |request| {
        call.result()
            .set_bytes(request.head().method_name(request.bytes()));
    })
}

fn target(call: &Call) -> Result<(), Thrown> {
    view(call, |request| {
        call.result()
            .set_bytes(request.head().target(request.bytes()));
    })
}

fn path(call: &Call) -> Result<(), Thrown> {
    view(call, |request| {
        let path = request.head().path(request.bytes());
        call.result()
            .set_bytes(&percent::decode_keeping_slashes(path));
    })
}

fn host(call: &Call) -> Result<(), Thrown> {
    view_with_origin(call, |request, origin| {
        let host = origin.host.or(request.head().host(request.bytes()));
        call.result().set_bytes(host.unwrap_or_default());
    })
}

fn scheme(call: &Call) -> Result<(), Thrown> {
    view_with_origin(call, |_, origin| {
        let is_secure = origin.is_secure.unwrap_or(false);
        call.result()
            .set_bytes(if is_secure { b"https" } else { b"http" });
    })
}

fn protocol_version(call: &Call) -> Result<(), Thrown> {
    view(call, |request| {
        call.result().set_bytes(match request.head().version() {
            Version::Http10 => b"1.0",
            Version::Http11 => b"1.1",
        });
    })
}

fn parameter(call: &Call) -> Result<(), Thrown> {
    let name = call.bytes(0)?;
    let found = state(call)?
        .parameters
        .iter()
        .find(|(key, _)| key.as_bytes() == name);
    match found {
        Some((_, value)) => call.result().set_bytes(value),
        None => call.result().set_null(),
    }
    Ok(())
}

/// Sets `key` in an array to a string.
fn set_text(array: *mut ffi::zend_array, key: &[u8], value: &[u8]) {
    let mut text = Owned::of_bytes(value);
    array_set(array, key, text.zv());
    text.zv().set_undefined();
}

fn parameters(call: &Call) -> Result<(), Thrown> {
    let array = new_array(4);
    for (name, value) in &state(call)?.parameters {
        set_text(array, name.as_bytes(), value);
    }
    call.result().set_array(array);
    Ok(())
}

/// Parses `text` as PHP parses a query string.
fn parse_fields(text: &[u8]) -> Owned {
    let mut fields = Owned::undefined();
    // SAFETY: the engine copies the text.
    unsafe { ffi::kg_parse_query(text.as_ptr().cast(), text.len(), fields.zv().0) }
    fields
}

fn query(call: &Call) -> Result<(), Thrown> {
    let name = call.optional_bytes(0)?;
    // Parsing may raise a warning (max_input_vars), so no borrow may be alive: the text is copied.
    let text = view(call, |request| {
        request
            .head()
            .query(request.bytes())
            .unwrap_or_default()
            .to_vec()
    })?;
    let mut fields = parse_fields(&text);
    match name {
        None => call.result().copy_from(fields.zv()),
        Some(name) => {
            let found = fields
                .zv()
                .array()
                .and_then(|array| array_find(array, name));
            match found {
                Some(value) => call.result().copy_from(value),
                None => call.result().set_null(),
            }
        }
    }
    Ok(())
}

/// The values of all headers of one name, as one.
fn joined(request: &RequestRef<'_>, name: &[u8]) -> Option<Vec<u8>> {
    let separator: &[u8] = if name.eq_ignore_ascii_case(b"cookie") {
        b"; "
    } else {
        b", "
    };
    let mut values = request
        .head()
        .headers(request.bytes())
        .filter(|(other, _)| other.eq_ignore_ascii_case(name))
        .map(|(_, value)| value);
    let mut all = values.next()?.to_vec();
    for value in values {
        all.extend_from_slice(separator);
        all.extend_from_slice(value);
    }
    Some(all)
}

fn header(call: &Call) -> Result<(), Thrown> {
    let name = call.bytes(0)?;
    view(call, |request| {
        let mut values = request
            .head()
            .headers(request.bytes())
            .filter(|(key, _)| key.eq_ignore_ascii_case(name));
        match (values.next(), values.next()) {
            (None, _) => call.result().set_null(),
            (Some((_, value)), None) => call.result().set_bytes(value),
            _ => call
                .result()
                .set_bytes(&joined(request, name).unwrap_or_default()),
        }
    })
}

fn headers(call: &Call) -> Result<(), Thrown> {
    view(call, |request| {
        let array = new_array(16);
        for (name, _) in request.head().headers(request.bytes()) {
            let lower = name.to_ascii_lowercase();
            if array_find(array, &lower).is_none() {
                set_text(array, &lower, &joined(request, name).unwrap_or_default());
            }
        }
        call.result().set_array(array);
    })
}

/// The cookies of a request.
fn each_cookie<'a>(request: &RequestRef<'a>) -> impl Iterator<Item = Cookie<'a>> {
    request
        .head()
        .header_values(request.bytes(), "cookie")
        .flat_map(cookie::cookies)
}

fn one_cookie(call: &Call) -> Result<(), Thrown> {
    let wanted = call.bytes(0)?;
    view(call, |request| {
        let first = each_cookie(request).find(|cookie| cookie.name == wanted);
        match first {
            Some(cookie) => call.result().set_bytes(&cookie.decoded_value()),
            None => call.result().set_null(),
        }
    })
}

fn cookies(call: &Call) -> Result<(), Thrown> {
    view(call, |request| {
        let array = new_array(8);
        // Of several cookies of one name, clients send that with the longest path first.
        for cookie in each_cookie(request) {
            if array_find(array, cookie.name).is_none() {
                set_text(array, cookie.name, &cookie.decoded_value());
            }
        }
        call.result().set_array(array);
    })
}

fn body(call: &Call) -> Result<(), Thrown> {
    view(call, |request| {
        let body = request.whole_body();
        body.map(|bytes| call.result().set_bytes(&bytes))
    })?
    .map_err(|error| unreadable(&error))
}

fn unreadable(error: &std::io::Error) -> Thrown {
    let message = format!("can't read the body: {error}");
    throw(class::transport_exception(), &message)
}

fn json_body(call: &Call) -> Result<(), Thrown> {
    // Decoding makes many values and may reach the memory limit: no borrow may be alive.
    let text = view(call, |request| request.whole_body().map(Cow::into_owned))?
        .map_err(|error| unreadable(&error))?;
    json::decode(&text, call.result())
        .map_err(|error| throw_http(400, &format!("the body is not valid JSON: {error}")))
}

fn form(call: &Call) -> Result<(), Thrown> {
    let upload = view(call, |request| request.upload().map(Rc::clone))?;
    if let Some(upload) = upload.filter(|upload| upload.body().is_none()) {
        uploaded_file::fields(&upload, call.result());
        return Ok(());
    }
    let text = view(call, |request| {
        let is_form = request
            .head()
            .header(request.bytes(), "content-type")
            .is_some_and(is_form_type);
        is_form
            .then(|| request.whole_body().map(Cow::into_owned))
            .transpose()
    })?
    .map_err(|error| unreadable(&error))?;
    let mut fields = parse_fields(&text.unwrap_or_default());
    call.result().copy_from(fields.zv());
    Ok(())
}

fn is_form_type(value: &[u8]) -> bool {
    MediaType::parse(value).is_some_and(|kind| kind.is("application", "x-www-form-urlencoded"))
}

fn open_session(call: &Call) -> Result<(), Thrown> {
    let number = state(call)?.number;
    let in_hand = current::with(|current| {
        let id = current.request.filter(|_| current.number == number)?;
        Some((id, current.session.clone()))
    });
    let Some((id, live)) = in_hand else {
        return Err(throw(
            class::error(),
            "a session belongs to the request in hand, and this is another one",
        ));
    };
    let live = match live {
        Some(live) => live,
        None => {
            let sessions = runtime::with(|runtime| runtime.serving.as_ref()?.sessions.clone());
            let Some(sessions) = sessions else {
                return Err(throw(
                    class::configuration_exception(),
                    "this server has no sessions: $server->sessions(Sessions::inFiles(...))",
                ));
            };
            let live = Rc::new(RefCell::new(Live::new(sessions, id)));
            current::with(|current| current.session = Some(Rc::clone(&live)));
            live
        }
    };
    call.result().copy_from(session::make(live).zv());
    Ok(())
}

fn client_address(call: &Call) -> Result<(), Thrown> {
    view_with_origin(call, |request, origin| {
        let peer = request.peer_address().socket_address();
        match origin.address.or(peer.map(|peer| peer.ip())) {
            Some(address) => call.result().set_bytes(address.to_string().as_bytes()),
            None => call.result().set_bytes(b"unix:"),
        }
    })
}

fn client_port(call: &Call) -> Result<(), Thrown> {
    view_with_origin(call, |request, origin| {
        let port = match origin.address {
            Some(_) => origin.port,
            None => {
                let peer = request.peer_address().socket_address();
                peer.map(|peer| peer.port())
            }
        };
        match port {
            Some(port) => call.result().set_int(port.into()),
            None => call.result().set_null(),
        }
    })
}

fn is_client_connected(call: &Call) -> Result<(), Thrown> {
    let connected = match &state(call)?.bytes {
        Bytes::InFlight(id) => runtime::with(|runtime| {
            runtime
                .serving
                .as_mut()
                .is_some_and(|serving| serving.is_connected(*id))
        }),
        _ => false,
    };
    call.result().set_bool(connected);
    Ok(())
}

/// A clone of a Request has its own life, so it needs its own bytes.
pub(crate) fn cloned(state: &State) -> State {
    let mut copy = state.clone();
    if let Bytes::InFlight(id) = state.bytes {
        copy.bytes = own_bytes(id);
    }
    copy
}

/// A copy of the bytes of a request in flight.
pub(crate) fn own_bytes(id: RequestId) -> Bytes {
    runtime::with(|runtime| {
        runtime
            .serving
            .as_ref()
            .and_then(|serving| serving.net.request(id))
            .map_or(Bytes::None, |request| {
                Bytes::Own(Rc::new(request.to_owned_request()))
            })
    })
}

/// A new Request object that belongs to nobody yet.
pub(crate) fn make() -> Owned {
    object::instantiate(class::request(), State::new())
}
