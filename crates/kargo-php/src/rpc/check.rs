//! Fits arguments to types, before PHP runs: strictly, and with a pointer to what doesn't fit.

use std::ffi::c_void;

use kargo_rpc::DateTime;

use crate::engine::callable::{Outcome, protect, take_exception};
use crate::engine::throw::class;
use crate::engine::value::{Key, array_iter, array_len, class_of};
use crate::engine::{Kind, Owned, Zv, ffi, object};
use crate::rpc::types::Type;

/// What doesn't fit, and where.
#[derive(Debug)]
pub(crate) struct Mismatch {
    /// The way to the value, innermost key first.
    path: Vec<String>,
    reason: String,
}

impl Mismatch {
    pub(crate) fn new(reason: String) -> Self {
        Self {
            path: Vec::new(),
            reason,
        }
    }

    /// The same one level further out.
    pub(crate) fn below(mut self, key: &str) -> Self {
        self.path.push(key.to_owned());
        self
    }

    /// The place as a JSON pointer (RFC 6901).
    pub(crate) fn pointer(&self) -> String {
        let mut pointer = String::new();
        for key in self.path.iter().rev() {
            pointer.push('/');
            pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
        }
        pointer
    }

    pub(crate) fn reason(&self) -> &str {
        &self.reason
    }
}

#[cold]
fn mismatch(value: Zv, ty: &Type) -> Mismatch {
    Mismatch::new(format!("{ty} expected, {} given", kind_name(value)))
}

/// What a value is, in the words of the protocols.
fn kind_name(value: Zv) -> &'static str {
    match value.kind() {
        Kind::Null | Kind::Undefined => "null",
        Kind::True | Kind::False => "bool",
        Kind::Int => "int",
        Kind::Float => "float",
        Kind::String => "string",
        Kind::Array if value.array().is_some_and(is_list) => "list",
        Kind::Object if is_of(value, class::binary()) => "base64",
        Kind::Object if is_date(value) => "date",
        _ => "object",
    }
}

fn is_of(value: Zv, class: *mut ffi::zend_class_entry) -> bool {
    value
        .object()
        .is_some_and(|object| class_of(object) == class)
}

fn is_std(value: Zv) -> bool {
    // SAFETY: a static of the engine's.
    is_of(value, unsafe { ffi::zend_standard_class_def })
}

fn is_date(value: Zv) -> bool {
    // SAFETY: the object is alive.
    value
        .object()
        .is_some_and(|object| unsafe { ffi::kg_shape_of(object) } == ffi::kg_shape_KG_DATE)
}

fn is_list(array: *mut ffi::zend_array) -> bool {
    (0..)
        .zip(array_iter(array))
        .all(|(at, (key, _))| matches!(key, Key::Index(index) if index == at))
}

/// Makes `value` fit `ty`, or says why it can't. The value is the caller's alone: it is changed in place.
#[inline]
pub(crate) fn fit(value: Zv, ty: &Type) -> Result<(), Mismatch> {
    let fits = match ty {
        Type::Mixed => true,
        Type::Int => value.kind() == Kind::Int,
        Type::Bool => matches!(value.kind(), Kind::True | Kind::False),
        Type::Array if value.kind() == Kind::Array => true,
        Type::String if value.kind() == Kind::String => true,
        _ => return fit_slowly(value, ty, false),
    };
    if fits {
        Ok(())
    } else {
        Err(mismatch(value, ty))
    }
}

/// The same where conversions may be needed. `is_in_array`: below a parameter that is declared as an array, where
/// objects become arrays.
fn fit_slowly(value: Zv, ty: &Type, is_in_array: bool) -> Result<(), Mismatch> {
    let kind = value.kind();
    let fits = match ty {
        Type::Mixed => {
            if is_in_array {
                into_arrays(value);
            }
            true
        }
        Type::Null | Type::Void => kind == Kind::Null,
        Type::Bool => matches!(kind, Kind::True | Kind::False),
        Type::False => kind == Kind::False,
        Type::True => kind == Kind::True,
        Type::Int => kind == Kind::Int,
        Type::Float => kind == Kind::Float || widen(value),
        Type::String => kind == Kind::String || unwrap_binary(value),
        Type::Bytes if unwrap_binary(value) || decode_base64(value) => true,
        Type::Binary if is_of(value, class::binary()) || wrap_binary(value) => true,
        Type::Bytes | Type::Binary => return Err(mismatch_text(value, ty)),
        Type::Object => is_std(value),
        Type::Date(class) => return fit_date(value, ty, *class),
        Type::Enum { class, is_int } => return fit_enum(value, ty, *class, *is_int),
        Type::Array => {
            into_arrays(value);
            value.kind() == Kind::Array
        }
        Type::Items(item) => return fit_items(value, ty, item, true, true),
        Type::List(item) => return fit_items(value, ty, item, true, false),
        Type::Map(item) => return fit_items(value, ty, item, false, true),
        Type::Union(members) => return fit_union(value, ty, members, is_in_array),
    };
    if fits {
        Ok(())
    } else {
        Err(mismatch(value, ty))
    }
}

/// An integer where a float is wanted.
fn widen(value: Zv) -> bool {
    let Some(int) = value.int() else { return false };
    value.set_float(int as f64);
    true
}

fn unwrap_binary(value: Zv) -> bool {
    if !is_of(value, class::binary()) {
        return false;
    }
    let Some(object) = value.object() else {
        return false;
    };
    let mut bytes = Owned::copy_of(object::property(object, 0));
    value.release();
    value.copy_from(bytes.zv());
    bytes.zv().kind() == Kind::String
}

fn decode_base64(value: Zv) -> bool {
    let Some(text) = value.bytes() else {
        return false;
    };
    // PHP would take it without its padding; XML-RPC's decoder, which is strict, would not.
    if !text.len().is_multiple_of(4) {
        return false;
    }
    // SAFETY: the engine reads the text and gives a string of ours.
    let decoded = unsafe { ffi::kg_base64_decode(text.as_ptr().cast(), text.len()) };
    if decoded.is_null() {
        return false;
    }
    value.release();
    value.set_string(decoded);
    true
}

fn wrap_binary(value: Zv) -> bool {
    if !decode_base64(value) {
        return false;
    }
    let mut binary = object::instantiate_plain(class::binary());
    if let Some(target) = binary.zv().object() {
        object::property(target, 0).copy_from(value);
    }
    value.release();
    value.copy_from(binary.zv());
    true
}

fn fit_date(value: Zv, ty: &Type, class: *mut ffi::zend_class_entry) -> Result<(), Mismatch> {
    if is_of(value, class) {
        return Ok(());
    }
    let date = match value.object() {
        Some(object) if is_date(value) => date_of(object),
        _ => value.bytes().and_then(DateTime::parse),
    };
    let date = date.ok_or_else(|| mismatch_text(value, ty))?;
    let mut text = Vec::with_capacity(40);
    date.write_rfc3339_to(&mut text);
    let mut made = Owned::undefined();
    // SAFETY: the text is read during the call; a fresh object is made. Without a zone PHP takes its default.
    if !unsafe { ffi::kg_date_of_class(class, text.as_ptr().cast(), text.len(), made.zv().0) } {
        return Err(mismatch_text(value, ty));
    }
    value.release();
    value.copy_from(made.zv());
    Ok(())
}

fn date_of(object: *mut ffi::zend_object) -> Option<DateTime> {
    // SAFETY: the object is a date of PHP's own class; the text is ours.
    let text = unsafe { ffi::kg_date_text(object) };
    if text.is_null() {
        return None;
    }
    let mut text_value = Owned::undefined();
    text_value.zv().set_string(text);
    text_value.zv().bytes().and_then(DateTime::parse)
}

/// A mismatch of something that was a string of the wrong form, perhaps.
#[cold]
fn mismatch_text(value: Zv, ty: &Type) -> Mismatch {
    match value.bytes() {
        Some(_) => Mismatch::new(format!("{ty} expected, another string given")),
        None => mismatch(value, ty),
    }
}

struct Case {
    class: *mut ffi::zend_class_entry,
    value: Zv,
    found: *mut ffi::zend_object,
}

unsafe extern "C" fn case_body(data: *mut c_void) {
    // SAFETY: `fit_enum` gives a Case.
    unsafe {
        let case = data.cast::<Case>();
        (*case).found = ffi::kg_enum_case((*case).class, (*case).value.0);
    }
}

fn fit_enum(
    value: Zv,
    ty: &Type,
    class: *mut ffi::zend_class_entry,
    is_int: bool,
) -> Result<(), Mismatch> {
    let wanted = if is_int { Kind::Int } else { Kind::String };
    if value.kind() != wanted {
        return Err(mismatch(value, ty));
    }
    // The cases are constants, which PHP evaluates when they are first asked for.
    let mut case = Case {
        class,
        value,
        found: std::ptr::null_mut(),
    };
    let outcome = protect(&mut case, case_body);
    if outcome == Outcome::Threw {
        drop(take_exception());
    }
    if outcome != Outcome::Returned || case.found.is_null() {
        return Err(Mismatch::new(format!(
            "{ty} expected, another {} given",
            kind_name(value)
        )));
    }
    value.release();
    value.share_object(case.found);
    Ok(())
}

/// Objects become arrays, all the way down.
fn into_arrays(value: Zv) {
    if is_std(value) {
        // SAFETY: the object was decoded for this argument, so nobody else has it.
        unsafe { ffi::kg_object_to_array(value.0) }
    }
    if let Some(array) = value.array() {
        for (_, element) in array_iter(array) {
            if matches!(element.kind(), Kind::Array | Kind::Object) {
                into_arrays(element);
            }
        }
    }
}

fn fit_items(
    value: Zv,
    ty: &Type,
    item: &Type,
    takes_lists: bool,
    takes_maps: bool,
) -> Result<(), Mismatch> {
    if is_std(value) {
        if !takes_maps && !is_empty_object(value) {
            return Err(mismatch(value, ty));
        }
        // SAFETY: as in `into_arrays`.
        unsafe { ffi::kg_object_to_array(value.0) }
    } else if !takes_lists && value.array().is_some_and(|array| array_len(array) != 0) {
        // PHP has one kind of empty array, so an empty list is an empty map to its clients.
        return Err(mismatch(value, ty));
    }
    let Some(array) = value.array() else {
        return Err(mismatch(value, ty));
    };
    for (key, element) in array_iter(array) {
        fit_slowly(element, item, true).map_err(|error| match key {
            Key::Index(index) => error.below(&index.to_string()),
            Key::Name(name) => error.below(&String::from_utf8_lossy(name)),
        })?;
    }
    Ok(())
}

fn is_empty_object(value: Zv) -> bool {
    // SAFETY: the object is alive.
    value
        .object()
        .is_some_and(|object| array_len(unsafe { ffi::kg_object_properties(object) }) == 0)
}

fn fit_union(value: Zv, ty: &Type, members: &[Type], is_in_array: bool) -> Result<(), Mismatch> {
    // A value that is of one of the types is left as it is; conversions come second.
    if let Some(member) = members.iter().find(|member| is_exactly(value, member)) {
        return fit_slowly(value, member, is_in_array);
    }
    let mut candidates = members.iter().filter(|member| may_become(value, member));
    match (candidates.next(), candidates.next()) {
        // The only one that is possible says best what is wrong.
        (Some(only), None) => fit_slowly(value, only, is_in_array),
        (Some(first), Some(second)) => [first, second]
            .into_iter()
            .chain(candidates)
            .any(|member| can_fit(value, member) && fit_slowly(value, member, is_in_array).is_ok())
            .then_some(())
            .ok_or_else(|| mismatch(value, ty)),
        (None, _) => Err(mismatch(value, ty)),
    }
}

/// Whether the value has the type as it is, without a look inside.
fn is_exactly(value: Zv, ty: &Type) -> bool {
    match ty {
        Type::Mixed => true,
        Type::Null => value.kind() == Kind::Null,
        Type::Bool => matches!(value.kind(), Kind::True | Kind::False),
        Type::False => value.kind() == Kind::False,
        Type::True => value.kind() == Kind::True,
        Type::Int => value.kind() == Kind::Int,
        Type::Float => value.kind() == Kind::Float,
        Type::String => value.kind() == Kind::String,
        Type::Object => is_std(value),
        Type::Binary => is_of(value, class::binary()),
        Type::Date(class) => is_of(value, *class),
        Type::Array => value.kind() == Kind::Array,
        _ => false,
    }
}

/// Whether the value could be turned into the type, as far as its kind says.
fn may_become(value: Zv, ty: &Type) -> bool {
    match ty {
        Type::Float => value.kind() == Kind::Int,
        Type::String => is_of(value, class::binary()),
        Type::Bytes | Type::Binary => value.kind() == Kind::String || is_of(value, class::binary()),
        Type::Date(_) => value.kind() == Kind::String || is_date(value),
        Type::Enum { is_int, .. } => value.kind() == if *is_int { Kind::Int } else { Kind::String },
        Type::Array | Type::Items(_) => value.kind() == Kind::Array || is_std(value),
        Type::List(_) => value.kind() == Kind::Array,
        Type::Map(_) => is_std(value) || value.array().is_some_and(|array| array_len(array) == 0),
        _ => false,
    }
}

/// Whether `fit_slowly` will succeed on containers, found out without changing anything; scalars are left as they were
/// when they don't fit.
fn can_fit(value: Zv, ty: &Type) -> bool {
    let item = match ty {
        Type::Items(item) | Type::List(item) | Type::Map(item) => item,
        Type::Union(members) => return members.iter().any(|member| can_fit(value, member)),
        _ => return is_exactly(value, ty) || may_become(value, ty),
    };
    let elements = match value.object() {
        // SAFETY: the object is alive.
        Some(object) if is_std(value) => unsafe { ffi::kg_object_properties(object) },
        _ => match value.array() {
            Some(array) => array,
            None => return false,
        },
    };
    may_become(value, ty) && array_iter(elements).all(|(_, element)| can_fit(element, item))
}
