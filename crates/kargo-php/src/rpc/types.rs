//! The types of parameters and results: what PHP declares, refined by what docblocks say.

use std::fmt;

use kargo_rpc::description::Literal;

use crate::engine::ffi;
use crate::engine::value::class_name;
use crate::rpc::records::RecordId;

/// What a parameter takes or a method gives.
///
/// Arguments are fitted strictly: an integer where a float is wanted is the only scalar that is converted.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Type {
    /// Anything, as it came: objects as stdClass.
    Mixed,
    Null,
    Bool,
    False,
    True,
    Int,
    /// From the first to the second, both included.
    IntBetween(i64, i64),
    Float,
    String,
    NonEmptyString,
    /// A string that PHP takes for a number.
    NumericString,
    /// One of these.
    Literals(Box<[Literal]>),
    /// A string of PHP that travels as base64.
    Bytes,
    /// `Kargo\Rpc\Binary`.
    Binary,
    /// A list or an associative array; below it, objects become arrays too.
    Array,
    /// A list or an associative array whose values have this type.
    Items(Box<Self>),
    /// The same, not empty.
    NonEmptyItems(Box<Self>),
    /// A list whose values have this type.
    List(Box<Self>),
    /// The same, not empty.
    NonEmptyList(Box<Self>),
    /// An associative array whose values have this type: an object in JSON, a struct in XML-RPC.
    Map(Box<Self>),
    /// The same, not empty.
    NonEmptyMap(Box<Self>),
    /// What a docblock calls `array{…}` or `object{…}`.
    Shape(Box<Shape>),
    /// stdClass.
    Object,
    /// An object of a class that is made by its constructor.
    Record(RecordId),
    /// A result: an object of a class, sent as its public properties.
    Instance(*mut ffi::zend_class_entry),
    /// DateTimeInterface and its classes.
    Date(*mut ffi::zend_class_entry),
    /// An enum.
    Enum {
        class: *mut ffi::zend_class_entry,
        sent_as: SentAs,
    },
    /// Nothing is given back.
    Void,
    /// One of these; never empty, never nested.
    Union(Vec<Self>),
}

/// What stands for the case of an enum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SentAs {
    /// The integer that backs it.
    Int,
    /// The string that backs it.
    String,
    /// Its name: nothing backs it.
    Name,
}

/// Members with a type each.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Shape {
    pub(crate) kind: ShapeKind,
    pub(crate) members: Vec<Member>,
    /// Whether there may be others.
    pub(crate) is_open: bool,
}

/// What has the members.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ShapeKind {
    /// An associative array.
    Array,
    /// A list, whose members are its elements in their order.
    List,
    /// stdClass.
    Object,
}

/// A member of a shape.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Member {
    pub(crate) name: Box<str>,
    pub(crate) ty: Type,
    pub(crate) is_optional: bool,
}

impl Type {
    /// The union of `members`; `None` if there is none.
    pub(crate) fn union(members: Vec<Self>) -> Option<Self> {
        let mut flat: Vec<Self> = Vec::with_capacity(members.len());
        for member in members {
            match member {
                Self::Mixed => return Some(Self::Mixed),
                Self::Union(inner) => flat.extend(inner),
                other => flat.push(other),
            }
        }
        let mut unique: Vec<Self> = Vec::with_capacity(flat.len());
        let mut literals: Vec<Literal> = Vec::new();
        for member in flat {
            if let Self::Literals(more) = member {
                for literal in more {
                    if !literals.contains(&literal) {
                        literals.push(literal);
                    }
                }
            } else if !unique.contains(&member) {
                unique.push(member);
            }
        }
        if !literals.is_empty() {
            unique.insert(0, Self::Literals(literals.into()));
        }
        match unique.len() {
            0 | 1 => unique.pop(),
            _ => Some(Self::Union(unique)),
        }
    }

    /// The alternatives: itself, or the members of a union.
    pub(crate) fn members(&self) -> &[Self] {
        match self {
            Self::Union(members) => members,
            single => std::slice::from_ref(single),
        }
    }

    /// Whether every container below can be built as an array at once. Where a docblock says more, or objects are
    /// wanted, they are built as objects and turned into arrays while they are checked.
    pub(crate) fn wants_arrays(&self) -> bool {
        let mut has_array = false;
        for member in self.members() {
            match member {
                Self::Array => has_array = true,
                Self::Mixed
                | Self::Object
                | Self::Items(_)
                | Self::NonEmptyItems(_)
                | Self::List(_)
                | Self::NonEmptyList(_)
                | Self::Map(_)
                | Self::NonEmptyMap(_)
                | Self::Shape(_)
                | Self::Record(_) => return false,
                _ => {}
            }
        }
        has_array
    }

    pub(crate) fn accepts_null(&self) -> bool {
        self.members()
            .iter()
            .any(|member| matches!(member, Self::Null | Self::Mixed))
    }

    pub(crate) fn is_array(&self) -> bool {
        match self {
            Self::Array => true,
            Self::Shape(shape) => shape.kind != ShapeKind::Object,
            other => other.item().is_some(),
        }
    }

    /// Whether objects are made by constructors where a value is fitted to this.
    pub(crate) fn has_records(&self) -> bool {
        match self {
            Self::Record(_) => true,
            Self::Shape(shape) => shape.members.iter().any(|member| member.ty.has_records()),
            Self::Union(members) => members.iter().any(Self::has_records),
            other => other.item().is_some_and(Self::has_records),
        }
    }

    /// What the values in it are, of a list or map of one type.
    pub(crate) fn item(&self) -> Option<&Self> {
        match self {
            Self::Items(item)
            | Self::NonEmptyItems(item)
            | Self::List(item)
            | Self::NonEmptyList(item)
            | Self::Map(item)
            | Self::NonEmptyMap(item) => Some(item),
            _ => None,
        }
    }

    /// Whether it is a list or map of one type that may not be empty.
    pub(crate) const fn is_filled(&self) -> bool {
        matches!(
            self,
            Self::NonEmptyItems(_) | Self::NonEmptyList(_) | Self::NonEmptyMap(_)
        )
    }

    /// The name of the one type in service maps (SMD).
    pub(crate) fn service_map_name(&self) -> &'static str {
        match self {
            Self::Mixed | Self::Union(_) => "any",
            Self::Null | Self::Void => "null",
            Self::Bool | Self::False | Self::True => "boolean",
            Self::Int | Self::IntBetween(..) => "integer",
            Self::Float => "float",
            Self::String
            | Self::NonEmptyString
            | Self::NumericString
            | Self::Bytes
            | Self::Binary
            | Self::Date(_) => "string",
            Self::Enum { sent_as, .. } => match sent_as {
                SentAs::Int => "integer",
                SentAs::String | SentAs::Name => "string",
            },
            Self::Literals(literals) => match one_kind(literals) {
                Some(Literal::Integer(_)) => "integer",
                Some(Literal::Text(_)) => "string",
                None => "any",
            },
            Self::Array
            | Self::Items(_)
            | Self::NonEmptyItems(_)
            | Self::List(_)
            | Self::NonEmptyList(_) => "array",
            Self::Shape(shape) if shape.kind == ShapeKind::List => "array",
            Self::Map(_)
            | Self::NonEmptyMap(_)
            | Self::Shape(_)
            | Self::Object
            | Self::Record(_)
            | Self::Instance(_) => "object",
        }
    }

    /// The name of the type in `system.methodSignature`. A nullable type is named without its null; several types have
    /// no common name but `mixed`.
    pub(crate) fn xml_rpc_name(&self) -> &'static str {
        match self {
            Self::Date(_) => "dateTime.iso8601",
            Self::Bytes | Self::Binary => "base64",
            Self::Union(members) => {
                let mut names = members
                    .iter()
                    .filter(|member| **member != Self::Null)
                    .map(Self::xml_rpc_name);
                let first = names.next().unwrap_or("nil");
                if names.all(|name| name == first) {
                    first
                } else {
                    "mixed"
                }
            }
            other => match other.service_map_name() {
                "any" => "mixed",
                "null" => "nil",
                "integer" => "int",
                "float" => "double",
                "object" => "struct",
                name => name,
            },
        }
    }
}

/// The first of the literals, if all are of its kind.
fn one_kind(literals: &[Literal]) -> Option<&Literal> {
    let first = literals.first()?;
    let kind = std::mem::discriminant(first);
    literals
        .iter()
        .all(|literal| std::mem::discriminant(literal) == kind)
        .then_some(first)
}

fn write_literal(literal: &Literal, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match literal {
        Literal::Integer(value) => write!(f, "{value}"),
        Literal::Text(text) => write!(f, "'{text}'"),
    }
}

/// The name of a class as others may see it: of an anonymous one PHP's has the file too.
pub(crate) fn public_name(class: *const ffi::zend_class_entry) -> String {
    let name = class_name(class);
    let end = memchr::memchr(0, name).unwrap_or(name.len());
    String::from_utf8_lossy(name.get(..end).unwrap_or_default()).into_owned()
}

/// A class without its namespace, which is nobody's business.
fn write_class(class: *mut ffi::zend_class_entry, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let name = public_name(class);
    f.write_str(name.rsplit('\\').next().unwrap_or_default())
}

fn write_separated<T>(
    items: &[T],
    separator: &str,
    f: &mut fmt::Formatter<'_>,
    mut write: impl FnMut(&T, &mut fmt::Formatter<'_>) -> fmt::Result,
) -> fmt::Result {
    for (index, item) in items.iter().enumerate() {
        if index != 0 {
            f.write_str(separator)?;
        }
        write(item, f)?;
    }
    Ok(())
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            ShapeKind::Array => "array{",
            ShapeKind::List => "list{",
            ShapeKind::Object => "object{",
        })?;
        write_separated(&self.members, ", ", f, |member, f| {
            let mark = if member.is_optional { "?" } else { "" };
            if self.kind == ShapeKind::List && !member.is_optional {
                member.ty.fmt(f)
            } else {
                write!(f, "{}{mark}: {}", member.name, member.ty)
            }
        })?;
        if self.is_open {
            f.write_str(if self.members.is_empty() {
                "..."
            } else {
                ", ..."
            })?;
        }
        f.write_str("}")
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mixed => f.write_str("mixed"),
            Self::Null => f.write_str("null"),
            Self::Bool => f.write_str("bool"),
            Self::False => f.write_str("false"),
            Self::True => f.write_str("true"),
            Self::Int => f.write_str("int"),
            Self::IntBetween(least, most) => match (*least, *most) {
                (i64::MIN, most) => write!(f, "int<min, {most}>"),
                (least, i64::MAX) => write!(f, "int<{least}, max>"),
                (least, most) => write!(f, "int<{least}, {most}>"),
            },
            Self::Float => f.write_str("float"),
            Self::String => f.write_str("string"),
            Self::NonEmptyString => f.write_str("non-empty-string"),
            Self::NumericString => f.write_str("numeric-string"),
            Self::Literals(literals) => write_separated(literals, "|", f, write_literal),
            Self::Bytes | Self::Binary => f.write_str("base64"),
            Self::Array => f.write_str("array"),
            Self::Items(item) => write!(f, "array<{item}>"),
            Self::NonEmptyItems(item) => write!(f, "non-empty-array<{item}>"),
            Self::NonEmptyMap(item) => write!(f, "non-empty-array<string, {item}>"),
            Self::List(item) => write!(f, "list<{item}>"),
            Self::NonEmptyList(item) => write!(f, "non-empty-list<{item}>"),
            Self::Shape(shape) => shape.fmt(f),
            Self::Record(record) => write_class(record.class, f),
            Self::Instance(class) => write_class(*class, f),
            Self::Map(item) => write!(f, "array<string, {item}>"),
            Self::Object => f.write_str("object"),
            Self::Date(_) => f.write_str("date and time (ISO 8601)"),
            Self::Enum { class: entry, .. } => {
                f.write_str("value of ")?;
                write_class(*entry, f)
            }
            Self::Void => f.write_str("void"),
            Self::Union(members) => write_separated(members, "|", f, Self::fmt),
        }
    }
}
