//! The functions that make requests of other servers.

use kargo_http::Method;

use super::super::event::callable;
use super::super::resource::{self, Kind};
use super::connection::Connection;
use super::request::Request;
use crate::engine::call::native;
use crate::engine::throw::throw_value_error;
use crate::engine::{Call, Owned, Thrown};
use crate::serve::runtime;

native! {
    kargo_classic_evhttp_connection_new => connection_new;
    kargo_classic_evhttp_connection_set_closecb => set_closecb;
    kargo_classic_evhttp_request_new => request_new;
    kargo_classic_evhttp_make_request => make_request;
    kargo_classic_evhttp_request_free => request_free;
}

fn connection_new(call: &Call) -> Result<(), Thrown> {
    let host = call.bytes(0)?;
    let Ok(port @ 1..) = u16::try_from(call.int_or(1, 0)?) else {
        return Err(throw_value_error(2, "must be between 1 and 65535"));
    };
    let is_name = |byte: &u8| byte.is_ascii_graphic() && !matches!(byte, b'/' | b'@' | b'?' | b'#');
    if host.is_empty() || !host.iter().all(is_name) {
        return Err(throw_value_error(1, "must be a host name or an IP address"));
    }
    let connection = Connection::new(String::from_utf8_lossy(host).into_owned(), port);
    let (key, handle) = resource::return_new(call, Kind::HttpConnection, |classic| {
        classic.http.connections.insert(connection)
    });
    runtime::with(|runtime| {
        if let Some(connection) = runtime.classic.http.connections.get(key) {
            connection.resource = handle;
        }
    });
    Ok(())
}

fn set_closecb(call: &Call) -> Result<(), Thrown> {
    let key = resource::key(call, 0, Kind::HttpConnection)?;
    let callback = callable(call, 1)?;
    call.result().set_bool(true);
    let before = runtime::with(|runtime| {
        let connection = runtime.classic.http.connections.get(key)?;
        connection.close.replace(callback)
    });
    // It may be the last to hold objects whose destructors run PHP code.
    drop(before);
    Ok(())
}

fn request_new(call: &Call) -> Result<(), Thrown> {
    let completion = callable(call, 0)?;
    resource::return_new(call, Kind::HttpRequest, |classic| {
        classic.http.requests.insert(Request::own(completion))
    });
    Ok(())
}

/// What EVHTTP_REQ_* stands for.
fn method_of(number: i64) -> Option<Method> {
    Some(match number {
        1 => Method::Get,
        2 => Method::Post,
        4 => Method::Head,
        8 => Method::Put,
        16 => Method::Delete,
        32 => Method::Options,
        64 => Method::Trace,
        128 => Method::Connect,
        256 => Method::Patch,
        _ => return None,
    })
}

/// A target as it can be sent: what is not ASCII, and spaces, percent-encoded. `None`: it holds a control character.
fn sendable(url: &[u8]) -> Option<Vec<u8>> {
    if url.iter().any(u8::is_ascii_control) {
        return None;
    }
    let mut target = Vec::with_capacity(url.len().max(1));
    for &byte in url {
        if byte.is_ascii_graphic() {
            target.push(byte);
        } else {
            target.extend_from_slice(format!("%{byte:02X}").as_bytes());
        }
    }
    if target.is_empty() {
        target.push(b'/');
    }
    Some(target)
}

fn make_request(call: &Call) -> Result<(), Thrown> {
    let connection = resource::key(call, 0, Kind::HttpConnection)?;
    let request = resource::key(call, 1, Kind::HttpRequest)?;
    let Some(method) = method_of(call.int_or(2, 0)?) else {
        return Err(throw_value_error(
            3,
            "must be one of the EVHTTP_REQ_* constants",
        ));
    };
    let target = sendable(call.bytes(3)?);
    let held = |index| {
        call.argument(index)
            .map_or_else(Owned::undefined, Owned::copy_of)
    };
    let (connection, request) = ((connection, held(0)), (request, held(1)));
    let is_made = target.is_some_and(|target| {
        runtime::with(|runtime| runtime.make_request(connection, request, method, target))
    });
    call.result().set_int(if is_made { 0 } else { -1 });
    Ok(())
}

fn request_free(call: &Call) -> Result<(), Thrown> {
    let key = resource::key(call, 0, Kind::HttpRequest)?;
    if let Some(key) = runtime::with(|runtime| runtime.part_from_handle(key)) {
        let handle = resource::new(Kind::HttpRequest, key);
        let freed = runtime::with(|runtime| runtime.give_handle(key, handle));
        drop(freed);
    }
    resource::close(call, 0, Kind::HttpRequest)?;
    call.result().set_bool(true);
    Ok(())
}
