//! `Kargo\Http\Client::all()`: many requests at the same time, and whatever else is asked for in that way.

use std::rc::Rc;

use kargo_net::client::{HttpUrl, RequestError};

use crate::classes::client_request::{is_traversable, order, order_of};
use crate::classes::http_client::{cannot_be_sent, response_of, settings_of, state_of};
use crate::engine::call::native;
use crate::engine::callable::take_exception;
use crate::engine::iteration::Iteration;
use crate::engine::throw::class;
use crate::engine::value::{ArrayIter, Key, array_iter, new_array};
use crate::engine::{Call, Owned, Thrown, Zv, ffi, throw_value_error};
use crate::http_client::flight::{Body, Landed, Order};
use crate::http_client::settings::Settings;
use crate::http_client::wait as flights;
use crate::serve::{runtime, wait};

native! {
    kargo_http_client_all => all;
}

/// What all() was given, one after the other.
enum Requests<'a> {
    Array(ArrayIter<'a>),
    Traversable(Iteration),
}

impl Requests<'_> {
    /// The next request and its key.
    fn next(&mut self) -> Result<Option<(Owned, Owned)>, Thrown> {
        let mut name = Owned::undefined();
        match self {
            Self::Array(array) => Ok(array.next().map(|(key, value)| {
                match key {
                    Key::Index(index) => name.zv().set_int(index),
                    Key::Name(key) => name.zv().set_bytes(key),
                }
                (name, Owned::copy_of(value.dereferenced()))
            })),
            Self::Traversable(iteration) => {
                let Some(value) = iteration.current_with_key(name.zv())? else {
                    return Ok(None);
                };
                let value = Owned::copy_of(value.dereferenced());
                iteration.next();
                Ok(Some((name, value)))
            }
        }
    }
}

/// What an element of all()'s requests asks for.
fn element(settings: &Settings, key: Zv, mut value: Owned) -> Result<Order, Thrown> {
    let value = value.zv();
    let wrong = |what: &str| {
        let name = match (key.int(), key.bytes()) {
            (Some(index), _) => index.to_string(),
            (None, bytes) => format!("\"{}\"", bytes.unwrap_or_default().escape_ascii()),
        };
        let message = format!("must give URLs and ClientRequests, but {name} {what}");
        throw_value_error(1, &message)
    };
    if let Some(url) = value.bytes() {
        let url = HttpUrl::parse(url).map_err(|error| wrong(&format!("is no URL: {error}")))?;
        return Ok(order(
            settings,
            b"GET",
            url,
            Vec::new(),
            Body::Whole(Rc::from([])),
        ));
    }
    value
        .object()
        // SAFETY: the object is alive.
        .filter(|object| unsafe { ffi::kg_instance_of(*object, class::client_request()) })
        .and_then(|request| order_of(settings, request))
        .ok_or_else(|| wrong(&format!("is of type {}", value.type_name())))
}

fn all(call: &Call) -> Result<(), Thrown> {
    let concurrency = concurrency(call, 1, 1000)?;
    wait::reject_if_blocked()?;
    let Some(given) = call.argument(0) else {
        return Err(call.wrong_type(0, c"of type array|Traversable"));
    };
    let requests = match given.array() {
        Some(array) => Requests::Array(array_iter(array)),
        None if is_traversable(given) => Requests::Traversable(Iteration::begin(given)?),
        None => return Err(call.wrong_type(0, c"of type array|Traversable")),
    };
    let settings = settings_of(call.this())?;
    let mut asking = Asking {
        requests,
        settings: Rc::clone(&settings),
    };
    let mut results = gather(call.this(), &settings, concurrency, &mut asking)?;
    call.result().copy_from(results.zv());
    Ok(())
}

/// How many requests are made at the same time at most.
pub(crate) fn concurrency(call: &Call, index: u32, default: i64) -> Result<usize, Thrown> {
    match usize::try_from(call.int_or(index, default)?) {
        Ok(concurrency @ 1..) => Ok(concurrency),
        _ => Err(throw_value_error(index + 1, "must be at least 1")),
    }
}

/// What [`gather`] asks for, and what becomes of the responses.
pub(crate) trait Gathering {
    /// What is known of a request while it is in flight.
    type Note;
    /// The next request and its key.
    fn next(&mut self) -> Result<Option<(Owned, Order, Self::Note)>, Thrown>;
    /// HTTP does not allow such a request.
    fn refused(&mut self, error: &RequestError) -> Thrown;
    /// The result for a response. What is thrown is the result.
    fn result(&mut self, note: Self::Note, landed: Landed) -> Result<Owned, Thrown>;
}

/// The requests of Client::all().
struct Asking<'a> {
    requests: Requests<'a>,
    settings: Rc<Settings>,
}

impl Gathering for Asking<'_> {
    type Note = ();

    fn next(&mut self) -> Result<Option<(Owned, Order, ())>, Thrown> {
        let Some((mut key, value)) = self.requests.next()? else {
            return Ok(None);
        };
        let order = element(&self.settings, key.zv(), value)?;
        Ok(Some((key, order, ())))
    }

    fn refused(&mut self, error: &RequestError) -> Thrown {
        cannot_be_sent(0, error)
    }

    fn result(&mut self, (): (), landed: Landed) -> Result<Owned, Thrown> {
        response_of(landed)
    }
}

/// Makes all requests over a Client's connections, so many at the same time, and returns the results by their keys.
pub(crate) fn gather<G: Gathering>(
    client: *mut ffi::zend_object,
    settings: &Rc<Settings>,
    concurrency: usize,
    gathering: &mut G,
) -> Result<Owned, Thrown> {
    wait::reject_if_blocked()?;
    let listener = flights::with(|exchanges, _| exchanges.listen())?;
    let done = gather_for(listener, client, settings, concurrency, gathering);
    flights::give_up(listener);
    done
}

fn gather_for<G: Gathering>(
    listener: u64,
    client: *mut ffi::zend_object,
    settings: &Rc<Settings>,
    concurrency: usize,
    gathering: &mut G,
) -> Result<Owned, Thrown> {
    let mut results = Owned::undefined();
    let array = new_array(8);
    results.zv().set_array(array);
    let mut flying: Vec<(u64, Owned, G::Note)> = Vec::new();
    let mut has_more = true;
    loop {
        while has_more && flying.len() < concurrency {
            let Some((mut key, order, note)) = gathering.next()? else {
                has_more = false;
                break;
            };
            let own = state_of(client)?;
            let started = flights::with(|exchanges, events| {
                let pool = exchanges.pool(&mut own.pool, &settings.pool);
                exchanges.start(events, order, settings, pool, listener)
            })?;
            let flight = started.map_err(|error| gathering.refused(&error))?;
            // Its place in the order; the response replaces it.
            let mut none = Owned::undefined();
            none.zv().set_null();
            set(array, key.zv(), none)?;
            flying.push((flight, key, note));
        }
        if flying.is_empty() {
            return Ok(results);
        }
        let flight = flights::for_news(listener)?;
        let landed = runtime::with(|runtime| {
            let (exchanges, _) = runtime.present_client()?;
            exchanges.take(flight)
        });
        let position = flying.iter().position(|(number, ..)| *number == flight);
        let (Some(landed), Some(position)) = (landed, position) else {
            continue;
        };
        let (_, mut key, note) = flying.swap_remove(position);
        let result = match gathering.result(note, landed) {
            Ok(result) => result,
            // What cannot be made an exception, such as an exit, goes on.
            Err(thrown) => take_exception().ok_or(thrown)?,
        };
        set(array, key.zv(), result)?;
    }
}

/// Sets an element as `$array[$key] = $value` does.
fn set(array: *mut ffi::zend_array, key: Zv, mut value: Owned) -> Result<(), Thrown> {
    // SAFETY: the array takes over the reference of the value.
    if !unsafe { ffi::kg_array_set(array, key.0, value.zv().0) } {
        return Err(throw_value_error(
            1,
            "must have integers and strings as keys",
        ));
    }
    value.zv().set_undefined();
    Ok(())
}
