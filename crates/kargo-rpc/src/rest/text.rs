//! Texts of paths, queries and headers as values of the type that is wanted.
//!
//! A text has no type of its own, so the wanted type says how it is read. What can't be read as that type is handed on as
//! a string (several texts as a list): whoever checks arguments refuses it there in his own words.

use std::borrow::Cow;

use crate::Builder;
use crate::DecodeError;
use crate::Discard;
use crate::Limits;
use crate::description::{Description, Literal, Shape, Type};
use crate::json;
use crate::json::{JsonScratch, Number, Reader};

/// One text, without the escapes of the place that it stood in.
pub type Text<'a> = Cow<'a, [u8]>;

/// What is given for one argument.
#[derive(Clone, Copy, Debug)]
pub struct Texts<'a> {
    /// In their order; none is an empty list.
    pub texts: &'a [Text<'a>],
    /// Whether it was written as a list: `ids[]=1`.
    pub is_list: bool,
}

/// Why texts could not be made a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextError<E> {
    /// One of them is no UTF-8.
    InvalidUtf8,
    /// The builder gave up.
    Builder(E),
}

impl Texts<'_> {
    /// Whether a value of `ty` can have a text for each of its items.
    #[must_use]
    pub fn are_many(ty: &Type) -> bool {
        ty.members().iter().any(|member| item_of(member).is_some())
    }

    /// Whether a value of `ty` has a text for each of its items, and never is a single one.
    #[must_use]
    pub fn are_only_many(ty: &Type) -> bool {
        Self::are_many(ty)
            && ty
                .members()
                .iter()
                .all(|member| item_of(member).is_some() || *member == Type::Null)
    }

    /// Tells `builder` the one value that they are for `ty`, a type of `description`.
    ///
    /// | type | text |
    /// |---|---|
    /// | boolean | `true`, `false`, `1`, `0` |
    /// | integer, number | as in JSON |
    /// | string, bytes, date, anything | itself |
    /// | enum | the value of a case |
    /// | list | one text for each item |
    /// | object, map; list in a list | JSON |
    /// | null, where no text could be meant | nothing |
    ///
    /// Of several types the first one in this order is taken whose texts it could be: true and false, integer, number,
    /// enum, string.
    ///
    /// # Errors
    ///
    /// A text that is no UTF-8, or what the builder says.
    pub fn build<B: Builder>(
        self,
        ty: &Type,
        description: &Description,
        limits: &Limits,
        scratch: &mut JsonScratch,
        builder: &mut B,
    ) -> Result<(), TextError<B::Error>> {
        if self
            .texts
            .iter()
            .any(|text| core::str::from_utf8(text).is_err())
        {
            return Err(TextError::InvalidUtf8);
        }
        let mut values = Values {
            description,
            limits,
            scratch,
            builder,
        };
        let members = ty.members();
        let item = members.iter().find_map(item_of);
        match self.texts {
            [text] if !self.is_list => {
                let is_list = item.is_some() && !members.iter().any(|member| values.takes(member));
                if is_list {
                    values.list(self.texts, item)
                } else {
                    values.scalar(text, ty)
                }
            }
            texts => values.list(texts, item),
        }
        .map_err(TextError::Builder)
    }
}

/// What the items of a list are.
fn item_of(ty: &Type) -> Option<&Type> {
    match ty {
        Type::List(item)
        | Type::NonEmptyList(item)
        | Type::Collection(item)
        | Type::NonEmptyCollection(item) => Some(item),
        _ => None,
    }
}

struct Values<'a, B> {
    description: &'a Description,
    limits: &'a Limits,
    scratch: &'a mut JsonScratch,
    builder: &'a mut B,
}

impl<B: Builder> Values<'_, B> {
    fn list(&mut self, texts: &[Text<'_>], item: Option<&Type>) -> Result<(), B::Error> {
        self.builder.begin_array()?;
        for text in texts {
            match item {
                Some(item) => self.scalar(text, item)?,
                None => self.builder.string(text)?,
            }
        }
        self.builder.end_array(texts.len())
    }

    /// Whether one text can be a value of a type that is no union.
    fn takes(&self, ty: &Type) -> bool {
        match ty {
            Type::Null
            | Type::List(_)
            | Type::NonEmptyList(_)
            | Type::Collection(_)
            | Type::NonEmptyCollection(_) => false,
            Type::Defined(id) => self.description.definition(*id).is_some(),
            _ => true,
        }
    }

    fn scalar(&mut self, text: &[u8], ty: &Type) -> Result<(), B::Error> {
        let members = ty.members();
        if members.iter().any(|member| self.is_container(member, text)) && self.json(text)? {
            return Ok(());
        }
        let has_text = members.iter().any(is_text);
        if text.is_empty() && ty.accepts_null() && !has_text {
            return self.builder.null();
        }
        let has_number = members
            .iter()
            .any(|member| is_integer(member) || *member == Type::Number);
        if members
            .iter()
            .any(|member| matches!(member, Type::Boolean | Type::Constant(_)))
        {
            match text {
                b"true" => return self.builder.bool(true),
                b"false" => return self.builder.bool(false),
                b"1" if !has_number => return self.builder.bool(true),
                b"0" if !has_number => return self.builder.bool(false),
                _ => {}
            }
        }
        match self.number(text) {
            Some(Number::Int(value)) => {
                let has_case = |member: &Type| self.has_case(member, &Literal::Integer(value));
                let is_number = has_number
                    || members.iter().any(has_case)
                    || (!has_text && members.iter().any(|member| self.is_integer_enum(member)));
                if is_number {
                    return self.builder.int(value);
                }
            }
            Some(Number::Float(value)) if value.is_finite() && members.contains(&Type::Number) => {
                return self.builder.float(value);
            }
            _ => {}
        }
        self.builder.string(text)
    }

    /// The number that a text is as a whole, as JSON writes numbers.
    fn number(&mut self, text: &[u8]) -> Option<Number> {
        if !matches!(text.first(), Some(b'-' | b'0'..=b'9')) {
            return None;
        }
        let mut reader = Reader::start(text, self.limits, self.scratch).ok()?;
        let number = reader.number().ok()?;
        (reader.offset() == text.len()).then_some(number)
    }

    /// Whether the type is one that texts give as JSON, and the text looks like it.
    fn is_container(&self, ty: &Type, text: &[u8]) -> bool {
        match text.first() {
            Some(b'{') => match ty {
                Type::Object
                | Type::Map(_)
                | Type::NonEmptyMap(_)
                | Type::Collection(_)
                | Type::NonEmptyCollection(_) => true,
                Type::Defined(id) => self
                    .description
                    .definition(*id)
                    .is_some_and(|definition| !matches!(definition.shape, Shape::Enum(_))),
                _ => false,
            },
            Some(b'[') => {
                item_of(ty).is_some() || matches!(ty, Type::Map(_) | Type::NonEmptyMap(_))
            }
            _ => false,
        }
    }

    /// Builds a text that is JSON; `false`, with nothing built, if it is none.
    fn json(&mut self, text: &[u8]) -> Result<bool, B::Error> {
        if json::decode(text, self.limits, self.scratch, &mut Discard).is_err() {
            return Ok(false);
        }
        match json::decode(text, self.limits, self.scratch, self.builder) {
            Ok(()) => Ok(true),
            Err(DecodeError::Builder(error)) => Err(error),
            // It was JSON a moment ago.
            Err(DecodeError::Body(_)) => Ok(false),
        }
    }

    fn is_integer_enum(&self, ty: &Type) -> bool {
        match ty {
            Type::OneOf(literals) => literals
                .iter()
                .any(|literal| matches!(literal, Literal::Integer(_))),
            Type::Defined(id) => match self.description.definition(*id).map(|found| &found.shape) {
                Some(Shape::Enum(cases)) => cases
                    .iter()
                    .any(|case| matches!(case.value, Literal::Integer(_))),
                _ => false,
            },
            _ => false,
        }
    }

    fn has_case(&self, ty: &Type, value: &Literal) -> bool {
        match ty {
            Type::OneOf(literals) => literals.contains(value),
            Type::Defined(id) => match self.description.definition(*id).map(|found| &found.shape) {
                Some(Shape::Enum(cases)) => cases.iter().any(|case| case.value == *value),
                _ => false,
            },
            _ => false,
        }
    }
}

/// Whether any text is a value of the type.
fn is_text(ty: &Type) -> bool {
    matches!(
        ty,
        Type::Any | Type::String | Type::NonEmptyString | Type::NumericString | Type::Bytes
    )
}

fn is_integer(ty: &Type) -> bool {
    matches!(ty, Type::Integer | Type::IntegerBetween(..))
}

#[cfg(test)]
mod tests;
