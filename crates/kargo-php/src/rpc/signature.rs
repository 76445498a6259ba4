//! What a method takes and gives, read once when it is exported.

use std::ffi::c_void;

use crate::engine::callable::{Outcome, protect};
use crate::engine::throw::class;
use crate::engine::value::string_bytes;
use crate::engine::{Owned, Zv, ffi};
use crate::rpc::attribute::Attributes;
use crate::rpc::docblock::DocBlock;
use crate::rpc::json;
use crate::rpc::types::Type;

/// One parameter.
#[derive(Debug)]
pub(crate) struct Parameter {
    /// As callers know it.
    pub(crate) name: Box<[u8]>,
    pub(crate) ty: Type,
    /// Whether objects in its argument are built as arrays at once.
    pub(crate) wants_arrays: bool,
    pub(crate) is_optional: bool,
    /// The default as JSON, where it is known and has a form.
    pub(crate) default: Option<Box<[u8]>>,
    /// What is said of it.
    pub(crate) description: Box<str>,
    #[allow(dead_code, reason = "for doors that bind arguments in their own way")]
    pub(crate) attributes: Attributes,
}

/// Parameters, result and help of one method.
#[derive(Debug)]
pub(crate) struct Signature {
    /// Without the variadic one.
    pub(crate) parameters: Box<[Parameter]>,
    /// How many of them must be given.
    pub(crate) required: usize,
    /// What takes all further arguments.
    pub(crate) variadic: Option<Parameter>,
    pub(crate) returns: Type,
    /// Whether the result is a string that travels as base64.
    pub(crate) returns_bytes: bool,
    /// The first paragraph of what is said of it.
    pub(crate) summary: Box<str>,
    /// The rest of that.
    pub(crate) description: Box<str>,
    /// What it says of the result.
    pub(crate) returns_description: Box<str>,
    /// Why it should not be called any more.
    pub(crate) deprecated: Option<Box<str>>,
    pub(crate) attributes: Attributes,
}

/// Why something can't be exported.
#[derive(Debug)]
pub(crate) enum ExportError {
    /// For the developer.
    Refused(String),
    /// A PHP exception is pending.
    Thrown,
    /// The engine gave up: so must the script.
    Fatal,
}

impl ExportError {
    /// What a protected call that did not return means for an export.
    pub(crate) const fn of(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Threw | Outcome::Exited | Outcome::Returned => Self::Thrown,
            Outcome::Fatal | Outcome::OutOfMemory => Self::Fatal,
        }
    }
}

impl Signature {
    /// Reads the signature of `function`, called `name` in messages.
    ///
    /// # Errors
    /// A parameter that nothing sent could ever be given to, or one by reference.
    pub(crate) fn read(
        function: *const ffi::zend_function,
        name: &str,
    ) -> Result<Self, ExportError> {
        // SAFETY: the function is alive; the comment is its own.
        let comment = unsafe { ffi::kg_doc_comment(function) };
        let doc = if comment.is_null() {
            DocBlock::default()
        } else {
            DocBlock::parse(string_bytes(comment))
        };
        // SAFETY: as above.
        let (required, scope, flags) = unsafe {
            (
                (*function).common.required_num_args,
                (*function).common.scope,
                (*function).common.fn_flags,
            )
        };
        let attributes = Attributes::of_function(function, name)?;
        let mut parameters = Vec::new();
        let mut variadic = None;
        for index in 0.. {
            // SAFETY: all zeroes is an empty record, filled by the engine.
            let mut raw: ffi::kg_parameter = unsafe { std::mem::zeroed() };
            // SAFETY: as above.
            if !unsafe { ffi::kg_parameter_at(function, index, &raw mut raw) } {
                break;
            }
            let mut parameter = read_parameter(&raw, scope, &doc, name)?;
            parameter.is_optional |= index >= required;
            parameter.take_attributes(function, index, name)?;
            if parameters
                .iter()
                .any(|other: &Parameter| other.name == parameter.name)
            {
                return Err(ExportError::Refused(format!(
                    "{name}() has two parameters called {}",
                    String::from_utf8_lossy(&parameter.name)
                )));
            }
            if raw.is_variadic {
                variadic = Some(parameter);
            } else {
                read_default(function, index, &mut parameter)?;
                parameters.push(parameter);
            }
        }
        // SAFETY: as above.
        let returns = read_return(unsafe { ffi::kg_return_type(function) }, scope, &doc)?;
        let text_of = |attribute: &str, property: &str| {
            attributes
                .find(attribute)
                .and_then(|attribute| attribute.text(property))
        };
        let deprecated = text_of("deprecated", "reason")
            .or(doc.deprecated)
            .or_else(|| (flags & ffi::ZEND_ACC_DEPRECATED != 0).then(String::new));
        let (summary, description) = match text_of("description", "text") {
            Some(text) => paragraphs(&text),
            None => (doc.summary.into(), doc.description.into()),
        };
        Ok(Self {
            parameters: parameters.into_boxed_slice(),
            required: required as usize,
            variadic,
            returns_bytes: returns.members().contains(&Type::Bytes),
            returns,
            summary,
            description,
            returns_description: doc.returns_description.into(),
            deprecated: deprecated.map(String::into_boxed_str),
            attributes,
        })
    }
}

/// The first paragraph on one line, and the rest.
fn paragraphs(text: &str) -> (Box<str>, Box<str>) {
    let (first, rest) = text.trim().split_once("\n\n").unwrap_or((text.trim(), ""));
    (first.replace('\n', " ").into(), rest.trim().into())
}

impl Parameter {
    fn take_attributes(
        &mut self,
        function: *const ffi::zend_function,
        index: u32,
        method: &str,
    ) -> Result<(), ExportError> {
        let label = format!("{method}(${})", String::from_utf8_lossy(&self.name));
        self.attributes = Attributes::of_parameter(function, index, &label)?;
        let text_of = |attribute: &str, property: &str| {
            self.attributes
                .find(attribute)
                .and_then(|attribute| attribute.text(property))
        };
        let (name, description) = (text_of("name", "name"), text_of("description", "text"));
        if let Some(name) = name {
            self.name = name.into_bytes().into();
        }
        if let Some(description) = description {
            self.description = description.into();
        }
        Ok(())
    }
}

fn read_parameter(
    raw: &ffi::kg_parameter,
    scope: *mut ffi::zend_class_entry,
    doc: &DocBlock,
    method: &str,
) -> Result<Parameter, ExportError> {
    // SAFETY: the name lives as long as the function.
    let name = unsafe { std::slice::from_raw_parts(raw.name.cast::<u8>(), raw.name_length) };
    let shown = String::from_utf8_lossy(name);
    if raw.is_by_reference {
        return Err(ExportError::Refused(format!(
            "{method}() takes ${shown} by reference, which no remote caller can give; \
             hide it with #[Kargo\\Rpc\\Hidden]"
        )));
    }
    let declared = if raw.type_.is_null() {
        None
    } else {
        Some(read_type(raw.type_, scope)?)
    };
    let ty = match declared {
        None => doc.parameter(name).cloned(),
        Some(declared) => declared.ty.map(|ty| refine(ty, doc.parameter(name))),
    };
    let ty = match (ty, raw.type_.is_null()) {
        (Some(ty), _) => ty,
        (None, true) => Type::Mixed,
        (None, false) => {
            return Err(ExportError::Refused(format!(
                "{method}() takes ${shown} of a type that can't be sent; \
                 hide the method with #[Kargo\\Rpc\\Hidden]"
            )));
        }
    };
    Ok(Parameter {
        name: name.into(),
        wants_arrays: ty.wants_arrays(),
        ty,
        is_optional: raw.is_variadic,
        default: None,
        description: doc.description_of(name).into(),
        attributes: Attributes::default(),
    })
}

/// A declared type: what of it can be sent, and whether there is more.
struct Declared {
    ty: Option<Type>,
    has_other_classes: bool,
}

fn read_type(
    raw: *const ffi::zend_type,
    scope: *mut ffi::zend_class_entry,
) -> Result<Declared, ExportError> {
    // SAFETY: the type is the function's.
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
    let mut has_other_classes = has(ffi::MAY_BE_STATIC);
    for index in 0.. {
        // SAFETY: the name is the type's own.
        let name = unsafe { ffi::kg_type_class(raw, index) };
        if name.is_null() {
            break;
        }
        match class_type(string_bytes(name), scope)? {
            Some(ty) => members.push(ty),
            None => has_other_classes = true,
        }
    }
    if has(ffi::MAY_BE_NULL) && !has(ffi::MAY_BE_ANY) {
        members.push(Type::Null);
    }
    Ok(Declared {
        ty: Type::union(members),
        has_other_classes,
    })
}

/// The type that a class is, if it is one that can be sent.
fn class_type(name: &[u8], scope: *mut ffi::zend_class_entry) -> Result<Option<Type>, ExportError> {
    let entry = find_class(name, scope)?;
    if entry.is_null() {
        return Ok(None);
    }
    if entry == class::binary() {
        return Ok(Some(Type::Binary));
    }
    // SAFETY: classes live as long as the script.
    let kind = unsafe { ffi::kg_kind_of_class(entry) };
    Ok(match kind {
        ffi::kg_class_kind_KG_CLASS_STD => Some(Type::Object),
        // SAFETY: as above.
        ffi::kg_class_kind_KG_CLASS_DATE => Some(Type::Date(unsafe { date_class(entry) })),
        ffi::kg_class_kind_KG_CLASS_INT_ENUM => Some(Type::Enum {
            class: entry,
            is_int: true,
        }),
        ffi::kg_class_kind_KG_CLASS_STRING_ENUM => Some(Type::Enum {
            class: entry,
            is_int: false,
        }),
        _ => None,
    })
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

/// What a docblock adds to a declared type: what is in an array, that a string is base64; everything where nothing was
/// declared, or `mixed`.
fn refine(declared: Type, doc: Option<&Type>) -> Type {
    let Some(doc) = doc else { return declared };
    if declared == Type::Mixed {
        return doc.clone();
    }
    let arrays: Vec<Type> = doc
        .members()
        .iter()
        .filter(|member| member.is_array())
        .cloned()
        .collect();
    let has_bytes = doc.members().contains(&Type::Bytes);
    let mut members = Vec::new();
    for member in declared.members() {
        match member {
            Type::Array if !arrays.is_empty() => members.extend(arrays.iter().cloned()),
            Type::String if has_bytes => members.push(Type::Bytes),
            other => members.push(other.clone()),
        }
    }
    Type::union(members).unwrap_or(declared)
}

fn read_return(
    raw: *const ffi::zend_type,
    scope: *mut ffi::zend_class_entry,
    doc: &DocBlock,
) -> Result<Type, ExportError> {
    if raw.is_null() {
        return Ok(doc.returns.clone().unwrap_or(Type::Mixed));
    }
    let declared = read_type(raw, scope)?;
    let mut members: Vec<Type> = Vec::new();
    members.extend(declared.ty);
    if declared.has_other_classes {
        members.push(Type::Object);
    }
    let ty = Type::union(members).unwrap_or(Type::Mixed);
    Ok(refine(ty, doc.returns.as_ref()))
}

struct Default {
    function: *const ffi::zend_function,
    index: u32,
    value: Zv,
    is_known: bool,
}

unsafe extern "C" fn default_body(data: *mut c_void) {
    // SAFETY: `read_default` gives a Default.
    unsafe {
        let default = data.cast::<Default>();
        (*default).is_known =
            ffi::kg_default_value((*default).function, (*default).index, (*default).value.0);
    }
}

/// Finds the default of an optional parameter. A null for an untyped one means that it may be null.
fn read_default(
    function: *const ffi::zend_function,
    index: u32,
    parameter: &mut Parameter,
) -> Result<(), ExportError> {
    if !parameter.is_optional {
        return Ok(());
    }
    let mut value = Owned::undefined();
    let mut default = Default {
        function,
        index,
        value: value.zv(),
        is_known: false,
    };
    match protect(&mut default, default_body) {
        Outcome::Returned => {}
        outcome => return Err(ExportError::of(outcome)),
    }
    if !default.is_known {
        return Ok(());
    }
    if value.zv().kind() == crate::engine::Kind::Null && !parameter.ty.accepts_null() {
        let nullable = vec![parameter.ty.clone(), Type::Null];
        parameter.ty = Type::union(nullable).unwrap_or(Type::Mixed);
    }
    let mut text = Vec::new();
    // A default without a JSON form is left out of descriptions.
    if json::encode_protected(value.zv(), &mut text).is_ok() {
        parameter.default = Some(text.into_boxed_slice());
    }
    Ok(())
}
