//! PHP values into an encoder: one walk for every protocol.
//!
//! The walk can run PHP code (`jsonSerialize()`), which can throw or end in a longjmp: nothing on its frames needs to be
//! dropped.

use kargo_rpc::{DateTime, EncodeError, Encoder, LikelyKey};

use crate::engine::throw::class;
use crate::engine::value::{
    Elements, Key, Members, array_iter, array_len, class_of, elements, hold_array, release_array,
    string_bytes,
};
use crate::engine::{Kind, Zv, ffi, object};
use crate::rpc::known_texts;
use crate::rpc::properties::{self, Renames};

/// Writes a PHP value.
///
/// Lists become arrays, other arrays and the public properties of objects become objects, enums their value or else their name,
/// DateTimeInterface a point in time, `Kargo\Rpc\Binary` bytes, JsonSerializable what it gives.
///
/// # Errors
/// [`EncodeError`]; [`EncodeError::Unsupported`] also with an exception pending, where jsonSerialize() threw.
pub(crate) fn write(value: Zv, encoder: &mut impl Encoder) -> Result<(), EncodeError> {
    write_value(value, encoder, 0)
}

/// Inlined where values are walked, so that only arrays and objects cost a call.
///
/// `given` says how many results of jsonSerialize() the value is inside of. It is an argument, since jsonSerialize() may
/// wait while other values are written.
#[inline(always)]
fn write_value(value: Zv, encoder: &mut impl Encoder, given: u32) -> Result<(), EncodeError> {
    let value = value.dereferenced();
    match value.kind() {
        Kind::String => write_string(value, encoder),
        Kind::Int => encoder.int(value.int().unwrap_or_default()),
        Kind::Array => value
            .array()
            .map_or(Ok(()), |array| write_array(array, encoder, given)),
        Kind::Null | Kind::Undefined => encoder.null(),
        Kind::True => encoder.bool(true),
        Kind::False => encoder.bool(false),
        Kind::Float => encoder.float(value.float().unwrap_or_default()),
        Kind::Object => value
            .object()
            .map_or(Ok(()), |object| write_object(object, encoder, given)),
        Kind::Resource | Kind::Reference | Kind::Other => Err(EncodeError::Unsupported),
    }
}

/// Whether the keys are 0, 1, 2 … in this order.
pub(crate) fn is_list(array: *mut ffi::zend_array) -> bool {
    let entries = array_iter(array);
    if entries.is_packed() && entries.len_used() == array_len(array) {
        return true;
    }
    (0..)
        .zip(entries)
        .all(|(expected, (key, _))| matches!(key, Key::Index(at) if at == expected))
}

#[inline(never)]
fn write_array(
    array: *mut ffi::zend_array,
    encoder: &mut impl Encoder,
    given: u32,
) -> Result<(), EncodeError> {
    // A jsonSerialize() on the way may change the variable that holds the array: it gets a copy then.
    hold_array(array);
    let result = write_elements(array, encoder, given);
    release_array(array);
    result
}

fn write_elements(
    array: *mut ffi::zend_array,
    encoder: &mut impl Encoder,
    given: u32,
) -> Result<(), EncodeError> {
    match elements(array) {
        Elements::Hashed(members) if members.begin_with_name() => {
            encoder.begin_object()?;
            write_members(members, encoder, given)?;
            encoder.end_object()
        }
        Elements::Packed(values) if is_list(array) => write_values(values, encoder, given),
        Elements::Hashed(members) if is_list(array) => {
            write_values(members.map(|(_, _, value)| value), encoder, given)
        }
        _ => write_object_of(array, encoder, given),
    }
}

fn write_values(
    values: impl Iterator<Item = Zv>,
    encoder: &mut impl Encoder,
    given: u32,
) -> Result<(), EncodeError> {
    encoder.begin_array()?;
    for value in values {
        write_value(value, encoder, given)?;
    }
    encoder.end_array()
}

/// Writes an array, which the caller holds, as a list, whatever its keys are.
pub(crate) fn write_list(
    array: *mut ffi::zend_array,
    encoder: &mut impl Encoder,
) -> Result<(), EncodeError> {
    match elements(array) {
        Elements::Packed(values) => write_values(values, encoder, 0),
        Elements::Hashed(members) => write_values(members.map(|(_, _, value)| value), encoder, 0),
    }
}

/// Writes an array, which the caller holds, as an object, whatever its keys are.
pub(crate) fn write_map(
    array: *mut ffi::zend_array,
    encoder: &mut impl Encoder,
) -> Result<(), EncodeError> {
    write_object_of(array, encoder, 0)
}

fn write_object_of(
    array: *mut ffi::zend_array,
    encoder: &mut impl Encoder,
    given: u32,
) -> Result<(), EncodeError> {
    encoder.begin_object()?;
    match elements(array) {
        Elements::Hashed(members) => write_members(members, encoder, given)?,
        Elements::Packed(_) => {
            for (key, value) in array_iter(array) {
                if let Key::Index(index) = key {
                    encoder.int_key(index)?;
                }
                write_value(value, encoder, given)?;
            }
        }
    }
    encoder.end_object()
}

fn write_members<E: Encoder>(
    members: Members,
    encoder: &mut E,
    given: u32,
) -> Result<(), EncodeError> {
    for (key, index, value) in members {
        if key.is_null() {
            encoder.int_key(index)?;
        } else if let Some(known) = known_texts::find::<E>(key) {
            encoder.known_key(string_bytes(key), &known)?;
        } else {
            encoder.key(string_bytes(key))?;
        }
        write_value(value, encoder, given)?;
    }
    Ok(())
}

#[inline(always)]
fn write_string<E: Encoder>(value: Zv, encoder: &mut E) -> Result<(), EncodeError> {
    let text = value.bytes().unwrap_or_default();
    if E::KNOWS_TEXTS
        && text.len().wrapping_sub(SHORTEST_SHARED) <= SHARED_LENGTHS
        && value.is_shared()
    {
        return write_shared_string(value, text, encoder);
    }
    encoder.string(text)
}

/// Strings of other lengths are not looked for among the known ones: shorter ones are written as fast, longer ones are
/// not there.
const SHORTEST_SHARED: usize = 6;
const SHARED_LENGTHS: usize = LikelyKey::MAX_BYTES - SHORTEST_SHARED;

/// Values of records repeat, too, and are then the same strings if they are literals, or came from a decoder.
#[inline(never)]
fn write_shared_string<E: Encoder>(
    value: Zv,
    text: &[u8],
    encoder: &mut E,
) -> Result<(), EncodeError> {
    match value.string().and_then(known_texts::find::<E>) {
        Some(known) => encoder.known_string(text, &known),
        None => encoder.string(text),
    }
}

#[cold]
#[inline(never)]
fn write_object(
    object: *mut ffi::zend_object,
    encoder: &mut impl Encoder,
    given: u32,
) -> Result<(), EncodeError> {
    if class_of(object) == class::binary() {
        return encoder.binary(object::property(object, 0).bytes().unwrap_or_default());
    }
    // SAFETY: the object is alive, here and below.
    match unsafe { ffi::kg_shape_of(object) } {
        ffi::kg_shape_KG_PLAIN => write_plain(object, encoder, given),
        // SAFETY: the shape says that it is a backed enum.
        ffi::kg_shape_KG_BACKED_ENUM => write(Zv(unsafe { ffi::kg_enum_value(object) }), encoder),
        // SAFETY: the shape says that it is an enum.
        ffi::kg_shape_KG_UNIT_ENUM => write(Zv(unsafe { ffi::kg_enum_name(object) }), encoder),
        ffi::kg_shape_KG_DATE => write_date(object, encoder),
        ffi::kg_shape_KG_SERIALIZABLE => write_serializable(object, encoder, given),
        _ => Err(EncodeError::Unsupported),
    }
}

fn write_plain(
    object: *mut ffi::zend_object,
    encoder: &mut impl Encoder,
    given: u32,
) -> Result<(), EncodeError> {
    write_properties(object, encoder, |_, value, encoder| {
        write_value(value, encoder, given)
    })
}

/// Writes an object of its public properties; `write_one` writes the value of one, which it is told the name of.
pub(crate) fn write_properties<E: Encoder>(
    object: *mut ffi::zend_object,
    encoder: &mut E,
    write_one: impl Fn(&[u8], Zv, &mut E) -> Result<(), EncodeError>,
) -> Result<(), EncodeError> {
    // SAFETY: the object is alive; the table is released below, whatever happens but a longjmp.
    let properties = unsafe { ffi::kg_properties(object) };
    if properties.is_null() {
        encoder.begin_object()?;
        return encoder.end_object();
    }
    let renames = properties::renames_of(class_of(object));
    let result = encoder.begin_object().and_then(|()| {
        for (key, value) in array_iter(properties) {
            match key {
                // Names of private and protected properties begin with NUL.
                Key::Name(name) if name.first() == Some(&0) => continue,
                Key::Name(name) => {
                    encoder.key(sent_name(name, renames))?;
                    write_one(name, value, encoder)?;
                }
                Key::Index(index) => {
                    encoder.int_key(index)?;
                    write_one(b"", value, encoder)?;
                }
            }
        }
        encoder.end_object()
    });
    // SAFETY: from kg_properties.
    unsafe { ffi::kg_properties_done(properties) };
    result
}

/// The name that a property is sent by.
fn sent_name<'a>(name: &'a [u8], renames: Option<*const Renames>) -> &'a [u8] {
    let Some(renames) = renames else { return name };
    // SAFETY: they stay until the script ends.
    let renames: &'a Renames = unsafe { &*renames };
    renames
        .iter()
        .find(|(own, _)| **own == *name)
        .map_or(name, |(_, sent)| sent)
}

fn write_date(
    object: *mut ffi::zend_object,
    encoder: &mut impl Encoder,
) -> Result<(), EncodeError> {
    // SAFETY: it is a date; the text is ours.
    let text = unsafe { ffi::kg_date_text(object) };
    if text.is_null() {
        return Err(EncodeError::Unsupported);
    }
    let date = DateTime::parse(string_bytes(text));
    // SAFETY: the text is ours.
    unsafe { ffi::kg_string_release(text) };
    date.map_or(Err(EncodeError::Unsupported), |date| {
        encoder.date_time(&date)
    })
}

fn write_serializable(
    object: *mut ffi::zend_object,
    encoder: &mut impl Encoder,
    given: u32,
) -> Result<(), EncodeError> {
    if given >= MAX_SERIALIZABLE {
        return Err(EncodeError::TooDeep);
    }
    // SAFETY: all zeroes is an undefined value. It is no `Owned`, since a longjmp may skip this frame.
    let mut result: ffi::zval = unsafe { std::mem::zeroed() };
    let result = Zv(&raw mut result);
    // SAFETY: the object is alive.
    unsafe { ffi::kg_json_serialize(object, result.0) };
    let written = match result.kind() {
        Kind::Undefined => Err(EncodeError::Unsupported),
        // An object that gives itself is written by its properties.
        Kind::Object if result.object() == Some(object) => write_plain(object, encoder, given),
        _ => write_value(result, encoder, given + 1),
    };
    result.release();
    written
}

/// Results of jsonSerialize() inside one another: objects that give each other come to an end.
const MAX_SERIALIZABLE: u32 = 512;
