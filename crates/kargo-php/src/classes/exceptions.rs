//! Exceptions with more than a message: HttpException, Rpc\Fault; and the value class Rpc\Binary.

use crate::engine::call::native;
use crate::engine::callable::take_exception;
use crate::engine::throw::{class, throw, throw_with_code};
use crate::engine::value::string_bytes;
use crate::engine::{Call, Owned, Thrown, Zv, ffi, object, throw_value_error};

native! {
    kargo_http_httpexception_construct => http_exception_construct;
    kargo_rpc_fault_construct => fault_construct;
    kargo_rpc_remotefault_construct => remote_fault_construct;
    kargo_rpc_binary_construct => binary_construct;
    kargo_rpc_hidden_construct => hidden_construct;
}

/// Writes a property as code of `scope` would: the class that declares it.
fn set(object: *mut ffi::zend_object, scope: *mut ffi::zend_class_entry, name: &[u8], value: Zv) {
    // SAFETY: the class declares the property.
    unsafe { ffi::kg_set_property(object, scope, name.as_ptr().cast(), name.len(), value.0) }
}

/// Property `name` of an object, for reading.
pub(crate) fn read_property(object: *mut ffi::zend_object, name: &str) -> Owned {
    let mut buffer = Owned::undefined();
    // SAFETY: a missing property reads as null; the result may be the buffer or a slot of the object.
    let found =
        unsafe { ffi::kg_read_property(object, name.as_ptr().cast(), name.len(), buffer.zv().0) };
    let copy = Owned::copy_of(Zv(found).dereferenced());
    if found == buffer.zv().0 { buffer } else { copy }
}

/// The message of an exception.
pub(crate) fn message_of(exception: *mut ffi::zend_object) -> String {
    text_property(exception, "message")
}

/// A string property as text; "" if it is none.
pub(crate) fn text_property(exception: *mut ffi::zend_object, name: &str) -> String {
    let mut value = read_property(exception, name);
    value.zv().string().map_or_else(String::new, |string| {
        String::from_utf8_lossy(string_bytes(string)).into_owned()
    })
}

/// An integer property; 0 if it is none.
pub(crate) fn int_property(exception: *mut ffi::zend_object, name: &str) -> i64 {
    read_property(exception, name).zv().int().unwrap_or(0)
}

/// Makes an HttpException pending.
pub(crate) fn throw_http(status: i64, message: &str) -> Thrown {
    let thrown = throw(class::http_exception(), message);
    if let Some(mut exception) = take_exception() {
        if let Some(object) = exception.zv().object() {
            let mut value = Owned::undefined();
            value.zv().set_int(status);
            set(object, class::http_exception(), b"status", value.zv());
        }
        // SAFETY: the engine takes over one reference.
        unsafe { ffi::kg_rethrow(exception.zv().0) }
        exception.zv().set_undefined();
    }
    thrown
}

fn set_previous(call: &Call, index: u32) {
    if let Some(previous) = call.argument(index)
        && previous.object().is_some()
    {
        set(call.this(), class::exception(), b"previous", previous);
    }
}

fn http_exception_construct(call: &Call) -> Result<(), Thrown> {
    let status = call.int_or(0, 500)?;
    if !(400..=599).contains(&status) {
        return Err(throw_value_error(1, "must be between 400 and 599"));
    }
    let mut message = Owned::of_bytes(call.bytes_or(1, b"")?);
    set(call.this(), class::exception(), b"message", message.zv());
    let mut value = Owned::undefined();
    value.zv().set_int(status);
    set(call.this(), class::http_exception(), b"status", value.zv());
    set_previous(call, 2);
    Ok(())
}

fn fault_construct(call: &Call) -> Result<(), Thrown> {
    // A class of its own can have a code of its own, as with PHP's exceptions; descriptions tell it.
    let own = int_property(call.this(), "code");
    fill_fault(call, class::fault(), if own == 0 { -32000 } else { own })
}

fn remote_fault_construct(call: &Call) -> Result<(), Thrown> {
    fill_fault(call, class::remote_fault(), 0)
}

/// A `Kargo\Rpc\RemoteFault`, made pending.
pub(crate) fn throw_remote_fault(code: i64, message: &str, data: Zv) -> Thrown {
    let thrown = throw_with_code(class::remote_fault(), message, code);
    if let Some(mut exception) = take_exception() {
        if let Some(object) = exception.zv().object() {
            set(object, class::remote_fault(), b"data", data);
        }
        // SAFETY: the engine takes over one reference.
        unsafe { ffi::kg_rethrow(exception.zv().0) }
        exception.zv().set_undefined();
    }
    thrown
}

/// What the constructor of a fault does.
fn fill_fault(
    call: &Call,
    class: *mut ffi::zend_class_entry,
    default_code: i64,
) -> Result<(), Thrown> {
    let mut message = Owned::of_bytes(call.bytes_or(0, b"")?);
    set(call.this(), class::exception(), b"message", message.zv());
    let mut code = Owned::undefined();
    code.zv().set_int(call.int_or(1, default_code)?);
    set(call.this(), class::exception(), b"code", code.zv());
    let mut data = call
        .argument(2)
        .map_or_else(Owned::undefined, Owned::copy_of);
    if call.argument(2).is_none() {
        data.zv().set_null();
    }
    set(call.this(), class, b"data", data.zv());
    set_previous(call, 3);
    Ok(())
}

fn binary_construct(call: &Call) -> Result<(), Thrown> {
    let bytes = call.bytes(0)?;
    let slot = object::property(call.this(), 0);
    slot.release();
    slot.set_bytes(bytes);
    Ok(())
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "the shape of every native function"
)]
fn hidden_construct(_call: &Call) -> Result<(), Thrown> {
    Ok(())
}
