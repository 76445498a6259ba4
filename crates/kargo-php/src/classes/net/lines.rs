//! `Kargo\Net\Lines`: the lines of a connection, for foreach.

use std::time::Duration;

use kargo_net::streams::StreamId;

use super::connection::receive_line;
use crate::engine::call::native;
use crate::engine::throw::{class, throw};
use crate::engine::{Call, Owned, Thrown, object};

native! {
    kargo_net_lines_current => current;
    kargo_net_lines_key => key;
    kargo_net_lines_next => next;
    kargo_net_lines_rewind => rewind;
    kargo_net_lines_valid => valid;
}

/// What a Lines object holds.
#[derive(Debug)]
pub(crate) struct State {
    /// Keeps the connection open.
    _connection: Owned,
    id: StreamId,
    most: usize,
    timeout: Option<Duration>,
    /// Lines that were taken.
    count: i64,
    /// The present one; undefined before the first and after the last.
    line: Owned,
}

/// A new object for the lines of `connection`.
pub(super) fn instantiate(
    connection: Owned,
    id: StreamId,
    most: usize,
    timeout: Option<Duration>,
) -> Owned {
    let state = State {
        _connection: connection,
        id,
        most,
        timeout,
        count: 0,
        line: Owned::undefined(),
    };
    object::instantiate(class::lines(), state)
}

fn state<'a>(call: &Call) -> Result<&'a mut State, Thrown> {
    let state = object::native::<State>(call.this());
    // SAFETY: the object is alive during the call. The state is not used across a wait: see `advance`.
    unsafe { state.as_mut() }.ok_or_else(|| {
        throw(
            class::error(),
            "this Lines was not made by Connection::lines()",
        )
    })
}

/// Waits for the next line. Another context may use the object meanwhile, so the state is looked up again.
fn advance(call: &Call) -> Result<(), Thrown> {
    let (id, most, timeout) = {
        let state = state(call)?;
        drop(std::mem::replace(&mut state.line, Owned::undefined()));
        (state.id, state.most, state.timeout)
    };
    let mut line = Owned::undefined();
    let has_come = receive_line(id, most, timeout, line.zv())?;
    let state = state(call)?;
    if has_come {
        state.count += 1;
        state.line = line;
    }
    Ok(())
}

/// Takes the first line, unless that was done.
fn begin(call: &Call) -> Result<(), Thrown> {
    if state(call)?.count == 0 {
        advance(call)?;
    }
    Ok(())
}

fn rewind(call: &Call) -> Result<(), Thrown> {
    if state(call)?.count > 1 {
        return Err(throw(
            class::error(),
            "lines that were read can't be read again",
        ));
    }
    begin(call)
}

fn valid(call: &Call) -> Result<(), Thrown> {
    begin(call)?;
    let is_valid = state(call)?.line.zv().bytes().is_some();
    call.result().set_bool(is_valid);
    Ok(())
}

fn current(call: &Call) -> Result<(), Thrown> {
    begin(call)?;
    let line = state(call)?.line.zv();
    if line.bytes().is_none() {
        return Err(throw(class::error(), "there is no line any more"));
    }
    call.result().copy_from(line);
    Ok(())
}

fn key(call: &Call) -> Result<(), Thrown> {
    begin(call)?;
    call.result().set_int((state(call)?.count - 1).max(0));
    Ok(())
}

fn next(call: &Call) -> Result<(), Thrown> {
    begin(call)?;
    advance(call)
}
