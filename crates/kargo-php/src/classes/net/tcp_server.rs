//! `Kargo\Net\TcpServer`.

use std::ffi::CString;

use kargo_net::streams::ListenOptions;

use super::{options, size, text};
use crate::classes::server;
use crate::engine::call::native;
use crate::engine::throw::{class, throw, throw_to_operator};
use crate::engine::{Call, Callable, Kind, Thrown, Zv, object};
use crate::net::servers::{self, Server};
use crate::serve::runtime;
use crate::serve::wait;

native! {
    kargo_net_tcpserver_listen => listen;
    kargo_net_tcpserver_address => address;
    kargo_net_tcpserver_connections => connections;
    kargo_net_tcpserver_close => close;
}

/// What a TcpServer object holds. What listens is in the table: it goes on if the object is dropped.
#[derive(Debug)]
pub(crate) struct State {
    key: u64,
    address: String,
}

fn callable(call: &Call, index: u32, value: Zv) -> Result<Callable, Thrown> {
    Callable::new(value).map_err(|reason| {
        let expected = CString::new(format!("a valid callback, {reason}"));
        call.wrong_type(index, &expected.unwrap_or_default())
    })
}

fn listen(call: &Call) -> Result<(), Thrown> {
    wait::reject_if_foreign()?;
    let Some(callback) = call.argument(1) else {
        return Err(call.wrong_type(1, c"a valid callback"));
    };
    let on_connection = callable(call, 1, callback)?;
    let accept = match call.argument(2).filter(|value| value.kind() != Kind::Null) {
        Some(value) => Some(callable(call, 2, value)?),
        None => None,
    };
    let options = options::argument(call, 3);
    let max_connections = size(call, 4, 10_000, 1)?;
    let backlog = i32::try_from(size(call, 5, 4096, 0)?).unwrap_or(i32::MAX);
    let listener = server::open(&text(call, 0)?, Some(backlog))?;
    let address = listener.address().to_string();
    let server = Server {
        listener: Some(listener),
        options: ListenOptions {
            max_connections,
            is_shared: false,
            stream: options.stream,
        },
        read_timeout: options.read_timeout,
        on_connection,
        accept,
        process: std::process::id(),
        listening: None,
    };
    let added = runtime::with(|runtime| {
        runtime.net();
        let events = runtime.events.as_mut().filter(|it| !it.is_foreign());
        match runtime.net.as_deref_mut() {
            Some(net) => net.add_server(server, events),
            None => Ok(0),
        }
    });
    let key = added.map_err(|error| {
        let message = format!("the loop can't watch this listener: {error}");
        throw_to_operator(class::transport_exception(), &message)
    })?;
    let mut object = object::instantiate(class::tcp_server(), State { key, address });
    call.result().copy_from(object.zv());
    Ok(())
}

fn state<'a>(call: &Call) -> Result<&'a State, Thrown> {
    let state = object::native::<State>(call.this());
    // SAFETY: the object is alive during the call, and its state never changes.
    unsafe { state.as_ref() }.ok_or_else(|| {
        throw(
            class::error(),
            "this TcpServer was not made by TcpServer::listen()",
        )
    })
}

fn address(call: &Call) -> Result<(), Thrown> {
    call.result().set_bytes(state(call)?.address.as_bytes());
    Ok(())
}

fn connections(call: &Call) -> Result<(), Thrown> {
    let key = state(call)?.key;
    let count = runtime::with(|runtime| {
        let net = runtime.net.as_ref()?;
        let listening = net.servers.get(key)?.listening?;
        Some(net.streams.accepted_by(listening))
    });
    call.result()
        .set_int(i64::try_from(count.unwrap_or(0)).unwrap_or(i64::MAX));
    Ok(())
}

fn close(call: &Call) -> Result<(), Thrown> {
    servers::close(state(call)?.key);
    Ok(())
}
