//! How keys are written: those of records are the same strings again and again.

use std::cell::UnsafeCell;

use kargo_rpc::LikelyKey;

use crate::engine::value::string_bytes;
use crate::engine::{Zv, ffi};

/// A power of two.
const SLOTS: usize = 64;

/// A key that was written before.
#[derive(Clone, Copy)]
struct Known {
    /// One reference is ours, so that it stays what it is; NULL: none yet.
    string: *mut ffi::zend_string,
    text: LikelyKey,
    /// The latest string of this slot that was another one: if it comes again, the slot is its.
    candidate: *const ffi::zend_string,
}

struct Table(UnsafeCell<[Known; SLOTS]>);

// SAFETY: the extension refuses thread-safe builds of PHP, so no second thread ever comes here.
unsafe impl Sync for Table {}

const UNKNOWN: Known = Known {
    string: std::ptr::null_mut(),
    text: LikelyKey::NONE,
    candidate: std::ptr::null(),
};

static TABLE: Table = Table(UnsafeCell::new([UNKNOWN; SLOTS]));

/// How a key is written in JSON, if that is known; [`LikelyKey::NONE`] if not. The key is alive.
#[inline]
pub(crate) fn find(key: *mut ffi::zend_string) -> LikelyKey {
    // Strings lie at multiples of eight, and are rarely shorter than thirty-two bytes.
    let slot = (key.addr() >> 5) % SLOTS;
    // SAFETY: there is one thread, and the reference is gone before anything else is called.
    let known = unsafe { (*TABLE.0.get())[slot] };
    if known.string == key {
        return known.text;
    }
    note(slot, key);
    LikelyKey::NONE
}

/// Remembers a key that isn't known, for the next time or the one after that.
fn note(slot: usize, key: *mut ffi::zend_string) {
    // SAFETY: as above.
    let known = unsafe { &mut (&mut *TABLE.0.get())[slot] };
    if known.candidate != key.cast_const() {
        known.candidate = key;
        return;
    }
    let old = std::mem::replace(&mut known.string, key);
    known.text = LikelyKey::of_ascii(string_bytes(key));
    known.candidate = std::ptr::null();
    hold(key);
    release(old);
}

fn hold(string: *mut ffi::zend_string) {
    // SAFETY: all zeroes is an undefined value, which owns nothing.
    let mut value: ffi::zval = unsafe { std::mem::zeroed() };
    let value = Zv(&raw mut value);
    value.set_string(string);
    value.count_one_more();
}

fn release(string: *mut ffi::zend_string) {
    if !string.is_null() {
        // SAFETY: one reference was ours.
        unsafe { ffi::kg_string_release(string) }
    }
}

/// Gives up what is known, when the script ends.
pub(crate) fn clear() {
    for slot in 0..SLOTS {
        // SAFETY: as above.
        let known = unsafe { std::mem::replace(&mut (&mut *TABLE.0.get())[slot], UNKNOWN) };
        release(known.string);
    }
}
