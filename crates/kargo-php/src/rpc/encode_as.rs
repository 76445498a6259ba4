//! Results in the form that their declared type has, where PHP's own values don't say it: an empty array is a map or a
//! list, a string may be bytes.
//!
//! As in [`encode`], nothing on these frames needs to be dropped.

use kargo_rpc::{EncodeError, Encoder};

use crate::engine::value::{Key, array_iter, array_len, hold_array, release_array};
use crate::engine::{Kind, Zv, ffi};
use crate::rpc::encode::{self, is_list};
use crate::rpc::properties::{self, Property};
use crate::rpc::types::{Shape, ShapeKind, Type};

/// Whether values of a type are written in another form than they would be without it.
#[inline]
pub(crate) fn has_form(ty: &Type) -> bool {
    match ty {
        Type::Bytes | Type::Map(_) | Type::Shape(_) | Type::List(_) | Type::NonEmptyList(_) => true,
        Type::Instance(_) => true,
        Type::Items(item) => has_form(item),
        Type::Union(members) => members.iter().any(has_form),
        _ => false,
    }
}

/// Writes a PHP value as `ty`; what isn't of that type is written as it is.
///
/// # Errors
/// As [`encode::write`].
pub(crate) fn write(value: Zv, ty: &Type, encoder: &mut impl Encoder) -> Result<(), EncodeError> {
    let value = value.dereferenced();
    match (value.kind(), ty) {
        (_, Type::Union(members)) => match meant(value, members) {
            Some(member) => write(value, member, encoder),
            None => encode::write(value, encoder),
        },
        (Kind::String, Type::Bytes) => encoder.binary(value.bytes().unwrap_or_default()),
        (
            Kind::Array,
            Type::Map(_) | Type::List(_) | Type::NonEmptyList(_) | Type::Items(_) | Type::Shape(_),
        ) => value.array().map_or(Ok(()), |array| {
            // A jsonSerialize() on the way may change the variable that holds the array: it gets a copy then.
            hold_array(array);
            let result = write_array(array, ty, encoder);
            release_array(array);
            result
        }),
        (Kind::Object, Type::Instance(class)) => write_object(value, *class, encoder),
        _ => encode::write(value, encoder),
    }
}

/// Which member of a union a value is.
fn meant(value: Zv, members: &[Type]) -> Option<&Type> {
    let find = |is: &dyn Fn(&Type) -> bool| members.iter().find(|member| is(member));
    if let Some(array) = value.array() {
        let is_map = |ty: &Type| match ty {
            Type::Map(_) => true,
            Type::Shape(shape) => shape.kind == ShapeKind::Array,
            _ => false,
        };
        let is_either = |ty: &Type| matches!(ty, Type::Array | Type::Items(_));
        let is_sequence = |ty: &Type| ty.is_array() && !is_map(ty) && !is_either(ty);
        let sequence = || find(&is_sequence).or_else(|| find(&is_either));
        return if array_len(array) == 0 {
            sequence().or_else(|| find(&is_map))
        } else if is_list(array) {
            sequence()
        } else {
            find(&is_map).or_else(|| find(&is_either))
        };
    }
    if let Some(object) = value.object() {
        return find(&|ty| match ty {
            // SAFETY: both are alive.
            Type::Instance(class) => unsafe { ffi::kg_instance_of(object, *class) },
            _ => false,
        });
    }
    find(&|ty| *ty == Type::Bytes)
}

fn write_array(
    array: *mut ffi::zend_array,
    ty: &Type,
    encoder: &mut impl Encoder,
) -> Result<(), EncodeError> {
    match ty {
        // What is in it is written as it is.
        Type::Map(item) if !has_form(item) => encode::write_map(array, encoder),
        Type::Map(item) => write_map(array, |_| Some(item), encoder),
        Type::Shape(shape) if shape.kind == ShapeKind::List => write_shape(array, shape, encoder),
        Type::Shape(shape) => write_map(array, |name| type_in(shape, name), encoder),
        Type::List(item) | Type::NonEmptyList(item)
            if array_iter(array).all(|(key, _)| matches!(key, Key::Index(_))) =>
        {
            write_list(array, item, encoder)
        }
        Type::Items(item) if is_list(array) => write_list(array, item, encoder),
        Type::List(item) | Type::NonEmptyList(item) | Type::Items(item) => {
            write_map(array, |_| Some(item), encoder)
        }
        _ => Ok(()),
    }
}

/// A list may have gaps where elements were taken out: its keys are no part of it.
fn write_list(
    array: *mut ffi::zend_array,
    item: &Type,
    encoder: &mut impl Encoder,
) -> Result<(), EncodeError> {
    if !has_form(item) {
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

fn type_in<'a>(shape: &'a Shape, key: Key<'_>) -> Option<&'a Type> {
    let found = shape.members.iter().find(|member| match key {
        Key::Name(name) => member.name.as_bytes() == name,
        Key::Index(index) => member.name.parse() == Ok(index),
    });
    found.map(|member| &member.ty)
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
        return encode::write(value, encoder);
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
