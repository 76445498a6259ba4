//! `Kargo\Net\Connection`.

use std::time::Duration;

use kargo_net::streams::{Direction, Line, StreamId};

use super::lines;
use super::{checked_size, options, size, text, timeout, timeout_or};
use crate::engine::call::native;
use crate::engine::throw::{class, throw};
use crate::engine::{Call, Owned, Thrown, Zv, object};
use crate::net::connections::{Found, receive, send};
use crate::net::failure::Failure;
use crate::net::{self, dialing};
use crate::serve::runner;
use crate::serve::runtime;

native! {
    kargo_net_connection_connect => connect;
    kargo_net_connection_read => read;
    kargo_net_connection_read_line => read_line;
    kargo_net_connection_lines => lines;
    kargo_net_connection_write => write;
    kargo_net_connection_try_write => try_write;
    kargo_net_connection_queued => queued;
    kargo_net_connection_end => end;
    kargo_net_connection_close => close;
    kargo_net_connection_abort => abort;
    kargo_net_connection_is_open => is_open;
    kargo_net_connection_remote_address => remote_address;
    kargo_net_connection_local_address => local_address;
}

/// What a Connection object holds.
#[derive(Debug)]
pub(crate) struct State {
    pub(super) id: StreamId,
    /// Of each read that is not given another.
    pub(super) read_timeout: Option<Duration>,
}

impl Drop for State {
    fn drop(&mut self) {
        net::with_existing(|net, events| net.close(events, self.id));
    }
}

/// A new object for a connection.
pub(crate) fn instantiate(id: StreamId, read_timeout: Option<Duration>) -> Owned {
    object::instantiate(class::connection(), State { id, read_timeout })
}

fn state(call: &Call) -> Result<(StreamId, Option<Duration>), Thrown> {
    let state = object::native::<State>(call.this());
    if state.is_null() {
        return Err(throw(
            class::error(),
            "this Connection was not made by Connection::connect() or a TcpServer",
        ));
    }
    // SAFETY: the object is alive during the call, and its state never changes.
    let state = unsafe { &*state };
    Ok((state.id, state.read_timeout))
}

fn id(call: &Call) -> Result<StreamId, Thrown> {
    state(call).map(|(id, _)| id)
}

fn connect(call: &Call) -> Result<(), Thrown> {
    let options = options::argument(call, 1);
    let timeout = timeout_or(call, 2, 10.0)?;
    let id = dialing::connect(&text(call, 0)?, options.stream, timeout)?;
    let mut object = instantiate(id, options.read_timeout);
    call.result().copy_from(object.zv());
    Ok(())
}

fn read(call: &Call) -> Result<(), Thrown> {
    let (id, read_timeout) = state(call)?;
    let most = match call.optional_int(0)? {
        None => usize::MAX,
        Some(most) => checked_size(0, most, 1)?,
    };
    let timeout = timeout(call, 1)?.or(read_timeout);
    let result = call.result();
    let has_more = receive(id, timeout, |net, events, _| {
        let input = net.streams.input(id);
        if input.is_empty() {
            return Found::NotYet;
        }
        let count = input.len().min(most);
        result.set_bytes(&input[..count]);
        net.streams.consume(events, id, count);
        Found::Taken
    })?;
    if !has_more {
        result.set_null();
    }
    Ok(())
}

/// Waits for a line and writes it to `result`. `false`: there is none any more.
pub(super) fn receive_line(
    id: StreamId,
    most: usize,
    timeout: Option<Duration>,
    result: Zv,
) -> Result<bool, Thrown> {
    receive(id, timeout, |net, events, is_over| {
        let (len, consumed) = match net.streams.find_line(id, most) {
            Line::Complete { len, consumed } => (len, consumed),
            Line::TooLong => {
                let high = net.streams.options(id).map_or(0, |it| it.input_high);
                let most = most.min(high);
                return Found::Unfit(format!("the peer sent a line of more than {most} bytes"));
            }
            // The peer has ended its side within a line.
            Line::Incomplete if is_over => {
                let rest = net.streams.input(id).len();
                (rest, rest)
            }
            Line::Incomplete => return Found::NotYet,
        };
        if consumed == 0 {
            return Found::NotYet;
        }
        result.set_bytes(&net.streams.input(id)[..len]);
        net.streams.consume(events, id, consumed);
        Found::Taken
    })
}

fn read_line(call: &Call) -> Result<(), Thrown> {
    let (id, read_timeout) = state(call)?;
    let most = size(call, 0, 8192, 1)?;
    let timeout = timeout(call, 1)?.or(read_timeout);
    let result = call.result();
    if !receive_line(id, most, timeout, result)? {
        result.set_null();
    }
    Ok(())
}

fn lines(call: &Call) -> Result<(), Thrown> {
    let (id, read_timeout) = state(call)?;
    let most = size(call, 0, 8192, 1)?;
    let timeout = timeout(call, 1)?.or(read_timeout);
    let mut connection = Owned::undefined();
    connection.zv().share_object(call.this());
    let mut lines = lines::instantiate(connection, id, most, timeout);
    call.result().copy_from(lines.zv());
    Ok(())
}

fn write(call: &Call) -> Result<(), Thrown> {
    send(id(call)?, call.bytes(0)?)
}

fn try_write(call: &Call) -> Result<(), Thrown> {
    let (id, bytes) = (id(call)?, call.bytes(0)?);
    let is_running = runner::is_running();
    let taken = net::with(|net, events, _| {
        let taken = net.try_write(events, id, bytes);
        if !is_running {
            net.streams.flush(events, id);
        }
        taken
    })?;
    let taken = taken.map_err(|failure: Failure| failure.raise())?;
    call.result().set_bool(taken);
    Ok(())
}

fn queued(call: &Call) -> Result<(), Thrown> {
    let id = id(call)?;
    let queued = runtime::with(|runtime| {
        let net = runtime.net.as_ref();
        net.map_or(0, |net| net.streams.queued(id))
    });
    call.result()
        .set_int(i64::try_from(queued).unwrap_or(i64::MAX));
    Ok(())
}

fn end(call: &Call) -> Result<(), Thrown> {
    let id = id(call)?;
    let is_running = runner::is_running();
    net::with_existing(|net, events| {
        net.streams.end(id);
        if !is_running {
            net.streams.flush(events, id);
        }
    });
    Ok(())
}

fn close(call: &Call) -> Result<(), Thrown> {
    let id = id(call)?;
    net::with_existing(|net, events| net.close(events, id));
    Ok(())
}

fn abort(call: &Call) -> Result<(), Thrown> {
    let id = id(call)?;
    net::with_existing(|net, events| net.abort(events, id));
    Ok(())
}

fn is_open(call: &Call) -> Result<(), Thrown> {
    let id = id(call)?;
    let is_open = runtime::with(|runtime| {
        runtime.net.as_ref().is_some_and(|net| {
            let streams = &net.streams;
            let can_read =
                !streams.is_over(id, Direction::Reading) || !streams.input(id).is_empty();
            streams.contains(id) && (can_read || !streams.is_over(id, Direction::Writing))
        })
    });
    call.result().set_bool(is_open);
    Ok(())
}

fn remote_address(call: &Call) -> Result<(), Thrown> {
    address(call, |net, id| net.streams.peer_address(id))
}

fn local_address(call: &Call) -> Result<(), Thrown> {
    address(call, |net, id| net.streams.local_address(id))
}

fn address(
    call: &Call,
    ask: impl FnOnce(&net::Net, StreamId) -> Option<kargo_net::PeerAddress>,
) -> Result<(), Thrown> {
    let id = id(call)?;
    let address = runtime::with(|runtime| {
        let net = runtime.net.as_deref()?;
        ask(net, id)
    });
    let Some(address) = address else {
        let text = "this connection was closed: its addresses are not known any more".to_owned();
        return Err(Failure::Closed(text).raise());
    };
    call.result().set_bytes(address.to_string().as_bytes());
    Ok(())
}
