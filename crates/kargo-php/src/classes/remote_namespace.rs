//! `Kargo\Rpc\RemoteNamespace`: methods whose names begin alike, as an object.

use std::rc::Rc;

use crate::engine::call::native;
use crate::engine::throw::{class, throw};
use crate::engine::{Call, Thrown, object};
use crate::rpc::client::{self, Batch, Endpoint, Parameters};

native! {
    kargo_rpc_remotenamespace___get => inner;
    kargo_rpc_remotenamespace___call => call_method;
}

/// What is done with a call.
#[derive(Clone, Debug)]
pub(crate) enum Target {
    /// It is made.
    Client(Rc<Endpoint>),
    /// It is added.
    Batch(Rc<Batch>),
}

/// What a `RemoteNamespace` holds.
#[derive(Debug)]
pub(crate) struct State {
    target: Target,
    name: Vec<u8>,
}

/// Returns the namespace with this name.
pub(crate) fn give(call: &Call, target: Target, name: Vec<u8>) {
    let mut object = object::instantiate(class::remote_namespace(), State { target, name });
    call.result().copy_from(object.zv());
}

/// The target, and the name that is asked for below this one.
fn below(call: &Call) -> Result<(Target, Vec<u8>), Thrown> {
    let state = object::native::<State>(call.this());
    if state.is_null() {
        let message = "this RemoteNamespace was made by no client";
        return Err(throw(class::error(), message));
    }
    // SAFETY: it has its value; nobody keeps this across a wait.
    let state = unsafe { &*state };
    let name = [&state.name, &b"."[..], call.bytes(0)?].concat();
    Ok((state.target.clone(), name))
}

fn inner(call: &Call) -> Result<(), Thrown> {
    let (target, name) = below(call)?;
    give(call, target, name);
    Ok(())
}

fn call_method(call: &Call) -> Result<(), Thrown> {
    let (target, name) = below(call)?;
    let parameters = Parameters::of(call, 1)?;
    match target {
        Target::Client(endpoint) => client::call(&endpoint, &name, parameters, call.result()),
        Target::Batch(batch) => {
            let place = batch.add(&name, parameters, true)?;
            call.result()
                .set_int(i64::try_from(place).unwrap_or(i64::MAX));
            Ok(())
        }
    }
}
