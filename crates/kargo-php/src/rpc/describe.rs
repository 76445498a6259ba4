//! The methods of an Api as plain data: what all documents about it are made from.

use std::ffi::c_void;
use std::rc::Rc;

use kargo_rpc::description::{
    Case, DeclaredFault, Definition, Description, Field, Literal, Method as Described, Shape,
    Type as Plain, TypeId,
};

use crate::engine::callable::{Outcome, protect, take_exception};
use crate::engine::value::{Key, array_iter};
use crate::engine::{Owned, Zv, ffi};
use crate::rpc::api::{Api, Method, Methods};
use crate::rpc::attribute::Attributes;
use crate::rpc::docblock::DocBlock;
use crate::rpc::names::Names;
use crate::rpc::policy;
use crate::rpc::properties::{self, Property};
use crate::rpc::records::{self, RecordId};
use crate::rpc::signature::{ExportError, Parameter};
use crate::rpc::types::{Shape as MemberShape, ShapeKind, Type, public_name};

/// Describes `methods` in their order.
pub(crate) fn describe(api: &Api, methods: &Methods) -> Description {
    let mut describer = Describer {
        made: Description {
            title: api.title.to_string(),
            version: api.version.to_string(),
            schemes: policy::schemes_of(api),
            ..Description::default()
        },
        known: Vec::new(),
        shapes: Vec::new(),
        place: String::new(),
    };
    for method in &methods.list {
        let about = method.class_attributes.find("description");
        if let Some(text) = about.and_then(|attribute| attribute.text("text"))
            && !describer.made.description.contains(&text)
        {
            let whole = &mut describer.made.description;
            whole.push_str(if whole.is_empty() { "" } else { "\n\n" });
            whole.push_str(&text);
        }
        let described = describer.method(api, method);
        describer.made.methods.push(described);
    }
    describer.made
}

/// What a definition is made of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Source {
    Enum(*mut ffi::zend_class_entry),
    /// What a constructor takes.
    Argument(*mut ffi::zend_class_entry),
    /// What public properties give.
    Result(*mut ffi::zend_class_entry),
}

/// A description that grows.
struct Describer {
    made: Description,
    known: Vec<(Source, TypeId)>,
    /// Definitions that are made for shapes.
    shapes: Vec<TypeId>,
    /// What a shape is called that is met now.
    place: String,
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// `poll.getAll` as `PollGetAll`.
fn pascal(name: &str) -> String {
    let parts = name.split(|c: char| !c.is_ascii_alphanumeric());
    parts
        .map(|part| {
            let mut chars = part.chars();
            let first = chars.next().map(|c| c.to_ascii_uppercase());
            first.into_iter().chain(chars).collect::<String>()
        })
        .collect()
}

impl Describer {
    fn method(&mut self, api: &Api, method: &Method) -> Described {
        let signature = &method.signature;
        let name = text(&method.name);
        let start = pascal(&name);
        let parameters = signature
            .parameters
            .iter()
            .map(|parameter| self.field(parameter, &start))
            .collect();
        let variadic = signature
            .variadic
            .as_ref()
            .map(|parameter| self.field(parameter, &start));
        let trailing = signature
            .trailing
            .as_ref()
            .map(|parameter| self.field(parameter, &start));
        Described {
            parameters,
            variadic,
            trailing,
            result: self.at(format!("{start}Result"), |this| {
                this.plain(&signature.returns)
            }),
            name,
            summary: signature.summary.to_string(),
            description: signature.description.to_string(),
            result_description: signature.returns_description.to_string(),
            faults: faults_of(api, &signature.throws),
            deprecated: signature.deprecated.as_deref().map(str::to_owned),
            policies: policy::policies_of(api, method),
        }
    }

    /// Does something where a shape is called `place`.
    fn at<R>(&mut self, place: String, body: impl FnOnce(&mut Self) -> R) -> R {
        let before = std::mem::replace(&mut self.place, place);
        let result = body(self);
        self.place = before;
        result
    }

    fn field(&mut self, parameter: &Parameter, start: &str) -> Field {
        let name = text(&parameter.name);
        let ty = self.at(format!("{start}{}", pascal(&name)), |this| {
            this.plain(&parameter.ty)
        });
        Field {
            name,
            is_optional: parameter.is_optional,
            default: parameter
                .default
                .as_deref()
                .and_then(|default| self.default_of(&ty, default)),
            ty,
            description: parameter.description.to_string(),
        }
    }

    /// A default as a value of its type: PHP's empty array may be an object, and may lack what callers have to give.
    fn default_of(&self, ty: &Plain, default: &[u8]) -> Option<Vec<u8>> {
        let is_list = |member: &Plain| {
            matches!(
                member,
                Plain::Any
                    | Plain::List(_)
                    | Plain::Collection(_)
                    | Plain::NonEmptyCollection(_)
                    | Plain::NonEmptyList(_)
            )
        };
        if default != b"[]" || ty.members().iter().any(is_list) {
            return Some(default.to_vec());
        }
        let takes_empty = ty.members().iter().any(|member| match member {
            Plain::Map(_) | Plain::NonEmptyMap(_) | Plain::Object => true,
            Plain::Defined(id) => self.made.definition(*id).is_some_and(|definition| {
                !matches!(definition.shape, Shape::Enum(_))
                    && definition
                        .shape
                        .fields()
                        .iter()
                        .all(|field| field.is_optional)
            }),
            _ => false,
        });
        takes_empty.then(|| b"{}".to_vec())
    }

    fn plain(&mut self, ty: &Type) -> Plain {
        match ty {
            Type::Mixed => Plain::Any,
            Type::Null | Type::Void => Plain::Null,
            Type::Bool => Plain::Boolean,
            Type::False => Plain::Constant(false),
            Type::True => Plain::Constant(true),
            Type::Int => Plain::Integer,
            Type::IntBetween(least, most) => Plain::IntegerBetween(*least, *most),
            Type::Float => Plain::Number,
            Type::String => Plain::String,
            Type::NonEmptyString => Plain::NonEmptyString,
            Type::NumericString => Plain::NumericString,
            Type::Literals(literals) => Plain::OneOf(literals.to_vec()),
            Type::Bytes | Type::Binary => Plain::Bytes,
            Type::Array => Plain::Collection(Box::new(Plain::Any)),
            Type::Items(item) => Plain::Collection(Box::new(self.plain(item))),
            Type::NonEmptyItems(item) => Plain::NonEmptyCollection(Box::new(self.plain(item))),
            Type::NonEmptyMap(item) => Plain::NonEmptyMap(Box::new(self.plain(item))),
            Type::List(item) => Plain::List(Box::new(self.plain(item))),
            Type::NonEmptyList(item) => Plain::NonEmptyList(Box::new(self.plain(item))),
            Type::Map(item) => Plain::Map(Box::new(self.plain(item))),
            Type::Shape(shape) => self.shape(shape),
            Type::Object => Plain::Object,
            Type::Record(record) => self.record(*record),
            Type::Instance(class) => self.instance(*class),
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

    fn known(&self, source: Source) -> Option<Plain> {
        self.known
            .iter()
            .find(|(other, _)| *other == source)
            .map(|(_, id)| Plain::Defined(*id))
    }

    fn enumeration(&mut self, class: *mut ffi::zend_class_entry) -> Plain {
        if let Some(known) = self.known(Source::Enum(class)) {
            return known;
        }
        let Some(cases) = cases_of(class) else {
            // Its constants can't be evaluated, so no value will ever be one of them.
            return Plain::Any;
        };
        let id = self.define(&public_name(class), "", prose_of(class), Shape::Enum(cases));
        self.known.push((Source::Enum(class), id));
        Plain::Defined(id)
    }

    fn record(&mut self, record: RecordId) -> Plain {
        let class = record.class;
        if let Some(known) = self.known(Source::Argument(class)) {
            return known;
        }
        let Some(found) = record.get() else {
            return Plain::Object;
        };
        let Some(signature) = found.signature() else {
            return Plain::Object;
        };
        let is_both = is_both(class, &mut Vec::new());
        let id = self.define(
            &public_name(class),
            "Input",
            prose_of(class),
            Shape::Record(Vec::new()),
        );
        self.known.push((Source::Argument(class), id));
        if is_both {
            self.known.push((Source::Result(class), id));
        }
        let start = self.name_of(id);
        let fields = signature
            .members()
            .map(|parameter| self.field(parameter, &start))
            .collect();
        self.fill(id, Shape::Record(fields))
    }

    fn instance(&mut self, class: *mut ffi::zend_class_entry) -> Plain {
        if let Some(known) = self.known(Source::Result(class)) {
            return known;
        }
        if is_both(class, &mut Vec::new())
            && let Some(record) = record_of(class)
        {
            return self.record(record);
        }
        let Some(properties) = properties_of(class) else {
            return Plain::Object;
        };
        let id = self.define(
            &public_name(class),
            "Output",
            prose_of(class),
            Shape::Record(Vec::new()),
        );
        self.known.push((Source::Result(class), id));
        let start = self.name_of(id);
        let fields = properties
            .iter()
            .map(|property| {
                let name = text(&property.name);
                Field {
                    ty: self.at(format!("{start}{}", pascal(&name)), |this| {
                        this.plain(&property.ty)
                    }),
                    name,
                    description: property.description.to_string(),
                    ..Field::default()
                }
            })
            .collect();
        self.fill(id, Shape::Record(fields))
    }

    fn shape(&mut self, shape: &MemberShape) -> Plain {
        let place = self.place.clone();
        if shape.kind == ShapeKind::List {
            let items: Vec<Plain> = shape
                .members
                .iter()
                .map(|member| self.plain(&member.ty))
                .collect();
            let item = if shape.is_open {
                Plain::Any
            } else {
                Plain::union(items)
            };
            return Plain::List(Box::new(item));
        }
        let fields: Vec<Field> = shape
            .members
            .iter()
            .map(|member| Field {
                name: member.name.to_string(),
                ty: self.at(format!("{place}{}", pascal(&member.name)), |this| {
                    this.plain(&member.ty)
                }),
                is_optional: member.is_optional,
                ..Field::default()
            })
            .collect();
        let made = if shape.is_open {
            Shape::OpenRecord(fields)
        } else {
            Shape::Record(fields)
        };
        let same = self.shapes.iter().find(|id| {
            self.made
                .definition(**id)
                .is_some_and(|other| other.shape == made)
        });
        if let Some(id) = same {
            return Plain::Defined(*id);
        }
        let id = self.define(&place, "", String::new(), made);
        self.shapes.push(id);
        Plain::Defined(id)
    }

    fn name_of(&self, id: TypeId) -> String {
        self.made
            .definition(id)
            .map_or_else(String::new, |definition| definition.name.clone())
    }

    fn fill(&mut self, id: TypeId, shape: Shape) -> Plain {
        if let Some(definition) = self.made.definitions.get_mut(id.0) {
            definition.shape = shape;
        }
        Plain::Defined(id)
    }

    /// A new definition, its name made unique: of two classes with one short name the later one has its namespace too,
    /// of two definitions of one class the later one has `suffix`.
    fn define(
        &mut self,
        full_name: &str,
        suffix: &str,
        description: String,
        shape: Shape,
    ) -> TypeId {
        let short = full_name.rsplit('\\').next().unwrap_or_default();
        let mut name = identifier(short);
        if self.is_taken(&name) {
            name = identifier(&format!("{short}{suffix}"));
        }
        if self.is_taken(&name) {
            name = identifier(full_name);
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

/// What is said of a class.
fn prose_of(class: *mut ffi::zend_class_entry) -> String {
    let label = public_name(class);
    let said = settled(Attributes::of_class(class, &label))
        .and_then(|attributes| attributes.find("description")?.text("text"));
    said.unwrap_or_else(|| {
        // SAFETY: the class is alive, and its comment with it.
        let comment = unsafe { ffi::kg_class_doc_comment(class) };
        settled(DocBlock::read(comment, &Names::of_class(class)))
            .map_or_else(String::new, |doc| doc.prose())
    })
}

/// What was found; of a failure nothing is left, since all that can fail was tried at the export.
fn settled<T>(found: Result<T, ExportError>) -> Option<T> {
    found
        .inspect_err(|error| {
            if matches!(error, ExportError::Thrown) {
                drop(take_exception());
            }
        })
        .ok()
}

fn properties_of(class: *mut ffi::zend_class_entry) -> Option<Rc<[Property]>> {
    settled(properties::of_class(class))
}

fn record_of(class: *mut ffi::zend_class_entry) -> Option<RecordId> {
    settled(records::of_class(class))?.ok()
}

/// Whether what the constructor of a class takes is what its properties give, so that one definition will do. Those in
/// `assumed` are being compared already.
fn is_both(
    class: *mut ffi::zend_class_entry,
    assumed: &mut Vec<*mut ffi::zend_class_entry>,
) -> bool {
    if assumed.contains(&class) {
        return true;
    }
    let (Some(record), Some(properties)) = (record_of(class), properties_of(class)) else {
        return false;
    };
    let Some(record) = record.get() else {
        return false;
    };
    let Some(signature) = record.signature() else {
        return false;
    };
    assumed.push(class);
    signature.members().count() == properties.len()
        && signature.members().all(|parameter| {
            properties.iter().any(|property| {
                property.name == parameter.name && is_same(&parameter.ty, &property.ty, assumed)
            })
        })
}

fn is_same(argument: &Type, result: &Type, assumed: &mut Vec<*mut ffi::zend_class_entry>) -> bool {
    match (argument, result) {
        (Type::Record(record), Type::Instance(class)) => {
            record.class == *class && is_both(*class, assumed)
        }
        (Type::Items(one), Type::Items(other))
        | (Type::NonEmptyItems(one), Type::NonEmptyItems(other))
        | (Type::NonEmptyMap(one), Type::NonEmptyMap(other))
        | (Type::List(one), Type::List(other))
        | (Type::NonEmptyList(one), Type::NonEmptyList(other))
        | (Type::Map(one), Type::Map(other)) => is_same(one, other, assumed),
        (Type::Union(some), Type::Union(others)) => {
            some.len() == others.len()
                && some
                    .iter()
                    .zip(others)
                    .all(|(one, other)| is_same(one, other, assumed))
        }
        (Type::Shape(one), Type::Shape(other)) => {
            (one.kind, one.is_open, one.members.len())
                == (other.kind, other.is_open, other.members.len())
                && one.members.iter().zip(&other.members).all(|(one, other)| {
                    (&one.name, one.is_optional) == (&other.name, other.is_optional)
                        && is_same(&one.ty, &other.ty, assumed)
                })
        }
        _ => argument == result,
    }
}

/// The exceptions of a method that pass to the caller.
fn faults_of(api: &Api, throws: &[(*mut ffi::zend_class_entry, String)]) -> Vec<DeclaredFault> {
    let mut faults: Vec<DeclaredFault> = Vec::new();
    for (class, prose) in throws {
        if !api.passes(*class) {
            continue;
        }
        let full = public_name(*class);
        let name = identifier(full.rsplit('\\').next().unwrap_or_default());
        if faults.iter().any(|other| other.name == name) {
            continue;
        }
        // SAFETY: the class is alive.
        let code = unsafe { ffi::kg_default_code(*class) };
        faults.push(DeclaredFault {
            name,
            description: prose.clone(),
            code: i32::try_from(code).ok().filter(|code| *code != 0),
        });
    }
    faults
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
