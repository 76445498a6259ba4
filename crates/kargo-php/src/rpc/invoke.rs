//! One call: arguments bound and checked, the method called, whatever came of it as a result or a fault.

use std::any::Any;
use std::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use kargo_rpc::{Call, FaultCode};

use crate::classes::exceptions::message_of;
use crate::engine::callable::{Outcome, protect, take_exception};
use crate::engine::throw::class;
use crate::engine::value::{array_iter, array_len};
use crate::engine::{Kind, Owned, Zv, ffi};
use crate::log::Level;
use crate::rpc::api::{Api, Method};
use crate::rpc::arguments::Arguments;
use crate::rpc::check::{self, Mismatch};
use crate::rpc::construct;
use crate::rpc::encode_as::Form;
use crate::rpc::failure::Failure;
use crate::rpc::plan::{Plan, Unmade};
use crate::rpc::policy;
use crate::rpc::service::Unresolved;
use crate::rpc::signature::{Parameter, Signature};
use crate::serve::{current, handler};

/// Calls `method` with the arguments that lie on the stack from `start` on. They are given up afterwards, whatever
/// happens.
///
/// `room` is memory for that, kept from call to call. Gives as what the result is to be written.
pub(crate) fn invoke(
    api: &Api,
    method: &Method,
    call: &Call,
    arguments: &mut Arguments,
    start: usize,
    room: &mut Room,
    result: Zv,
) -> Result<Form, Failure> {
    let given = Given {
        start,
        count: call.argument_count as usize,
        is_named: call.is_named,
    };
    if let Some(policy) = &method.policy
        && let Err(failure) = policy::admit(api, policy)
    {
        release(arguments, &given);
        return Err(failure);
    }
    let bound = if method.signature.has_records {
        bind_records(api, method, arguments, &given, room)
    } else {
        bind(&method.signature, arguments, &given, room)
            .map_err(|mismatch| invalid_params(&mismatch))
    };
    let outcome = match bound {
        Ok((first, count)) => match &method.policy {
            None => call_method(api, method, first, count, result),
            Some(policy) => policy::call(api, method, policy, (first, count), result, &|result| {
                call_method(api, method, first, count, result)
            }),
        },
        Err(failure) => Err(failure),
    };
    release(arguments, &given);
    if !room.named.is_empty() {
        construct::release(Zv(room.named.as_mut_ptr()), room.named.len());
        room.named.clear();
    }
    if method.signature.has_records {
        room.plan.clear();
    }
    outcome
}

/// Memory for binding arguments.
#[derive(Default)]
pub(crate) struct Room {
    /// Named arguments in the order of the parameters, during a call.
    named: Vec<ffi::zval>,
    plan: Plan,
}

/// Arguments as they came.
#[derive(Clone, Copy, Debug)]
struct Given {
    /// Where they lie on the stack.
    start: usize,
    count: usize,
    is_named: bool,
}

/// The arguments as they are passed: the first, and how many.
type Bound = (Zv, u32);

#[inline]
fn bind(
    signature: &Signature,
    arguments: &mut Arguments,
    given: &Given,
    room: &mut Room,
) -> Result<Bound, Mismatch> {
    if given.is_named {
        bind_named(signature, arguments, given, room)
    } else {
        bind_positional(signature, arguments, given, &mut room.plan)
    }
}

struct Binding<'a> {
    signature: &'a Signature,
    arguments: &'a mut Arguments,
    given: &'a Given,
    room: &'a mut Room,
    result: Option<Result<Bound, Mismatch>>,
    panic: Option<Box<dyn Any + Send>>,
}

unsafe extern "C" fn bind_body(data: *mut c_void) {
    // SAFETY: `bind_records` gives a Binding, which only this function uses meanwhile.
    let binding = unsafe { &mut *data.cast::<Binding<'_>>() };
    let Binding {
        signature,
        arguments,
        given,
        room,
        ..
    } = binding;
    let bound = catch_unwind(AssertUnwindSafe(|| bind(signature, arguments, given, room)));
    match bound {
        Ok(result) => binding.result = Some(result),
        Err(payload) => binding.panic = Some(payload),
    }
}

/// The same where objects have to be made: when all arguments were checked, their constructors are called. So many
/// objects may be asked for that the memory limit is reached.
#[cold]
fn bind_records(
    api: &Api,
    method: &Method,
    arguments: &mut Arguments,
    given: &Given,
    room: &mut Room,
) -> Result<Bound, Failure> {
    let mut binding = Binding {
        signature: &method.signature,
        arguments,
        given,
        room,
        result: None,
        panic: None,
    };
    let outcome = protect(&mut binding, bind_body);
    if let Some(payload) = binding.panic {
        resume_unwind(payload);
    }
    let (first, count) = match (outcome, binding.result) {
        (Outcome::Returned, Some(Ok(bound))) => bound,
        (Outcome::Returned, Some(Err(mismatch))) => return Err(invalid_params(&mismatch)),
        (outcome, _) => return Err(failure_of(api, method, outcome)),
    };
    room.plan.run().map_err(|unmade| {
        failure_of_constructor(api, method, &unmade, given, (first, count), room)
    })?;
    Ok((first, count))
}

/// A constructor that throws refuses what it was given, if the exception is one for that; any other is a failure of its
/// own.
#[cold]
fn failure_of_constructor(
    api: &Api,
    method: &Method,
    unmade: &Unmade,
    given: &Given,
    (first, count): Bound,
    room: &Room,
) -> Failure {
    let exception = (unmade.outcome == Outcome::Threw)
        .then(take_exception)
        .flatten();
    let Some(mut exception) = exception else {
        return failure_of(api, method, unmade.outcome);
    };
    let name = String::from_utf8_lossy(&method.name);
    let Some(object) = exception.zv().object() else {
        return Failure::internal();
    };
    // SAFETY: all are alive.
    let (is_fault, is_refusal) = unsafe {
        let is = |class| ffi::kg_instance_of(object, class);
        (
            is(class::fault()),
            is(class::type_error())
                || is(class::value_error())
                || is(ffi::spl_ce_InvalidArgumentException)
                || is(ffi::spl_ce_DomainException),
        )
    };
    if is_fault || !is_refusal {
        return failure_of_exception(api, &name, exception);
    }
    let reason = if api.allows(object) {
        message_of(object)
    } else {
        let message = format!("method {name}: a constructor refused an argument");
        handler::log_exception(&message, exception, Level::Warning);
        "the value is refused".into()
    };
    let parameters = &method.signature.parameters;
    let found = (0..count as usize).find_map(|place| {
        // SAFETY: so many arguments are bound.
        let argument = Zv(unsafe { first.0.add(place) });
        let found = room.plan.place_of(unmade, argument, &reason)?;
        let name = |parameter: &Parameter| String::from_utf8_lossy(&parameter.name).into_owned();
        Some(match (parameters.get(place), &method.signature.trailing) {
            (Some(parameter), _) if given.is_named => found.below(&name(parameter)),
            (None, Some(trailing)) if given.is_named => {
                let index = place - parameters.len();
                found.below(&index.to_string()).below(&name(trailing))
            }
            _ => found.below(&place.to_string()),
        })
    });
    let found = found.unwrap_or_else(|| Mismatch::new(reason));
    invalid_params(&found.below("params"))
}

/// Gives up arguments.
#[inline]
fn release(arguments: &mut Arguments, given: &Given) {
    if given.count != 0 {
        construct::release(arguments.stack.at(given.start), given.count);
    }
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
    given: &Given,
    plan: &mut Plan,
) -> Result<Bound, Mismatch> {
    let Given { start, count, .. } = *given;
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
        check::fit(arguments.stack.at(start + position), &parameter.ty, plan)
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
    given: &Given,
    room: &mut Room,
) -> Result<Bound, Mismatch> {
    let Given { start, count, .. } = *given;
    let Room { named: room, plan } = room;
    let len = signature.parameters.len() + usize::from(signature.trailing.is_some());
    // SAFETY: all zeroes is an undefined value.
    room.resize_with(len, || unsafe { std::mem::zeroed() });
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
    for (place, parameter) in signature.members().enumerate() {
        let Some(slot) = room.get_mut(place) else {
            break;
        };
        let slot = Zv(slot);
        if slot.kind() != Kind::Undefined {
            check::fit(slot, &parameter.ty, plan).map_err(|error| {
                error
                    .below(&String::from_utf8_lossy(&parameter.name))
                    .below("params")
            })?;
        } else if !parameter.is_optional {
            return Err(missing(signature, place));
        }
    }
    if signature.trailing.is_some() {
        used = spread(room, used);
    }
    Ok((
        Zv(room.as_mut_ptr()),
        u32::try_from(used).unwrap_or(u32::MAX),
    ))
}

/// Puts the elements of the list that is the last argument in its place; says how many arguments there are then.
#[cold]
fn spread(room: &mut Vec<ffi::zval>, used: usize) -> usize {
    let Some(mut last) = room.pop() else {
        return used;
    };
    let last = Zv(&raw mut last);
    let elements = last.array().map(array_iter);
    for (_, element) in elements.into_iter().flatten() {
        // SAFETY: all zeroes is an undefined value.
        let mut argument: ffi::zval = unsafe { std::mem::zeroed() };
        Zv(&raw mut argument).copy_from(element);
        room.push(argument);
    }
    let is_given = last.array().is_some_and(|list| array_len(list) != 0);
    // Its elements live on in the room, so this runs no code.
    last.release();
    if is_given {
        room.len()
    } else {
        used.min(room.len())
    }
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
) -> Result<Form, Failure> {
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
        Outcome::Returned => Ok(method.signature.form()),
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
