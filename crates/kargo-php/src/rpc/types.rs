//! The types of parameters and results: what PHP declares, refined by what docblocks say.

use std::fmt;

use crate::engine::ffi;
use crate::engine::value::class_name;

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
    Float,
    String,
    /// A string of PHP that travels as base64.
    Bytes,
    /// `Kargo\Rpc\Binary`.
    Binary,
    /// A list or an associative array; below it, objects become arrays too.
    Array,
    /// A list or an associative array whose values have this type.
    Items(Box<Self>),
    /// A list whose values have this type.
    List(Box<Self>),
    /// An associative array whose values have this type: an object in JSON, a struct in XML-RPC.
    Map(Box<Self>),
    /// stdClass.
    Object,
    /// DateTimeInterface and its classes.
    Date(*mut ffi::zend_class_entry),
    /// A backed enum, given by its value.
    Enum {
        class: *mut ffi::zend_class_entry,
        is_int: bool,
    },
    /// Nothing is given back.
    Void,
    /// One of these; never empty, never nested.
    Union(Vec<Self>),
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
        for member in flat {
            if !unique.contains(&member) {
                unique.push(member);
            }
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
                Self::Mixed | Self::Object | Self::Items(_) | Self::List(_) | Self::Map(_) => {
                    return false;
                }
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

    pub(crate) const fn is_array(&self) -> bool {
        matches!(
            self,
            Self::Array | Self::Items(_) | Self::List(_) | Self::Map(_)
        )
    }

    /// The name of the one type in service maps (SMD).
    pub(crate) const fn service_map_name(&self) -> &'static str {
        match self {
            Self::Mixed | Self::Union(_) => "any",
            Self::Null | Self::Void => "null",
            Self::Bool | Self::False | Self::True => "boolean",
            Self::Int | Self::Enum { is_int: true, .. } => "integer",
            Self::Float => "float",
            Self::String | Self::Bytes | Self::Binary | Self::Date(_) | Self::Enum { .. } => {
                "string"
            }
            Self::Array | Self::Items(_) | Self::List(_) => "array",
            Self::Map(_) | Self::Object => "object",
        }
    }

    /// The name of the type in `system.methodSignature`. A nullable type is named without its null; several types have
    /// no common name but `mixed`.
    pub(crate) fn xml_rpc_name(&self) -> &'static str {
        match self {
            Self::Mixed => "mixed",
            Self::Null | Self::Void => "nil",
            Self::Bool | Self::False | Self::True => "boolean",
            Self::Int | Self::Enum { is_int: true, .. } => "int",
            Self::Float => "double",
            Self::String | Self::Enum { .. } => "string",
            Self::Bytes | Self::Binary => "base64",
            Self::Array | Self::Items(_) | Self::List(_) => "array",
            Self::Map(_) | Self::Object => "struct",
            Self::Date(_) => "dateTime.iso8601",
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
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let class = |f: &mut fmt::Formatter<'_>, class: *mut ffi::zend_class_entry| {
            f.write_str(&String::from_utf8_lossy(class_name(class)))
        };
        match self {
            Self::Mixed => f.write_str("mixed"),
            Self::Null => f.write_str("null"),
            Self::Bool => f.write_str("bool"),
            Self::False => f.write_str("false"),
            Self::True => f.write_str("true"),
            Self::Int => f.write_str("int"),
            Self::Float => f.write_str("float"),
            Self::String => f.write_str("string"),
            Self::Bytes | Self::Binary => f.write_str("base64"),
            Self::Array => f.write_str("array"),
            Self::Items(item) => write!(f, "array<{item}>"),
            Self::List(item) => write!(f, "list<{item}>"),
            Self::Map(item) => write!(f, "array<string, {item}>"),
            Self::Object => f.write_str("object"),
            Self::Date(_) => f.write_str("date and time (ISO 8601)"),
            Self::Enum { class: entry, .. } => {
                f.write_str("value of ")?;
                class(f, *entry)
            }
            Self::Void => f.write_str("void"),
            Self::Union(members) => {
                for (index, member) in members.iter().enumerate() {
                    if index != 0 {
                        f.write_str("|")?;
                    }
                    member.fmt(f)?;
                }
                Ok(())
            }
        }
    }
}
