//! The one type system: what a value may be, in every protocol.

/// What a parameter takes, a field holds or a method gives.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Type {
    /// Anything.
    #[default]
    Any,
    /// Nothing.
    Null,
    /// `true` or `false`.
    Boolean,
    /// Only `true`, or only `false`.
    Constant(bool),
    /// 64 bits, signed.
    Integer,
    /// A finite number of 64 bits; an integer is one too.
    Number,
    /// Text.
    String,
    /// Bytes, which travel as base64.
    Bytes,
    /// A point in time: RFC 3339 in JSON, `dateTime` in XML.
    DateTime,
    /// An object with members of any name and type.
    Object,
    /// Values of one type in an order.
    List(Box<Self>),
    /// Values of one type by name.
    Map(Box<Self>),
    /// A list or a map.
    Collection(Box<Self>),
    /// A record or an enum.
    Defined(TypeId),
    /// One of these: never empty, never nested, no type twice.
    Union(Vec<Self>),
}

/// The place of a [`Definition`] in [`Description::definitions`](super::Description::definitions).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TypeId(pub usize);

/// A type that has a name.
#[derive(Clone, Debug, PartialEq)]
pub struct Definition {
    /// The short name of the class, unique in the API: letters, digits and `_`, beginning with a letter.
    pub name: String,
    /// Prose; may be empty.
    pub description: String,
    /// What it is.
    pub shape: Shape,
}

/// What a [`Definition`] is.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// An object with exactly these members.
    Record(Vec<Field>),
    /// One of these values, all texts or all integers.
    Enum(Vec<Case>),
}

/// A parameter of a method, or a member of a record.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Field {
    /// As it is sent.
    pub name: String,
    /// What it takes or holds.
    pub ty: Type,
    /// Whether it may be left out.
    pub is_optional: bool,
    /// What it is when it is left out, as JSON, where that is known and has a form.
    pub default: Option<Vec<u8>>,
    /// Prose; may be empty.
    pub description: String,
}

/// A case of an enum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// As in the code; what is sent is the value.
    pub name: String,
    /// What is sent.
    pub value: Literal,
}

/// A value of an enum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Literal {
    /// Of an enum backed by integers.
    Integer(i64),
    /// Of an enum backed by strings.
    Text(String),
}

impl Type {
    /// The alternatives: itself, or the members of a union.
    #[must_use]
    pub fn members(&self) -> &[Self] {
        match self {
            Self::Union(members) => members,
            single => std::slice::from_ref(single),
        }
    }

    /// Whether null is one of its values.
    #[must_use]
    pub fn accepts_null(&self) -> bool {
        self.members()
            .iter()
            .any(|member| matches!(member, Self::Null | Self::Any))
    }

    /// The alternatives but null.
    pub fn non_null(&self) -> impl Iterator<Item = &Self> {
        self.members()
            .iter()
            .filter(|member| **member != Self::Null)
    }
}
