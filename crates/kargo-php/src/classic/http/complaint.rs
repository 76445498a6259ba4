//! What a callback did wrong, told as PHP tells it: a warning, which the script's error handler gets.

use std::ffi::CString;

use crate::engine::callable::{Outcome, protect, take_exception};
use crate::engine::{Callable, ffi};
use crate::log::Level;
use crate::serve::{callback, handler};

struct Warning {
    callable: *const ffi::zend_fcall_info_cache,
    text: *const std::ffi::c_char,
}

unsafe extern "C" fn warn_body(data: *mut std::ffi::c_void) {
    // SAFETY: `warn` gives a Warning.
    unsafe {
        let warning = data.cast::<Warning>();
        ffi::kg_callback_warning((*warning).callable, (*warning).text);
    }
}

/// Raises an E_WARNING at the callback. To be called without a borrow.
#[cold]
pub(super) fn warn(callable: &Callable, text: &str) {
    let text = CString::new(text).unwrap_or_default();
    let mut warning = Warning {
        callable: callable.cache(),
        text: text.as_ptr(),
    };
    let outcome = protect(&mut warning, warn_body);
    after(outcome);
}

unsafe extern "C" fn report_body(data: *mut std::ffi::c_void) {
    // SAFETY: `report_exception` gives an object and holds it.
    unsafe { ffi::kg_report_exception(*data.cast::<*mut ffi::zend_object>()) }
}

/// Tells of the pending exception, as PHP tells of one that nobody catches, but goes on. To be called without a borrow.
#[cold]
pub(super) fn report_exception() {
    let Some(mut exception) = take_exception() else {
        return;
    };
    if let Some(mut object) = exception.zv().object() {
        let outcome = protect(&mut object, report_body);
        after(outcome);
    }
}

/// The script's error handler has run.
fn after(outcome: Outcome) {
    match outcome {
        Outcome::Returned => {}
        // It made an exception of the warning, which has nobody to catch it.
        Outcome::Threw => {
            if let Some(exception) = take_exception() {
                handler::log_exception("an error handler threw", exception, Level::Error);
            }
        }
        _ => callback::failed(outcome),
    }
}
