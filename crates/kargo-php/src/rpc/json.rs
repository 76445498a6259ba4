//! JSON for handlers: what they return as arrays, and the bodies they read.

use std::ffi::c_void;
use std::fmt;

use kargo_rpc::json::{JsonEncoder, JsonScratch};
use kargo_rpc::{DecodeError, EncodeError, Limits};

use crate::engine::callable::{Outcome, protect};
use crate::engine::{Global, Zv};
use crate::rpc::conform;
use crate::rpc::encode;
use crate::rpc::encode_as;
use crate::rpc::signature::Signature;
use crate::rpc::stack::{ObjectsAs, ValueStack};
use crate::rpc::types::Type;

/// Why a value could not be written.
#[derive(Debug)]
pub(crate) enum Failed {
    /// It has no JSON form.
    Encode(EncodeError),
    /// It is not of its declared type: what of it.
    Mismatch(String),
    /// A jsonSerialize() did not return.
    Call(Outcome),
}

/// Appends `value` as JSON. To be called from native functions: what jsonSerialize() throws stays pending.
pub(crate) fn encode(value: Zv, out: &mut Vec<u8>) -> Result<(), EncodeError> {
    let mut encoder = JsonEncoder::new(out);
    encode::write(value, &mut encoder)?;
    encoder.finish();
    Ok(())
}

struct Job {
    value: Zv,
    /// Null: it says itself what it is.
    ty: *const Type,
    out: *mut Vec<u8>,
    error: Option<EncodeError>,
}

unsafe extern "C" fn encode_body(data: *mut c_void) {
    let job = data.cast::<Job>();
    // SAFETY: `run` gives a Job whose buffer and type outlive the call.
    unsafe {
        (*job).error = match (*job).ty.as_ref() {
            None => encode((*job).value, &mut *(*job).out).err(),
            Some(ty) => {
                let mut encoder = JsonEncoder::new(&mut *(*job).out);
                let written = encode_as::write((*job).value, ty, &mut encoder);
                encoder.finish();
                written.err()
            }
        }
    };
}

/// Appends `value` as JSON; whatever PHP code on the way does comes back as an error.
pub(crate) fn encode_protected(value: Zv, out: &mut Vec<u8>) -> Result<(), Failed> {
    run(value, std::ptr::null(), out)
}

/// The same for the result of a method, in the form that its declared type has.
pub(crate) fn encode_result(
    value: Zv,
    signature: &Signature,
    out: &mut Vec<u8>,
) -> Result<(), Failed> {
    run(value, signature.form(), out)
}

fn run(value: Zv, ty: *const Type, out: &mut Vec<u8>) -> Result<(), Failed> {
    let mut job = Job {
        value,
        ty,
        out,
        error: None,
    };
    match protect(&mut job, encode_body) {
        Outcome::Returned => job
            .error
            .map_or(Ok(()), |error| Err(Failed::of(error, value, ty))),
        outcome => Err(Failed::Call(outcome)),
    }
}

impl Failed {
    /// Why a value of this type was not written; `ty` is null or outlives the call.
    #[cold]
    pub(crate) fn of(error: EncodeError, value: Zv, ty: *const Type) -> Self {
        // SAFETY: the caller's promise.
        match unsafe { ty.as_ref() } {
            Some(ty) if error == EncodeError::Mismatch => Self::Mismatch(conform::place(value, ty)),
            _ => Self::Encode(error),
        }
    }
}

/// What is told of a body that was made to be slow.
pub(crate) const FLOODED: &str = "the names of an object's members collide";

/// Why a text is no JSON.
#[derive(Debug)]
pub(crate) struct BadJson(String);

impl fmt::Display for BadJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Memory for decoding that is worth keeping.
struct Pool {
    scratch: JsonScratch,
    stack: ValueStack,
}

static POOL: Global<Pool> = Global::new();

/// Decodes a text, objects as arrays, into `target`.
pub(crate) fn decode(text: &[u8], target: Zv) -> Result<(), BadJson> {
    // Taken out, so that a longjmp at the memory limit leaves no borrow behind.
    let mut pool = POOL.replace(None).unwrap_or_else(|| Pool {
        scratch: JsonScratch::default(),
        stack: ValueStack::new(),
    });
    pool.stack.reset();
    pool.stack.objects_as = ObjectsAs::Arrays;
    let result =
        kargo_rpc::json::decode(text, &Limits::default(), &mut pool.scratch, &mut pool.stack);
    let result = match result {
        Ok(()) if pool.stack.is_flooded() => Err(BadJson(FLOODED.into())),
        Ok(()) => {
            pool.stack.pop_into(target);
            Ok(())
        }
        Err(DecodeError::Body(error)) => Err(BadJson(error.to_string())),
        Err(DecodeError::Builder(never)) => match never {},
    };
    pool.stack.reset();
    POOL.replace(Some(pool));
    result
}

/// Gives up the pooled memory, when the script ends.
pub(crate) fn clear() {
    drop(POOL.replace(None));
}
