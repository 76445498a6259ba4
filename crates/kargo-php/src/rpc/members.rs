//! Objects with members of their own types: records, which become objects of a class, and shapes.

use kargo_rpc::DateTime;

use crate::engine::value::{Key, array_find, array_iter, array_len};
use crate::engine::{Kind, Zv, ffi};
use crate::rpc::check::{
    Mismatch, fit_slowly, into_arrays, is_exactly, is_std, may_become, mismatch,
};
use crate::rpc::plan::Plan;
use crate::rpc::records::RecordId;
use crate::rpc::signature::Signature;
use crate::rpc::types::{Shape, ShapeKind, Type};

/// Objects inside one another beyond which no value is fitted: it is done by recursion.
const MAX_DEPTH: u32 = 2000;

/// How many values are looked at to tell which of several types an object is meant to be.
const LOOKS: u32 = 64;

/// The members of a value by name: those of an object, or none of an empty array, which is PHP's empty map too.
fn table_of(value: Zv) -> Option<*mut ffi::zend_array> {
    if is_std(value) {
        // SAFETY: the object is alive.
        return value
            .object()
            .map(|object| unsafe { ffi::kg_object_properties(object) });
    }
    value.array().filter(|array| array_len(*array) == 0)
}

fn find(table: *mut ffi::zend_array, name: &[u8]) -> Option<Zv> {
    // SAFETY: the table is alive.
    let found = unsafe { ffi::kg_member(table, name.as_ptr().cast(), name.len()) };
    (!found.is_null()).then_some(Zv(found))
}

/// What an object must have and may have.
#[derive(Clone, Copy)]
struct Wanted<'a> {
    name: &'a [u8],
    ty: &'a Type,
    is_optional: bool,
}

/// The first member that is missing or that nobody wants.
fn reject_other_names<'a>(
    table: *mut ffi::zend_array,
    wanted: &(impl Iterator<Item = Wanted<'a>> + Clone),
    is_open: bool,
) -> Result<(), Mismatch> {
    let mut known = 0;
    for member in wanted.clone() {
        if find(table, member.name).is_some() {
            known += 1;
        } else if !member.is_optional {
            let name = String::from_utf8_lossy(member.name);
            return Err(Mismatch::new(format!("{name} is missing")));
        }
    }
    if is_open || known == array_len(table) {
        return Ok(());
    }
    let is_known = |key: &Key<'_>| match key {
        Key::Name(name) => wanted.clone().any(|member| member.name == *name),
        Key::Index(_) => false,
    };
    let unknown = array_iter(table).find(|(key, _)| !is_known(key));
    Err(unknown.map_or_else(
        || Mismatch::new("a member is unknown".into()),
        |(key, _)| Mismatch::new("no such member".into()).below_key(key),
    ))
}

/// Checks the members of a record and plans its making: an object is put in the place of `value`, whose constructor is
/// called when all arguments were checked.
pub(crate) fn fit_record(
    value: Zv,
    ty: &Type,
    id: RecordId,
    plan: &mut Plan,
) -> Result<(), Mismatch> {
    let (Some(table), Some(record)) = (table_of(value), id.get()) else {
        return Err(mismatch(value, ty));
    };
    let Some(signature) = record.signature() else {
        return Err(mismatch(value, ty));
    };
    reject_other_names(table, &wanted_by(signature), false)?;
    plan.deeper(MAX_DEPTH)?;
    for parameter in signature.members() {
        if let Some(member) = find(table, &parameter.name) {
            fit_slowly(member, &parameter.ty, false, plan)
                .map_err(|error| error.below_key(Key::Name(&parameter.name)))?;
        }
    }
    plan.shallower();
    let given = signature
        .parameters
        .iter()
        .map(|parameter| find(table, &parameter.name));
    let further = signature
        .trailing
        .as_ref()
        .and_then(|parameter| find(table, &parameter.name)?.array());
    let further = further.map(array_iter).into_iter().flatten();
    plan.make(
        value,
        &record,
        given.chain(further.map(|(_, element)| Some(element))),
    )
}

fn wanted_by(signature: &Signature) -> impl Iterator<Item = Wanted<'_>> + Clone {
    signature.members().map(|parameter| Wanted {
        name: &parameter.name,
        ty: &parameter.ty,
        is_optional: parameter.is_optional,
    })
}

fn wanted_in(shape: &Shape) -> impl Iterator<Item = Wanted<'_>> + Clone {
    shape.members.iter().map(|member| Wanted {
        name: member.name.as_bytes(),
        ty: &member.ty,
        is_optional: member.is_optional,
    })
}

/// Checks the members of a shape; `array{…}` becomes an array.
pub(crate) fn fit_shape(
    value: Zv,
    ty: &Type,
    shape: &Shape,
    plan: &mut Plan,
) -> Result<(), Mismatch> {
    if shape.kind == ShapeKind::List {
        return fit_elements(value, ty, shape, plan);
    }
    let is_object = shape.kind == ShapeKind::Object;
    let Some(table) = table_of(value).filter(|_| !is_object || is_std(value)) else {
        return Err(mismatch(value, ty));
    };
    reject_other_names(table, &wanted_in(shape), shape.is_open)?;
    plan.deeper(MAX_DEPTH)?;
    if !is_object && is_std(value) {
        // SAFETY: the object was decoded for this argument, so nobody else has it.
        unsafe { ffi::kg_object_to_array(value.0) }
    }
    let array = if is_object {
        Some(table)
    } else {
        value.array()
    };
    let Some(table) = array else {
        return Err(mismatch(value, ty));
    };
    for member in wanted_in(shape) {
        let found = if is_object {
            find(table, member.name)
        } else {
            array_find(table, member.name)
        };
        if let Some(found) = found {
            fit_slowly(found, member.ty, !is_object, plan)
                .map_err(|error| error.below_key(Key::Name(member.name)))?;
        }
    }
    if shape.is_open && !is_object {
        for (key, element) in array_iter(table) {
            let is_named = |name: &[u8]| wanted_in(shape).any(|member| member.name == name);
            let is_known = match key {
                Key::Name(name) => is_named(name),
                Key::Index(index) => is_named(index.to_string().as_bytes()),
            };
            if !is_known {
                into_arrays(element);
            }
        }
    }
    plan.shallower();
    Ok(())
}

/// A list whose elements have a type each.
fn fit_elements(value: Zv, ty: &Type, shape: &Shape, plan: &mut Plan) -> Result<(), Mismatch> {
    let Some(array) = value.array() else {
        return Err(mismatch(value, ty));
    };
    if !has_length(array, shape) {
        let count = array_len(array);
        return Err(Mismatch::new(format!(
            "{ty} expected, {} given",
            if count == 1 {
                "1 element".into()
            } else {
                format!("{count} elements")
            }
        )));
    }
    plan.deeper(MAX_DEPTH)?;
    for (index, (key, element)) in array_iter(array).enumerate() {
        match shape.members.get(index) {
            Some(member) => {
                fit_slowly(element, &member.ty, true, plan)
                    .map_err(|error| error.below_key(key))?;
            }
            None => into_arrays(element),
        }
    }
    plan.shallower();
    Ok(())
}

fn has_length(array: *mut ffi::zend_array, shape: &Shape) -> bool {
    let count = array_len(array) as usize;
    let needed = shape
        .members
        .iter()
        .rposition(|member| !member.is_optional)
        .map_or(0, |last| last + 1);
    count >= needed && (shape.is_open || count <= shape.members.len())
}

fn is_named(ty: &Type) -> bool {
    match ty {
        Type::Record(_) => true,
        Type::Shape(shape) => shape.kind != ShapeKind::List,
        _ => false,
    }
}

/// Whether the names of an object's members are those of `ty`, a record or a shape.
fn has_names_of(value: Zv, ty: &Type) -> bool {
    let Some(table) = table_of(value) else {
        return false;
    };
    match ty {
        Type::Record(id) => id.get().is_some_and(|record| {
            record.signature().is_some_and(|signature| {
                reject_other_names(table, &wanted_by(signature), false).is_ok()
            })
        }),
        Type::Shape(shape) if shape.kind != ShapeKind::List => {
            reject_other_names(table, &wanted_in(shape), shape.is_open).is_ok()
        }
        _ => false,
    }
}

/// Whether one of `members` has these names of its own for an object's.
pub(crate) fn has_named(value: Zv, members: &[Type]) -> bool {
    members.iter().any(|member| has_names_of(value, member))
}

/// Which of the members of a union an object is meant to be; `None`: one without names of its own, if any. `Some(None)`:
/// it is none of them.
///
/// The names of its members decide. Where they are those of several types, the first one decides that takes the values,
/// as far as [`LOOKS`] of them say: looking at all of them on each level would take a peer's time squared.
pub(crate) fn choose(value: Zv, members: &[Type]) -> Option<Option<&Type>> {
    let named = || members.iter().filter(|member| is_named(member));
    named().next()?;
    let mut fitting = named().filter(|member| has_names_of(value, member));
    match (fitting.next(), fitting.next()) {
        (Some(only), None) => Some(Some(only)),
        (Some(first), Some(second)) => {
            let taken = [first, second]
                .into_iter()
                .chain(fitting)
                .find(|member| looks_like(value, member, &mut LOOKS.clone()));
            Some(taken.or_else(|| says_to_be(value, named())))
        }
        (None, _) => {
            let is_other = |member: &&Type| {
                !is_named(member) && may_become(value, member)
                    || matches!(member, Type::Mixed | Type::Object)
            };
            if members.iter().any(|member| is_other(&member)) {
                return None;
            }
            // The only one that is possible says best what is wrong.
            let mut all = named();
            let only = all.next().filter(|_| all.next().is_none());
            Some(only.or_else(|| says_to_be(value, named())))
        }
    }
}

/// The only type that an object says to be by a member with a certain value: `kind: 'circle'`.
fn says_to_be<'a>(value: Zv, members: impl Iterator<Item = &'a Type>) -> Option<&'a Type> {
    let table = table_of(value)?;
    let says = |name: &[u8], ty: &Type| {
        matches!(ty, Type::Literals(_)) && find(table, name).is_some_and(|it| is_exactly(it, ty))
    };
    let mut named = members.filter(|member| match member {
        Type::Record(id) => id.get().is_some_and(|record| {
            record.signature().is_some_and(|signature| {
                wanted_by(signature).any(|wanted| says(wanted.name, wanted.ty))
            })
        }),
        Type::Shape(shape) => wanted_in(shape).any(|wanted| says(wanted.name, wanted.ty)),
        _ => false,
    });
    let only = named.next();
    only.filter(|_| named.next().is_none())
}

/// Whether a value can be made to fit, found out without changing it. Of objects with members of their own types it is
/// found out roughly.
pub(crate) fn can_fit(value: Zv, ty: &Type) -> bool {
    if ty.has_records() {
        let (Type::Items(item) | Type::List(item) | Type::NonEmptyList(item) | Type::Map(item)) =
            ty
        else {
            return looks_like(value, ty, &mut LOOKS.clone());
        };
        // Each element is looked at as little as one alone.
        return may_become(value, ty)
            && elements(value).is_some_and(|table| {
                array_iter(table).all(|(_, element)| looks_like(element, item, &mut LOOKS.clone()))
            });
    }
    looks_like(value, ty, &mut u32::MAX.clone())
}

fn elements(value: Zv) -> Option<*mut ffi::zend_array> {
    match value.object() {
        // SAFETY: the object is alive.
        Some(object) if is_std(value) => Some(unsafe { ffi::kg_object_properties(object) }),
        _ => value.array(),
    }
}

/// Looks at so many values at most; what was not looked at fits.
fn looks_like(value: Zv, ty: &Type, looks: &mut u32) -> bool {
    if *looks == 0 {
        return true;
    }
    *looks -= 1;
    match ty {
        Type::Union(members) => members
            .iter()
            .any(|member| looks_like(value, member, looks)),
        Type::Items(item) | Type::List(item) | Type::NonEmptyList(item) | Type::Map(item) => {
            may_become(value, ty)
                && elements(value).is_some_and(|table| {
                    array_iter(table).all(|(_, element)| looks_like(element, item, looks))
                })
        }
        Type::Record(id) => id.get().is_some_and(|record| {
            record.signature().is_some_and(|signature| {
                has_names_of(value, ty) && members_look_like(value, &wanted_by(signature), looks)
            })
        }),
        Type::Shape(shape) if shape.kind == ShapeKind::List => value.array().is_some_and(|array| {
            has_length(array, shape)
                && array_iter(array)
                    .zip(&shape.members)
                    .all(|((_, element), member)| looks_like(element, &member.ty, looks))
        }),
        Type::Shape(shape) => {
            has_names_of(value, ty) && members_look_like(value, &wanted_in(shape), looks)
        }
        Type::Literals(_) | Type::IntBetween(..) => is_exactly(value, ty),
        Type::Date(_) if value.kind() == Kind::String => {
            value.bytes().and_then(DateTime::parse).is_some()
        }
        _ => is_exactly(value, ty) || may_become(value, ty),
    }
}

/// Scalars first: they tell objects apart at the least cost.
fn members_look_like<'a>(
    value: Zv,
    wanted: &(impl Iterator<Item = Wanted<'a>> + Clone),
    looks: &mut u32,
) -> bool {
    let Some(table) = table_of(value) else {
        return false;
    };
    let is_scalar = |found: &Zv| !matches!(found.kind(), Kind::Array | Kind::Object);
    [true, false].into_iter().all(|scalars| {
        wanted.clone().all(|member| {
            find(table, member.name)
                .filter(|found| is_scalar(found) == scalars)
                .is_none_or(|found| looks_like(found, member.ty, looks))
        })
    })
}
