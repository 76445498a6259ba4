//! What the document says of policies.

use super::*;
use crate::description::{
    Access, DeclaredFault, Field, KeyUse, Method, Policies, SchemeKind, SecurityScheme, Type,
};
use serde_json::{Value, json};

fn scheme(name: &str, kind: SchemeKind) -> SecurityScheme {
    SecurityScheme {
        name: name.to_owned(),
        kind,
    }
}

fn method(name: &str, policies: Policies) -> Method {
    Method {
        name: name.to_owned(),
        result: Type::Integer,
        policies,
        ..Method::default()
    }
}

fn known(schemes: &[usize], roles: &[&str]) -> Option<Access> {
    Some(Access::Known {
        schemes: schemes.to_vec(),
        roles: roles.iter().map(|role| (*role).to_owned()).collect(),
    })
}

fn document(methods: Vec<Method>, places: &[Place<'_>]) -> Value {
    let description = Description {
        schemes: vec![
            scheme("apiKey", SchemeKind::ApiKey("X-Key".to_owned())),
            scheme("basic", SchemeKind::Basic),
            scheme("bearer", SchemeKind::Bearer),
        ],
        methods,
        ..Description::default()
    };
    let paths: Vec<String> = (0..description.methods.len())
        .map(|method| format!("/{method}"))
        .collect();
    let operations: Vec<Operation<'_>> = paths
        .iter()
        .enumerate()
        .map(|(method, path)| Operation {
            method,
            verb: "post",
            path,
            status: 200,
            has_result: true,
            places: places.to_vec(),
        })
        .collect();
    let mut out = Vec::new();
    write(&description, &operations, "/", &mut out).unwrap();
    serde_json::from_slice(&out).unwrap()
}

fn statuses(operation: &Value) -> Vec<&str> {
    let responses = operation["responses"].as_object().unwrap();
    responses.keys().map(String::as_str).collect()
}

#[test]
fn credentials_have_schemes_and_requirements() {
    let for_known = Policies {
        access: known(&[0, 2], &[]),
        ..Policies::default()
    };
    let for_roles = Policies {
        access: known(&[1], &["a", "b"]),
        ..Policies::default()
    };
    let open = Policies {
        access: Some(Access::Anonymous),
        ..Policies::default()
    };
    let methods = vec![
        method("known", for_known),
        method("roles", for_roles),
        method("open", open),
        method("plain", Policies::default()),
    ];
    let document = document(methods, &[]);
    assert_eq!(
        document["components"]["securitySchemes"],
        json!({
            "apiKey": {"type": "apiKey", "in": "header", "name": "X-Key"},
            "basic": {"type": "http", "scheme": "basic"},
            "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
        })
    );
    let operation = |path: &str| &document["paths"][path]["post"];
    assert_eq!(
        operation("/0")["security"],
        json!([{"apiKey": []}, {"bearer": []}])
    );
    assert_eq!(
        operation("/1")["security"],
        json!([{"basic": ["a"]}, {"basic": ["b"]}])
    );
    assert_eq!(
        operation("/2")["security"],
        json!([{}, {"apiKey": []}, {"basic": []}, {"bearer": []}])
    );
    assert!(operation("/3").get("security").is_none());
    let common = ["200", "400", "406", "413", "415", "422", "500"];
    assert_eq!(
        statuses(operation("/0")),
        [
            "200", "400", "401", "406", "413", "415", "422", "429", "500"
        ]
    );
    assert!(statuses(operation("/1")).contains(&"403"));
    assert_eq!(statuses(operation("/2")), common);
    assert_eq!(statuses(operation("/3")), common);
    let shared = &document["components"]["responses"];
    assert_eq!(
        shared["Unauthorized"]["headers"]["WWW-Authenticate"]["required"],
        true
    );
    assert_eq!(
        shared["TooManyRequests"]["headers"]["Retry-After"]["schema"],
        json!({"type": "integer"})
    );
    assert!(shared.get("GatewayTimeout").is_none());
}

#[test]
fn keys_are_headers_and_their_refusals_join_those_that_any_call_has() {
    let policies = Policies {
        has_timeout: true,
        idempotency_key: Some(KeyUse::Required),
        ..Policies::default()
    };
    let document = document(vec![method("pay", policies)], &[]);
    let pay = &document["paths"]["/0"]["post"];
    assert_eq!(
        statuses(pay),
        [
            "200", "400", "406", "409", "413", "415", "422", "500", "503", "504"
        ]
    );
    let [parameter] = &pay["parameters"].as_array().unwrap()[..] else {
        panic!("{pay}");
    };
    assert_eq!(parameter["name"], "Idempotency-Key");
    assert_eq!(parameter["in"], "header");
    assert_eq!(parameter["required"], true);
    let text = pay["responses"]["422"]["description"].as_str().unwrap();
    assert!(text.starts_with("An argument is missing"), "{text}");
    assert!(text.ends_with("was used for another call."), "{text}");
    let retry = &document["components"]["responses"]["Conflict"]["headers"]["Retry-After"];
    assert!(retry.get("required").is_none());
}

#[test]
fn a_method_that_takes_the_key_itself_has_one_parameter_for_it() {
    let mut pay = method(
        "pay",
        Policies {
            idempotency_key: Some(KeyUse::Required),
            ..Policies::default()
        },
    );
    pay.parameters.push(Field {
        name: "key".to_owned(),
        ty: Type::String,
        is_optional: true,
        ..Field::default()
    });
    let document = document(vec![pay], &[Place::Header("idempotency-key")]);
    let parameters = &document["paths"]["/0"]["post"]["parameters"];
    assert_eq!(parameters.as_array().unwrap().len(), 1);
    assert_eq!(parameters[0]["name"], "idempotency-key");
    assert_eq!(parameters[0]["required"], true);
}

#[test]
fn a_fault_with_the_status_of_a_refusal_stands_beside_it() {
    let mut busy = method(
        "busy",
        Policies {
            has_limit: true,
            ..Policies::default()
        },
    );
    busy.faults.push(DeclaredFault {
        name: "Crowded".to_owned(),
        description: "too many people".to_owned(),
        code: Some(429),
    });
    let document = document(vec![busy], &[]);
    let answer = &document["paths"]["/0"]["post"]["responses"]["429"];
    assert_eq!(
        answer["description"],
        "Crowded: too many people\nToo many calls."
    );
    let header = &answer["headers"]["Retry-After"];
    assert!(header.get("required").is_none());
}
