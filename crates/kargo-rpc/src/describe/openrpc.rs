//! OpenRPC 1.3: what JSON-RPC clients can call.

use crate::EncodeError;
use crate::Encoder;
use crate::description::{Description, Field, Method};
use crate::json::JsonEncoder;

use super::json_schema::{Schemas, text, text_unless_empty};
use super::security;

/// The latest edition of version 1.3.
const VERSION: &str = "1.3.2";
/// The code of a fault that has none.
const NO_CODE: i32 = -32000;

/// Appends the document. `url` is where the calls are posted to, as a URL or the path of one.
///
/// # Errors
///
/// Types that are nested deeper than can be written.
pub fn write(description: &Description, url: &str, out: &mut Vec<u8>) -> Result<(), EncodeError> {
    let mut encoder = JsonEncoder::new(out);
    document(description, url, &mut encoder)?;
    encoder.finish();
    Ok(())
}

fn document(
    description: &Description,
    url: &str,
    out: &mut JsonEncoder<'_>,
) -> Result<(), EncodeError> {
    let schemas = Schemas {
        description,
        place: "#/components/schemas/",
    };
    out.begin_object()?;
    text("openrpc", VERSION, out)?;
    out.key(b"info")?;
    out.begin_object()?;
    text("title", &description.title, out)?;
    text("version", &description.version, out)?;
    text_unless_empty("description", &description.description, out)?;
    out.end_object()?;
    out.key(b"servers")?;
    out.begin_array()?;
    out.begin_object()?;
    text("name", "JSON-RPC 2.0", out)?;
    text("url", url, out)?;
    out.end_object()?;
    out.end_array()?;
    out.key(b"methods")?;
    out.begin_array()?;
    for method in &description.methods {
        write_method(&schemas, method, out)?;
    }
    out.end_array()?;
    out.key(b"components")?;
    out.begin_object()?;
    out.key(b"schemas")?;
    schemas.definitions(out)?;
    out.end_object()?;
    // OpenRPC has no word for credentials.
    if !description.schemes.is_empty() {
        out.key(b"x-securitySchemes")?;
        security::write_schemes(description, out)?;
    }
    out.end_object()
}

fn write_method(
    schemas: &Schemas<'_>,
    method: &Method,
    out: &mut JsonEncoder<'_>,
) -> Result<(), EncodeError> {
    out.begin_object()?;
    text("name", &method.name, out)?;
    text_unless_empty("summary", &method.summary, out)?;
    text_unless_empty("description", &method.description, out)?;
    if method.deprecated.is_some() {
        out.key(b"deprecated")?;
        out.bool(true)?;
    }
    // What takes all further arguments can't be given by name.
    let structure = match method.variadic {
        Some(_) => "by-position",
        None => "either",
    };
    text("paramStructure", structure, out)?;
    out.key(b"params")?;
    out.begin_array()?;
    for parameter in &method.parameters {
        write_parameter(schemas, parameter, !parameter.is_optional, out)?;
    }
    if let Some(variadic) = &method.variadic {
        write_parameter(schemas, variadic, false, out)?;
    }
    out.end_array()?;
    out.key(b"result")?;
    out.begin_object()?;
    text("name", "result", out)?;
    text_unless_empty("description", &method.result_description, out)?;
    out.key(b"schema")?;
    schemas.schema(&method.result, out)?;
    out.end_object()?;
    write_errors(method, out)?;
    let policies = &method.policies;
    if let Some(access) = &policies.access {
        out.key(b"x-security")?;
        security::write_requirements(schemas.description, access, out)?;
    }
    if let Some(key) = policies.idempotency_key {
        out.key(b"x-headers")?;
        out.begin_array()?;
        security::write_key_header(key, out)?;
        out.end_array()?;
    }
    out.end_object()
}

/// What the method fails with on purpose, and why it can be refused.
fn write_errors(method: &Method, out: &mut JsonEncoder<'_>) -> Result<(), EncodeError> {
    let refusals = method.policies.refusals();
    if method.faults.is_empty() && refusals.is_empty() {
        return Ok(());
    }
    out.key(b"errors")?;
    out.begin_array()?;
    for fault in &method.faults {
        let message = if fault.description.is_empty() {
            &fault.name
        } else {
            &fault.description
        };
        write_error(fault.code.unwrap_or(NO_CODE), message, out)?;
    }
    for refusal in refusals {
        write_error(refusal.code(), refusal.message(), out)?;
    }
    out.end_array()
}

fn write_error(code: i32, message: &str, out: &mut JsonEncoder<'_>) -> Result<(), EncodeError> {
    out.begin_object()?;
    out.key(b"code")?;
    out.int(code.into())?;
    text("message", message, out)?;
    out.end_object()
}

fn write_parameter(
    schemas: &Schemas<'_>,
    parameter: &Field,
    is_required: bool,
    out: &mut JsonEncoder<'_>,
) -> Result<(), EncodeError> {
    out.begin_object()?;
    text("name", &parameter.name, out)?;
    text_unless_empty("description", &parameter.description, out)?;
    out.key(b"required")?;
    out.bool(is_required)?;
    out.key(b"schema")?;
    schemas.field(parameter, out)?;
    out.end_object()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::description::{
        Access, DeclaredFault, Definition, KeyUse, Policies, SchemeKind, SecurityScheme, Shape,
        Type, TypeId,
    };
    use serde_json::{Value, json};

    fn written(description: &Description) -> Value {
        let mut out = Vec::new();
        write(description, "/v1/jsonrpc", &mut out).unwrap();
        serde_json::from_slice(&out).unwrap()
    }

    #[test]
    fn an_empty_api_has_a_document() {
        let description = Description {
            title: "A \"b\"".to_owned(),
            version: "1".to_owned(),
            ..Description::default()
        };
        assert_eq!(
            written(&description),
            json!({
                "openrpc": "1.3.2",
                "info": {"title": "A \"b\"", "version": "1"},
                "servers": [{"name": "JSON-RPC 2.0", "url": "/v1/jsonrpc"}],
                "methods": [],
                "components": {"schemas": {}}
            })
        );
    }

    #[test]
    fn methods_have_all_that_is_known_of_them() {
        let field = |name: &str, ty| Field {
            name: name.to_owned(),
            ty,
            description: format!("The {name}."),
            ..Field::default()
        };
        let method = Method {
            name: "poll.vote".to_owned(),
            summary: "Votes.".to_owned(),
            parameters: vec![
                field("poll", Type::Defined(TypeId(0))),
                Field {
                    is_optional: true,
                    default: Some(b"true".to_vec()),
                    ..field("now", Type::Boolean)
                },
            ],
            result: Type::Null,
            result_description: "Nothing.".to_owned(),
            faults: vec![
                DeclaredFault {
                    name: "Gone".to_owned(),
                    description: "it is closed".to_owned(),
                    code: Some(7),
                },
                DeclaredFault {
                    name: "Odd".to_owned(),
                    ..DeclaredFault::default()
                },
            ],
            deprecated: Some(String::new()),
            ..Method::default()
        };
        let more = Method {
            name: "max".to_owned(),
            variadic: Some(Field {
                is_optional: true,
                ..field("values", Type::Any)
            }),
            ..Method::default()
        };
        let description = Description {
            methods: vec![method, more],
            definitions: vec![Definition {
                name: "Poll".to_owned(),
                description: String::new(),
                shape: Shape::OpenRecord(vec![]),
            }],
            ..Description::default()
        };
        let document = written(&description);
        assert_eq!(
            document["methods"],
            json!([
                {
                    "name": "poll.vote",
                    "summary": "Votes.",
                    "deprecated": true,
                    "paramStructure": "either",
                    "params": [
                        {
                            "name": "poll", "description": "The poll.", "required": true,
                            "schema": {"$ref": "#/components/schemas/Poll", "description": "The poll."}
                        },
                        {
                            "name": "now", "description": "The now.", "required": false,
                            "schema": {"type": "boolean", "description": "The now.", "default": true}
                        }
                    ],
                    "result": {"name": "result", "description": "Nothing.", "schema": {"type": "null"}},
                    "errors": [{"code": 7, "message": "it is closed"}, {"code": -32000, "message": "Odd"}]
                },
                {
                    "name": "max",
                    "paramStructure": "by-position",
                    "params": [
                        {
                            "name": "values", "description": "The values.", "required": false,
                            "schema": {"description": "The values."}
                        }
                    ],
                    "result": {"name": "result", "schema": {}}
                }
            ])
        );
        assert_eq!(
            document["components"]["schemas"],
            json!({"Poll": {"type": "object", "properties": {}}})
        );
    }

    #[test]
    fn policies_are_told_where_there_is_a_word_for_them_and_as_extensions_where_not() {
        let method = Method {
            name: "pay".to_owned(),
            faults: vec![DeclaredFault {
                name: "Poor".to_owned(),
                ..DeclaredFault::default()
            }],
            policies: Policies {
                access: Some(Access::Known {
                    schemes: vec![0],
                    roles: vec!["clerk".to_owned(), "admin".to_owned()],
                }),
                idempotency_key: Some(KeyUse::Required),
                ..Policies::default()
            },
            ..Method::default()
        };
        let open = Method {
            name: "open".to_owned(),
            policies: Policies {
                access: Some(Access::Anonymous),
                has_timeout: true,
                ..Policies::default()
            },
            ..Method::default()
        };
        let document = written(&Description {
            methods: vec![method, open],
            schemes: vec![SecurityScheme {
                name: "apiKey".to_owned(),
                kind: SchemeKind::ApiKey("X-Key".to_owned()),
            }],
            ..Description::default()
        });
        assert_eq!(
            document["x-securitySchemes"],
            json!({"apiKey": {"type": "apiKey", "in": "header", "name": "X-Key"}})
        );
        let [pay, open] = &document["methods"].as_array().unwrap()[..] else {
            panic!("{document}");
        };
        assert_eq!(
            pay["x-security"],
            json!([{"apiKey": ["clerk"]}, {"apiKey": ["admin"]}])
        );
        assert_eq!(open["x-security"], json!([{}, {"apiKey": []}]));
        let codes = |method: &Value| -> Vec<Value> {
            let errors = method["errors"].as_array().unwrap();
            errors.iter().map(|error| error["code"].clone()).collect()
        };
        assert_eq!(
            codes(pay),
            [
                -32000, -32001, -32003, -32009, -32010, -32011, -32012, -32013, -32022, -32029
            ]
        );
        assert_eq!(codes(open), [-32008]);
        assert_eq!(pay["x-headers"][0]["name"], "Idempotency-Key");
        assert_eq!(pay["x-headers"][0]["required"], true);
        assert!(open.get("x-headers").is_none());
    }
}
