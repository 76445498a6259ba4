//! What is tried with SOAP.

use super::CallCounter;
use crate::CallList;
use crate::DecodeError;
use crate::Encoder;
use crate::Limits;
use crate::description::{
    Case, Definition, Description, Field, Literal, Method, Shape, Type, TypeId,
};
use crate::soap::{Decoder, EncoderScratch, Fault, Plan, ResponseWriter, Version};
use crate::xml;

/// An API with a method for every kind of type, in the namespace `urn:t`: `anything`, `record`, `scalars`, `lists`,
/// `variadic`.
#[must_use]
pub fn soap_api() -> Plan {
    let field = |name: &str, ty: Type| Field {
        name: name.to_owned(),
        ty,
        is_optional: true,
        ..Field::default()
    };
    let method = |name: &str, parameters: Vec<Field>, result: Type| Method {
        name: name.to_owned(),
        parameters,
        result,
        ..Method::default()
    };
    let list = |item: Type| Type::List(Box::new(item));
    let record = Type::Defined(TypeId(0));
    let scalars = [
        ("i", Type::Integer),
        ("d", Type::Number),
        ("b", Type::Boolean),
        ("s", Type::String),
        ("x", Type::Bytes),
        ("t", Type::DateTime),
        ("e", Type::Defined(TypeId(1))),
        ("n", Type::union([Type::String, Type::Null])),
    ];
    let description = Description {
        methods: vec![
            method("anything", vec![field("v", Type::Any)], Type::Any),
            method("record", vec![field("r", record.clone())], record.clone()),
            method(
                "scalars",
                scalars.map(|(name, ty)| field(name, ty)).to_vec(),
                Type::Null,
            ),
            method(
                "lists",
                vec![
                    field("l", list(list(Type::Integer))),
                    field("m", Type::Map(Box::new(Type::Number))),
                    field("c", Type::Collection(Box::new(Type::Any))),
                    field("o", Type::Object),
                    field("u", Type::union([Type::Integer, Type::String, record])),
                ],
                Type::String,
            ),
            Method {
                variadic: Some(field("more", Type::String)),
                ..method(
                    "variadic",
                    vec![field("first", Type::Integer)],
                    Type::String,
                )
            },
        ],
        definitions: vec![
            Definition {
                name: "Node".into(),
                description: String::new(),
                shape: Shape::Record(vec![
                    field("name", Type::String),
                    field("next", Type::union([Type::Defined(TypeId(0)), Type::Null])),
                ]),
            },
            Definition {
                name: "Level".into(),
                description: String::new(),
                shape: Shape::Enum(vec![Case {
                    name: "Low".into(),
                    value: Literal::Integer(1),
                }]),
            },
        ],
        ..Description::default()
    };
    let is_header = |method: &str, slot| match method {
        "record" => slot == 0,
        "scalars" => slot == 3 || slot == 6,
        _ => false,
    };
    Plan::new(&description, "urn:t", |_| false, is_header)
}

/// Any body of SOAP: a call is as the list says, and the answer, result or fault, is well-formed.
pub fn soap(data: &[u8]) {
    let plan = soap_api();
    let mut calls = CallList::new();
    let mut counter = CallCounter::default();
    let mut decoder = Decoder::new();
    let limits = Limits::default();
    let decoded = decoder.decode(data, None, &limits, &plan, &mut counter, &mut calls);
    let envelope = decoder.envelope();
    let version = envelope.version.unwrap_or(Version::V11);
    let responses = ResponseWriter::new(&plan, version, envelope.style);
    let mut out = Vec::new();
    let blocks = decoder.not_understood();
    match (decoded, envelope.refusal) {
        (Ok(()), None) => {
            let checked = xml::check_with_namespaces(data, &limits);
            assert_eq!(checked, Ok(()), "what has a call is well-formed");
            counter.check(&calls);
            assert_eq!(calls.len(), 1, "there is one call");
            let operation = envelope.operation.and_then(|index| plan.operation(index));
            let Some(operation) = operation else {
                unreachable!("a call is of an operation");
            };
            responses.begin_result(&mut out, operation);
            if operation.result.is_some() {
                let mut scratch = EncoderScratch::default();
                let mut encoder = responses.encoder(&mut out, operation, &mut scratch);
                let written = encoder.string(b"result");
                assert_eq!(written, Ok(()), "a string can be encoded");
            }
            responses.end_result(&mut out, operation);
        }
        (Ok(()), Some(refusal)) => {
            assert!(calls.is_empty(), "what is refused has no call");
            counter.check(&calls);
            responses.fault(&mut out, &Fault::of_refusal(refusal), blocks);
        }
        (Err(DecodeError::Body(error)), _) => {
            assert!(calls.is_empty(), "what is no XML has no call");
            responses.fault(&mut out, &Fault::of_body(&error), blocks);
        }
        (Err(DecodeError::Builder(never)), _) => match never {},
    }
    let checked = xml::check_with_namespaces(&out, &limits);
    assert_eq!(checked, Ok(()), "the answer is well-formed");
}
