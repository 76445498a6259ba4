//! Types as JSON Schema (draft 2020-12), which is what OpenAPI 3.1, OpenRPC and MCP have too.

use crate::EncodeError;
use crate::Encoder;
use crate::description::{Definition, Description, Field, Literal, Shape, Type};
use crate::json::JsonEncoder;

/// What `is_numeric()` takes.
const NUMERIC: &str =
    r"^[ \t\n\r\v\f]*[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?[ \t\n\r\v\f]*$";

/// Writes the types of one API.
#[derive(Clone, Copy, Debug)]
pub struct Schemas<'a> {
    /// What [`Type::Defined`] refers to.
    pub description: &'a Description,
    /// Where the document has the definitions, with its slash: `#/components/schemas/`, `#/$defs/`.
    pub place: &'a str,
}

type Written = Result<(), EncodeError>;

impl Schemas<'_> {
    /// The schema of a type.
    ///
    /// # Errors
    ///
    /// Types that are nested deeper than the encoder allows.
    pub fn schema(&self, ty: &Type, out: &mut JsonEncoder<'_>) -> Written {
        out.begin_object()?;
        self.members(ty, out)?;
        out.end_object()
    }

    /// The schema of a parameter or member, with what is known of it.
    ///
    /// # Errors
    ///
    /// As [`schema`](Self::schema).
    pub fn field(&self, field: &Field, out: &mut JsonEncoder<'_>) -> Written {
        out.begin_object()?;
        self.members(&field.ty, out)?;
        text_unless_empty("description", &field.description, out)?;
        if let Some(default) = &field.default {
            out.key(b"default")?;
            out.raw(default);
        }
        out.end_object()
    }

    /// The schema of an object with a member for each field.
    ///
    /// # Errors
    ///
    /// As [`schema`](Self::schema).
    pub fn record<'f>(
        &self,
        fields: impl Iterator<Item = &'f Field> + Clone,
        is_open: bool,
        out: &mut JsonEncoder<'_>,
    ) -> Written {
        out.begin_object()?;
        self.record_members(fields, is_open, out)?;
        out.end_object()
    }

    /// All definitions by name: an object.
    ///
    /// # Errors
    ///
    /// As [`schema`](Self::schema).
    pub fn definitions(&self, out: &mut JsonEncoder<'_>) -> Written {
        out.begin_object()?;
        for definition in &self.description.definitions {
            out.key(definition.name.as_bytes())?;
            self.definition(definition, out)?;
        }
        out.end_object()
    }

    /// The schema of one definition.
    ///
    /// # Errors
    ///
    /// As [`schema`](Self::schema).
    pub fn definition(&self, definition: &Definition, out: &mut JsonEncoder<'_>) -> Written {
        out.begin_object()?;
        text_unless_empty("description", &definition.description, out)?;
        match &definition.shape {
            Shape::Record(fields) => self.record_members(fields.iter(), false, out)?,
            Shape::OpenRecord(fields) => self.record_members(fields.iter(), true, out)?,
            Shape::Enum(cases) => literals(cases.iter().map(|case| &case.value), out)?,
        }
        out.end_object()
    }

    /// The members of a record's schema.
    pub(super) fn record_members<'f>(
        &self,
        fields: impl Iterator<Item = &'f Field> + Clone,
        is_open: bool,
        out: &mut JsonEncoder<'_>,
    ) -> Written {
        name("object", out)?;
        out.key(b"properties")?;
        out.begin_object()?;
        for field in fields.clone() {
            out.key(field.name.as_bytes())?;
            self.field(field, out)?;
        }
        out.end_object()?;
        let mut required = fields.filter(|field| !field.is_optional).peekable();
        if required.peek().is_some() {
            out.key(b"required")?;
            out.begin_array()?;
            for field in required {
                out.string(field.name.as_bytes())?;
            }
            out.end_array()?;
        }
        if !is_open {
            out.key(b"additionalProperties")?;
            out.bool(false)?;
        }
        Ok(())
    }

    /// The members of a type's schema.
    pub(super) fn members(&self, ty: &Type, out: &mut JsonEncoder<'_>) -> Written {
        match ty {
            Type::Any => Ok(()),
            Type::Null => name("null", out),
            Type::Boolean => name("boolean", out),
            Type::Constant(value) => {
                out.key(b"const")?;
                out.bool(*value)
            }
            Type::Integer => integer(i64::MIN, i64::MAX, out),
            Type::IntegerBetween(least, most) => integer(*least, *most, out),
            Type::Number => name("number", out),
            Type::String => name("string", out),
            Type::NonEmptyString => {
                name("string", out)?;
                out.key(b"minLength")?;
                out.int(1)
            }
            Type::NumericString => {
                name("string", out)?;
                text("pattern", NUMERIC, out)
            }
            Type::OneOf(values) => literals(values.iter(), out),
            Type::Bytes => {
                name("string", out)?;
                text("format", "byte", out)?;
                text("contentEncoding", "base64", out)
            }
            Type::DateTime => {
                name("string", out)?;
                text("format", "date-time", out)
            }
            Type::Object => name("object", out),
            Type::List(item) => self.list(item, out),
            Type::NonEmptyList(item) => {
                self.list(item, out)?;
                out.key(b"minItems")?;
                out.int(1)
            }
            Type::Map(item) => self.map(item, out),
            Type::NonEmptyMap(item) => {
                self.map(item, out)?;
                out.key(b"minProperties")?;
                out.int(1)
            }
            Type::Collection(item) => self.collection(item, out),
            Type::NonEmptyCollection(item) => {
                self.collection(item, out)?;
                out.key(b"minItems")?;
                out.int(1)?;
                out.key(b"minProperties")?;
                out.int(1)
            }
            Type::Defined(id) => match self.description.definition(*id) {
                Some(definition) => {
                    text("$ref", &format!("{}{}", self.place, definition.name), out)
                }
                None => Ok(()),
            },
            Type::Union(members) => {
                out.key(b"anyOf")?;
                out.begin_array()?;
                for member in members {
                    self.schema(member, out)?;
                }
                out.end_array()
            }
        }
    }

    fn map(&self, item: &Type, out: &mut JsonEncoder<'_>) -> Written {
        name("object", out)?;
        out.key(b"additionalProperties")?;
        self.schema(item, out)
    }

    fn collection(&self, item: &Type, out: &mut JsonEncoder<'_>) -> Written {
        out.key(b"type")?;
        out.begin_array()?;
        out.string(b"array")?;
        out.string(b"object")?;
        out.end_array()?;
        if *item == Type::Any {
            return Ok(());
        }
        out.key(b"items")?;
        self.schema(item, out)?;
        out.key(b"additionalProperties")?;
        self.schema(item, out)
    }

    fn list(&self, item: &Type, out: &mut JsonEncoder<'_>) -> Written {
        name("array", out)?;
        out.key(b"items")?;
        self.schema(item, out)
    }
}

fn name(name: &str, out: &mut JsonEncoder<'_>) -> Written {
    text("type", name, out)
}

/// A member that is a text.
pub(super) fn text(key: &str, value: &str, out: &mut JsonEncoder<'_>) -> Written {
    out.key(key.as_bytes())?;
    out.string(value.as_bytes())
}

/// The same, left out if it says nothing.
pub(super) fn text_unless_empty(key: &str, value: &str, out: &mut JsonEncoder<'_>) -> Written {
    if value.is_empty() {
        Ok(())
    } else {
        text(key, value, out)
    }
}

fn integer(least: i64, most: i64, out: &mut JsonEncoder<'_>) -> Written {
    name("integer", out)?;
    text("format", "int64", out)?;
    out.key(b"minimum")?;
    out.int(least)?;
    out.key(b"maximum")?;
    out.int(most)
}

/// Some values and their common type, if they have one.
fn literals<'v>(
    values: impl Iterator<Item = &'v Literal> + Clone,
    out: &mut JsonEncoder<'_>,
) -> Written {
    if values
        .clone()
        .all(|value| matches!(value, Literal::Text(_)))
    {
        name("string", out)?;
    } else if values
        .clone()
        .all(|value| matches!(value, Literal::Integer(_)))
    {
        name("integer", out)?;
    }
    out.key(b"enum")?;
    out.begin_array()?;
    for value in values {
        match value {
            Literal::Integer(value) => out.int(*value)?,
            Literal::Text(value) => out.string(value.as_bytes())?,
        }
    }
    out.end_array()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::description::{Case, TypeId};

    fn schema(ty: &Type) -> String {
        let description = Description {
            definitions: vec![Definition {
                name: "Colour".to_owned(),
                description: "Of paint.".to_owned(),
                shape: Shape::Enum(vec![Case {
                    name: "Red".to_owned(),
                    value: Literal::Text("red".to_owned()),
                }]),
            }],
            ..Description::default()
        };
        let mut text = Vec::new();
        let mut out = JsonEncoder::new(&mut text);
        let schemas = Schemas {
            description: &description,
            place: "#/$defs/",
        };
        schemas.schema(ty, &mut out).unwrap();
        out.finish();
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn every_type_has_a_schema() {
        let list = |item| Box::new(item);
        for (ty, expected) in [
            (Type::Any, r"{}"),
            (Type::Null, r#"{"type":"null"}"#),
            (Type::Boolean, r#"{"type":"boolean"}"#),
            (Type::Constant(false), r#"{"const":false}"#),
            (
                Type::IntegerBetween(1, 9),
                r#"{"type":"integer","format":"int64","minimum":1,"maximum":9}"#,
            ),
            (Type::Number, r#"{"type":"number"}"#),
            (Type::String, r#"{"type":"string"}"#),
            (Type::NonEmptyString, r#"{"type":"string","minLength":1}"#),
            (
                Type::NumericString,
                r#"{"type":"string","pattern":"^[ \\t\\n\\r\\v\\f]*[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([eE][+-]?[0-9]+)?[ \\t\\n\\r\\v\\f]*$"}"#,
            ),
            (
                Type::NonEmptyMap(list(Type::Any)),
                r#"{"type":"object","additionalProperties":{},"minProperties":1}"#,
            ),
            (
                Type::NonEmptyCollection(list(Type::Any)),
                r#"{"type":["array","object"],"minItems":1,"minProperties":1}"#,
            ),
            (
                Type::OneOf(vec![Literal::Integer(1), Literal::Text("a".to_owned())]),
                r#"{"enum":[1,"a"]}"#,
            ),
            (
                Type::OneOf(vec![Literal::Integer(1)]),
                r#"{"type":"integer","enum":[1]}"#,
            ),
            (
                Type::Bytes,
                r#"{"type":"string","format":"byte","contentEncoding":"base64"}"#,
            ),
            (Type::DateTime, r#"{"type":"string","format":"date-time"}"#),
            (Type::Object, r#"{"type":"object"}"#),
            (
                Type::List(list(Type::String)),
                r#"{"type":"array","items":{"type":"string"}}"#,
            ),
            (
                Type::NonEmptyList(list(Type::Any)),
                r#"{"type":"array","items":{},"minItems":1}"#,
            ),
            (
                Type::Map(list(Type::Boolean)),
                r#"{"type":"object","additionalProperties":{"type":"boolean"}}"#,
            ),
            (
                Type::Collection(list(Type::Any)),
                r#"{"type":["array","object"]}"#,
            ),
            (
                Type::Collection(list(Type::Null)),
                r#"{"type":["array","object"],"items":{"type":"null"},"additionalProperties":{"type":"null"}}"#,
            ),
            (Type::Defined(TypeId(0)), r##"{"$ref":"#/$defs/Colour"}"##),
            (
                Type::Union(vec![Type::String, Type::Null]),
                r#"{"anyOf":[{"type":"string"},{"type":"null"}]}"#,
            ),
        ] {
            assert_eq!(schema(&ty), expected);
        }
    }

    #[test]
    fn integers_are_those_of_64_bits() {
        let expected = format!(
            r#"{{"type":"integer","format":"int64","minimum":{},"maximum":{}}}"#,
            i64::MIN,
            i64::MAX
        );
        assert_eq!(schema(&Type::Integer), expected);
    }

    #[test]
    fn records_have_their_members_and_no_others() {
        let fields = [
            Field {
                name: "a/b".to_owned(),
                ty: Type::String,
                description: "The \"first\".".to_owned(),
                ..Field::default()
            },
            Field {
                name: "c".to_owned(),
                ty: Type::Any,
                is_optional: true,
                default: Some(b"[1]".to_vec()),
                ..Field::default()
            },
        ];
        let description = Description::default();
        let schemas = Schemas {
            description: &description,
            place: "",
        };
        let mut text = Vec::new();
        let mut out = JsonEncoder::new(&mut text);
        schemas.record(fields.iter(), false, &mut out).unwrap();
        schemas.record(fields[1..].iter(), true, &mut out).unwrap();
        out.finish();
        assert_eq!(
            String::from_utf8(text).unwrap(),
            concat!(
                r#"{"type":"object","properties":{"a/b":{"type":"string","description":"The \"first\"."},"#,
                r#""c":{"default":[1]}},"required":["a/b"],"additionalProperties":false},"#,
                r#"{"type":"object","properties":{"c":{"default":[1]}}}"#
            )
        );
    }
}
