//! JSON for handlers: what they return as arrays, and the bodies they read.

use std::ffi::c_void;
use std::fmt;

use kargo_rpc::json::{JsonEncoder, JsonScratch};
use kargo_rpc::{DecodeError, EncodeError, Limits};

use crate::engine::callable::{Outcome, protect};
use crate::engine::{Global, Zv};
use crate::rpc::conform;
use crate::rpc::encode;
use crate::rpc::encode_as::{self, Form};
use crate::rpc::stack::{ObjectsAs, ValueStack};

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
    form: Form,
    out: *mut Vec<u8>,
    error: Option<EncodeError>,
}

unsafe extern "C" fn encode_body(data: *mut c_void) {
    let job = data.cast::<Job>();
    // SAFETY: `encode_result` gives a Job whose buffer and form outlive the call.
    unsafe {
        let mut encoder = JsonEncoder::new(&mut *(*job).out);
        (*job).error = encode_as::write_in_form((*job).value, (*job).form, &mut encoder).err();
        encoder.finish();
    }
}

/// Appends `value` as JSON; whatever PHP code on the way does comes back as an error.
pub(crate) fn encode_protected(value: Zv, out: &mut Vec<u8>) -> Result<(), Failed> {
    encode_result(value, std::ptr::null(), out)
}

/// The same for the result of a method, whose form must live as long as the call.
pub(crate) fn encode_result(value: Zv, form: Form, out: &mut Vec<u8>) -> Result<(), Failed> {
    let mut job = Job {
        value,
        form,
        out,
        error: None,
    };
    match protect(&mut job, encode_body) {
        Outcome::Returned => job
            .error
            .map_or(Ok(()), |error| Err(Failed::of(error, value, form))),
        outcome => Err(Failed::Call(outcome)),
    }
}

impl Failed {
    /// Why a value was not written in this form, which outlives the call.
    #[cold]
    pub(crate) fn of(error: EncodeError, value: Zv, form: Form) -> Self {
        // SAFETY: the caller's promise.
        match unsafe { form.as_ref() } {
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
