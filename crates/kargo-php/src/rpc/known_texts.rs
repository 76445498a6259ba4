//! How short strings are written in JSON: keys of records, and many of their values, are the same strings again and again.

use std::cell::UnsafeCell;

use kargo_rpc::{Encoder, LikelyKey};

use crate::engine::value::string_bytes;
use crate::engine::{Zv, ffi};

/// A power of two.
const SLOTS: usize = 64;

/// A string that was written before.
#[derive(Clone, Copy)]
struct Known {
    /// NULL: none yet. If `text` is something, one reference is ours, so that the string stays what it is.
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

/// How a string, which is alive, is written as a name in JSON, if that is known and `E` can use it.
#[inline]
pub(crate) fn find<E: Encoder>(string: *mut ffi::zend_string) -> Option<LikelyKey> {
    if !E::KNOWS_TEXTS {
        return None;
    }
    // Strings lie at multiples of eight, and are rarely shorter than thirty-two bytes.
    let slot = (string.addr() >> 5) % SLOTS;
    // SAFETY: there is one thread, and the reference is gone before anything else is called.
    let known = unsafe { (*TABLE.0.get())[slot] };
    if known.string == string {
        return (!known.text.is_none()).then_some(known.text);
    }
    note(slot, string);
    None
}

/// Remembers a string that isn't known, for the next time or the one after that.
fn note(slot: usize, string: *mut ffi::zend_string) {
    // SAFETY: as above.
    let known = unsafe { &mut (&mut *TABLE.0.get())[slot] };
    if known.candidate != string.cast_const() {
        known.candidate = string;
        return;
    }
    let old = *known;
    known.string = string;
    known.text = LikelyKey::of_ascii(string_bytes(string));
    known.candidate = std::ptr::null();
    if !known.text.is_none() {
        hold(string);
    }
    release(&old);
}

fn hold(string: *mut ffi::zend_string) {
    // SAFETY: all zeroes is an undefined value, which owns nothing.
    let mut value: ffi::zval = unsafe { std::mem::zeroed() };
    let value = Zv(&raw mut value);
    value.set_string(string);
    value.count_one_more();
}

fn release(known: &Known) {
    if !known.text.is_none() {
        // SAFETY: one reference was ours.
        unsafe { ffi::kg_string_release(known.string) }
    }
}

/// Gives up what is known, when the script ends.
pub(crate) fn clear() {
    for slot in 0..SLOTS {
        // SAFETY: as above.
        let known = unsafe { std::mem::replace(&mut (&mut *TABLE.0.get())[slot], UNKNOWN) };
        release(&known);
    }
}
