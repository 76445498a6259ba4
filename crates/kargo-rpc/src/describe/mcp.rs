//! The tools of the Model Context Protocol: one for each method.

use std::collections::HashSet;

use crate::EncodeError;
use crate::Encoder;
use crate::description::{Description, Field, Method, Shape, Type};
use crate::json::JsonEncoder;

use super::json_schema::{Schemas, text, text_unless_empty};

/// Characters that a name may have.
const MAX_NAME: usize = 64;

/// The name of each method's tool, in the order of the methods: unique, of ASCII letters, digits, `_` and `-`, and no
/// longer than 64.
///
/// A method whose name is one already keeps it.
#[must_use]
pub fn tool_names(description: &Description) -> Vec<String> {
    let methods = &description.methods;
    let mut taken: HashSet<String> = methods
        .iter()
        .filter(|method| is_tool_name(&method.name))
        .map(|method| method.name.clone())
        .collect();
    methods
        .iter()
        .map(|method| {
            if is_tool_name(&method.name) {
                return method.name.clone();
            }
            let plain: String = method
                .name
                .chars()
                .map(|c| if is_plain(c) { c } else { '_' })
                .take(MAX_NAME)
                .collect();
            let mut name = plain.clone();
            let mut number = 2;
            while name.is_empty() || !taken.insert(name.clone()) {
                let suffix = format!("_{number}");
                let kept: String = plain.chars().take(MAX_NAME - suffix.len()).collect();
                name = kept + &suffix;
                number += 1;
            }
            name
        })
        .collect()
}

fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '-'
}

fn is_tool_name(name: &str) -> bool {
    (1..=MAX_NAME).contains(&name.len()) && name.chars().all(is_plain)
}

/// Appends the result of `tools/list`; `names` are those that [`tool_names`] gives.
///
/// # Errors
///
/// Types that are nested deeper than can be written.
pub fn write_tools(
    description: &Description,
    names: &[String],
    out: &mut Vec<u8>,
) -> Result<(), EncodeError> {
    let mut encoder = JsonEncoder::new(out);
    encoder.begin_object()?;
    encoder.key(b"tools")?;
    encoder.begin_array()?;
    for (method, name) in description.methods.iter().zip(names) {
        write_tool(description, method, name, &mut encoder)?;
    }
    encoder.end_array()?;
    encoder.end_object()?;
    encoder.finish();
    Ok(())
}

fn write_tool(
    description: &Description,
    method: &Method,
    name: &str,
    out: &mut JsonEncoder<'_>,
) -> Result<(), EncodeError> {
    let schemas = Schemas {
        description,
        place: "#/$defs/",
    };
    out.begin_object()?;
    text("name", name, out)?;
    text_unless_empty("description", &prose(method), out)?;
    out.key(b"inputSchema")?;
    out.begin_object()?;
    schemas.record_members(method.named(), false, out)?;
    let types = method.named().map(|field| &field.ty);
    write_definitions(&schemas, types, out)?;
    out.end_object()?;
    if let Some(result) = ObjectType::of(description, &method.result) {
        out.key(b"outputSchema")?;
        out.begin_object()?;
        text_unless_empty("description", &method.result_description, out)?;
        match result {
            ObjectType::Plain(ty) => schemas.members(ty, out)?,
            ObjectType::Record(fields, is_open) => {
                schemas.record_members(fields.iter(), is_open, out)?;
            }
        }
        match result {
            ObjectType::Plain(ty) => write_definitions(&schemas, std::iter::once(ty), out)?,
            ObjectType::Record(fields, _) => {
                write_definitions(&schemas, fields.iter().map(|field| &field.ty), out)?;
            }
        }
        out.end_object()?;
    }
    out.end_object()
}

/// A type whose values are objects, all of them: only such results have a schema.
#[derive(Clone, Copy)]
enum ObjectType<'a> {
    Plain(&'a Type),
    Record(&'a [Field], bool),
}

impl<'a> ObjectType<'a> {
    fn of(description: &'a Description, ty: &'a Type) -> Option<Self> {
        match ty {
            Type::Object | Type::Map(_) => Some(Self::Plain(ty)),
            Type::Defined(id) => match &description.definition(*id)?.shape {
                Shape::Record(fields) => Some(Self::Record(fields, false)),
                Shape::OpenRecord(fields) => Some(Self::Record(fields, true)),
                Shape::Enum(_) => None,
            },
            _ => None,
        }
    }
}

/// All that is said of a method, as one text.
fn prose(method: &Method) -> String {
    let deprecated = method.deprecated.as_ref().map(|reason| {
        if reason.is_empty() {
            "Deprecated.".to_owned()
        } else {
            format!("Deprecated: {reason}")
        }
    });
    let parts = [
        Some(method.summary.as_str()),
        Some(method.description.as_str()),
        deprecated.as_deref(),
    ];
    let parts: Vec<&str> = parts
        .into_iter()
        .flatten()
        .filter(|part| !part.is_empty())
        .collect();
    parts.join("\n\n")
}

/// Writes the definitions that `types` need, since each schema stands alone.
fn write_definitions<'t>(
    schemas: &Schemas<'t>,
    types: impl Iterator<Item = &'t Type>,
    out: &mut JsonEncoder<'_>,
) -> Result<(), EncodeError> {
    let definitions = &schemas.description.definitions;
    let mut is_needed = vec![false; definitions.len()];
    let mut left: Vec<&Type> = types.collect();
    while let Some(ty) = left.pop() {
        match ty {
            Type::Union(members) => left.extend(members),
            Type::List(item)
            | Type::NonEmptyList(item)
            | Type::Map(item)
            | Type::NonEmptyMap(item)
            | Type::Collection(item)
            | Type::NonEmptyCollection(item) => left.push(item),
            Type::Defined(id) => {
                let (Some(definition), Some(known)) =
                    (definitions.get(id.0), is_needed.get_mut(id.0))
                else {
                    continue;
                };
                if !std::mem::replace(known, true) {
                    left.extend(definition.shape.fields().iter().map(|field| &field.ty));
                }
            }
            _ => {}
        }
    }
    if !is_needed.contains(&true) {
        return Ok(());
    }
    out.key(b"$defs")?;
    out.begin_object()?;
    for (definition, is_needed) in definitions.iter().zip(is_needed) {
        if is_needed {
            out.key(definition.name.as_bytes())?;
            schemas.definition(definition, out)?;
        }
    }
    out.end_object()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::description::{Definition, TypeId};
    use serde_json::{Value, json};

    fn methods(names: &[&str]) -> Description {
        Description {
            methods: names
                .iter()
                .map(|name| Method {
                    name: (*name).to_owned(),
                    ..Method::default()
                })
                .collect(),
            ..Description::default()
        }
    }

    #[test]
    fn names_are_plain_and_unique() {
        let names = tool_names(&methods(&["a.b", "a_b", "a_b_2", "a:b", "é", "x-1", ""]));
        assert_eq!(names, ["a_b_3", "a_b", "a_b_2", "a_b_4", "_", "x-1", "_2"]);
    }

    #[test]
    fn long_names_are_cut_and_still_unique() {
        let long = "x".repeat(70);
        let names = tool_names(&methods(&[&format!("{long}a"), &format!("{long}b")]));
        assert_eq!(names[0], "x".repeat(64));
        assert_eq!(names[1], format!("{}_2", "x".repeat(62)));
    }

    #[test]
    fn schemas_stand_alone() {
        let field = |name: &str, ty| Field {
            name: name.to_owned(),
            ty,
            ..Field::default()
        };
        let record = |name: &str, fields| Definition {
            name: name.to_owned(),
            description: String::new(),
            shape: Shape::Record(fields),
        };
        let description = Description {
            methods: vec![
                Method {
                    name: "tree.grow".to_owned(),
                    summary: "Grows.".to_owned(),
                    description: "A lot.".to_owned(),
                    deprecated: Some("use plant".to_owned()),
                    parameters: vec![field("leaf", Type::Defined(TypeId(1)))],
                    variadic: Some(field("more", Type::Any)),
                    result: Type::Defined(TypeId(0)),
                    result_description: "The tree.".to_owned(),
                    ..Method::default()
                },
                Method {
                    name: "count".to_owned(),
                    result: Type::Map(Box::new(Type::Integer)),
                    ..Method::default()
                },
                Method {
                    name: "find".to_owned(),
                    result: Type::union([Type::Defined(TypeId(0)), Type::Null]),
                    ..Method::default()
                },
            ],
            definitions: vec![
                record(
                    "Tree",
                    vec![
                        field("below", Type::List(Box::new(Type::Defined(TypeId(0))))),
                        field("leaf", Type::union([Type::Defined(TypeId(1)), Type::Null])),
                    ],
                ),
                record("Leaf", vec![field("green", Type::Boolean)]),
            ],
            ..Description::default()
        };
        let names = tool_names(&description);
        let mut out = Vec::new();
        write_tools(&description, &names, &mut out).unwrap();
        let written: Value = serde_json::from_slice(&out).unwrap();
        let leaf = json!({
            "type": "object", "properties": {"green": {"type": "boolean"}},
            "required": ["green"], "additionalProperties": false
        });
        let tree = json!({
            "type": "object",
            "properties": {
                "below": {"type": "array", "items": {"$ref": "#/$defs/Tree"}},
                "leaf": {"anyOf": [{"$ref": "#/$defs/Leaf"}, {"type": "null"}]}
            },
            "required": ["below", "leaf"],
            "additionalProperties": false
        });
        let mut output = tree.clone();
        output["description"] = json!("The tree.");
        output["$defs"] = json!({"Tree": tree, "Leaf": leaf});
        let nothing = json!({"type": "object", "properties": {}, "additionalProperties": false});
        let integers = json!({
            "type": "integer", "format": "int64", "minimum": i64::MIN, "maximum": i64::MAX
        });
        assert_eq!(
            written,
            json!({"tools": [
                {
                    "name": "tree_grow",
                    "description": "Grows.\n\nA lot.\n\nDeprecated: use plant",
                    "inputSchema": {
                        "type": "object", "properties": {"leaf": {"$ref": "#/$defs/Leaf"}},
                        "required": ["leaf"], "additionalProperties": false, "$defs": {"Leaf": leaf}
                    },
                    "outputSchema": output
                },
                {
                    "name": "count",
                    "inputSchema": nothing,
                    "outputSchema": {"type": "object", "additionalProperties": integers}
                },
                {"name": "find", "inputSchema": nothing}
            ]})
        );
    }
}
