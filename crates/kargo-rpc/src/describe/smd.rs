//! Service maps: SMD 2.0, as the JSON-RPC servers of the Zend Framework had it, and the older form that Dojo read.

use crate::EncodeError;
use crate::Encoder;
use crate::description::{Description, Field, Literal, Method, Shape, Type};
use crate::json::JsonEncoder;

use super::json_schema::text;

const ENVELOPE: &str = "JSON-RPC-2.0";

/// Appends the map of SMD 2.0. `target` is where calls are posted to.
///
/// # Errors
///
/// Names that are no text.
pub fn write(
    description: &Description,
    target: &str,
    out: &mut Vec<u8>,
) -> Result<(), EncodeError> {
    let mut encoder = JsonEncoder::new(out);
    map(description, target, &mut encoder)?;
    encoder.finish();
    Ok(())
}

/// Appends the map that Dojo's `dojo.rpc.JsonService` read (SMD 0.1), as `toDojoArray` of the Zend Framework gave it.
///
/// # Errors
///
/// Names that are no text.
pub fn write_dojo(
    description: &Description,
    target: &str,
    out: &mut Vec<u8>,
) -> Result<(), EncodeError> {
    let mut encoder = JsonEncoder::new(out);
    dojo_map(description, target, &mut encoder)?;
    encoder.finish();
    Ok(())
}

fn map(
    description: &Description,
    target: &str,
    out: &mut JsonEncoder<'_>,
) -> Result<(), EncodeError> {
    out.begin_object()?;
    text("transport", "POST", out)?;
    text("envelope", ENVELOPE, out)?;
    text("contentType", "application/json", out)?;
    text("SMDVersion", "2.0", out)?;
    text("target", target, out)?;
    let about = format!("{} {}", description.title, description.version);
    text("description", &about, out)?;
    out.key(b"services")?;
    out.begin_object()?;
    for method in &description.methods {
        out.key(method.name.as_bytes())?;
        out.begin_object()?;
        text("envelope", ENVELOPE, out)?;
        text("transport", "POST", out)?;
        out.key(b"parameters")?;
        out.begin_array()?;
        for parameter in parameters(method) {
            out.begin_object()?;
            text("name", &parameter.name, out)?;
            write_type(description, &parameter.ty, out)?;
            out.key(b"optional")?;
            out.bool(parameter.is_optional)?;
            if let Some(default) = &parameter.default {
                out.key(b"default")?;
                out.raw(default);
            }
            out.end_object()?;
        }
        out.end_array()?;
        write_named_type("returns", description, &method.result, out)?;
        out.end_object()?;
    }
    out.end_object()?;
    out.end_object()
}

fn dojo_map(
    description: &Description,
    target: &str,
    out: &mut JsonEncoder<'_>,
) -> Result<(), EncodeError> {
    out.begin_object()?;
    text("SMDVersion", ".1", out)?;
    text("serviceType", "JSON-RPC", out)?;
    out.key(b"methods")?;
    out.begin_array()?;
    for method in &description.methods {
        out.begin_object()?;
        text("name", &method.name, out)?;
        text("serviceURL", target, out)?;
        if parameters(method).next().is_some() {
            out.key(b"parameters")?;
            out.begin_array()?;
            for parameter in parameters(method) {
                out.begin_object()?;
                text("name", &parameter.name, out)?;
                write_type(description, &parameter.ty, out)?;
                out.end_object()?;
            }
            out.end_array()?;
        }
        out.end_object()?;
    }
    out.end_array()?;
    out.end_object()
}

fn parameters(method: &Method) -> impl Iterator<Item = &Field> {
    method.parameters.iter().chain(&method.variadic)
}

fn write_type(
    description: &Description,
    ty: &Type,
    out: &mut JsonEncoder<'_>,
) -> Result<(), EncodeError> {
    write_named_type("type", description, ty, out)
}

/// One name, or a list of them for a union.
fn write_named_type(
    key: &str,
    description: &Description,
    ty: &Type,
    out: &mut JsonEncoder<'_>,
) -> Result<(), EncodeError> {
    let mut names: Vec<&str> = Vec::new();
    for member in ty.members() {
        let name = name_of(description, member);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    if let [name] = names[..] {
        return text(key, name, out);
    }
    out.key(key.as_bytes())?;
    out.begin_array()?;
    for name in names {
        out.string(name.as_bytes())?;
    }
    out.end_array()
}

fn name_of(description: &Description, ty: &Type) -> &'static str {
    match ty {
        Type::Any | Type::Union(_) => "any",
        Type::Null => "null",
        Type::Boolean | Type::Constant(_) => "boolean",
        Type::Integer | Type::IntegerBetween(..) => "integer",
        Type::Number => "float",
        Type::String
        | Type::NonEmptyString
        | Type::NumericString
        | Type::Bytes
        | Type::DateTime => "string",
        Type::OneOf(values) => name_of_values(values.iter()),
        Type::List(_)
        | Type::NonEmptyList(_)
        | Type::Collection(_)
        | Type::NonEmptyCollection(_) => "array",
        Type::Map(_) | Type::NonEmptyMap(_) | Type::Object => "object",
        Type::Defined(id) => match description.definition(*id).map(|found| &found.shape) {
            Some(Shape::Enum(cases)) => name_of_values(cases.iter().map(|case| &case.value)),
            Some(Shape::Record(_) | Shape::OpenRecord(_)) => "object",
            None => "any",
        },
    }
}

/// The name of the type that all values have.
fn name_of_values<'v>(mut values: impl Iterator<Item = &'v Literal>) -> &'static str {
    let name = |value: &Literal| match value {
        Literal::Integer(_) => "integer",
        Literal::Text(_) => "string",
    };
    let first = values.next().map_or("any", name);
    if values.all(|value| name(value) == first) {
        first
    } else {
        "any"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::description::{Case, Definition, TypeId};

    fn description() -> Description {
        let case = |value| Case {
            name: "A".to_owned(),
            value,
        };
        let defined = |name: &str, shape| Definition {
            name: name.to_owned(),
            description: String::new(),
            shape,
        };
        let field = |name: &str, ty| Field {
            name: name.to_owned(),
            ty,
            ..Field::default()
        };
        Description {
            title: "Polls".to_owned(),
            version: "2".to_owned(),
            methods: vec![
                Method {
                    name: "poll.vote".to_owned(),
                    parameters: vec![
                        field("a", Type::Defined(TypeId(0))),
                        field("b", Type::Defined(TypeId(1))),
                        field("c", Type::union([Type::Constant(false), Type::Boolean])),
                        Field {
                            is_optional: true,
                            default: Some(b"null".to_vec()),
                            ..field("d", Type::union([Type::Integer, Type::Null]))
                        },
                    ],
                    variadic: Some(Field {
                        is_optional: true,
                        ..field(
                            "e",
                            Type::OneOf(vec![Literal::Integer(1), Literal::Text("x".to_owned())]),
                        )
                    }),
                    result: Type::List(Box::new(Type::Any)),
                    ..Method::default()
                },
                Method {
                    name: "now".to_owned(),
                    result: Type::Null,
                    ..Method::default()
                },
            ],
            definitions: vec![
                defined("Suit", Shape::Enum(vec![case(Literal::Integer(4))])),
                defined("Poll", Shape::Record(vec![])),
            ],
            ..Description::default()
        }
    }

    #[test]
    fn the_map_is_that_of_zend() {
        let mut out = Vec::new();
        write(&description(), "/jsonrpc", &mut out).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            concat!(
                r#"{"transport":"POST","envelope":"JSON-RPC-2.0","contentType":"application/json","SMDVersion":"2.0","#,
                r#""target":"/jsonrpc","description":"Polls 2","services":{"#,
                r#""poll.vote":{"envelope":"JSON-RPC-2.0","transport":"POST","parameters":["#,
                r#"{"name":"a","type":"integer","optional":false},"#,
                r#"{"name":"b","type":"object","optional":false},"#,
                r#"{"name":"c","type":"boolean","optional":false},"#,
                r#"{"name":"d","type":["integer","null"],"optional":true,"default":null},"#,
                r#"{"name":"e","type":"any","optional":true}],"returns":"array"},"#,
                r#""now":{"envelope":"JSON-RPC-2.0","transport":"POST","parameters":[],"returns":"null"}}}"#
            )
        );
    }

    #[test]
    fn the_map_for_dojo_is_that_of_zend() {
        let mut out = Vec::new();
        write_dojo(&description(), "/v1/jsonrpc", &mut out).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            concat!(
                r#"{"SMDVersion":".1","serviceType":"JSON-RPC","methods":["#,
                r#"{"name":"poll.vote","serviceURL":"/v1/jsonrpc","parameters":["#,
                r#"{"name":"a","type":"integer"},{"name":"b","type":"object"},{"name":"c","type":"boolean"},"#,
                r#"{"name":"d","type":["integer","null"]},{"name":"e","type":"any"}]},"#,
                r#"{"name":"now","serviceURL":"/v1/jsonrpc"}]}"#
            )
        );
    }
}
