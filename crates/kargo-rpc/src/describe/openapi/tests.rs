//! The document for small APIs, as values.

use super::*;
use crate::description::{DeclaredFault, Definition, Field, Method, Shape, Type, TypeId};
use serde_json::{Value, json};

fn field(name: &str, ty: Type) -> Field {
    Field {
        name: name.to_owned(),
        ty,
        ..Field::default()
    }
}

fn optional(name: &str, ty: Type, default: &str) -> Field {
    Field {
        is_optional: true,
        default: Some(default.as_bytes().to_vec()),
        ..field(name, ty)
    }
}

fn description() -> Description {
    Description {
        title: "Polls".to_owned(),
        version: "2".to_owned(),
        methods: vec![
            Method {
                name: "poll.show".to_owned(),
                summary: "Shows one.".to_owned(),
                parameters: vec![
                    field("id", Type::Integer),
                    optional("tags", Type::List(Box::new(Type::Any)), "[]"),
                    optional(
                        "near",
                        Type::union([Type::Defined(TypeId(0)), Type::Null]),
                        "null",
                    ),
                    optional("max", Type::union([Type::Integer, Type::Null]), "null"),
                ],
                result: Type::Defined(TypeId(0)),
                deprecated: Some("use find".to_owned()),
                faults: vec![
                    DeclaredFault {
                        name: "Gone".to_owned(),
                        description: "it is closed".to_owned(),
                        code: Some(410),
                    },
                    DeclaredFault {
                        name: "Odd".to_owned(),
                        ..DeclaredFault::default()
                    },
                ],
                ..Method::default()
            },
            Method {
                name: "poll.replace".to_owned(),
                parameters: vec![
                    field("key", Type::String),
                    field("poll", Type::Defined(TypeId(0))),
                    optional("editor", Type::String, "\"x\""),
                ],
                result: Type::Null,
                ..Method::default()
            },
        ],
        definitions: vec![Definition {
            name: "Problem".to_owned(),
            description: String::new(),
            shape: Shape::Record(vec![field("x", Type::Number)]),
        }],
        ..Description::default()
    }
}

fn document() -> Value {
    let operation = |method, verb, path, status, has_result, places| Operation {
        method,
        verb,
        path,
        status,
        has_result,
        places,
    };
    let query = vec![
        Place::Path,
        Place::Query("tags"),
        Place::Query("near"),
        Place::Query("max"),
    ];
    let operations = [
        operation(0, "get", "/polls/{id}", 200, true, query),
        operation(
            0,
            "post",
            "/rest/poll/show",
            200,
            true,
            vec![Place::Member; 4],
        ),
        operation(
            1,
            "put",
            "/polls/{key}",
            204,
            false,
            vec![Place::Path, Place::Body, Place::Header("X-Editor")],
        ),
    ];
    let mut out = Vec::new();
    write(&description(), &operations, "/v1", &mut out).unwrap();
    serde_json::from_slice(&out).unwrap()
}

#[test]
fn paths_that_differ_in_names_only_are_one() {
    let document = document();
    let paths = document["paths"].as_object().unwrap();
    assert_eq!(
        paths.keys().collect::<Vec<_>>(),
        ["/polls/{id}", "/rest/poll/show"]
    );
    let put = &paths["/polls/{id}"]["put"];
    assert_eq!(put["operationId"], "poll.replace");
    assert_eq!(
        put["parameters"][0],
        json!({"name": "id", "in": "path", "required": true, "schema": {"type": "string", "minLength": 1}})
    );
    assert_eq!(
        put["parameters"][1],
        json!({"name": "X-Editor", "in": "header", "schema": {"type": "string", "default": "x"}})
    );
    assert_eq!(
        put["requestBody"],
        json!({"required": true, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}})
    );
    assert!(put["responses"]["204"].get("content").is_none());
}

#[test]
fn texts_have_schemas_of_texts() {
    let document = document();
    let get = &document["paths"]["/polls/{id}"]["get"];
    assert_eq!(get["operationId"], "poll.show");
    assert_eq!(get["tags"], json!(["poll"]));
    assert_eq!(get["deprecated"], true);
    assert_eq!(get["description"], "Deprecated: use find");
    let parameters = &get["parameters"];
    assert_eq!(
        parameters[1],
        json!({"name": "tags", "in": "query", "schema": {"type": "array", "items": {"type": "string"}, "default": []}})
    );
    assert_eq!(
        parameters[2]["content"]["application/json"]["schema"],
        json!({"$ref": "#/components/schemas/Problem", "default": null})
    );
    assert_eq!(parameters[3]["schema"]["type"], "integer");
    assert!(parameters[3]["schema"].get("default").is_none());
}

#[test]
fn answers_are_those_that_can_come() {
    let document = document();
    let statuses = |path: &str, verb: &str| -> Vec<String> {
        document["paths"][path][verb]["responses"]
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect()
    };
    assert_eq!(
        statuses("/polls/{id}", "get"),
        ["200", "304", "400", "404", "406", "410", "422", "500"]
    );
    assert_eq!(
        statuses("/polls/{id}", "put"),
        ["204", "400", "404", "406", "413", "415", "422", "500"]
    );
    assert_eq!(
        statuses("/rest/poll/show", "post"),
        ["200", "400", "406", "410", "413", "415", "422", "500"]
    );
    let gone = &document["paths"]["/polls/{id}"]["get"]["responses"]["410"];
    assert_eq!(gone["description"], "Gone: it is closed");
    assert_eq!(
        gone["content"]["application/problem+json"]["schema"]["$ref"],
        "#/components/schemas/Problem2"
    );
    assert!(document["components"]["schemas"].get("Problem2").is_some());
}

#[test]
fn operations_of_one_method_have_names_of_their_own() {
    let document = document();
    assert_eq!(
        document["paths"]["/rest/poll/show"]["post"]["operationId"],
        "poll.show.post"
    );
    assert_eq!(document["servers"], json!([{"url": "/v1"}]));
    assert_eq!(document["openapi"], "3.1.0");
}
