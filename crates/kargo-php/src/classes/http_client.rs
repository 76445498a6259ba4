//! `Kargo\Http\Client`.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::rc::Rc;

use kargo_net::client::RequestError;

use crate::classes::client_options;
use crate::classes::client_request::{
    GivenBody, add_json, checked_headers, checked_method, checked_url, given_body, lines_of, order,
};
use crate::classes::client_response::{self, headers_of};
use crate::classes::client_stream::{self, Piece, Source, next_piece};
use crate::engine::call::native;
use crate::engine::throw::{class, throw};
use crate::engine::{Call, Owned, Thrown, Zv, ffi, object, throw_value_error};
use crate::http_client::download::{self, Replacement};
use crate::http_client::flight::{Body, Landed, Order};
use crate::http_client::settings::Settings;
use crate::http_client::{Pool, failure, wait as flights};
use crate::serve::{runtime, wait};

native! {
    kargo_http_client_construct => construct;
    kargo_http_client_request => request;
    kargo_http_client_get => get;
    kargo_http_client_head => head;
    kargo_http_client_post => post;
    kargo_http_client_put => put;
    kargo_http_client_patch => patch;
    kargo_http_client_delete => delete;
    kargo_http_client_stream => stream;
    kargo_http_client_download => download_file;
}

/// What a Client holds.
#[derive(Debug)]
pub(crate) struct State {
    settings: Rc<Settings>,
    /// Its connections, in the process that made them.
    pub(super) pool: Option<Pool>,
}

impl Drop for State {
    fn drop(&mut self) {
        let Some(pool) = self.pool else {
            return;
        };
        runtime::with(|runtime| {
            if let Some((exchanges, events)) = runtime.present_client() {
                exchanges.remove_pool(events, pool);
            }
        });
    }
}

fn construct(call: &Call) -> Result<(), Thrown> {
    let options = call.argument(0).and_then(Zv::object);
    let settings = match (options, call.argument(0)) {
        // SAFETY: the object is alive.
        (Some(given), _) if unsafe { ffi::kg_instance_of(given, class::client_options()) } => {
            client_options::read(given)
        }
        (_, None) => Settings::default(),
        (_, Some(given)) if given.kind() == crate::engine::Kind::Null => Settings::default(),
        _ => return Err(call.wrong_type(0, c"of type ?Kargo\\Http\\ClientOptions")),
    };
    if !object::native::<State>(call.this()).is_null() {
        let message = "a Client can't be constructed twice";
        return Err(throw(class::error(), message));
    }
    let state = State {
        settings: Rc::new(settings),
        pool: None,
    };
    object::set_native(call.this(), state);
    Ok(())
}

/// A Client with default options, for whoever was given none.
pub(crate) fn with_default_options() -> Owned {
    let state = State {
        settings: Rc::default(),
        pool: None,
    };
    object::instantiate(class::client(), state)
}

/// What a Client's requests are made with.
pub(crate) fn settings_of(client: *mut ffi::zend_object) -> Result<Rc<Settings>, Thrown> {
    Ok(Rc::clone(&state_of(client)?.settings))
}

fn state<'a>(call: &Call) -> Result<&'a mut State, Thrown> {
    state_of(call.this())
}

pub(super) fn state_of<'a>(client: *mut ffi::zend_object) -> Result<&'a mut State, Thrown> {
    let state = object::native::<State>(client);
    if state.is_null() {
        let message = "this Client's constructor was not called";
        return Err(throw(class::error(), message));
    }
    // SAFETY: the object is alive during the call; nobody keeps this across a wait.
    Ok(unsafe { &mut *state })
}

/// Where the arguments of a method are.
#[derive(Clone, Copy)]
struct Arguments {
    url: u32,
    headers: u32,
    body: Option<u32>,
}

/// A request and the Traversable that gives its body, if one does.
fn read_order(
    call: &Call,
    settings: &Settings,
    method: &[u8],
    at: Arguments,
) -> Result<(Order, Option<Zv>), Thrown> {
    let url = checked_url(at.url + 1, call.bytes(at.url)?)?;
    let mut headers = lines_of(checked_headers(call, at.headers)?);
    let mut pieces = None;
    let body = match at.body.map(|index| given_body(call, index)).transpose()? {
        None => Body::Whole(Rc::from([])),
        Some(GivenBody::Bytes(mut body)) => {
            Body::Whole(Rc::from(body.zv().bytes().unwrap_or_default()))
        }
        Some(GivenBody::Json(mut body)) => {
            add_json(&mut headers);
            Body::Whole(Rc::from(body.zv().bytes().unwrap_or_default()))
        }
        Some(GivenBody::Pieces(given)) => {
            pieces = Some(given);
            Body::Pieces
        }
    };
    Ok((order(settings, method, url, headers, body), pieces))
}

/// Begins a flight with a listener of its own.
fn begin(call: &Call, order: Order, headers: u32) -> Result<Source, Thrown> {
    let settings = settings_of(call.this())?;
    depart(call.this(), order, &settings)?.map_err(|error| cannot_be_sent(headers, &error))
}

/// Begins a flight over a Client's connections with a listener of its own.
///
/// # Errors
/// An exception; inside, what HTTP does not allow in a request.
pub(crate) fn depart(
    client: *mut ffi::zend_object,
    order: Order,
    settings: &Rc<Settings>,
) -> Result<Result<Source, RequestError>, Thrown> {
    wait::reject_if_blocked()?;
    let own = state_of(client)?;
    flights::with(|exchanges, events| {
        let listener = exchanges.listen();
        let pool = exchanges.pool(&mut own.pool, &settings.pool);
        let started = exchanges.start(events, order, settings, pool, listener);
        if started.is_err() {
            exchanges.give_up(events, listener);
        }
        started.map(|flight| Source { listener, flight })
    })
}

/// Throws what HTTP does not allow in a request: its headers do not fit together.
pub(super) fn cannot_be_sent(headers: u32, error: &RequestError) -> Thrown {
    throw_value_error(
        headers + 1,
        &format!("can't be sent with this request: {error}"),
    )
}

/// Makes a request and returns its response.
fn perform(call: &Call, method: &[u8], at: Arguments) -> Result<(), Thrown> {
    let settings = Rc::clone(&state(call)?.settings);
    let (order, pieces) = read_order(call, &settings, method, at)?;
    let source = begin(call, order, at.headers)?;
    if let Some(pieces) = pieces {
        flights::upload(source.listener, source.flight, pieces)?;
    }
    let landed = flights::for_end(source.listener, source.flight)?;
    let mut response = response_of(landed)?;
    call.result().copy_from(response.zv());
    Ok(())
}

/// The object for what came of a flight, or its exception.
pub(super) fn response_of(landed: Landed) -> Result<Owned, Thrown> {
    match landed.result {
        Ok(response) => Ok(client_response::made(
            &response,
            &landed.order.url,
            response.body(),
        )),
        Err(failed) => Err(failure::raise(&landed.order, &landed.settings, &failed)),
    }
}

fn request(call: &Call) -> Result<(), Thrown> {
    let method = checked_method(call, 0, b"")?;
    let at = Arguments {
        url: 1,
        headers: 2,
        body: Some(3),
    };
    perform(call, method, at)
}

const WITHOUT_BODY: Arguments = Arguments {
    url: 0,
    headers: 1,
    body: None,
};
const WITH_BODY: Arguments = Arguments {
    url: 0,
    headers: 2,
    body: Some(1),
};

fn get(call: &Call) -> Result<(), Thrown> {
    perform(call, b"GET", WITHOUT_BODY)
}

fn head(call: &Call) -> Result<(), Thrown> {
    perform(call, b"HEAD", WITHOUT_BODY)
}

fn post(call: &Call) -> Result<(), Thrown> {
    perform(call, b"POST", WITH_BODY)
}

fn put(call: &Call) -> Result<(), Thrown> {
    perform(call, b"PUT", WITH_BODY)
}

fn patch(call: &Call) -> Result<(), Thrown> {
    perform(call, b"PATCH", WITH_BODY)
}

fn delete(call: &Call) -> Result<(), Thrown> {
    perform(call, b"DELETE", WITHOUT_BODY)
}

/// A limit argument: not negative, or null for none.
fn body_limit(call: &Call, index: u32) -> Result<u64, Thrown> {
    let Some(limit) = call.optional_int(index)? else {
        return Ok(u64::MAX);
    };
    u64::try_from(limit).map_err(|_| throw_value_error(index + 1, "must not be negative"))
}

/// Waits for the head of a streamed response; `Err(Some)`: it failed before.
fn wait_for_head(source: Source) -> Result<Option<Box<Landed>>, Thrown> {
    loop {
        let state = runtime::with(|runtime| {
            let (exchanges, events) = runtime.present_client()?;
            let flight = exchanges.flight(source.flight)?;
            if flight.is_streaming() {
                return Some(None);
            }
            if !flight.has_failed() {
                return flight.is_over().then_some(None);
            }
            let landed = exchanges.take(source.flight)?;
            exchanges.give_up(events, source.listener);
            Some(Some(Box::new(landed)))
        });
        match state {
            Some(landed) => return Ok(landed),
            None => drop(flights::for_news(source.listener)?),
        }
    }
}

/// Begins a request whose response is streamed, and waits for its head.
fn open(call: &Call, method: &[u8], at: Arguments, limit: u64) -> Result<Source, Thrown> {
    let settings = Rc::clone(&state(call)?.settings);
    let (mut order, pieces) = read_order(call, &settings, method, at)?;
    order.is_streamed = true;
    order.body_limit = Some(limit);
    let source = begin(call, order, at.headers)?;
    if let Some(pieces) = pieces {
        flights::upload(source.listener, source.flight, pieces)?;
    }
    match wait_for_head(source)?.map(|landed| *landed) {
        None => Ok(source),
        Some(landed) => Err(match landed.result {
            Err(failed) => failure::raise(&landed.order, &landed.settings, &failed),
            Ok(_) => Thrown,
        }),
    }
}

fn stream(call: &Call) -> Result<(), Thrown> {
    let method = checked_method(call, 0, b"")?;
    let at = Arguments {
        url: 1,
        headers: 2,
        body: Some(3),
    };
    let limit = body_limit(call, 4)?;
    let source = open(call, method, at, limit)?;
    let facts = runtime::with(|runtime| {
        let (exchanges, _) = runtime.present_client()?;
        let (head, bytes, url) = exchanges.head_of(source.flight)?;
        Some((head.clone(), bytes.to_vec(), url.clone()))
    });
    let Some((head, bytes, url)) = facts else {
        flights::give_up(source.listener);
        return Err(throw(class::error(), "the response is gone"));
    };
    let mut headers = headers_of(&head, &bytes);
    let mut object = client_stream::made(call.this(), source, head.status(), headers.zv(), &url);
    call.result().copy_from(object.zv());
    Ok(())
}

fn download_file(call: &Call) -> Result<(), Thrown> {
    let path = call.bytes(1)?;
    if path.is_empty() || path.contains(&0) {
        return Err(throw_value_error(2, "must be the path of a file"));
    }
    let path = Path::new(OsStr::from_bytes(path));
    if !download::is_allowed(path) {
        return Err(cannot_write(path, "open_basedir does not allow it"));
    }
    let at = Arguments {
        url: 0,
        headers: 2,
        body: None,
    };
    let limit = body_limit(call, 3)?;
    let source = open(call, b"GET", at, limit)?;
    let result = receive_into(call, source, path);
    if result.is_err() {
        flights::give_up(source.listener);
    }
    result
}

fn cannot_write(path: &Path, reason: &str) -> Thrown {
    let message = format!("{} can't be written: {reason}", path.display());
    throw(class::transport_exception(), &message)
}

/// Writes the body of a response with status 200 into a file, and returns others whole.
fn receive_into(call: &Call, source: Source, path: &Path) -> Result<(), Thrown> {
    let status = runtime::with(|runtime| {
        let (exchanges, _) = runtime.present_client()?;
        Some(exchanges.head_of(source.flight)?.0.status())
    });
    let failed = |error: std::io::Error| cannot_write(path, &error.to_string());
    let mut file = match status {
        Some(200) => Some(Replacement::create(path).map_err(failed)?),
        _ => None,
    };
    let most = state(call)?.settings.pool.connection.limits.body_bytes;
    let mut body = Vec::new();
    let (response, url) = loop {
        let url = runtime::with(|runtime| {
            let (exchanges, _) = runtime.present_client()?;
            Some(exchanges.flight(source.flight)?.order.url.clone())
        });
        let (bytes, end) = match next_piece(source)? {
            Piece::Bytes(bytes) => (bytes, None),
            Piece::End(response) => (Vec::new(), Some(response)),
            Piece::Failed(landed) => {
                return Err(match landed.result {
                    Err(failed) => failure::raise(&landed.order, &landed.settings, &failed),
                    Ok(_) => Thrown,
                });
            }
        };
        let rest = end.as_ref().map_or(&bytes[..], |response| response.body());
        match &mut file {
            Some(file) => file.append(rest).map_err(failed)?,
            None if (body.len() + rest.len()) as u64 > most => {
                let message = format!(
                    "the body of a response with another status than 200 has more than {most} bytes; raise \
                     ClientOptions::$bodyBytes"
                );
                return Err(throw(class::protocol_exception(), &message));
            }
            None => body.extend_from_slice(rest),
        }
        if let (Some(response), Some(url)) = (end, url) {
            break (response, url);
        }
    };
    if let Some(file) = file {
        file.keep().map_err(failed)?;
    }
    let mut object = client_response::made(&response, &url, &body);
    call.result().copy_from(object.zv());
    Ok(())
}
