//! One call: arguments bound and checked, the method called, whatever came of it as a result or a fault.

use kargo_rpc::{Call, FaultCode};

use crate::engine::callable::{Outcome, take_exception};
use crate::engine::throw::class;
use crate::engine::{Kind, Owned, Zv, ffi};
use crate::log::Level;
use crate::rpc::api::{Api, Method};
use crate::rpc::arguments::Arguments;
use crate::rpc::check::{self, Mismatch};
use crate::rpc::construct;
use crate::rpc::failure::Failure;
use crate::rpc::service::Unresolved;
use crate::rpc::signature::Signature;
use crate::serve::{current, handler};

/// Calls `method` with the arguments that lie on the stack from `start` on. They are given up afterwards, whatever
/// happens.
///
/// `room` is memory for named arguments, kept from call to call.
pub(crate) fn invoke(
    api: &Api,
    method: &Method,
    call: &Call,
    arguments: &mut Arguments,
    start: usize,
    room: &mut Vec<ffi::zval>,
    result: Zv,
) -> Result<(), Failure> {
    let count = call.argument_count as usize;
    let signature = &method.signature;
    let bound = if call.is_named {
        bind_named(signature, arguments, start, count, room)
    } else {
        bind_positional(signature, arguments, start, count)
    };
    let outcome = match bound {
        Ok((first, count)) => call_method(api, method, first, count, result),
        Err(mismatch) => Err(invalid_params(&mismatch)),
    };
    if count != 0 {
        construct::release(arguments.stack.at(start), count);
    }
    if !room.is_empty() {
        construct::release(Zv(room.as_mut_ptr()), room.len());
        room.clear();
    }
    outcome
}

#[cold]
fn invalid_params(mismatch: &Mismatch) -> Failure {
    Failure::invalid_params(&mismatch.pointer(), mismatch.reason())
}

/// Checks arguments by position, where they lie.
#[inline]
fn bind_positional(
    signature: &Signature,
    arguments: &mut Arguments,
    start: usize,
    count: usize,
) -> Result<(Zv, u32), Mismatch> {
    if count < signature.required {
        return Err(missing(signature, count));
    }
    if count == 0 {
        return Ok((Zv(std::ptr::null_mut()), 0));
    }
    for position in 0..count {
        let parameter = signature
            .parameters
            .get(position)
            .or(signature.variadic.as_ref())
            .ok_or_else(|| surplus(signature, count))?;
        check::fit(arguments.stack.at(start + position), &parameter.ty)
            .map_err(|error| error.below(&position.to_string()).below("params"))?;
    }
    Ok((
        arguments.stack.at(start),
        u32::try_from(count).unwrap_or(u32::MAX),
    ))
}

/// Moves arguments by name to their positions; what was left out stays undefined, which makes PHP take its default.
fn bind_named(
    signature: &Signature,
    arguments: &mut Arguments,
    start: usize,
    count: usize,
    room: &mut Vec<ffi::zval>,
) -> Result<(Zv, u32), Mismatch> {
    // SAFETY: all zeroes is an undefined value.
    room.resize_with(signature.parameters.len(), || unsafe { std::mem::zeroed() });
    let mut used = 0;
    for index in start..start + count {
        let place = arguments.place(index).map_err(|name| {
            Mismatch::new("no such parameter".into())
                .below(&String::from_utf8_lossy(name))
                .below("params")
        })?;
        let Some(slot) = room.get_mut(place) else {
            continue;
        };
        let slot = Zv(slot);
        // Of a repeated name the last one wins.
        slot.release();
        slot.copy_from(arguments.stack.at(index));
        arguments.stack.at(index).release();
        used = used.max(place + 1);
    }
    for (place, parameter) in signature.parameters.iter().enumerate() {
        let Some(slot) = room.get_mut(place) else {
            break;
        };
        let slot = Zv(slot);
        if slot.kind() != Kind::Undefined {
            check::fit(slot, &parameter.ty).map_err(|error| {
                error
                    .below(&String::from_utf8_lossy(&parameter.name))
                    .below("params")
            })?;
        } else if !parameter.is_optional {
            return Err(missing(signature, place));
        }
    }
    Ok((
        Zv(room.as_mut_ptr()),
        u32::try_from(used).unwrap_or(u32::MAX),
    ))
}

#[cold]
fn missing(signature: &Signature, position: usize) -> Mismatch {
    let name = signature
        .parameters
        .get(position)
        .map_or(&b""[..], |parameter| &parameter.name);
    Mismatch::new(format!("{} is missing", String::from_utf8_lossy(name))).below("params")
}

/// "no arguments", "1 argument", "2 arguments".
pub(crate) fn arguments(count: usize) -> String {
    match count {
        0 => "no arguments".into(),
        1 => "1 argument".into(),
        _ => format!("{count} arguments"),
    }
}

#[cold]
fn surplus(signature: &Signature, count: usize) -> Mismatch {
    let most = signature.parameters.len();
    Mismatch::new(format!("takes {}, {count} given", arguments(most)))
        .below(&most.to_string())
        .below("params")
}

fn call_method(
    api: &Api,
    method: &Method,
    first: Zv,
    count: u32,
    result: Zv,
) -> Result<(), Failure> {
    let resolved = match method.resolve() {
        Ok(resolved) => resolved,
        Err(Unresolved::Call(outcome)) => return Err(failure_of(api, method, outcome)),
        Err(Unresolved::Useless(reason)) => {
            let name = String::from_utf8_lossy(&method.name);
            current::report(Level::Error, reason, &[("method", &name)]);
            return Err(Failure::internal());
        }
    };
    let outcome = resolved.call(result, count, first);
    let called = match outcome {
        Outcome::Returned => Ok(()),
        outcome => Err(failure_of(api, method, outcome)),
    };
    resolved.finish();
    called
}

/// The fault that an outcome is, with everything told to the log that the client must not see.
#[cold]
pub(crate) fn failure_of(api: &Api, method: &Method, outcome: Outcome) -> Failure {
    let name = String::from_utf8_lossy(&method.name);
    if outcome != Outcome::Threw {
        handler::log_end(outcome, &format!("method {name}"));
        return Failure::internal();
    }
    let Some(exception) = take_exception() else {
        return Failure::internal();
    };
    failure_of_exception(api, &name, exception)
}

fn failure_of_exception(api: &Api, name: &str, mut exception: Owned) -> Failure {
    let Some(object) = exception.zv().object() else {
        return Failure::internal();
    };
    // SAFETY: both are alive.
    if unsafe { ffi::kg_instance_of(object, class::fault()) } {
        return Failure::of_fault(object);
    }
    if api.allows(object) {
        return Failure::of_allowed(object);
    }
    handler::log_exception(&format!("method {name} threw"), exception, Level::Error);
    Failure::internal()
}

/// The failure of a call whose method does not exist.
pub(crate) fn method_not_found() -> Failure {
    Failure::standard(FaultCode::MethodNotFound)
}
