//! Classes whose objects can be arguments: they are made by their constructor, which takes the members that are sent.

use std::cell::OnceCell;
use std::ffi::c_void;
use std::rc::Rc;

use crate::engine::callable::{Outcome, protect, take_exception};
use crate::engine::value::class_name;
use crate::engine::{Global, ffi};
use crate::rpc::signature::{ExportError, HINT, Signature};

/// A class that can be made from what is sent.
#[derive(Debug)]
pub(crate) struct Record {
    pub(crate) class: *mut ffi::zend_class_entry,
    pub(crate) constructor: *mut ffi::zend_function,
    signature: OnceCell<Signature>,
}

impl Record {
    /// What its constructor takes: its members.
    pub(crate) fn signature(&self) -> Option<&Signature> {
        self.signature.get()
    }
}

/// A record's place in the table of all records, so that types can refer to one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RecordId {
    pub(crate) class: *mut ffi::zend_class_entry,
    index: usize,
}

/// All records of this process.
#[derive(Debug, Default)]
struct Table {
    list: Vec<Rc<Record>>,
    /// Classes that are none, and why.
    refused: Vec<(*mut ffi::zend_class_entry, String)>,
}

static TABLE: Global<Table> = Global::new();

fn with<R>(body: impl FnOnce(&mut Table) -> R) -> R {
    TABLE.with_or(Table::default, body)
}

/// Forgets all, when the script ends.
pub(crate) fn clear() {
    drop(TABLE.replace(None));
}

impl RecordId {
    /// The record; `None` only if the script has ended.
    #[inline]
    pub(crate) fn get(self) -> Option<Rc<Record>> {
        with(|table| table.list.get(self.index).cloned())
    }
}

/// The record that `class` is; else why it is none.
///
/// A constructor may take objects of its own class, or of one that takes this one. So the class is in the table before
/// its constructor is read. If it turns out to be no record, all that were read meanwhile go with it, since they may
/// refer to it; they are read again when they are asked for.
pub(crate) fn of_class(
    class: *mut ffi::zend_class_entry,
) -> Result<Result<RecordId, String>, ExportError> {
    let known = with(|table| {
        if let Some((_, reason)) = table.refused.iter().find(|(other, _)| *other == class) {
            return Some(Err(reason.clone()));
        }
        let index = table.list.iter().position(|record| record.class == class)?;
        Some(Ok(RecordId { class, index }))
    });
    if let Some(known) = known {
        return Ok(known);
    }
    let name = String::from_utf8_lossy(class_name(class)).into_owned();
    // SAFETY: the class is alive.
    let constructor = unsafe { ffi::kg_record_constructor(class) };
    if constructor.is_null() {
        return Ok(refuse(
            class,
            format!("{name} can't be made by a public constructor that takes its members"),
        ));
    }
    let record = Rc::new(Record {
        class,
        constructor,
        signature: OnceCell::new(),
    });
    let index = with(|table| {
        table.list.push(Rc::clone(&record));
        table.list.len() - 1
    });
    let read =
        prepare(class).and_then(|()| Signature::read(constructor, &format!("{name}::__construct")));
    let reason = match read {
        Ok(signature) => {
            // It was made a moment ago, and nobody else fills it.
            let _unfilled = record.signature.set(signature);
            return Ok(Ok(RecordId { class, index }));
        }
        Err(ExportError::Refused(reason)) => reason
            .strip_suffix(HINT)
            .map_or_else(|| reason.clone(), str::to_owned),
        Err(error) => {
            with(|table| table.list.truncate(index));
            return Err(error);
        }
    };
    with(|table| table.list.truncate(index));
    Ok(refuse(class, reason))
}

fn refuse(class: *mut ffi::zend_class_entry, reason: String) -> Result<RecordId, String> {
    with(|table| table.refused.push((class, reason.clone())));
    Err(reason)
}

unsafe extern "C" fn prepare_body(class: *mut c_void) {
    // SAFETY: `prepare` gives a class.
    unsafe { ffi::kg_prepare_class(*class.cast::<*mut ffi::zend_class_entry>()) }
}

/// Evaluates the constants and defaults of a class, so that making an object of it runs no code but its constructor.
fn prepare(mut class: *mut ffi::zend_class_entry) -> Result<(), ExportError> {
    match protect(&mut class, prepare_body) {
        Outcome::Returned => Ok(()),
        Outcome::Threw => {
            drop(take_exception());
            Err(ExportError::Refused(format!(
                "the constants of {} can't be evaluated",
                String::from_utf8_lossy(class_name(class))
            )))
        }
        outcome => Err(ExportError::of(outcome)),
    }
}
