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
    /// An integer from the first to the second, both included; `i64::MIN` and `i64::MAX` bound nothing.
    IntegerBetween(i64, i64),
    /// A finite number of 64 bits; an integer is one too.
    Number,
    /// Text.
    String,
    /// Text of at least one character.
    NonEmptyString,
    /// Text that PHP takes for a number.
    NumericString,
    /// One of these values: never empty.
    OneOf(Vec<Literal>),
    /// Bytes, which travel as base64.
    Bytes,
    /// A point in time: RFC 3339 in JSON, `dateTime` in XML.
    DateTime,
    /// An object with members of any name and type.
    Object,
    /// Values of one type in an order.
    List(Box<Self>),
    /// The same, at least one.
    NonEmptyList(Box<Self>),
    /// Values of one type by name.
    Map(Box<Self>),
    /// The same, at least one.
    NonEmptyMap(Box<Self>),
    /// A list or a map.
    Collection(Box<Self>),
    /// The same, at least one.
    NonEmptyCollection(Box<Self>),
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
    /// Unique in the API: the short name of the class, or one that is made for a shape without a name. ASCII letters,
    /// digits and `_`, beginning with a letter.
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
    /// An object with these members, and any others.
    OpenRecord(Vec<Field>),
    /// One of these values, all texts or all integers.
    Enum(Vec<Case>),
}

impl Shape {
    /// The members of a record; none of an enum.
    #[must_use]
    pub fn fields(&self) -> &[Field] {
        match self {
            Self::Record(fields) | Self::OpenRecord(fields) => fields,
            Self::Enum(_) => &[],
        }
    }
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
    /// One of `members`: flat, no type twice; [`Type::Any`] takes all others in. Of none it is [`Type::Null`].
    #[must_use]
    pub fn union(members: impl IntoIterator<Item = Self>) -> Self {
        let mut unique: Vec<Self> = Vec::new();
        for member in members {
            let inner = match member {
                Self::Union(inner) => inner,
                single => vec![single],
            };
            for member in inner {
                if member == Self::Any {
                    return member;
                }
                if !unique.contains(&member) {
                    unique.push(member);
                }
            }
        }
        match unique.len() {
            0 => Self::Null,
            1 => unique.remove(0),
            _ => Self::Union(unique),
        }
    }

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
