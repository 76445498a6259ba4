//! The handles of the classic API: PHP resources, each with the key of a value in one of the tables.
//!
//! PHP frees a resource when nothing refers to it any more; then its value goes, and with it what the loop knows of it.

use super::Classic;
use crate::engine::{Call, Thrown, ffi};
use crate::serve::runtime;

/// The resource types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Buffer,
}

impl Kind {
    const fn code(self) -> ffi::kg_kind {
        match self {
            Self::Buffer => ffi::kg_kind_KG_EVBUFFER,
        }
    }
}

/// Puts a value into its table and makes the result of `call` a new resource for it.
pub(crate) fn return_new(call: &Call, kind: Kind, insert: impl FnOnce(&mut Classic) -> u64) {
    let key = runtime::with(|runtime| insert(&mut runtime.classic));
    // SAFETY: the engine makes a resource with one reference, which the result takes over.
    let resource = unsafe { ffi::kg_resource_new(kind.code(), key as usize) };
    call.result().set_resource(resource);
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
    if kind == ffi::kg_kind_KG_EVBUFFER {
        drop(runtime::with(|runtime| runtime.classic.buffers.remove(key)));
    }
}
