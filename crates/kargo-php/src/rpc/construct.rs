//! Making and giving up PHP objects where that can run PHP code.

use std::ffi::c_void;

use crate::engine::callable::{Outcome, protect, take_exception};
use crate::engine::{Kind, Zv, ffi};
use crate::log::Level;
use crate::serve::handler;

struct Construction {
    class: *mut ffi::zend_class_entry,
    target: Zv,
}

unsafe extern "C" fn construct_body(data: *mut c_void) {
    // SAFETY: `object` gives a Construction.
    unsafe {
        let construction = data.cast::<Construction>();
        ffi::kg_construct((*construction).class, (*construction).target.0);
    }
}

/// A new object of `class` in `target`, its constructor called without arguments.
pub(crate) fn object(class: *mut ffi::zend_class_entry, target: Zv) -> Result<(), Outcome> {
    match protect(&mut Construction { class, target }, construct_body) {
        Outcome::Returned => Ok(()),
        outcome => Err(outcome),
    }
}

struct Release {
    first: *mut ffi::zval,
    count: usize,
}

unsafe extern "C" fn release_body(data: *mut c_void) {
    // SAFETY: `values` gives a Release over values of the caller's.
    unsafe {
        let release = data.cast::<Release>();
        while (*release).count != 0 {
            let value = (*release).first;
            (*release).first = value.add(1);
            (*release).count -= 1;
            Zv(value).release();
        }
    }
}

/// Gives up `count` values that lie one after the other. The last reference to an object can run its destructor, so this
/// is protected where it has to be.
#[inline]
pub(crate) fn release(first: Zv, count: usize) {
    let at = |index: usize| {
        // SAFETY: the caller has that many values there.
        Zv(unsafe { first.0.add(index) })
    };
    let can_run_code =
        (0..count).any(|index| matches!(at(index).kind(), Kind::Object | Kind::Array));
    if can_run_code {
        release_protected(first, count);
    } else {
        (0..count).for_each(|index| at(index).release());
    }
}

#[cold]
fn release_protected(first: Zv, count: usize) {
    let mut release = Release {
        first: first.0,
        count,
    };
    while release.count != 0 {
        match protect(&mut release, release_body) {
            Outcome::Returned => {}
            Outcome::Threw => {
                if let Some(exception) = take_exception() {
                    handler::log_exception("a destructor threw", exception, Level::Error);
                }
            }
            outcome => handler::log_end(outcome, "a destructor"),
        }
    }
}
