//! The attributes of the namespace `Kargo\Rpc` as objects, read when something is exported.
//!
//! An attribute class is declared in a stub file with promoted properties; its constructor is [`construct`], or a
//! function that looks closer after [`Call::promote`]:
//!
//! ```php
//! #[\Attribute(\Attribute::TARGET_METHOD)]
//! final class Get { public function __construct(public readonly string $path) {} }
//! ```
//! ```text
//! native! { kargo_rpc_get_construct => crate::rpc::attribute::construct; }
//! method.attribute("get").and_then(|get| get.text("path"))
//! ```
//!
//! PHP itself refuses an attribute of ours at a wrong place, or twice, when it compiles the class. An attribute that does
//! not exist, and whatever its constructor throws, is a ConfigurationException of `export()`.

use std::ffi::c_void;

use crate::classes::exceptions::{message_of, read_property};
use crate::engine::callable::{Outcome, protect, take_exception};
use crate::engine::value::{array_iter, string_bytes};
use crate::engine::{Call, Owned, Thrown, Zv, ffi};
use crate::rpc::signature::ExportError;

/// The constructor of an attribute class: every argument into the property of its name.
pub(crate) fn construct(call: &Call) -> Result<(), Thrown> {
    call.promote()
}

/// One attribute: an object of its class, made by its constructor.
#[derive(Debug)]
pub(crate) struct Attribute {
    /// The short name of its class in lower case.
    name: Box<[u8]>,
    /// Holds the object.
    _value: Owned,
    object: *mut ffi::zend_object,
}

impl Attribute {
    /// The same of an object that was made elsewhere.
    pub(crate) fn of(object: *mut ffi::zend_object) -> Self {
        let mut value = Owned::undefined();
        value.zv().share_object(object);
        Self {
            name: Box::default(),
            _value: value,
            object,
        }
    }

    /// A property's value.
    pub(crate) fn value(&self, property: &str) -> Owned {
        read_property(self.object, property)
    }

    /// A string property; `None` if it is null.
    pub(crate) fn text(&self, property: &str) -> Option<String> {
        self.value(property)
            .zv()
            .bytes()
            .map(|bytes| String::from_utf8_lossy(bytes).into_owned())
    }

    /// An integer property; `None` if it is null.
    pub(crate) fn int(&self, property: &str) -> Option<i64> {
        self.value(property).zv().int()
    }

    /// Whether a boolean property is true.
    pub(crate) fn is_set(&self, property: &str) -> bool {
        self.value(property).zv().is_true()
    }

    /// The strings in an array property; a single string is a list of one.
    pub(crate) fn texts(&self, property: &str) -> Vec<String> {
        let mut value = self.value(property);
        let shown = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        if let Some(bytes) = value.zv().bytes() {
            return vec![shown(bytes)];
        }
        value.zv().array().map_or_else(Vec::new, |array| {
            array_iter(array)
                .filter_map(|(_, item)| item.dereferenced().bytes().map(shown))
                .collect()
        })
    }
}

/// The attributes of one function, parameter, property or class, in their order.
#[derive(Debug, Default)]
pub(crate) struct Attributes {
    list: Box<[Attribute]>,
    /// Whose they are, in words.
    label: Box<str>,
}

impl Attributes {
    /// Those of a function or method.
    pub(crate) fn of_function(
        function: *const ffi::zend_function,
        label: &str,
    ) -> Result<Self, ExportError> {
        // SAFETY: the function is alive.
        let (table, scope) = unsafe {
            (
                ffi::kg_function_attributes(function),
                (*function).common.scope,
            )
        };
        read(&[(table, scope)], 0, label)
    }

    /// Those of parameter `index` of a function.
    pub(crate) fn of_parameter(
        function: *const ffi::zend_function,
        index: u32,
        label: &str,
    ) -> Result<Self, ExportError> {
        // SAFETY: as above.
        let (table, scope) = unsafe {
            (
                ffi::kg_function_attributes(function),
                (*function).common.scope,
            )
        };
        read(&[(table, scope)], index + 1, label)
    }

    /// Those of a property of `class`, which are in `table`.
    pub(crate) fn of_property(
        table: *mut ffi::HashTable,
        class: *mut ffi::zend_class_entry,
        label: &str,
    ) -> Result<Self, ExportError> {
        read(&[(table, class)], 0, label)
    }

    /// Those of a class, and then those of the classes it extends.
    pub(crate) fn of_class(
        class: *mut ffi::zend_class_entry,
        label: &str,
    ) -> Result<Self, ExportError> {
        let mut tables = Vec::new();
        let mut next = class;
        while !next.is_null() {
            // SAFETY: classes live as long as the script; a linked class has its parent.
            unsafe {
                tables.push((ffi::kg_class_attributes(next), next));
                next = (*next).__bindgen_anon_1.parent;
            }
        }
        read(&tables, 0, label)
    }

    /// Whose they are, in words: of a class its name.
    pub(crate) fn label(&self) -> &str {
        &self.label
    }

    /// The first one whose class is `Kargo\Rpc\NAME`; `name` is in lower case.
    pub(crate) fn find(&self, name: &str) -> Option<&Attribute> {
        self.all(name).next()
    }

    /// All whose class is `Kargo\Rpc\NAME`; `name` is in lower case.
    pub(crate) fn all(&self, name: &str) -> impl Iterator<Item = &Attribute> {
        self.list
            .iter()
            .filter(move |attribute| &*attribute.name == name.as_bytes())
    }
}

const NAMESPACE: &[u8] = b"kargo\\rpc\\";

fn read(
    tables: &[(*mut ffi::HashTable, *mut ffi::zend_class_entry)],
    offset: u32,
    label: &str,
) -> Result<Attributes, ExportError> {
    let mut found = Vec::new();
    for (table, scope) in tables {
        for index in 0.. {
            // SAFETY: the table is its function's or class's, which is alive; so are the attributes in it.
            let attribute = unsafe { ffi::kg_attribute_at(*table, offset, index) };
            if attribute.is_null() {
                break;
            }
            // SAFETY: as above.
            let lowercase = string_bytes(unsafe { (*attribute).lcname });
            if let Some(name) = lowercase.strip_prefix(NAMESPACE) {
                found.push(make(attribute, *scope, name, label)?);
            }
        }
    }
    Ok(Attributes {
        list: found.into_boxed_slice(),
        label: label.into(),
    })
}

struct Making {
    attribute: *mut ffi::zend_attribute,
    scope: *mut ffi::zend_class_entry,
    target: Zv,
}

unsafe extern "C" fn make_body(data: *mut c_void) {
    // SAFETY: `make` gives a Making.
    unsafe {
        let making = data.cast::<Making>();
        ffi::kg_attribute_new((*making).attribute, (*making).scope, (*making).target.0);
    }
}

fn make(
    attribute: *mut ffi::zend_attribute,
    scope: *mut ffi::zend_class_entry,
    name: &[u8],
    label: &str,
) -> Result<Attribute, ExportError> {
    // SAFETY: the attribute is alive.
    let (shown, is_ours) = unsafe {
        (
            String::from_utf8_lossy(string_bytes((*attribute).name)),
            ffi::kg_attribute_is_internal(attribute),
        )
    };
    if !is_ours {
        return Err(ExportError::Refused(format!(
            "{label}: there is no attribute #[{shown}]"
        )));
    }
    let mut value = Owned::undefined();
    let mut making = Making {
        attribute,
        scope,
        target: value.zv(),
    };
    match protect(&mut making, make_body) {
        Outcome::Returned => {}
        Outcome::Threw => {
            let why = take_exception()
                .and_then(|mut exception| exception.zv().object().map(message_of))
                .unwrap_or_default();
            return Err(ExportError::Refused(format!("{label}: #[{shown}]: {why}")));
        }
        outcome => return Err(ExportError::of(outcome)),
    }
    let Some(object) = value.zv().object() else {
        return Err(ExportError::Refused(format!(
            "{label}: #[{shown}] can't be made"
        )));
    };
    Ok(Attribute {
        name: name.into(),
        _value: value,
        object,
    })
}
