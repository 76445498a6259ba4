//! Whether results are what their declared type says.
//!
//! PHP itself makes sure of native types; what docblocks add is a promise that clients are generated from, so a result
//! that breaks it is the server's failure. [`encode_as`](super::encode_as) notices it while it writes; here is what of it
//! needs a look inside, and the place for the log. Objects that say themselves how they are sent are not looked into.

use std::ffi::c_void;

use crate::engine::callable::{Outcome, protect, take_exception};
use crate::engine::throw::class;
use crate::engine::value::{Key, array_iter, array_len, class_of};
use crate::engine::{Kind, Zv, ffi};
use crate::rpc::check::{Mismatch, is_numeric, is_one_of, is_std, mismatch};
use crate::rpc::encode;
use crate::rpc::properties::{self, Property};
use crate::rpc::types::{Shape, ShapeKind, Type};

/// Values that are looked at to tell which of several types a result is; beyond that it is taken for the first.
const LOOKS: u32 = 10_000;

/// The same where it is known already that something is wrong.
const LOOKS_FOR_THE_LOG: u32 = 1_000_000;

/// Whether a scalar or null is of a type.
#[inline]
pub(crate) fn is_plainly(value: Zv, ty: &Type) -> bool {
    let kind = value.kind();
    match ty {
        Type::Mixed => true,
        Type::String | Type::Bytes => kind == Kind::String,
        Type::Int => kind == Kind::Int,
        Type::Float => matches!(kind, Kind::Float | Kind::Int),
        Type::Bool => matches!(kind, Kind::True | Kind::False),
        Type::True => kind == Kind::True,
        Type::False => kind == Kind::False,
        Type::Null | Type::Void => matches!(kind, Kind::Null | Kind::Undefined),
        Type::Array => kind == Kind::Array,
        Type::IntBetween(least, most) => value
            .int()
            .is_some_and(|int| (*least..=*most).contains(&int)),
        Type::NonEmptyString => value.bytes().is_some_and(|bytes| !bytes.is_empty()),
        Type::NumericString => is_numeric(value),
        Type::Literals(literals) => is_one_of(value, literals),
        _ => false,
    }
}

/// Whether a type is decided by [`is_plainly`] alone.
#[inline]
pub(crate) fn is_plain(ty: &Type) -> bool {
    matches!(
        ty,
        Type::String
            | Type::Int
            | Type::Float
            | Type::Bool
            | Type::True
            | Type::False
            | Type::Null
            | Type::IntBetween(..)
            | Type::NonEmptyString
            | Type::NumericString
            | Type::Literals(_)
    )
}

/// Whether all that is in an array is of a type that [`is_plain`].
#[inline]
pub(crate) fn all_are(array: *mut ffi::zend_array, ty: &Type) -> bool {
    let mut values = array_iter(array).map(|(_, value)| value.dereferenced());
    match ty {
        // What is there most is decided with one comparison.
        Type::String => values.all(|value| value.kind() == Kind::String),
        Type::Int => values.all(|value| value.kind() == Kind::Int),
        _ => values.all(|value| is_plainly(value, ty)),
    }
}

/// Whether a result could be of a type, without a look inside.
pub(crate) fn may_be(value: Zv, ty: &Type) -> bool {
    match value.kind() {
        Kind::Array => matches!(ty, Type::Mixed | Type::Object | Type::Shape(_)) || ty.is_array(),
        Kind::Object => value
            .object()
            .is_some_and(|object| may_be_object(object, ty)),
        Kind::Resource | Kind::Other => true,
        _ => is_plainly(value, ty),
    }
}

/// Objects whose form is their own fit everywhere.
fn may_be_object(object: *mut ffi::zend_object, ty: &Type) -> bool {
    if matches!(ty, Type::Mixed | Type::Object) {
        return true;
    }
    if class_of(object) == class::binary() {
        return matches!(ty, Type::Binary | Type::Bytes);
    }
    // SAFETY: the object is alive, here and below.
    match unsafe { ffi::kg_shape_of(object) } {
        ffi::kg_shape_KG_PLAIN => match ty {
            // SAFETY: as above.
            Type::Instance(class) => unsafe { ffi::kg_instance_of(object, *class) },
            Type::Shape(shape) => shape.kind != ShapeKind::List,
            Type::List(_) | Type::NonEmptyList(_) => false,
            _ => ty.is_array(),
        },
        ffi::kg_shape_KG_DATE => matches!(ty, Type::Date(_)),
        ffi::kg_shape_KG_BACKED_ENUM | ffi::kg_shape_KG_UNIT_ENUM => {
            matches!(ty, Type::Enum { class, .. } if class_of(object) == *class)
        }
        _ => true,
    }
}

/// Whether a result is of a type, as far as some looks say.
pub(crate) fn is_of(value: Zv, ty: &Type) -> bool {
    look(value, ty, &mut LOOKS.clone()).is_ok()
}

struct Search<'a> {
    value: Zv,
    ty: &'a Type,
    found: Option<String>,
}

unsafe extern "C" fn search_body(data: *mut c_void) {
    // SAFETY: `place` gives a Search. A longjmp leaves a string behind at most.
    unsafe {
        let search = &mut *data.cast::<Search<'_>>();
        let looked = look(search.value, search.ty, &mut LOOKS_FOR_THE_LOG.clone());
        search.found = looked.err().map(|mismatch| {
            let pointer = mismatch.pointer();
            let place = if pointer.is_empty() { "" } else { ": " };
            format!("{pointer}{place}{}", mismatch.reason())
        });
    }
}

/// What of a result is not of its type, for the log.
#[cold]
pub(crate) fn place(value: Zv, ty: &Type) -> String {
    let mut search = Search {
        value,
        ty,
        found: None,
    };
    if protect(&mut search, search_body) == Outcome::Threw {
        drop(take_exception());
    }
    search
        .found
        .unwrap_or_else(|| format!("{ty} expected, something else given"))
}

/// What doesn't fit; everything fits when there are no looks left.
fn look(value: Zv, ty: &Type, looks: &mut u32) -> Result<(), Mismatch> {
    let value = value.dereferenced();
    if *looks == 0 || *ty == Type::Mixed {
        return Ok(());
    }
    *looks -= 1;
    if let Type::Union(members) = ty {
        return look_at_union(value, ty, members, looks);
    }
    if !may_be(value, ty) {
        return Err(mismatch(value, ty));
    }
    match (value.kind(), ty) {
        (Kind::Array, _) => value
            .array()
            .map_or(Ok(()), |table| look_at_table(table, value, ty, looks)),
        (Kind::Object, Type::Instance(class)) => look_at_object(value, *class, looks),
        (Kind::Object, _) if is_std(value) => value.object().map_or(Ok(()), |object| {
            // SAFETY: the object is alive.
            let table = unsafe { ffi::kg_object_properties(object) };
            look_at_table(table, value, ty, looks)
        }),
        _ => Ok(()),
    }
}

fn look_at_union(value: Zv, ty: &Type, members: &[Type], looks: &mut u32) -> Result<(), Mismatch> {
    let mut candidates = members.iter().filter(|member| may_be(value, member));
    match (candidates.next(), candidates.next()) {
        (None, _) => Err(mismatch(value, ty)),
        // The only one that is possible says best what is wrong.
        (Some(only), None) => look(value, only, looks),
        (Some(first), Some(second)) => {
            let mut all = [first, second].into_iter().chain(candidates);
            if all.any(|member| look(value, member, looks).is_ok()) {
                Ok(())
            } else {
                Err(mismatch(value, ty))
            }
        }
    }
}

fn look_at_table(
    table: *mut ffi::zend_array,
    value: Zv,
    ty: &Type,
    looks: &mut u32,
) -> Result<(), Mismatch> {
    if let Type::Shape(shape) = ty {
        return look_at_shape(table, value, ty, shape, looks);
    }
    if ty.is_filled() && array_len(table) == 0 {
        return Err(Mismatch::new(format!("{ty} expected, an empty one given")));
    }
    if matches!(ty, Type::List(_) | Type::NonEmptyList(_)) && !has_indexes(table) {
        return Err(mismatch(value, ty));
    }
    let Some(item) = ty.item() else { return Ok(()) };
    for (key, element) in array_iter(table) {
        look(element, item, looks).map_err(|error| error.below_key(key))?;
    }
    Ok(())
}

/// Whether all keys are numbers: those of a list that something was taken out of may have gaps.
pub(crate) fn has_indexes(table: *mut ffi::zend_array) -> bool {
    array_iter(table).all(|(key, _)| matches!(key, Key::Index(_)))
}

fn look_at_shape(
    table: *mut ffi::zend_array,
    value: Zv,
    ty: &Type,
    shape: &Shape,
    looks: &mut u32,
) -> Result<(), Mismatch> {
    if !has_members(table, shape) {
        return Err(unlike(table, value, ty, shape));
    }
    for (position, (key, element)) in array_iter(table).enumerate() {
        if let Some(member) = member_at(shape, position, key) {
            look(element, member, looks).map_err(|error| error.below_key(key))?;
        }
    }
    Ok(())
}

/// The type of a member of a shape.
pub(crate) fn member_at<'a>(shape: &'a Shape, position: usize, key: Key<'_>) -> Option<&'a Type> {
    if shape.kind == ShapeKind::List {
        return shape.members.get(position).map(|member| &member.ty);
    }
    let found = shape.members.iter().find(|member| match key {
        Key::Name(name) => member.name.as_bytes() == name,
        Key::Index(index) => member.name.parse() == Ok(index),
    });
    found.map(|member| &member.ty)
}

/// Whether a table has the members of a shape, and no others if there may be none.
pub(crate) fn has_members(table: *mut ffi::zend_array, shape: &Shape) -> bool {
    let count = array_len(table) as usize;
    let required = shape.members.iter().filter(|member| !member.is_optional);
    if shape.kind == ShapeKind::List {
        return encode::is_list(table)
            && count >= required.count()
            && (shape.is_open || count <= shape.members.len());
    }
    let mut known = 0;
    let mut needed = 0;
    for (key, _) in array_iter(table) {
        let found = shape.members.iter().find(|member| match key {
            Key::Name(name) => member.name.as_bytes() == name,
            Key::Index(index) => member.name.parse() == Ok(index),
        });
        if let Some(member) = found {
            known += 1;
            needed += usize::from(!member.is_optional);
        }
    }
    needed == required.count() && (shape.is_open || known == count)
}

/// What is missing from a shape, or too much.
#[cold]
fn unlike(table: *mut ffi::zend_array, value: Zv, ty: &Type, shape: &Shape) -> Mismatch {
    if shape.kind == ShapeKind::List {
        return mismatch(value, ty);
    }
    let has = |name: &str| {
        array_iter(table).any(|(key, _)| match key {
            Key::Name(other) => name.as_bytes() == other,
            Key::Index(index) => name.parse() == Ok(index),
        })
    };
    let missing = shape
        .members
        .iter()
        .find(|member| !member.is_optional && !has(&member.name));
    if let Some(member) = missing {
        return Mismatch::new(format!("{} is missing", member.name));
    }
    let surplus = array_iter(table).find(|(key, _)| member_at(shape, 0, *key).is_none());
    match surplus {
        Some((key, _)) => Mismatch::new("no such member".into()).below_key(key),
        None => mismatch(value, ty),
    }
}

fn look_at_object(
    value: Zv,
    class: *mut ffi::zend_class_entry,
    looks: &mut u32,
) -> Result<(), Mismatch> {
    let (Some(object), Some(known)) = (value.object(), properties::known(class)) else {
        return Ok(());
    };
    // SAFETY: properties that are known stay until the script ends.
    let known: &[Property] = unsafe { &*known };
    // SAFETY: the object is alive; the table is released below.
    let table = unsafe {
        if ffi::kg_shape_of(object) != ffi::kg_shape_KG_PLAIN {
            return Ok(());
        }
        ffi::kg_properties(object)
    };
    if table.is_null() {
        return Ok(());
    }
    let mut looked = Ok(());
    for (key, element) in array_iter(table) {
        let Key::Name(name) = key else { continue };
        let Some(property) = known.iter().find(|property| *property.own_name == *name) else {
            continue;
        };
        looked = look(element, &property.ty, looks)
            .map_err(|error| error.below_key(Key::Name(&property.name)));
        if looked.is_err() {
            break;
        }
    }
    // SAFETY: from kg_properties.
    unsafe { ffi::kg_properties_done(table) };
    looked
}
