//! `kargo_event`, the PHP extension.
//!
//! | module | is |
//! |---|---|
//! | `engine` | the only code that touches PHP's C API, with `shim/` |
//! | `classes` | the PHP classes of `php/stubs/kargo_event.stub.php` |
//! | `app` | classic mode: applications that use superglobals and print their pages, of `php/stubs/app.stub.php` |
//! | `classic` | the functions of 2009, of `php/stubs/classic.stub.php` |
//! | `serve` | the runner: who runs the loop, how a handler is called, how it waits |
//! | `http_client` | requests that PHP code has in flight, behind `Kargo\Http\Client` |
//! | `net` | connections, UDP sockets and names for PHP code, behind `Kargo\Net` |
//! | `redis` | connections to Redis: state that several machines share |
//! | `rpc` | exported PHP classes: values, signatures, JSON-RPC and XML-RPC |
//! | `isolation` | what a request leaves behind for the next visitor |
//! | `scripts` | PHP scripts run in processes of their own, behind `Kargo\App\Scripts` |
//! | `sessions` | what is remembered of visitors, behind `Kargo\Http\Sessions` |
//! | `log` | one line per event on stderr |
//!
//! PHP calls in through [`get_module`], the functions that `classes` defines and the hooks in `serve::current`. No other
//! thread is ever made here, and no borrow of ours is alive while PHP runs.

#![allow(
    unsafe_code,
    reason = "the boundary to PHP's C API; every block says why it is sound"
)]

mod app;
mod classes;
mod classic;
mod engine;
mod http_client;
mod isolation;
mod log;
mod net;
mod redis;
mod rpc;
mod scripts;
mod serve;
mod sessions;

use std::ffi::c_void;
use std::rc::Rc;

use engine::ffi;
use engine::throw::class;

/// The entry that PHP looks up in the shared object.
#[unsafe(no_mangle)]
pub extern "C" fn get_module() -> *mut c_void {
    // SAFETY: gives the address of a static.
    unsafe { ffi::kg_module().cast() }
}

/// The module is registered: nothing to do yet, since nothing may be made before a fork.
#[unsafe(no_mangle)]
extern "C" fn kargo_module_started() {
    std::panic::set_hook(Box::new(|info| {
        let place = info
            .location()
            .map_or_else(String::new, ToString::to_string);
        log::error(&format!(
            "panic at {place}: {}",
            engine::call::panic_text(info.payload())
        ));
    }));
}

/// The script is over; what it gave us must go before the engine takes its memory back.
#[unsafe(no_mangle)]
extern "C" fn kargo_request_ended() {
    isolation::stop();
    serve::runner::close();
    serve::runtime::clear();
    rpc::clear();
    // SAFETY: no array of a request is alive any more.
    unsafe {
        ffi::kg_app_keys_drop();
        ffi::kg_app_sessions_drop();
        ffi::kg_app_reset_drop();
    };
}

/// An object of ours is freed.
#[unsafe(no_mangle)]
extern "C" fn kargo_native_free(class_entry: *mut ffi::zend_class_entry, native: *mut c_void) {
    // SAFETY: each class has one native type, given to `object::set_native`.
    unsafe {
        if class_entry == class::request() {
            drop(Box::from_raw(native.cast::<classes::request::State>()));
        } else if class_entry == class::watcher() {
            drop(Box::from_raw(native.cast::<u64>()));
        } else if class_entry == class::server() {
            drop(Box::from_raw(native.cast::<classes::server::State>()));
        } else if class_entry == class::files() {
            drop(Box::from_raw(native.cast::<Rc<serve::files::Mounted>>()));
        } else if class_entry == class::uploads() {
            drop(Box::from_raw(
                native.cast::<Rc<kargo_net::UploadSettings>>(),
            ));
        } else if class_entry == class::uploaded_file() {
            drop(Box::from_raw(
                native.cast::<classes::uploaded_file::State>(),
            ));
        } else if class_entry == class::application() {
            drop(Box::from_raw(native.cast::<Rc<app::Application>>()));
        } else if class_entry == class::api() {
            drop(Box::from_raw(native.cast::<Rc<rpc::Api>>()));
        } else if class_entry == class::scripts() {
            drop(Box::from_raw(native.cast::<Rc<scripts::Scripts>>()));
        } else if class_entry == class::sessions() {
            drop(Box::from_raw(native.cast::<Rc<sessions::Sessions>>()));
        } else if class_entry == class::session() {
            drop(Box::from_raw(native.cast::<classes::session::Native>()));
        } else if class_entry == class::client() {
            drop(Box::from_raw(native.cast::<classes::http_client::State>()));
        } else if class_entry == class::client_stream() {
            drop(Box::from_raw(
                native.cast::<classes::client_stream::State>(),
            ));
        } else if class_entry == class::tcp_server() {
            drop(Box::from_raw(
                native.cast::<classes::net::tcp_server::State>(),
            ));
        } else if class_entry == class::connection() {
            drop(Box::from_raw(
                native.cast::<classes::net::connection::State>(),
            ));
        } else if class_entry == class::lines() {
            drop(Box::from_raw(native.cast::<classes::net::lines::State>()));
        } else if class_entry == class::udp() {
            drop(Box::from_raw(native.cast::<classes::net::udp::State>()));
        } else if class_entry == class::json_rpc_client() || class_entry == class::xml_rpc_client()
        {
            drop(Box::from_raw(native.cast::<Rc<rpc::client::Endpoint>>()));
        } else if class_entry == class::batch() {
            drop(Box::from_raw(native.cast::<Rc<rpc::client::Batch>>()));
        } else if class_entry == class::remote_namespace() {
            drop(Box::from_raw(
                native.cast::<classes::remote_namespace::State>(),
            ));
        }
    }
}

/// An object of ours is cloned: only Requests can be.
#[unsafe(no_mangle)]
extern "C" fn kargo_native_clone(
    _class_entry: *mut ffi::zend_class_entry,
    native: *mut c_void,
) -> *mut c_void {
    if native.is_null() {
        return native;
    }
    // SAFETY: only the Request class has the clone handler.
    let state = unsafe { &*native.cast::<classes::request::State>() };
    Box::into_raw(Box::new(classes::request::cloned(state))).cast()
}

engine::call::native! {
    kargo_fn_panic => panic_on_purpose;
}

/// `Kargo\Internal\panic(bool $afterwards = false)`, registered only with kargo.fault_injection=1: tests prove with it
/// that a panic costs one request, be it below the handler or in our own code that answers afterwards.
#[expect(clippy::panic, reason = "that is what it is for")]
fn panic_on_purpose(call: &engine::Call) -> Result<(), engine::Thrown> {
    if call.bool_or(0, false)? {
        serve::answer::PANIC_AFTERWARDS.store(true, std::sync::atomic::Ordering::Relaxed);
        return Ok(());
    }
    panic!("panic on purpose")
}
