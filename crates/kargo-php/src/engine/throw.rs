//! Throwing PHP exceptions. Every message is made printable: PHP would lose one that holds a NUL byte.

use super::{Global, Thrown, ffi};
use crate::log;

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

/// Longest text of a warning, in bytes; what is longer is cut.
const WARNING_LIMIT: usize = 512;

/// Raises an E_WARNING that names the native function being called. To be called last, with nothing that would have to
/// be dropped: the script's error handler may run, and may end by a jump of the engine's.
pub(crate) fn warn(text: std::fmt::Arguments<'_>) {
    let bytes = warning_bytes(text);
    // SAFETY: the text ends with NUL; no borrow of ours is alive.
    unsafe { ffi::kg_warning(bytes.as_ptr().cast()) }
}

/// The same with a text that has to be dropped, which it is before.
pub(crate) fn warn_with(text: String) {
    let bytes = warning_bytes(format_args!("{text}"));
    drop(text);
    // SAFETY: as above.
    unsafe { ffi::kg_warning(bytes.as_ptr().cast()) }
}

fn warning_bytes(text: std::fmt::Arguments<'_>) -> [u8; WARNING_LIMIT] {
    use std::io::Write as _;
    let mut bytes = [0; WARNING_LIMIT];
    // A text that does not fit is cut; the last byte stays NUL.
    let _cut = (&mut bytes[..WARNING_LIMIT - 1]).write_fmt(text);
    bytes
}

/// What an exception that only the operator can mend says, should nobody catch it.
static OPERATOR_ERROR: Global<String> = Global::new();

/// Makes an exception pending that only the operator can mend: a port in use, a bad address. If no script catches it,
/// the log has its message in one line and the process ends with code 1, without PHP's stack trace.
pub(crate) fn throw_to_operator(class: *mut ffi::zend_class_entry, message: &str) -> Thrown {
    OPERATOR_ERROR.replace(Some(message.to_owned()));
    // SAFETY: hooks the engine's error callback, once.
    unsafe { ffi::kg_watch_uncaught() };
    throw(class, message)
}

/// PHP ends with an exception that nobody caught. `true`: the operator was told.
#[unsafe(no_mangle)]
extern "C" fn kargo_on_uncaught(message: *const std::ffi::c_char, length: usize) -> bool {
    // SAFETY: the engine gives `length` bytes.
    let text = unsafe { std::slice::from_raw_parts(message.cast::<u8>(), length) };
    let text = String::from_utf8_lossy(text);
    let is_ours = |name: &str| text.starts_with(&format!("Uncaught {name}: "));
    if !is_ours("Kargo\\TransportException") && !is_ours("Kargo\\ConfigurationException") {
        return false;
    }
    match OPERATOR_ERROR.replace(None) {
        Some(error) if text.contains(&error) => {
            log::error(&error);
            true
        }
        _ => false,
    }
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
        timeout_exception = kargo_ce_timeoutexception;
        protocol_exception = kargo_ce_protocolexception;
        connection_closed_exception = kargo_ce_connectionclosedexception;
        await_error = kargo_ce_awaiterror;
        panic_error = kargo_ce_panicerror;
        watcher = kargo_ce_watcher;
        handler = kargo_ce_http_handler;
        http_exception = kargo_ce_http_httpexception;
        server = kargo_ce_http_server;
        isolation = kargo_ce_app_isolation;
        scripts = kargo_ce_app_scripts;
        request = kargo_ce_http_request;
        files = kargo_ce_http_files;
        uploads = kargo_ce_http_uploads;
        uploaded_file = kargo_ce_http_uploadedfile;
        response = kargo_ce_http_response;
        sessions = kargo_ce_http_sessions;
        session = kargo_ce_http_session;
        session_exception = kargo_ce_http_sessionexception;
        client = kargo_ce_http_client;
        client_options = kargo_ce_http_clientoptions;
        client_request = kargo_ce_http_clientrequest;
        client_response = kargo_ce_http_clientresponse;
        client_stream = kargo_ce_http_clientstream;
        fault = kargo_ce_rpc_fault;
        binary = kargo_ce_rpc_binary;
        api = kargo_ce_rpc_api;
        cors = kargo_ce_rpc_cors;
        caller = kargo_ce_rpc_caller;
        api_keys = kargo_ce_rpc_apikeys;
        basic_users = kargo_ce_rpc_basicusers;
        bearer_tokens = kargo_ce_rpc_bearertokens;
        remote_fault = kargo_ce_rpc_remotefault;
        json_rpc_client = kargo_ce_rpc_jsonrpcclient;
        xml_rpc_client = kargo_ce_rpc_xmlrpcclient;
        batch = kargo_ce_rpc_batch;
        remote_namespace = kargo_ce_rpc_remotenamespace;
        tcp_server = kargo_ce_net_tcpserver;
        connection = kargo_ce_net_connection;
        lines = kargo_ce_net_lines;
        datagram = kargo_ce_net_datagram;
        udp = kargo_ce_net_udp;
        application = kargo_ce_app_application;
        error = zend_ce_error;
        type_error = zend_ce_type_error;
        value_error = zend_ce_value_error;
        traversable = zend_ce_traversable;
        exception = zend_ce_exception;
        closure = zend_ce_closure;
        throwable = zend_ce_throwable;
    }
}
