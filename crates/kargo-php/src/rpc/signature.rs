//! What a method takes and gives, read once when it is exported.

use std::ffi::c_void;
use std::rc::Rc;

use crate::engine::callable::{Outcome, protect};
use crate::engine::{Owned, Zv, ffi};
use crate::rpc::attribute::Attributes;
use crate::rpc::declared::{self, Direction};
use crate::rpc::docblock::DocBlock;
use crate::rpc::encode_as::{Form, is_checked};
use crate::rpc::json;
use crate::rpc::names::Names;
use crate::rpc::properties;
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
    pub(crate) attributes: Rc<Attributes>,
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
    /// The same by name: a list of those arguments.
    pub(crate) trailing: Option<Parameter>,
    pub(crate) returns: Type,
    /// Whether results are written by their type, which checks them too.
    has_form: bool,
    /// The first paragraph of what is said of it.
    pub(crate) summary: Box<str>,
    /// The rest of that.
    pub(crate) description: Box<str>,
    /// What it says of the result.
    pub(crate) returns_description: Box<str>,
    /// Why it should not be called any more.
    pub(crate) deprecated: Option<Box<str>>,
    /// Exceptions that its docblock declares, and when they are thrown.
    pub(crate) throws: Vec<(*mut ffi::zend_class_entry, String)>,
    /// Whether constructors are called before it is.
    pub(crate) has_records: bool,
    pub(crate) attributes: Attributes,
}

/// What helps against a parameter that can't be sent.
pub(crate) const HINT: &str = "; hide the method with #[Kargo\\Rpc\\Hidden]";

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
        let doc = DocBlock::read(comment, &Names::of_function(function))?;
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
            let mut parameter = read_parameter(&raw, function, &doc, name)?;
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
        if variadic.is_some() {
            let mut all = parameters.iter().chain(&variadic);
            if all.any(|parameter| parameter.attributes.find("soapheader").is_some()) {
                return Err(ExportError::Refused(format!(
                    "{name}() takes any number of arguments, so none of them can be a #[Kargo\\Rpc\\SoapHeader]"
                )));
            }
        }
        // SAFETY: as above.
        let raw = unsafe { ffi::kg_return_type(function) };
        let returns = declared::read_return(raw, scope, doc.returns.as_ref())?;
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
        let has_records = parameters
            .iter()
            .chain(&variadic)
            .any(|parameter| parameter.ty.has_records());
        Ok(Self {
            parameters: parameters.into_boxed_slice(),
            required: required as usize,
            trailing: variadic.as_ref().map(Parameter::as_list),
            variadic,
            has_form: is_checked(&returns, !raw.is_null()),
            returns,
            summary,
            description,
            returns_description: doc.returns_description.into(),
            deprecated: deprecated.map(String::into_boxed_str),
            throws: doc.throws,
            has_records,
            attributes,
        })
    }
}

impl Signature {
    /// What can be given by name, in the order of the declaration.
    #[inline]
    pub(crate) fn members(&self) -> impl Iterator<Item = &Parameter> + Clone {
        self.parameters.iter().chain(&self.trailing)
    }

    /// Number `index` of those.
    #[inline]
    pub(crate) fn member(&self, index: usize) -> Option<&Parameter> {
        match self.parameters.get(index) {
            Some(parameter) => Some(parameter),
            None if index == self.parameters.len() => self.trailing.as_ref(),
            None => None,
        }
    }

    /// The type of the result, where it says how it is written or has to be checked; else null.
    #[inline]
    pub(crate) fn form(&self) -> Form {
        if self.has_form {
            &raw const self.returns
        } else {
            std::ptr::null()
        }
    }
}

/// The first paragraph on one line, and the rest.
fn paragraphs(text: &str) -> (Box<str>, Box<str>) {
    let (first, rest) = text.trim().split_once("\n\n").unwrap_or((text.trim(), ""));
    (first.replace('\n', " ").into(), rest.trim().into())
}

impl Parameter {
    /// Of a variadic parameter: what it is by name.
    fn as_list(&self) -> Self {
        Self {
            name: self.name.clone(),
            ty: Type::List(Box::new(self.ty.clone())),
            wants_arrays: false,
            is_optional: true,
            default: None,
            description: self.description.clone(),
            attributes: Rc::clone(&self.attributes),
        }
    }

    fn take_attributes(
        &mut self,
        function: *const ffi::zend_function,
        index: u32,
        method: &str,
    ) -> Result<(), ExportError> {
        let label = format!("{method}(${})", String::from_utf8_lossy(&self.name));
        self.attributes = Rc::new(Attributes::of_parameter(function, index, &label)?);
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
    function: *const ffi::zend_function,
    doc: &DocBlock,
    method: &str,
) -> Result<Parameter, ExportError> {
    // SAFETY: the function is alive.
    let scope = unsafe { (*function).common.scope };
    // SAFETY: the name lives as long as the function.
    let name = unsafe { std::slice::from_raw_parts(raw.name.cast::<u8>(), raw.name_length) };
    let shown = String::from_utf8_lossy(name);
    if raw.is_by_reference {
        return Err(ExportError::Refused(format!(
            "{method}() takes ${shown} by reference, which no remote caller can give; \
             hide it with #[Kargo\\Rpc\\Hidden]"
        )));
    }
    let (promoted, prose) = properties::promoted(function, name)?;
    let from_doc = doc.parameter(name).or(promoted.as_ref());
    let ty = if raw.type_.is_null() {
        from_doc.cloned().unwrap_or(Type::Mixed)
    } else {
        let declared = declared::read(raw.type_, scope, Direction::Argument)?;
        let Some(ty) = declared.refined(from_doc) else {
            let why = declared
                .other
                .map_or_else(String::new, |why| format!(" ({why})"));
            return Err(ExportError::Refused(format!(
                "{method}() takes ${shown} of a type that can't be sent{why}{HINT}"
            )));
        };
        ty
    };
    Ok(Parameter {
        name: name.into(),
        wants_arrays: ty.wants_arrays(),
        ty,
        is_optional: raw.is_variadic,
        default: None,
        description: match doc.description_of(name) {
            "" => prose.into(),
            said => said.into(),
        },
        attributes: Rc::default(),
    })
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
