//! Fits arguments to types, before PHP runs: strictly, and with a pointer to what doesn't fit.

use std::ffi::c_void;

use kargo_rpc::DateTime;
use kargo_rpc::description::Literal;

use crate::engine::callable::{Outcome, protect, take_exception};
use crate::engine::throw::class;
use crate::engine::value::{Key, array_iter, array_len, class_of};
use crate::engine::{Kind, Owned, Zv, ffi, object};
use crate::rpc::members;
use crate::rpc::plan::Plan;
use crate::rpc::types::{SentAs, ShapeKind, Type};

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

    pub(crate) fn below_key(self, key: Key<'_>) -> Self {
        match key {
            Key::Index(index) => self.below(&index.to_string()),
            Key::Name(name) => self.below(&String::from_utf8_lossy(name)),
        }
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
pub(crate) fn mismatch(value: Zv, ty: &Type) -> Mismatch {
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

pub(crate) fn is_std(value: Zv) -> bool {
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

/// Makes `value` fit `ty`, or says why it can't. The value is the caller's alone: it is changed in place. Objects whose
/// constructors have to be called afterwards are in `plan`.
#[inline]
pub(crate) fn fit(value: Zv, ty: &Type, plan: &mut Plan) -> Result<(), Mismatch> {
    let fits = match ty {
        Type::Mixed => true,
        Type::Int => value.kind() == Kind::Int,
        Type::Bool => matches!(value.kind(), Kind::True | Kind::False),
        Type::Array if value.kind() == Kind::Array => true,
        Type::String if value.kind() == Kind::String => true,
        _ => return fit_slowly(value, ty, false, plan),
    };
    if fits {
        Ok(())
    } else {
        Err(mismatch(value, ty))
    }
}

/// The same where conversions may be needed. `is_in_array`: below a parameter that is declared as an array, where
/// objects become arrays.
pub(crate) fn fit_slowly(
    value: Zv,
    ty: &Type,
    is_in_array: bool,
    plan: &mut Plan,
) -> Result<(), Mismatch> {
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
        Type::IntBetween(least, most) => return fit_range(value, ty, *least, *most),
        Type::Float => kind == Kind::Float || widen(value),
        Type::String => kind == Kind::String || unwrap_binary(value),
        Type::NonEmptyString if unwrap_binary(value) || is_exactly(value, ty) => {
            value.bytes().is_some_and(|bytes| !bytes.is_empty())
        }
        Type::NumericString if unwrap_binary(value) || value.kind() == Kind::String => {
            is_numeric(value)
        }
        Type::Literals(literals) if is_one_of(value, literals) => true,
        Type::NonEmptyString | Type::NumericString | Type::Literals(_) => {
            return Err(mismatch_text(value, ty));
        }
        Type::Bytes if unwrap_binary(value) || decode_base64(value) => true,
        Type::Binary if is_of(value, class::binary()) || wrap_binary(value) => true,
        Type::Bytes | Type::Binary => return Err(mismatch_text(value, ty)),
        Type::Object => is_std(value),
        Type::Date(class) => return fit_date(value, ty, *class),
        Type::Enum { class, sent_as } => return fit_enum(value, ty, *class, *sent_as),
        Type::Record(record) => return members::fit_record(value, ty, *record, plan),
        Type::Shape(shape) => return members::fit_shape(value, ty, shape, plan),
        // Results are never fitted.
        Type::Instance(_) => false,
        Type::Array => {
            into_arrays(value);
            value.kind() == Kind::Array
        }
        Type::Items(item) | Type::NonEmptyItems(item) => {
            return fit_items(value, ty, item, (true, true), plan);
        }
        Type::List(item) | Type::NonEmptyList(item) => {
            return fit_items(value, ty, item, (true, false), plan);
        }
        Type::Map(item) | Type::NonEmptyMap(item) => {
            return fit_items(value, ty, item, (false, true), plan);
        }
        Type::Union(members) => return fit_union(value, ty, members, is_in_array, plan),
    };
    if fits {
        Ok(())
    } else {
        Err(mismatch(value, ty))
    }
}

fn fit_range(value: Zv, ty: &Type, least: i64, most: i64) -> Result<(), Mismatch> {
    match value.int() {
        Some(int) if (least..=most).contains(&int) => Ok(()),
        Some(int) => Err(Mismatch::new(format!("{ty} expected, {int} given"))),
        None => Err(mismatch(value, ty)),
    }
}

/// Whether a string is what PHP takes for a number: with space around it, with a fraction or an exponent.
pub(crate) fn is_numeric(value: Zv) -> bool {
    let Some(bytes) = value.bytes() else {
        return false;
    };
    let is_space = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c);
    let start = bytes
        .iter()
        .position(|byte| !is_space(byte))
        .unwrap_or(bytes.len());
    let end = bytes
        .iter()
        .rposition(|byte| !is_space(byte))
        .map_or(start, |at| at + 1);
    let number = bytes.get(start..end).unwrap_or_default();
    let number = number
        .strip_prefix(b"+")
        .or(number.strip_prefix(b"-"))
        .unwrap_or(number);
    let (number, exponent) = match number.iter().position(|byte| matches!(byte, b'e' | b'E')) {
        Some(at) => (&number[..at], Some(&number[at + 1..])),
        None => (number, None),
    };
    let are_digits = |digits: &[u8]| digits.iter().all(u8::is_ascii_digit);
    let (whole, fraction) = match memchr::memchr(b'.', number) {
        Some(at) => (&number[..at], &number[at + 1..]),
        None => (number, &b""[..]),
    };
    let is_exponent = |digits: &[u8]| {
        let digits = digits
            .strip_prefix(b"+")
            .or(digits.strip_prefix(b"-"))
            .unwrap_or(digits);
        !digits.is_empty() && are_digits(digits)
    };
    are_digits(whole)
        && are_digits(fraction)
        && !(whole.is_empty() && fraction.is_empty())
        && exponent.is_none_or(is_exponent)
}

pub(crate) fn is_one_of(value: Zv, literals: &[Literal]) -> bool {
    if let Some(int) = value.int() {
        return literals.contains(&Literal::Integer(int));
    }
    value.bytes().is_some_and(|bytes| {
        literals
            .iter()
            .any(|literal| matches!(literal, Literal::Text(text) if text.as_bytes() == bytes))
    })
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
    match (value.kind(), ty) {
        (Kind::String, _) => Mismatch::new(format!("{ty} expected, another string given")),
        (Kind::Int, Type::Literals(_)) => {
            Mismatch::new(format!("{ty} expected, another int given"))
        }
        _ => mismatch(value, ty),
    }
}

struct Case {
    class: *mut ffi::zend_class_entry,
    sent_as: SentAs,
    value: Zv,
    found: *mut ffi::zend_object,
}

unsafe extern "C" fn case_body(data: *mut c_void) {
    // SAFETY: `fit_enum` gives a Case.
    unsafe {
        let case = data.cast::<Case>();
        (*case).found = match (*case).sent_as {
            SentAs::Name => ffi::kg_enum_case_named((*case).class, (*case).value.0),
            SentAs::Int | SentAs::String => ffi::kg_enum_case((*case).class, (*case).value.0),
        };
    }
}

const fn kind_of_case(sent_as: SentAs) -> Kind {
    match sent_as {
        SentAs::Int => Kind::Int,
        SentAs::String | SentAs::Name => Kind::String,
    }
}

fn fit_enum(
    value: Zv,
    ty: &Type,
    class: *mut ffi::zend_class_entry,
    sent_as: SentAs,
) -> Result<(), Mismatch> {
    if value.kind() != kind_of_case(sent_as) {
        return Err(mismatch(value, ty));
    }
    // The cases are constants, which PHP evaluates when they are first asked for.
    let mut case = Case {
        class,
        sent_as,
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
pub(crate) fn into_arrays(value: Zv) {
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
    (takes_lists, takes_maps): (bool, bool),
    plan: &mut Plan,
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
    if ty.is_filled() && array_len(array) == 0 {
        return Err(Mismatch::new(format!("{ty} expected, an empty one given")));
    }
    for (key, element) in array_iter(array) {
        fit_slowly(element, item, true, plan).map_err(|error| error.below_key(key))?;
    }
    Ok(())
}

pub(crate) fn is_empty_object(value: Zv) -> bool {
    // SAFETY: the object is alive.
    value
        .object()
        .is_some_and(|object| array_len(unsafe { ffi::kg_object_properties(object) }) == 0)
}

fn fit_union(
    value: Zv,
    ty: &Type,
    members: &[Type],
    is_in_array: bool,
    plan: &mut Plan,
) -> Result<(), Mismatch> {
    // A value that is of one of the types is left as it is; conversions come second.
    if let Some(member) = members.iter().find(|member| is_exactly(value, member)) {
        let is_vague = matches!(member, Type::Object | Type::Mixed);
        if !is_vague || !is_std(value) || !members::has_named(value, members) {
            return fit_slowly(value, member, is_in_array, plan);
        }
    }
    if is_std(value)
        && let Some(chosen) = members::choose(value, members)
    {
        return match chosen {
            Some(member) => fit_slowly(value, member, is_in_array, plan),
            None => Err(mismatch(value, ty)),
        };
    }
    let mut candidates = members.iter().filter(|member| may_become(value, member));
    match (candidates.next(), candidates.next()) {
        // The only one that is possible says best what is wrong.
        (Some(only), None) => fit_slowly(value, only, is_in_array, plan),
        (Some(first), Some(second)) => {
            for member in [first, second].into_iter().chain(candidates) {
                if !members::can_fit(value, member) {
                    continue;
                }
                let fitted = fit_slowly(value, member, is_in_array, plan);
                // Objects are tried once: else a peer could have each level of nested ones tried again and again.
                if fitted.is_ok() || member.has_records() {
                    return fitted;
                }
            }
            Err(mismatch(value, ty))
        }
        (None, _) => Err(mismatch(value, ty)),
    }
}

/// Whether the value has the type as it is, without a look inside.
pub(crate) fn is_exactly(value: Zv, ty: &Type) -> bool {
    match ty {
        Type::Mixed => true,
        Type::Null => value.kind() == Kind::Null,
        Type::Bool => matches!(value.kind(), Kind::True | Kind::False),
        Type::False => value.kind() == Kind::False,
        Type::True => value.kind() == Kind::True,
        Type::Int => value.kind() == Kind::Int,
        Type::IntBetween(least, most) => value
            .int()
            .is_some_and(|int| (*least..=*most).contains(&int)),
        Type::Float => value.kind() == Kind::Float,
        Type::String => value.kind() == Kind::String,
        Type::NonEmptyString => value.bytes().is_some_and(|bytes| !bytes.is_empty()),
        Type::NumericString => is_numeric(value),
        Type::Literals(literals) => is_one_of(value, literals),
        Type::Object => is_std(value),
        Type::Binary => is_of(value, class::binary()),
        Type::Date(class) => is_of(value, *class),
        Type::Array => value.kind() == Kind::Array,
        _ => false,
    }
}

/// Whether the value could be turned into the type, as far as its kind says.
pub(crate) fn may_become(value: Zv, ty: &Type) -> bool {
    let is_empty_array = || value.array().is_some_and(|array| array_len(array) == 0);
    match ty {
        Type::Float | Type::IntBetween(..) => value.kind() == Kind::Int,
        Type::String => is_of(value, class::binary()),
        Type::NonEmptyString | Type::NumericString | Type::Bytes | Type::Binary => {
            value.kind() == Kind::String || is_of(value, class::binary())
        }
        Type::Literals(literals) => literals.iter().any(|literal| {
            value.kind()
                == match literal {
                    Literal::Integer(_) => Kind::Int,
                    Literal::Text(_) => Kind::String,
                }
        }),
        Type::Date(_) => value.kind() == Kind::String || is_date(value),
        Type::Enum { sent_as, .. } => value.kind() == kind_of_case(*sent_as),
        Type::Array | Type::Items(_) | Type::NonEmptyItems(_) => {
            value.kind() == Kind::Array || is_std(value)
        }
        Type::List(_) | Type::NonEmptyList(_) => value.kind() == Kind::Array,
        Type::Map(_) | Type::NonEmptyMap(_) | Type::Record(_) => is_std(value) || is_empty_array(),
        Type::Shape(shape) => match shape.kind {
            ShapeKind::Array => is_std(value) || is_empty_array(),
            ShapeKind::List => value.kind() == Kind::Array,
            ShapeKind::Object => is_std(value),
        },
        _ => false,
    }
}
