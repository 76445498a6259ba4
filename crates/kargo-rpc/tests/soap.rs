//! SOAP: the vectors, values there and back, any text at all.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

mod support;

use kargo_rpc::CallList;
use kargo_rpc::DecodeError;
use kargo_rpc::Encoder;
use kargo_rpc::Limits;
use kargo_rpc::description::{Definition, Description, Field, Method, Shape, Type, TypeId};
use kargo_rpc::fuzzing;
use kargo_rpc::json::JsonEncoder;
use kargo_rpc::soap::{Decoder, EncoderScratch, Plan, ResponseWriter, Style, Version};
use proptest::prelude::*;
use support::Tree;
use support::Value;

const NAMESPACES: [(&str, &str); 7] = [
    ("{11}", "http://schemas.xmlsoap.org/soap/envelope/"),
    ("{12}", "http://www.w3.org/2003/05/soap-envelope"),
    ("{enc}", "http://schemas.xmlsoap.org/soap/encoding/"),
    ("{xsi}", "http://www.w3.org/2001/XMLSchema-instance"),
    ("{xsd}", "http://www.w3.org/2001/XMLSchema"),
    ("{map}", "http://xml.apache.org/xml-soap"),
    ("{enc12}", "http://www.w3.org/2003/05/soap-encoding"),
];

/// What a body is: the call and its arguments as JSON, why it is refused, or why it is no XML.
fn outcome(plan: &Plan, body: &str) -> String {
    let (mut tree, mut calls) = (Tree::default(), CallList::new());
    let mut decoder = Decoder::new();
    let limits = Limits::default();
    let decoded = decoder.decode(body.as_bytes(), None, &limits, plan, &mut tree, &mut calls);
    let envelope = decoder.envelope();
    match (decoded, envelope.refusal) {
        (Err(DecodeError::Body(error)), _) => format!("body {}", error.kind.message()),
        (Err(DecodeError::Builder(error)), _) => panic!("{error}"),
        (Ok(()), Some(refusal)) => {
            assert!(calls.is_empty());
            format!("refused {}", refusal.reason())
        }
        (Ok(()), None) => {
            let call = &tree.calls[0];
            let style = match envelope.style {
                Style::Document => "",
                Style::RpcLiteral => "literal ",
                Style::RpcEncoded => "encoded ",
            };
            let mut text = format!("{style}{}", call.method).into_bytes();
            for (name, value) in call.names.iter().zip(&call.arguments) {
                text.extend_from_slice(format!(" {name}=").as_bytes());
                let mut encoder = JsonEncoder::new(&mut text);
                value.encode(&mut encoder).unwrap();
                encoder.finish();
            }
            String::from_utf8(text).unwrap()
        }
    }
}

#[test]
fn the_vectors_hold() {
    let plan = fuzzing::soap_api();
    let file = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../tests/vectors/rpc/soap/envelopes.txt"
    );
    let lines = std::fs::read_to_string(file).unwrap();
    let mut count = 0;
    for line in lines
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
    {
        let (expected, body) = line.split_once('\t').expect(line);
        let mut body = body.to_owned();
        for (name, namespace) in NAMESPACES {
            body = body.replace(name, namespace);
        }
        assert_eq!(outcome(&plan, &body), expected, "{body}");
        // Cut anywhere it is no call.
        for len in (0..body.len()).filter(|&len| body.is_char_boundary(len)) {
            let cut = outcome(&plan, &body[..len]);
            assert!(
                cut.starts_with("body ") || cut.starts_with("refused "),
                "{cut}: {}",
                &body[..len]
            );
        }
        count += 1;
    }
    assert!(count > 40, "{count} vectors");
}

/// An API with one method that takes and gives a type.
fn echo(ty: Type) -> Plan {
    let record = Shape::Record(
        [
            ("a b", Type::Integer),
            ("text", Type::union([Type::String, Type::Null])),
            ("next", Type::union([Type::Defined(TypeId(0)), Type::Null])),
        ]
        .map(|(name, ty)| Field {
            name: name.to_owned(),
            ty,
            is_optional: true,
            ..Field::default()
        })
        .to_vec(),
    );
    let description = Description {
        methods: vec![Method {
            name: "echo".to_owned(),
            parameters: vec![Field {
                name: "v".to_owned(),
                ty: ty.clone(),
                ..Field::default()
            }],
            result: ty,
            ..Method::default()
        }],
        definitions: vec![Definition {
            name: "Node".to_owned(),
            description: String::new(),
            shape: record,
        }],
        ..Description::default()
    };
    Plan::new(&description, "urn:t", |_| false, |_, _| false)
}

/// The value as a result, sent back as an argument.
fn there_and_back(plan: &Plan, value: &Value, version: Version, style: Style) -> Value {
    let operation = plan.operation(0).unwrap();
    let responses = ResponseWriter::new(plan, version, style);
    let (mut out, mut scratch) = (Vec::new(), EncoderScratch::default());
    responses.begin_result(&mut out, operation);
    let mut encoder = responses.encoder(&mut out, operation, &mut scratch);
    value.encode(&mut encoder).unwrap();
    responses.end_result(&mut out, operation);
    let text = String::from_utf8(out)
        .unwrap()
        .replace("echoResponse", "echo")
        .replace("<return", "<v")
        .replace("</return>", "</v>")
        .replace(
            "<rpc:result xmlns:rpc=\"http://www.w3.org/2003/05/soap-rpc\">return</rpc:result>",
            "",
        );
    let (mut tree, mut calls) = (Tree::default(), CallList::new());
    let mut decoder = Decoder::new();
    decoder
        .decode(
            text.as_bytes(),
            None,
            &Limits::default(),
            plan,
            &mut tree,
            &mut calls,
        )
        .unwrap();
    assert_eq!(decoder.envelope().refusal, None, "{text}");
    assert_eq!(decoder.envelope().style, style, "{text}");
    tree.calls[0].arguments[0].clone()
}

fn text() -> impl Strategy<Value = Vec<u8>> {
    "[ -~é<>&\n]{0,12}".prop_map(String::into_bytes)
}

fn node() -> impl Strategy<Value = Value> {
    let leaf = (any::<i64>(), prop::option::of(text())).prop_map(|(number, text)| (number, text));
    prop::collection::vec(leaf, 1..4).prop_map(|chain| {
        chain.into_iter().fold(Value::Null, |next, (number, text)| {
            Value::Object(vec![
                (b"a b".to_vec(), Value::Int(number)),
                (b"text".to_vec(), text.map_or(Value::Null, Value::String)),
                (b"next".to_vec(), next),
            ])
        })
    })
}

/// A value of any type, as far as it says its own: an empty object is an empty array of PHP.
fn anything() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        any::<i32>().prop_map(|value| Value::Float(f64::from(value) / 8.0)),
        text().prop_map(Value::String),
        prop::collection::vec(any::<u8>(), 0..9).prop_map(Value::Binary),
    ];
    leaf.prop_recursive(3, 20, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            prop::collection::btree_map(text(), inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

const ANSWERS: [(Version, Style); 6] = [
    (Version::V11, Style::Document),
    (Version::V12, Style::Document),
    (Version::V11, Style::RpcLiteral),
    (Version::V12, Style::RpcLiteral),
    (Version::V11, Style::RpcEncoded),
    (Version::V12, Style::RpcEncoded),
];

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn records_come_back(value in node(), answer in prop::sample::select(&ANSWERS[..4])) {
        let plan = echo(Type::Defined(TypeId(0)));
        prop_assert_eq!(there_and_back(&plan, &value, answer.0, answer.1), value);
    }

    #[test]
    fn lists_and_maps_come_back(values in prop::collection::vec(prop::collection::btree_map(text(), any::<i64>(), 0..3), 0..4), answer in prop::sample::select(&ANSWERS[..])) {
        let plan = echo(Type::List(Box::new(Type::Map(Box::new(Type::Integer)))));
        let maps = values.into_iter().map(|map| Value::Object(map.into_iter().map(|(key, value)| (key, Value::Int(value))).collect()));
        let value = Value::Array(maps.collect());
        prop_assert_eq!(there_and_back(&plan, &value, answer.0, answer.1), value);
    }

    #[test]
    fn anything_comes_back(value in anything(), answer in prop::sample::select(&ANSWERS[..])) {
        let plan = echo(Type::Any);
        prop_assert_eq!(there_and_back(&plan, &value, answer.0, answer.1), value);
    }

    #[test]
    fn any_text_ends_well(pieces in prop::collection::vec(prop::sample::select(&PIECES[..]), 0..30), bytes in prop::collection::vec(any::<u8>(), 0..100)) {
        fuzzing::soap(&bytes);
        let body = pieces.concat();
        fuzzing::soap(body.as_bytes());
        let envelope = "<e:Envelope xmlns:e='http://schemas.xmlsoap.org/soap/envelope/' xmlns='urn:t'><e:Body>";
        fuzzing::soap(format!("{envelope}{body}").as_bytes());
        fuzzing::soap(format!("{envelope}<anything><v>{body}</v></anything></e:Body></e:Envelope>").as_bytes());
        fuzzing::soap(format!("{envelope}<anything xmlns:n='http://schemas.xmlsoap.org/soap/encoding/' {body}/></e:Body></e:Envelope>").as_bytes());
    }
}

const PIECES: [&str; 34] = [
    "<e:Header>",
    "</e:Header>",
    "<e:Body>",
    "</e:Body>",
    "</e:Envelope>",
    "<anything>",
    "</anything>",
    "<lists>",
    "</lists>",
    "<record>",
    "<r>",
    "<v>",
    "</v>",
    "<v/>",
    "<item>",
    "</item>",
    "<entry>",
    "<key>",
    "</key>",
    "<value>",
    "</value>",
    "</entry>",
    "<i xmlns=\"\">",
    "</i>",
    "1",
    "a",
    " ",
    "<v id='a'><i href='#a'/></v>",
    " href='#a'",
    " n:arrayType='x[2]'",
    "<![CDATA[x]]>",
    "&lt;",
    "<!--c-->",
    "<x:y xmlns:x='urn:x'>",
];

#[test]
fn members_are_written_in_the_order_of_their_type() {
    let plan = echo(Type::Defined(TypeId(0)));
    let operation = plan.operation(0).unwrap();
    let responses = ResponseWriter::new(&plan, Version::V11, Style::Document);
    let (mut out, mut scratch) = (Vec::new(), EncoderScratch::default());
    let mut encoder = responses.encoder(&mut out, operation, &mut scratch);
    encoder.begin_object().unwrap();
    encoder.key(b"next").unwrap();
    encoder.null().unwrap();
    encoder.key(b"unknown").unwrap();
    encoder.begin_array().unwrap();
    encoder.int(1).unwrap();
    encoder.end_array().unwrap();
    encoder.key(b"text").unwrap();
    encoder.string(b"<").unwrap();
    encoder.key(b"a b").unwrap();
    encoder.int(1).unwrap();
    encoder.end_object().unwrap();
    assert_eq!(
        String::from_utf8(out).unwrap(),
        "<return><a_x0020_b>1</a_x0020_b><text>&lt;</text><next xsi:nil=\"true\"/></return>"
    );
}

#[test]
fn what_has_no_form_is_refused() {
    for (ty, value) in [
        (Type::Integer, Value::Array(vec![])),
        (Type::Integer, Value::Object(vec![])),
        (Type::Defined(TypeId(0)), Value::Array(vec![Value::Int(1)])),
        (Type::Number, Value::Float(f64::NAN)),
        (Type::Number, Value::Float(f64::INFINITY)),
        (Type::String, Value::String(vec![0])),
        (Type::String, Value::String(vec![0xff])),
    ] {
        let plan = echo(ty);
        let operation = plan.operation(0).unwrap();
        let responses = ResponseWriter::new(&plan, Version::V11, Style::Document);
        let (mut out, mut scratch) = (Vec::new(), EncoderScratch::default());
        let mut encoder = responses.encoder(&mut out, operation, &mut scratch);
        assert!(value.encode(&mut encoder).is_err(), "{value:?}");
    }
}
