//! Types as PHP declares them, and what docblocks add.

use std::ffi::c_void;

use kargo_rpc::description::Literal;

use crate::engine::callable::{Outcome, protect};
use crate::engine::throw::class;
use crate::engine::value::string_bytes;
use crate::engine::{Owned, ffi};
use crate::rpc::properties;
use crate::rpc::records;
use crate::rpc::signature::ExportError;
use crate::rpc::types::{SentAs, ShapeKind, Type};

/// Which way values of a type go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    /// They are sent to a method.
    Argument,
    /// A method gives them.
    Result,
}

/// A declared type: what of it can be sent, and whether there is more.
#[derive(Debug)]
pub(crate) struct Declared {
    pub(crate) ty: Option<Type>,
    /// Why no value of the first such class can be sent, where that is known.
    pub(crate) other: Option<String>,
    /// Classes of which no value can be sent.
    others: Vec<*mut ffi::zend_class_entry>,
    has_other: bool,
}

/// Reads a declared type; `scope` is what `self` means in it.
pub(crate) fn read(
    raw: *const ffi::zend_type,
    scope: *mut ffi::zend_class_entry,
    direction: Direction,
) -> Result<Declared, ExportError> {
    // SAFETY: the type is its function's or property's.
    let mask = unsafe { ffi::kg_type_mask(raw) };
    let has = |bits: u32| mask & bits == bits;
    let mut members = Vec::new();
    if has(ffi::MAY_BE_ANY) {
        members.push(Type::Mixed);
    } else {
        if has(ffi::MAY_BE_BOOL) {
            members.push(Type::Bool);
        } else if has(ffi::MAY_BE_FALSE) {
            members.push(Type::False);
        } else if has(ffi::MAY_BE_TRUE) {
            members.push(Type::True);
        }
        for (bit, ty) in [
            (ffi::MAY_BE_LONG, Type::Int),
            (ffi::MAY_BE_DOUBLE, Type::Float),
            (ffi::MAY_BE_STRING, Type::String),
            (ffi::MAY_BE_ARRAY, Type::Array),
            (ffi::MAY_BE_OBJECT, Type::Object),
            (ffi::MAY_BE_VOID, Type::Void),
            (ffi::MAY_BE_NEVER, Type::Void),
        ] {
            if has(bit) {
                members.push(ty);
            }
        }
    }
    let mut declared = Declared {
        ty: None,
        other: None,
        others: Vec::new(),
        has_other: false,
    };
    if has(ffi::MAY_BE_STATIC) {
        match class_type(scope, direction)? {
            Ok(ty) => members.push(ty),
            Err(_) => declared.has_other = true,
        }
    }
    for index in 0.. {
        // SAFETY: the name is the type's own.
        let name = unsafe { ffi::kg_type_class(raw, index) };
        if name.is_null() {
            break;
        }
        let entry = find_class(string_bytes(name), scope)?;
        match class_type(entry, direction)? {
            Ok(ty) => members.push(ty),
            Err(reason) => {
                declared.has_other = true;
                if !entry.is_null() {
                    declared.others.push(entry);
                }
                declared.other = declared.other.or(reason);
            }
        }
    }
    if has(ffi::MAY_BE_NULL) && !has(ffi::MAY_BE_ANY) {
        members.push(Type::Null);
    }
    declared.ty = Type::union(members);
    Ok(declared)
}

impl Declared {
    /// The type of a parameter: what can be sent, refined by a docblock. Of an interface or an abstract class the
    /// docblock may say which classes are meant.
    pub(crate) fn refined(&self, doc: Option<&Type>) -> Option<Type> {
        let is_meant = |ty: &&Type| match ty {
            // SAFETY: classes live as long as the script.
            Type::Record(record) => self
                .others
                .iter()
                .any(|other| unsafe { ffi::kg_is_subclass(record.class, *other) }),
            _ => false,
        };
        let meant = doc.map_or(&[][..], Type::members).iter().filter(is_meant);
        let own = self.ty.clone().map(|ty| refine(ty, doc));
        Type::union(own.into_iter().chain(meant.cloned()).collect())
    }
}

/// The type that a class is, if it is one whose objects can be sent; else why not, where that is known.
pub(crate) fn class_type(
    entry: *mut ffi::zend_class_entry,
    direction: Direction,
) -> Result<Result<Type, Option<String>>, ExportError> {
    if entry.is_null() {
        return Ok(Err(None));
    }
    if entry == class::binary() {
        return Ok(Ok(Type::Binary));
    }
    let enumeration = |sent_as| {
        Ok(Ok(Type::Enum {
            class: entry,
            sent_as,
        }))
    };
    // SAFETY: classes live as long as the script.
    match unsafe { ffi::kg_kind_of_class(entry) } {
        ffi::kg_class_kind_KG_CLASS_STD => Ok(Ok(Type::Object)),
        // SAFETY: as above.
        ffi::kg_class_kind_KG_CLASS_DATE => Ok(Ok(Type::Date(unsafe { date_class(entry) }))),
        ffi::kg_class_kind_KG_CLASS_INT_ENUM => enumeration(SentAs::Int),
        ffi::kg_class_kind_KG_CLASS_STRING_ENUM => enumeration(SentAs::String),
        ffi::kg_class_kind_KG_CLASS_UNIT_ENUM => enumeration(SentAs::Name),
        _ if direction == Direction::Argument => {
            Ok(records::of_class(entry)?.map(Type::Record).map_err(Some))
        }
        // SAFETY: as above.
        ffi::kg_class_kind_KG_CLASS_OTHER if unsafe { ffi::kg_class_is_plain(entry) } => {
            properties::of_class(entry)?;
            Ok(Ok(Type::Instance(entry)))
        }
        ffi::kg_class_kind_KG_CLASS_VALUE => Ok(Ok(Type::Mixed)),
        _ => Ok(Ok(Type::Object)),
    }
}

/// The class that is made for a date: an interface or an abstract class becomes DateTimeImmutable.
///
/// # Safety
/// `entry` is a class.
unsafe fn date_class(entry: *mut ffi::zend_class_entry) -> *mut ffi::zend_class_entry {
    // SAFETY: the caller's promise.
    unsafe {
        let abstract_bits = ffi::ZEND_ACC_INTERFACE
            | ffi::ZEND_ACC_EXPLICIT_ABSTRACT_CLASS
            | ffi::ZEND_ACC_IMPLICIT_ABSTRACT_CLASS;
        if (*entry).ce_flags & abstract_bits == 0 {
            entry
        } else {
            ffi::kg_date_class()
        }
    }
}

struct Lookup {
    name: *mut ffi::zend_string,
    found: *mut ffi::zend_class_entry,
}

unsafe extern "C" fn lookup_body(data: *mut c_void) {
    // SAFETY: `find_class` gives a Lookup.
    unsafe {
        let lookup = data.cast::<Lookup>();
        (*lookup).found = ffi::kg_lookup_class((*lookup).name);
    }
}

/// Finds a class by name, loading it if need be; null if there is none.
pub(crate) fn find_class(
    name: &[u8],
    scope: *mut ffi::zend_class_entry,
) -> Result<*mut ffi::zend_class_entry, ExportError> {
    if name.is_empty() {
        return Ok(std::ptr::null_mut());
    }
    if name.eq_ignore_ascii_case(b"self") {
        return Ok(scope);
    }
    let mut text = Owned::of_bytes(name);
    let Some(string) = text.zv().string() else {
        return Ok(std::ptr::null_mut());
    };
    let mut lookup = Lookup {
        name: string,
        found: std::ptr::null_mut(),
    };
    match protect(&mut lookup, lookup_body) {
        Outcome::Returned => Ok(lookup.found),
        outcome => Err(ExportError::of(outcome)),
    }
}

/// What a docblock adds to a declared type: what is in an array, which integers and strings are meant, that a string is
/// base64; everything where nothing was declared, or `mixed`.
pub(crate) fn refine(declared: Type, doc: Option<&Type>) -> Type {
    let Some(doc) = doc else { return declared };
    if declared == Type::Mixed {
        return doc.clone();
    }
    let mut members = Vec::new();
    for member in declared.members() {
        let narrower: Vec<Type> = doc
            .members()
            .iter()
            .filter_map(|candidate| narrow(member, candidate))
            .collect();
        // A docblock that has the declared type too narrows nothing.
        if narrower.is_empty()
            || (doc.members().contains(member) && !narrower.contains(&Type::Bytes))
        {
            members.push(member.clone());
        } else {
            members.extend(narrower);
        }
    }
    Type::union(members).unwrap_or(declared)
}

/// What of `candidate` is within `declared`.
fn narrow(declared: &Type, candidate: &Type) -> Option<Type> {
    let literals = |of_kind: fn(&Literal) -> bool| match candidate {
        Type::Literals(all) => {
            let some: Vec<Literal> = all.iter().filter(|one| of_kind(one)).cloned().collect();
            (!some.is_empty()).then(|| Type::Literals(some.into()))
        }
        _ => None,
    };
    match (declared, candidate) {
        (Type::Array, candidate) if candidate.is_array() => Some(candidate.clone()),
        (Type::Object, Type::Shape(shape)) if shape.kind == ShapeKind::Object => {
            Some(candidate.clone())
        }
        (Type::Object, Type::Instance(_) | Type::Record(_))
        | (Type::String, Type::Bytes | Type::NonEmptyString | Type::NumericString)
        | (Type::Int, Type::IntBetween(..))
        | (Type::Bool, Type::True | Type::False) => Some(candidate.clone()),
        (Type::String, _) => literals(|one| matches!(one, Literal::Text(_))),
        (Type::Int, _) => literals(|one| matches!(one, Literal::Integer(_))),
        _ => None,
    }
}

/// The type of a result; `raw` is null where none is declared.
pub(crate) fn read_return(
    raw: *const ffi::zend_type,
    scope: *mut ffi::zend_class_entry,
    doc: Option<&Type>,
) -> Result<Type, ExportError> {
    if raw.is_null() {
        return Ok(doc.cloned().unwrap_or(Type::Mixed));
    }
    let declared = read(raw, scope, Direction::Result)?;
    let mut members: Vec<Type> = Vec::new();
    members.extend(declared.ty);
    if declared.has_other {
        members.push(Type::Object);
    }
    let ty = Type::union(members).unwrap_or(Type::Mixed);
    Ok(refine(ty, doc))
}
