//! `Kargo\Rpc\JsonRpcClient`, `XmlRpcClient` and `Batch`.

use std::rc::Rc;
use std::time::Duration;

use kargo_rpc::xmlrpc::Options;

use crate::classes::client_all::concurrency;
use crate::classes::client_options::checked_time;
use crate::classes::client_request::{checked_headers, checked_url, has, lines_of};
use crate::classes::http_client::{settings_of, with_default_options};
use crate::classes::remote_namespace::{self, Target};
use crate::engine::call::native;
use crate::engine::throw::{class, throw};
use crate::engine::{Call, Kind, Owned, Thrown, ffi, object, throw_value_error};
use crate::http_client::settings::HeaderLines;
use crate::rpc::client::{self, Batch, Endpoint, Parameters, Protocol};
use crate::rpc::stack::ObjectsAs;

native! {
    kargo_rpc_jsonrpcclient_construct => construct_json;
    kargo_rpc_jsonrpcclient_call => call_method;
    kargo_rpc_jsonrpcclient_notify => notify;
    kargo_rpc_jsonrpcclient_batch => batch;
    kargo_rpc_jsonrpcclient_all => all;
    kargo_rpc_jsonrpcclient___get => namespace;
    kargo_rpc_jsonrpcclient___call => call_method;
    kargo_rpc_xmlrpcclient_construct => construct_xml;
    kargo_rpc_xmlrpcclient_call => call_method;
    kargo_rpc_xmlrpcclient_multicall => batch;
    kargo_rpc_xmlrpcclient_all => all;
    kargo_rpc_xmlrpcclient___get => namespace;
    kargo_rpc_xmlrpcclient___call => call_method;
    kargo_rpc_batch_call => batch_call;
    kargo_rpc_batch_notify => batch_notify;
    kargo_rpc_batch_send => batch_send;
    kargo_rpc_batch___get => batch_namespace;
    kargo_rpc_batch___call => batch_call;
}

const URL: u32 = 0;
const HTTP: u32 = 1;
const HEADERS: u32 = 2;
const BEARER_TOKEN: u32 = 3;
const TIMEOUT: u32 = 4;
const ASSOC: u32 = 5;
const NIL: u32 = 6;
const I8: u32 = 7;
const ZONES: u32 = 8;

fn construct_json(call: &Call) -> Result<(), Thrown> {
    construct(call, Protocol::Json)
}

fn construct_xml(call: &Call) -> Result<(), Thrown> {
    let options = Options {
        allows_nil: call.bool_or(NIL, true)?,
        allows_i8: call.bool_or(I8, true)?,
        allows_zones: call.bool_or(ZONES, false)?,
        ..Options::default()
    };
    construct(call, Protocol::Xml(options))
}

fn construct(call: &Call, protocol: Protocol) -> Result<(), Thrown> {
    let url = checked_url(URL + 1, call.bytes(URL)?)?;
    let mut http = http_client(call)?;
    let headers = headers(call)?;
    let timeout = match call.optional_float(TIMEOUT)? {
        Some(seconds) => Some(Duration::from_secs_f64(checked_time(TIMEOUT, seconds)?)),
        None => None,
    };
    let objects_as = if call.bool_or(ASSOC, false)? {
        ObjectsAs::Arrays
    } else {
        ObjectsAs::Objects
    };
    let Some(http) = http.zv().object() else {
        return Err(Thrown);
    };
    let mut settings = (*settings_of(http)?).clone();
    settings.timeout = timeout.or(settings.timeout);
    if !object::native::<Rc<Endpoint>>(call.this()).is_null() {
        return Err(throw(class::error(), "a client can't be constructed twice"));
    }
    let endpoint = Endpoint::new(http, settings, url, headers, protocol, objects_as);
    object::set_native::<Rc<Endpoint>>(call.this(), Rc::new(endpoint));
    Ok(())
}

/// The `Kargo\Http\Client` that was given, or one of our own.
fn http_client(call: &Call) -> Result<Owned, Thrown> {
    let Some(given) = call
        .argument(HTTP)
        .filter(|given| given.kind() != Kind::Null)
    else {
        return Ok(with_default_options());
    };
    let is_client = given
        .object()
        // SAFETY: the object is alive.
        .is_some_and(|object| unsafe { ffi::kg_instance_of(object, class::client()) });
    if is_client {
        Ok(Owned::copy_of(given))
    } else {
        Err(call.wrong_type(HTTP, c"of type ?Kargo\\Http\\Client"))
    }
}

fn headers(call: &Call) -> Result<HeaderLines, Thrown> {
    let mut headers = lines_of(checked_headers(call, HEADERS)?);
    let Some(token) = call.optional_bytes(BEARER_TOKEN)? else {
        return Ok(headers);
    };
    if has(&headers, b"Authorization") {
        let message = "can't be given together with a header Authorization";
        return Err(throw_value_error(BEARER_TOKEN + 1, message));
    }
    if token.is_empty() || !kargo_http::is_field_value(token) {
        let message = "must be a token, without control characters";
        return Err(throw_value_error(BEARER_TOKEN + 1, message));
    }
    headers.push((b"Authorization".to_vec(), [b"Bearer ", token].concat()));
    Ok(headers)
}

fn endpoint(call: &Call) -> Result<Rc<Endpoint>, Thrown> {
    let endpoint = object::native::<Rc<Endpoint>>(call.this());
    if endpoint.is_null() {
        let message = "this client's constructor was not called";
        return Err(throw(class::error(), message));
    }
    // SAFETY: a constructed client has its value.
    Ok(unsafe { Rc::clone(&*endpoint) })
}

fn call_method(call: &Call) -> Result<(), Thrown> {
    let endpoint = endpoint(call)?;
    let parameters = Parameters::of(call, 1)?;
    client::call(&endpoint, call.bytes(0)?, parameters, call.result())
}

fn notify(call: &Call) -> Result<(), Thrown> {
    let endpoint = endpoint(call)?;
    let parameters = Parameters::of(call, 1)?;
    client::notify(&endpoint, call.bytes(0)?, parameters)
}

fn batch(call: &Call) -> Result<(), Thrown> {
    let batch = Rc::new(Batch::new(endpoint(call)?));
    let mut object = object::instantiate::<Rc<Batch>>(class::batch(), batch);
    call.result().copy_from(object.zv());
    Ok(())
}

fn all(call: &Call) -> Result<(), Thrown> {
    let endpoint = endpoint(call)?;
    let concurrency = concurrency(call, 1, 100)?;
    let Some(calls) = call.argument(0).and_then(crate::engine::Zv::array) else {
        return Err(call.wrong_type(0, c"of type array"));
    };
    let mut results = client::all(&endpoint, calls, concurrency)?;
    call.result().copy_from(results.zv());
    Ok(())
}

fn namespace(call: &Call) -> Result<(), Thrown> {
    let target = Target::Client(endpoint(call)?);
    remote_namespace::give(call, target, call.bytes(0)?.to_vec());
    Ok(())
}

/// The batch of a `Kargo\Rpc\Batch`, which only the clients make.
fn batch_of(call: &Call) -> Result<Rc<Batch>, Thrown> {
    let batch = object::native::<Rc<Batch>>(call.this());
    if batch.is_null() {
        return Err(throw(class::error(), "this Batch was made by no client"));
    }
    // SAFETY: it has its value.
    Ok(unsafe { Rc::clone(&*batch) })
}

fn batch_call(call: &Call) -> Result<(), Thrown> {
    let batch = batch_of(call)?;
    let place = batch.add(call.bytes(0)?, Parameters::of(call, 1)?, true)?;
    call.result()
        .set_int(i64::try_from(place).unwrap_or(i64::MAX));
    Ok(())
}

fn batch_notify(call: &Call) -> Result<(), Thrown> {
    let batch = batch_of(call)?;
    batch.add(call.bytes(0)?, Parameters::of(call, 1)?, false)?;
    Ok(())
}

fn batch_send(call: &Call) -> Result<(), Thrown> {
    let mut results = batch_of(call)?.send()?;
    call.result().copy_from(results.zv());
    Ok(())
}

fn batch_namespace(call: &Call) -> Result<(), Thrown> {
    let target = Target::Batch(batch_of(call)?);
    remote_namespace::give(call, target, call.bytes(0)?.to_vec());
    Ok(())
}
