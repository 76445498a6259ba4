//! Handles of requests. Most last for one callback, so they are used again, and enter the engine's list of resources only
//! if somebody keeps them.

use crate::engine::ffi;

/// A handle of an `EVHTTP Request`: a resource that only this refers to, unless a callback keeps it.
#[derive(Debug)]
pub(super) struct Handle {
    resource: *mut ffi::zend_resource,
    /// Of the value.
    pub(super) key: u64,
}

impl Handle {
    /// A new handle for the value with this key.
    #[cold]
    pub(super) fn new(key: u64) -> Self {
        // SAFETY: makes a resource with one reference, which is this.
        let resource = unsafe { ffi::kg_handle_new(ffi::kg_kind_KG_EVHTTP_REQUEST, key as usize) };
        Self { resource, key }
    }

    /// Makes it the handle of another request: with a number of its own, as PHP never gives one twice.
    #[inline]
    pub(super) fn renew(&mut self) {
        // SAFETY: nobody else refers to the resource.
        unsafe {
            ffi::kg_handle_renew(
                self.resource,
                ffi::kg_kind_KG_EVHTTP_REQUEST,
                self.key as usize,
            );
        }
    }

    #[inline]
    pub(super) fn resource(&self) -> *mut ffi::zend_resource {
        self.resource
    }

    /// Whether somebody else refers to it.
    #[inline]
    pub(super) fn is_kept(&self) -> bool {
        // SAFETY: the resource is alive as long as this is.
        unsafe { (*self.resource).gc.refcount > 1 }
    }
}

impl Drop for Handle {
    /// Leaves the resource to those who keep it: PHP frees it when the last of them is gone.
    fn drop(&mut self) {
        // SAFETY: this reference is given up.
        unsafe { ffi::kg_handle_release(self.resource) }
    }
}
