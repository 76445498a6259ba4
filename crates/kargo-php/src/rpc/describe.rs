//! The methods of an Api as plain data: what all documents about it are made from.

use std::ffi::c_void;

use kargo_rpc::description::{
    Case, Definition, Description, Field, Literal, Method as Described, Shape, Type as Plain,
    TypeId,
};

use crate::engine::callable::{Outcome, protect, take_exception};
use crate::engine::value::{Key, array_iter, class_name, string_bytes};
use crate::engine::{Owned, Zv, ffi};
use crate::rpc::api::{Method, Methods};
use crate::rpc::docblock::DocBlock;
use crate::rpc::signature::Parameter;
use crate::rpc::types::Type;

/// Describes `methods` in their order.
pub(crate) fn describe(title: &str, version: &str, methods: &Methods) -> Description {
    let mut describer = Describer {
        made: Description {
            title: title.to_owned(),
            version: version.to_owned(),
            ..Description::default()
        },
        classes: Vec::new(),
    };
    for method in &methods.list {
        let described = describer.method(method);
        describer.made.methods.push(described);
    }
    describer.made
}

/// A description that grows.
struct Describer {
    made: Description,
    /// The classes that are defined already.
    classes: Vec<(*mut ffi::zend_class_entry, TypeId)>,
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

impl Describer {
    fn method(&mut self, method: &Method) -> Described {
        let signature = &method.signature;
        Described {
            name: text(&method.name),
            summary: signature.summary.to_string(),
            description: signature.description.to_string(),
            parameters: signature
                .parameters
                .iter()
                .map(|parameter| self.field(parameter))
                .collect(),
            variadic: signature
                .variadic
                .as_ref()
                .map(|parameter| self.field(parameter)),
            result: self.plain(&signature.returns),
            result_description: signature.returns_description.to_string(),
            deprecated: signature.deprecated.as_deref().map(str::to_owned),
            ..Described::default()
        }
    }

    fn field(&mut self, parameter: &Parameter) -> Field {
        Field {
            name: text(&parameter.name),
            ty: self.plain(&parameter.ty),
            is_optional: parameter.is_optional,
            default: parameter.default.as_deref().map(<[u8]>::to_vec),
            description: parameter.description.to_string(),
        }
    }

    fn plain(&mut self, ty: &Type) -> Plain {
        match ty {
            Type::Mixed => Plain::Any,
            Type::Null | Type::Void => Plain::Null,
            Type::Bool => Plain::Boolean,
            Type::False => Plain::Constant(false),
            Type::True => Plain::Constant(true),
            Type::Int => Plain::Integer,
            Type::Float => Plain::Number,
            Type::String => Plain::String,
            Type::Bytes | Type::Binary => Plain::Bytes,
            Type::Array => Plain::Collection(Box::new(Plain::Any)),
            Type::Items(item) => Plain::Collection(Box::new(self.plain(item))),
            Type::List(item) => Plain::List(Box::new(self.plain(item))),
            Type::Map(item) => Plain::Map(Box::new(self.plain(item))),
            Type::Object => Plain::Object,
            Type::Date(_) => Plain::DateTime,
            Type::Enum { class, .. } => self.enumeration(*class),
            Type::Union(members) => Plain::union(
                members
                    .iter()
                    .map(|member| self.plain(member))
                    .collect::<Vec<_>>(),
            ),
        }
    }

    fn enumeration(&mut self, class: *mut ffi::zend_class_entry) -> Plain {
        if let Some((_, id)) = self.classes.iter().find(|(other, _)| *other == class) {
            return Plain::Defined(*id);
        }
        let Some(cases) = cases_of(class) else {
            // Its constants can't be evaluated, so no value will ever be one of them.
            return Plain::Any;
        };
        let id = self.define(class_name(class), doc_of(class), Shape::Enum(cases));
        self.classes.push((class, id));
        Plain::Defined(id)
    }

    /// A new definition, its name made unique: of two classes with one short name the later one has its namespace too.
    fn define(&mut self, full_name: &[u8], description: String, shape: Shape) -> TypeId {
        let full_name = text(full_name);
        let short = full_name.rsplit('\\').next().unwrap_or_default();
        let mut name = identifier(short);
        if self.is_taken(&name) {
            name = identifier(&full_name);
        }
        let mut number = 2;
        let first = name.clone();
        while self.is_taken(&name) {
            name = format!("{first}{number}");
            number += 1;
        }
        let id = TypeId(self.made.definitions.len());
        self.made.definitions.push(Definition {
            name,
            description,
            shape,
        });
        id
    }

    fn is_taken(&self, name: &str) -> bool {
        self.made
            .definitions
            .iter()
            .any(|definition| definition.name.eq_ignore_ascii_case(name))
    }
}

/// ASCII letters, digits and `_`, beginning with a letter.
fn identifier(name: &str) -> String {
    let mut made: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .collect();
    if !made.starts_with(|c: char| c.is_ascii_alphabetic()) {
        made.insert_str(0, "Type");
    }
    made
}

/// The prose of a class's docblock.
fn doc_of(class: *mut ffi::zend_class_entry) -> String {
    // SAFETY: the class is alive, and its comment with it.
    let comment = unsafe { ffi::kg_class_doc_comment(class) };
    if comment.is_null() {
        return String::new();
    }
    let doc = DocBlock::parse(string_bytes(comment));
    if doc.description.is_empty() {
        doc.summary
    } else {
        format!("{}\n\n{}", doc.summary, doc.description)
    }
}

struct Cases {
    class: *mut ffi::zend_class_entry,
    target: Zv,
}

unsafe extern "C" fn cases_body(data: *mut c_void) {
    // SAFETY: `cases_of` gives Cases.
    unsafe {
        let cases = data.cast::<Cases>();
        ffi::kg_enum_cases((*cases).class, (*cases).target.0);
    }
}

fn cases_of(class: *mut ffi::zend_class_entry) -> Option<Vec<Case>> {
    let mut table = Owned::undefined();
    let mut cases = Cases {
        class,
        target: table.zv(),
    };
    let outcome = protect(&mut cases, cases_body);
    if outcome == Outcome::Threw {
        drop(take_exception());
    }
    let found = table.zv().array()?;
    let made: Vec<Case> = array_iter(found)
        .filter_map(|(key, value)| match key {
            Key::Name(name) => Some(Case {
                value: match (value.int(), value.bytes()) {
                    (Some(int), _) => Literal::Integer(int),
                    (None, Some(bytes)) => Literal::Text(text(bytes)),
                    (None, None) => Literal::Text(text(name)),
                },
                name: text(name),
            }),
            Key::Index(_) => None,
        })
        .collect();
    (outcome == Outcome::Returned && !made.is_empty()).then_some(made)
}
