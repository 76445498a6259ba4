//! What belongs to the process: settings, environment, locale, handlers, open transactions.

use std::ffi::c_void;

use crate::engine::{Global, ffi};

use super::{Finding, Mode, judge, run, with};

/// One thing that is not as it was.
#[derive(Debug)]
pub(super) struct Item {
    aspect: u32,
    /// Which of its kind; empty where there is only one.
    key: String,
    name: String,
}

/// Those that are one of a kind: a bit for each, and its name.
const SINGLE: [(u32, &str); 9] = [
    (ffi::KG_ASPECT_LOCALE, "locale"),
    (ffi::KG_ASPECT_ZONE, "time zone"),
    (ffi::KG_ASPECT_UMASK, "umask"),
    (ffi::KG_ASPECT_DIRECTORY, "working directory"),
    (ffi::KG_ASPECT_ERROR_HANDLER, "error handler"),
    (ffi::KG_ASPECT_EXCEPTION_HANDLER, "exception handler"),
    (ffi::KG_ASPECT_BUFFERS, "output buffers"),
    (ffi::KG_ASPECT_SHUTDOWN, "shutdown functions"),
    (ffi::KG_ASPECT_CONTEXT, "default stream context"),
];

/// Those that have names of their own, and what stands before them.
const NAMED: [(u32, &str); 6] = [
    (ffi::KG_ASPECT_INI, "ini"),
    (ffi::KG_ASPECT_ENV, "env"),
    (ffi::KG_ASPECT_AUTOLOADERS, "autoloader"),
    (ffi::KG_ASPECT_WRAPPERS, "stream wrapper"),
    (ffi::KG_ASPECT_FUNCTION_SETTINGS, "setting"),
    (ffi::KG_ASPECT_TRANSACTION, "transaction"),
];

/// Filled while `kg_process_items()` runs.
static ITEMS: Global<Vec<Item>> = Global::new();

/// Bits of what may have changed.
pub(super) fn changed() -> u32 {
    let mut aspects = 0;
    run(&mut aspects, changed_body);
    aspects
}

unsafe extern "C" fn changed_body(aspects: *mut c_void) {
    // SAFETY: `changed` gives a number; called protected and without a borrow.
    unsafe { *aspects.cast::<u32>() = ffi::kg_process_changed() }
}

/// What has changed, by name.
pub(super) fn items(aspects: u32) -> Vec<Item> {
    if aspects == 0 {
        return Vec::new();
    }
    let mut aspects = aspects;
    run(&mut aspects, items_body);
    let mut items = ITEMS.replace(None).unwrap_or_default();
    for (aspect, name) in SINGLE {
        if aspects & aspect != 0 {
            items.push(Item {
                aspect,
                key: String::new(),
                name: name.to_owned(),
            });
        }
    }
    items
}

unsafe extern "C" fn items_body(aspects: *mut c_void) {
    // SAFETY: as above.
    unsafe { ffi::kg_process_items(*aspects.cast::<u32>()) }
}

/// Something of an aspect is not as it was.
#[unsafe(no_mangle)]
extern "C" fn kargo_isolation_item(aspect: u32, name: *const std::ffi::c_char, length: usize) {
    // SAFETY: the shim gives `length` bytes.
    let key = unsafe { std::slice::from_raw_parts(name.cast::<u8>(), length) };
    let key = String::from_utf8_lossy(key).into_owned();
    let kind = NAMED
        .iter()
        .find(|(bit, _)| *bit == aspect)
        .map_or("", |(_, kind)| kind);
    let name = format!("{kind} {key}");
    ITEMS.with_or(Vec::new, |items| items.push(Item { aspect, key, name }));
}

/// Judges the items, puts them back where that is wanted, and takes the rest as it is.
pub(super) fn settle(aspects: u32, items: Vec<Item>, findings: &mut Vec<Finding>) {
    if aspects == 0 {
        return;
    }
    for item in items {
        let judged = with(|guard| (judge::of_process(guard, &item.name), guard.mode));
        let Some((Some(finding), mode)) = judged else {
            continue;
        };
        // An open transaction holds locks, and what one visitor began is not another's to commit.
        if mode == Mode::Reset {
            let mut work = (item.aspect, item.key.as_ptr(), item.key.len());
            run(&mut work, put_back_body);
        }
        findings.push(finding);
    }
    accept(aspects);
}

unsafe extern "C" fn put_back_body(work: *mut c_void) {
    // SAFETY: `settle` gives this tuple; called protected and without a borrow.
    unsafe {
        let (aspect, key, length) = *work.cast::<(u32, *const u8, usize)>();
        ffi::kg_process_put_back(aspect, key.cast(), length);
    }
}

/// How it is now is how it shall be.
pub(super) fn accept(aspects: u32) {
    let mut aspects = aspects;
    run(&mut aspects, accept_body);
}

unsafe extern "C" fn accept_body(aspects: *mut c_void) {
    // SAFETY: as above.
    unsafe { ffi::kg_process_accept(*aspects.cast::<u32>()) }
}
