//! `Kargo\Http\ClientStream`: a response whose body is read as it comes.

use kargo_net::client::{ClientResponse, HttpUrl};

use crate::classes::client_response::{return_header, return_header_lines};
use crate::engine::call::native;
use crate::engine::throw::{class, throw};
use crate::engine::{Call, Owned, Thrown, Zv, ffi, object};
use crate::http_client::failure;
use crate::http_client::flight::Landed;
use crate::http_client::wait;
use crate::serve::runtime;

native! {
    kargo_http_clientstream_header => header;
    kargo_http_clientstream_header_lines => header_lines;
    kargo_http_clientstream_read => read;
    kargo_http_clientstream_read_all => read_all;
    kargo_http_clientstream_close => close;
    kargo_http_clientstream_current => current;
    kargo_http_clientstream_key => key;
    kargo_http_clientstream_next => next;
    kargo_http_clientstream_rewind => rewind;
    kargo_http_clientstream_valid => valid;
}

const STATUS: u32 = 0;
const HEADERS: u32 = 1;
const URL: u32 = 2;

/// What a ClientStream holds.
#[derive(Debug)]
pub(crate) struct State {
    /// Where the body comes from; `None`: it is over or was given up.
    source: Option<Source>,
    /// The piece that foreach is at.
    current: Option<Owned>,
    /// How many pieces foreach has passed.
    passed: i64,
    /// The object reads right now: whoever waits for a piece is the only one.
    is_reading: bool,
    /// The Client, whose connections end with it.
    _client: Owned,
}

/// A flight and its listener.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Source {
    pub(crate) listener: u64,
    pub(crate) flight: u64,
}

impl Drop for State {
    fn drop(&mut self) {
        if let Some(source) = self.source.take() {
            wait::give_up(source.listener);
        }
    }
}

/// A new object for a response whose head is there.
pub(crate) fn made(
    client: *mut ffi::zend_object,
    source: Source,
    status: u16,
    headers: Zv,
    url: &HttpUrl,
) -> Owned {
    let mut held = Owned::undefined();
    held.zv().share_object(client);
    let state = State {
        source: Some(source),
        current: None,
        passed: 0,
        is_reading: false,
        _client: held,
    };
    let mut object = object::instantiate(class::client_stream(), state);
    if let Some(target) = object.zv().object() {
        object::property(target, STATUS).set_int(status.into());
        object::property(target, HEADERS).copy_from(headers);
        object::property(target, URL).set_bytes(url.as_str().as_bytes());
    }
    object
}

/// A piece of a body, or what came instead.
pub(crate) enum Piece {
    Bytes(Vec<u8>),
    End(ClientResponse),
    Failed(Box<Landed>),
}

/// Waits for the next piece of a streamed body. After the end and after a failure the listener is gone.
pub(crate) fn next_piece(source: Source) -> Result<Piece, Thrown> {
    loop {
        let piece = runtime::with(|runtime| {
            let (exchanges, events) = runtime.present_client()?;
            let exchange = exchanges.flight(source.flight)?.exchange;
            if let Some(exchange) = exchange {
                let bytes = exchanges.net.take_body(events, exchange);
                return (!bytes.is_empty()).then_some(Piece::Bytes(bytes));
            }
            let landed = exchanges.take(source.flight)?;
            exchanges.give_up(events, source.listener);
            Some(match landed.result {
                Ok(response) => Piece::End(response),
                Err(_) => Piece::Failed(Box::new(landed)),
            })
        });
        match piece {
            Some(piece) => return Ok(piece),
            None => drop(wait::for_news(source.listener)?),
        }
    }
}

fn state<'a>(call: &Call) -> Result<&'a mut State, Thrown> {
    let state = object::native::<State>(call.this());
    if state.is_null() {
        let message = "this ClientStream was not made by Client::stream()";
        return Err(throw(class::error(), message));
    }
    // SAFETY: the object is alive during the call; nobody keeps this across a wait.
    Ok(unsafe { &mut *state })
}

/// The next piece, never empty; `None` at the end.
fn piece(call: &Call) -> Result<Option<Vec<u8>>, Thrown> {
    let own = state(call)?;
    let Some(source) = own.source else {
        return Ok(None);
    };
    if own.is_reading {
        let message =
            "this ClientStream is being read already, by somebody who waits for its next piece";
        return Err(throw(class::error(), message));
    }
    own.is_reading = true;
    let piece = next_piece(source);
    let own = state(call)?;
    own.is_reading = false;
    match piece {
        Ok(Piece::Bytes(bytes)) => Ok(Some(bytes)),
        Ok(Piece::End(response)) => {
            own.source = None;
            let rest = response.into_body();
            Ok((!rest.is_empty()).then_some(rest))
        }
        Ok(Piece::Failed(landed)) => {
            own.source = None;
            Err(match landed.result {
                Err(failure) => failure::raise(&landed.order, &landed.settings, &failure),
                Ok(_) => Thrown,
            })
        }
        Err(thrown) => {
            // The wait has failed, or the stream was closed meanwhile: the listener is gone.
            own.source = None;
            Err(thrown)
        }
    }
}

fn header(call: &Call) -> Result<(), Thrown> {
    return_header(call, object::property(call.this(), HEADERS))
}

fn header_lines(call: &Call) -> Result<(), Thrown> {
    return_header_lines(call, object::property(call.this(), HEADERS))
}

fn read(call: &Call) -> Result<(), Thrown> {
    match piece(call)? {
        Some(bytes) => call.result().set_bytes(&bytes),
        None => call.result().set_null(),
    }
    Ok(())
}

fn read_all(call: &Call) -> Result<(), Thrown> {
    let mut all = piece(call)?.unwrap_or_default();
    while let Some(bytes) = piece(call)? {
        all.extend_from_slice(&bytes);
    }
    call.result().set_bytes(&all);
    Ok(())
}

fn close(call: &Call) -> Result<(), Thrown> {
    let own = state(call)?;
    if let Some(source) = own.source.take() {
        wait::give_up(source.listener);
    }
    own.current = None;
    Ok(())
}

/// Makes sure that foreach is at a piece, if there is one.
fn settle(call: &Call) -> Result<(), Thrown> {
    if state(call)?.current.is_some() {
        return Ok(());
    }
    let next = piece(call)?;
    state(call)?.current = next.map(|bytes| Owned::of_bytes(&bytes));
    Ok(())
}

fn current(call: &Call) -> Result<(), Thrown> {
    settle(call)?;
    match &mut state(call)?.current {
        Some(piece) => call.result().copy_from(piece.zv()),
        None => return Err(throw(class::error(), "the body is over: ask valid() first")),
    }
    Ok(())
}

fn key(call: &Call) -> Result<(), Thrown> {
    call.result().set_int(state(call)?.passed);
    Ok(())
}

fn next(call: &Call) -> Result<(), Thrown> {
    settle(call)?;
    let own = state(call)?;
    if own.current.take().is_some() {
        own.passed += 1;
    }
    Ok(())
}

fn rewind(call: &Call) -> Result<(), Thrown> {
    if state(call)?.passed > 0 {
        let message = "a ClientStream can't be rewound: its first pieces are gone";
        return Err(throw(class::error(), message));
    }
    settle(call)
}

fn valid(call: &Call) -> Result<(), Thrown> {
    settle(call)?;
    call.result().set_bool(state(call)?.current.is_some());
    Ok(())
}
