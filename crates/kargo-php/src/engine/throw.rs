//! Throwing PHP exceptions. Every message is made printable: PHP would lose one that holds a NUL byte.

use super::{Thrown, ffi};

fn printable(message: &str) -> String {
    message.replace('\0', "\\0")
}

/// Makes an exception of `class` pending.
pub(crate) fn throw(class: *mut ffi::zend_class_entry, message: &str) -> Thrown {
    throw_with_code(class, message, 0)
}

/// Makes an exception of `class` with a code pending.
pub(crate) fn throw_with_code(
    class: *mut ffi::zend_class_entry,
    message: &str,
    code: i64,
) -> Thrown {
    let message = printable(message);
    // SAFETY: the engine copies the message; creating an exception can't jump.
    unsafe { ffi::kg_throw(class, message.as_ptr().cast(), message.len(), code) }
    Thrown
}

/// A `ValueError` for argument `number` (from 1); `message` reads on from "Argument #1 ($x) ".
pub(crate) fn throw_value_error(number: u32, message: &str) -> Thrown {
    let message = printable(message);
    // SAFETY: the engine copies the message.
    unsafe { ffi::kg_value_error(number, message.as_ptr().cast(), message.len()) }
    Thrown
}

/// The classes that the stub file declares, by their C variable.
macro_rules! classes {
    ($($name:ident = $variable:ident;)*) => {
        unsafe extern "C" {
            $(static mut $variable: *mut ffi::zend_class_entry;)*
        }
        $(
            pub(crate) fn $name() -> *mut ffi::zend_class_entry {
                // SAFETY: set at module start, never changed afterwards.
                unsafe { $variable }
            }
        )*
    };
}

/// Our classes.
pub(crate) mod class {
    use super::ffi;

    classes! {
        configuration_exception = kargo_ce_configurationexception;
        transport_exception = kargo_ce_transportexception;
        await_error = kargo_ce_awaiterror;
        panic_error = kargo_ce_panicerror;
        watcher = kargo_ce_watcher;
        handler = kargo_ce_http_handler;
        http_exception = kargo_ce_http_httpexception;
        options = kargo_ce_http_options;
        server = kargo_ce_http_server;
        request = kargo_ce_http_request;
        response = kargo_ce_http_response;
        fault = kargo_ce_rpc_fault;
        binary = kargo_ce_rpc_binary;
        api = kargo_ce_rpc_api;
        error = zend_ce_error;
        closure = zend_ce_closure;
        throwable = zend_ce_throwable;
    }
}
