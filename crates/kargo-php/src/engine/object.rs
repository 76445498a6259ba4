//! Objects of our own classes: a PHP object with a boxed Rust value inside.

use super::{Owned, ffi};

const OFFSET: usize = std::mem::offset_of!(ffi::kg_object, std);

/// The slot of the Rust value in an object of one of our native classes.
#[inline]
fn slot(object: *mut ffi::zend_object) -> *mut *mut std::ffi::c_void {
    // SAFETY: objects of our classes are made by kg_create(), which puts the slot before the object.
    unsafe { &raw mut (*object.cast::<u8>().sub(OFFSET).cast::<ffi::kg_object>()).native }
}

/// The Rust value of an object; `T` must be its class's type.
#[inline]
pub(crate) fn native<T>(object: *mut ffi::zend_object) -> *mut T {
    // SAFETY: see `slot`.
    unsafe { (*slot(object)).cast() }
}

/// Gives an object its Rust value. What was there is dropped.
pub(crate) fn set_native<T>(object: *mut ffi::zend_object, value: T) {
    let slot = slot(object);
    // SAFETY: see `slot`; a value that is there was boxed by this function with the same type.
    unsafe {
        if !(*slot).is_null() {
            drop(Box::from_raw((*slot).cast::<T>()));
        }
        *slot = Box::into_raw(Box::new(value)).cast();
    }
}

/// A new object of `class` with its Rust value. Its constructor is not called.
pub(crate) fn instantiate<T>(class: *mut ffi::zend_class_entry, value: T) -> Owned {
    let object = instantiate_plain(class);
    let mut object = object;
    if let Some(object) = object.zv().object() {
        set_native(object, value);
    }
    object
}

/// A new object of `class`. Its constructor is not called.
pub(crate) fn instantiate_plain(class: *mut ffi::zend_class_entry) -> Owned {
    let mut object = Owned::undefined();
    // SAFETY: our classes can always be instantiated by native code.
    unsafe { ffi::kg_object_init(object.zv().0, class) };
    object
}

/// Slot `index` of the declared properties, in the order of declaration.
#[inline]
pub(crate) fn property(object: *mut ffi::zend_object, index: u32) -> super::Zv {
    // SAFETY: the caller knows the class.
    super::Zv(unsafe { ffi::kg_property_slot(object, index) })
}
