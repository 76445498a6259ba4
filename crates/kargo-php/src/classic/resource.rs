//! The handles of the classic API: PHP resources, each with the key of a value in one of the tables.
//!
//! PHP frees a resource when nothing refers to it any more; then its value goes, and with it what the loop knows of it.

use super::Classic;
use super::{buffered, registration};
use crate::engine::{Call, Owned, Thrown, Zv, ffi};
use crate::serve::runtime;

/// The resource types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Event,
    Base,
    Buffer,
    BufferEvent,
    HttpServer,
    HttpRequest,
    HttpResponse,
    HttpConnection,
}

impl Kind {
    const fn code(self) -> ffi::kg_kind {
        match self {
            Self::Event => ffi::kg_kind_KG_EVENT,
            Self::Base => ffi::kg_kind_KG_EVENT_BASE,
            Self::Buffer => ffi::kg_kind_KG_EVBUFFER,
            Self::BufferEvent => ffi::kg_kind_KG_BUFFEREVENT,
            Self::HttpServer => ffi::kg_kind_KG_EVHTTP,
            Self::HttpRequest => ffi::kg_kind_KG_EVHTTP_REQUEST,
            Self::HttpResponse => ffi::kg_kind_KG_EVHTTP_RESPONSE,
            Self::HttpConnection => ffi::kg_kind_KG_EVHTTP_CONNECTION,
        }
    }
}

/// Puts a value into its table and makes the result of `call` a new resource for it. Returns its key, and the resource,
/// which is not counted: when PHP frees it, [`kargo_resource_free`] takes the value out of the table.
pub(crate) fn return_new(
    call: &Call,
    kind: Kind,
    insert: impl FnOnce(&mut Classic) -> u64,
) -> (u64, *mut ffi::zend_resource) {
    let key = runtime::with(|runtime| insert(&mut runtime.classic));
    (key, return_key(call, kind, key))
}

/// The same for a value that is in its table already.
pub(crate) fn return_key(call: &Call, kind: Kind, key: u64) -> *mut ffi::zend_resource {
    // SAFETY: the engine makes a resource with one reference, which the result takes over.
    let resource = unsafe { ffi::kg_resource_new(kind.code(), key as usize) };
    call.result().set_resource(resource);
    resource
}

/// A new resource for a value that is in its table, with one reference.
pub(crate) fn new(kind: Kind, key: u64) -> Owned {
    let mut handle = Owned::undefined();
    // SAFETY: the engine makes a resource with one reference, which the handle takes over.
    let resource = unsafe { ffi::kg_resource_new(kind.code(), key as usize) };
    handle.zv().set_resource(resource);
    handle
}

/// Throws unless a resource is a stream that is open.
///
/// # Errors
/// A `TypeError`.
pub(crate) fn reject_unless_stream(value: Zv) -> Result<(), Thrown> {
    // SAFETY: the value is a resource.
    let is_stream = unsafe { ffi::kg_stream_argument(value.0) };
    if is_stream { Ok(()) } else { Err(Thrown) }
}

/// The key in argument `index`.
///
/// # Errors
/// A `TypeError` if it is no resource of this kind, or one whose value was freed.
#[inline]
pub(crate) fn key(call: &Call, index: u32, kind: Kind) -> Result<u64, Thrown> {
    let Some(argument) = call.argument(index) else {
        return Err(call.wrong_type(index, c"of type resource"));
    };
    // SAFETY: the argument is alive.
    let key = unsafe { ffi::kg_resource_argument(argument.0, index + 1, kind.code()) };
    if key == 0 {
        Err(Thrown)
    } else {
        Ok(key as u64)
    }
}

/// Frees the value of the resource in argument `index` at once; the handles that are left of it are invalid from then
/// on. PHP code may run: the destructors of what the value held.
///
/// # Errors
/// As [`key`].
pub(crate) fn close(call: &Call, index: u32, kind: Kind) -> Result<(), Thrown> {
    key(call, index, kind)?;
    if let Some(resource) = call.argument(index).and_then(|it| it.resource()) {
        // SAFETY: the argument holds the resource; no borrow of ours is alive.
        unsafe { ffi::kg_resource_close(resource) }
    }
    Ok(())
}

/// PHP gives a resource up: its value is taken out of the table, and dropped when no borrow is alive, since the
/// destructors of what it held are PHP code.
#[unsafe(no_mangle)]
extern "C" fn kargo_resource_free(kind: ffi::kg_kind, key: usize) {
    let key = key as u64;
    match kind {
        ffi::kg_kind_KG_EVENT => drop(runtime::with(|runtime| registration::remove(runtime, key))),
        ffi::kg_kind_KG_EVENT_BASE => {
            drop(runtime::with(|runtime| runtime.classic.bases.remove(key)));
        }
        ffi::kg_kind_KG_EVBUFFER => {
            drop(runtime::with(|runtime| runtime.classic.buffers.remove(key)));
        }
        ffi::kg_kind_KG_BUFFEREVENT => {
            drop(runtime::with(|runtime| buffered::remove(runtime, key)));
        }
        ffi::kg_kind_KG_EVHTTP => drop(runtime::with(|runtime| runtime.free_http_server(key))),
        ffi::kg_kind_KG_EVHTTP_REQUEST => {
            drop(runtime::with(|runtime| runtime.free_http_request(key)));
        }
        ffi::kg_kind_KG_EVHTTP_CONNECTION => {
            drop(runtime::with(|runtime| runtime.free_http_connection(key)));
        }
        ffi::kg_kind_KG_EVHTTP_RESPONSE => {
            drop(runtime::with(|runtime| {
                runtime.classic.http.responses.remove(key)
            }));
        }
        _ => {}
    }
}
