//! Results in the form that their declared type has, where PHP's own values don't say it: an empty array is a map or a
//! list, a string may be bytes. What isn't of the type is not sent.
//!
//! As in [`encode`], nothing on these frames needs to be dropped.

use kargo_rpc::{EncodeError, Encoder};

use crate::engine::value::{Key, array_iter, array_len, hold_array, release_array};
use crate::engine::{Kind, Zv, ffi};
use crate::rpc::conform;
use crate::rpc::encode::{self, is_list};
use crate::rpc::properties::{self, Property};
use crate::rpc::types::{Shape, ShapeKind, Type};

/// Whether values of a type are written in another form than they would be without it, or have to be checked.
/// `is_native`: PHP makes sure of it, as far as it has such types.
pub(crate) fn is_checked(ty: &Type, is_native: bool) -> bool {
    match ty {
        Type::Mixed | Type::Void => false,
        Type::Items(item) => **item != Type::Mixed,
        Type::Union(members) => members.iter().any(|member| is_checked(member, is_native)),
        Type::IntBetween(..)
        | Type::NonEmptyString
        | Type::NumericString
        | Type::Literals(_)
        | Type::Bytes
        | Type::Map(_)
        | Type::NonEmptyMap(_)
        | Type::NonEmptyItems(_)
        | Type::Shape(_)
        | Type::List(_)
        | Type::NonEmptyList(_)
        | Type::Instance(_) => true,
        _ => !is_native,
    }
}

/// As what a result is written: its declared type, which lives as long as the method; null: it says itself what it is.
pub(crate) type Form = *const Type;

/// Writes a PHP value as `ty`.
///
/// # Errors
/// As [`encode::write`]; [`EncodeError::Mismatch`] where it isn't of that type.
pub(crate) fn write(value: Zv, ty: &Type, encoder: &mut impl Encoder) -> Result<(), EncodeError> {
    let value = value.dereferenced();
    match (value.kind(), ty) {
        (_, Type::Mixed) => encode::write(value, encoder),
        (_, Type::Union(members)) => {
            let member = meant(value, members).ok_or(EncodeError::Mismatch)?;
            write(value, member, encoder)
        }
        (Kind::String, Type::Bytes) => encoder.binary(value.bytes().unwrap_or_default()),
        (Kind::Array, _) => value.array().map_or(Ok(()), |array| {
            // A jsonSerialize() on the way may change the variable that holds the array: it gets a copy then.
            hold_array(array);
            let result = write_array(array, value, ty, encoder);
            release_array(array);
            result
        }),
        (Kind::Object, Type::Instance(class)) => write_object(value, *class, encoder),
        (Kind::Object, _) if conform::is_of(value, ty) => encode::write(value, encoder),
        (Kind::Resource | Kind::Reference | Kind::Other, _) => Err(EncodeError::Unsupported),
        _ if conform::is_plainly(value, ty) => encode::write(value, encoder),
        _ => Err(EncodeError::Mismatch),
    }
}

/// Writes a result.
///
/// # Safety
/// The form is null, or its method is alive.
///
/// # Errors
/// As [`write()`].
#[inline]
pub(crate) unsafe fn write_in_form(
    value: Zv,
    form: Form,
    encoder: &mut impl Encoder,
) -> Result<(), EncodeError> {
    // SAFETY: the caller's promise.
    match unsafe { form.as_ref() } {
        None => encode::write(value, encoder),
        Some(ty) => write(value, ty, encoder),
    }
}

/// Which member of a union a value is.
fn meant(value: Zv, members: &[Type]) -> Option<&Type> {
    let mut candidates = members
        .iter()
        .filter(|member| conform::may_be(value, member));
    let first = candidates.next()?;
    let Some(second) = candidates.next() else {
        return Some(first);
    };
    let mut all: Vec<&Type> = [first, second].into_iter().chain(candidates).collect();
    // Stable: of those that say as much, the first one comes first.
    all.sort_by_key(|member| rank(value, member));
    all.into_iter().find(|member| conform::is_of(value, member))
}

/// How much a type says of the form of a value: the least says most.
fn rank(value: Zv, ty: &Type) -> u8 {
    let Some(array) = value.array() else {
        return u8::from(*ty != Type::Bytes);
    };
    let is_map = match ty {
        Type::Map(_) | Type::NonEmptyMap(_) => true,
        Type::Shape(shape) => shape.kind != ShapeKind::List,
        _ => false,
    };
    match ty {
        Type::Array | Type::Items(_) | Type::NonEmptyItems(_) | Type::Mixed | Type::Object => 1,
        _ if is_map != is_list(array) => 0,
        _ => 2,
    }
}

fn write_array(
    array: *mut ffi::zend_array,
    value: Zv,
    ty: &Type,
    encoder: &mut impl Encoder,
) -> Result<(), EncodeError> {
    if ty.is_filled() && array_len(array) == 0 {
        return Err(EncodeError::Mismatch);
    }
    match ty {
        // What is in it is written as it is.
        Type::Map(item) | Type::NonEmptyMap(item) if is_written_plainly(array, item)? => {
            encode::write_map(array, encoder)
        }
        Type::Map(item) | Type::NonEmptyMap(item) => write_map(array, |_| Some(item), encoder),
        Type::Shape(shape) if !conform::has_members(array, shape) => Err(EncodeError::Mismatch),
        Type::Shape(shape) if shape.kind == ShapeKind::List => write_shape(array, shape, encoder),
        Type::Shape(shape) => write_map(array, |key| conform::member_at(shape, 0, key), encoder),
        Type::List(_) | Type::NonEmptyList(_) if !conform::has_indexes(array) => {
            Err(EncodeError::Mismatch)
        }
        Type::List(item) | Type::NonEmptyList(item) => write_list(array, item, encoder),
        Type::Items(item) | Type::NonEmptyItems(item) if is_list(array) => {
            write_list(array, item, encoder)
        }
        Type::Items(item) | Type::NonEmptyItems(item) => write_map(array, |_| Some(item), encoder),
        Type::Array | Type::Object => encode::write(value, encoder),
        _ => Err(EncodeError::Mismatch),
    }
}

/// Whether what is in an array is written as it would be without its type, which all of it must be of then.
fn is_written_plainly(array: *mut ffi::zend_array, item: &Type) -> Result<bool, EncodeError> {
    if !conform::is_plain(item) {
        return Ok(matches!(item, Type::Mixed));
    }
    if conform::all_are(array, item) {
        Ok(true)
    } else {
        Err(EncodeError::Mismatch)
    }
}

/// A list may have gaps where elements were taken out: its keys are no part of it.
fn write_list(
    array: *mut ffi::zend_array,
    item: &Type,
    encoder: &mut impl Encoder,
) -> Result<(), EncodeError> {
    if is_written_plainly(array, item)? {
        return encode::write_list(array, encoder);
    }
    encoder.begin_array()?;
    for (_, value) in array_iter(array) {
        write(value, item, encoder)?;
    }
    encoder.end_array()
}

fn write_shape(
    array: *mut ffi::zend_array,
    shape: &Shape,
    encoder: &mut impl Encoder,
) -> Result<(), EncodeError> {
    encoder.begin_array()?;
    for (index, (_, value)) in array_iter(array).enumerate() {
        let ty = shape.members.get(index).map(|member| &member.ty);
        write_maybe(value, ty, encoder)?;
    }
    encoder.end_array()
}

fn write_map<'a>(
    array: *mut ffi::zend_array,
    type_of: impl Fn(Key<'_>) -> Option<&'a Type>,
    encoder: &mut impl Encoder,
) -> Result<(), EncodeError> {
    encoder.begin_object()?;
    for (key, value) in array_iter(array) {
        match key {
            Key::Index(index) => encoder.int_key(index)?,
            Key::Name(name) => encoder.key(name)?,
        }
        write_maybe(value, type_of(key), encoder)?;
    }
    encoder.end_object()
}

fn write_maybe(
    value: Zv,
    ty: Option<&Type>,
    encoder: &mut impl Encoder,
) -> Result<(), EncodeError> {
    match ty {
        Some(ty) => write(value, ty, encoder),
        None => encode::write(value, encoder),
    }
}

#[cold]
fn write_object(
    value: Zv,
    class: *mut ffi::zend_class_entry,
    encoder: &mut impl Encoder,
) -> Result<(), EncodeError> {
    let (Some(object), Some(properties)) = (value.object(), properties::known(class)) else {
        return encode::write(value, encoder);
    };
    // SAFETY: both are alive.
    let is_plain = unsafe {
        ffi::kg_instance_of(object, class) && ffi::kg_shape_of(object) == ffi::kg_shape_KG_PLAIN
    };
    if !is_plain {
        return if conform::may_be(value, &Type::Instance(class)) {
            encode::write(value, encoder)
        } else {
            Err(EncodeError::Mismatch)
        };
    }
    // SAFETY: properties that are known stay until the script ends.
    let properties: &[Property] = unsafe { &*properties };
    encode::write_properties(object, encoder, |name, value, encoder| {
        let found = properties
            .iter()
            .find(|property| *property.own_name == *name);
        write_maybe(value, found.map(|property| &property.ty), encoder)
    })
}
