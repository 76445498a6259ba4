//! Arguments as a tape: equal tapes are equal arguments. No PHP code runs here.
//!
//! Unlike a result, an object is written with all of its properties, private ones too, and with its class: a record that
//! its constructor made may have nothing public.

use kargo_rpc::tape::TapeEncoder;
use kargo_rpc::{EncodeError, Encoder as _};

use crate::engine::throw::class;
use crate::engine::value::{ArrayIter, Key, array_iter, class_name, class_of};
use crate::engine::{Kind, Zv, ffi};
use crate::rpc::encode;

/// Writes an argument.
pub(super) fn write(value: Zv, encoder: &mut TapeEncoder<'_>) -> Result<(), EncodeError> {
    let value = value.dereferenced();
    match (value.kind(), value.array(), value.object()) {
        (Kind::Array, Some(array), _) => {
            let entries = || array_iter(array);
            let is_list = (0..)
                .zip(entries())
                .all(|(at, (key, _))| matches!(key, Key::Index(index) if index == at));
            if !is_list {
                encoder.begin_object()?;
                write_members(entries(), encoder)?;
                return encoder.end_object();
            }
            encoder.begin_array()?;
            for (_, item) in entries() {
                write(item, encoder)?;
            }
            encoder.end_array()
        }
        (Kind::Object, _, Some(object)) => write_object(value, object, encoder),
        _ => encode::write(value, encoder),
    }
}

fn write_object(
    value: Zv,
    object: *mut ffi::zend_object,
    encoder: &mut TapeEncoder<'_>,
) -> Result<(), EncodeError> {
    if class_of(object) == class::binary() {
        return encode::write(value, encoder);
    }
    // SAFETY: the object is alive.
    match unsafe { ffi::kg_shape_of(object) } {
        ffi::kg_shape_KG_PLAIN | ffi::kg_shape_KG_SERIALIZABLE => {}
        // Dates and enums, which have nothing hidden.
        _ => return encode::write(value, encoder),
    }
    encoder.begin_object()?;
    // SAFETY: the static is set when PHP starts.
    if class_of(object) != unsafe { ffi::zend_standard_class_def } {
        encoder.key(b"\0class")?;
        encoder.string(class_name(class_of(object)))?;
    }
    // SAFETY: the object is alive; the table is released below, whatever happens but a longjmp.
    let properties = unsafe { ffi::kg_properties(object) };
    if !properties.is_null() {
        let written = write_members(array_iter(properties), encoder);
        // SAFETY: from kg_properties.
        unsafe { ffi::kg_properties_done(properties) };
        written?;
    }
    encoder.end_object()
}

fn write_members(members: ArrayIter<'_>, encoder: &mut TapeEncoder<'_>) -> Result<(), EncodeError> {
    for (key, value) in members {
        match key {
            Key::Index(index) => encoder.int_key(index)?,
            Key::Name(name) => encoder.key(name)?,
        }
        write(value, encoder)?;
    }
    Ok(())
}
