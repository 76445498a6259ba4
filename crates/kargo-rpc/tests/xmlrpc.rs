//! XML-RPC, from body to body, with a `match` for a dispatcher.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a failing test may panic"
)]

mod support;

use kargo_rpc::BodyErrorKind;
use kargo_rpc::CallList;
use kargo_rpc::DateTime;
use kargo_rpc::DecodeError;
use kargo_rpc::Limits;
use kargo_rpc::fuzzing;
use kargo_rpc::xmlrpc::Decoder;
use kargo_rpc::xmlrpc::Options;
use kargo_rpc::xmlrpc::ResponseWriter;
use proptest::prelude::*;
use support::Tree;
use support::Value;
use support::string;
use support::xmlrpc_server::answer;
use support::xmlrpc_server::argument;
use support::xmlrpc_server::call;
use support::xmlrpc_server::fault;
use support::xmlrpc_server::served;

#[test]
fn every_type_is_read() {
    let date = |offset_minutes| {
        Value::DateTime(DateTime {
            year: 1998,
            month: 7,
            day: 17,
            hour: 14,
            minute: 8,
            second: 55,
            microsecond: 0,
            offset_minutes,
        })
    };
    for (text, value) in [
        ("<int>-12</int>", Value::Int(-12)),
        ("<i4>2147483647</i4>", Value::Int(2_147_483_647)),
        ("<i8>5000000000</i8>", Value::Int(5_000_000_000)),
        ("<ex:i8>-9223372036854775808</ex:i8>", Value::Int(i64::MIN)),
        ("<boolean>1</boolean>", Value::Bool(true)),
        ("<boolean>0</boolean>", Value::Bool(false)),
        ("<double>-12.5</double>", Value::Float(-12.5)),
        ("<string>a &lt; b</string>", string("a < b")),
        ("<string/>", string("")),
        ("<string> \n</string>", string(" \n")),
        ("", string("")),
        ("untyped &amp; <!-- c -->plain", string("untyped & plain")),
        (" \n ", string(" \n ")),
        ("<![CDATA[<int>1</int>]]>", string("<int>1</int>")),
        ("\r\n\r", string("\n\n")),
        (
            "<dateTime.iso8601>19980717T14:08:55</dateTime.iso8601>",
            date(None),
        ),
        (
            "<dateTime.iso8601>19980717T14:08:55Z</dateTime.iso8601>",
            date(Some(0)),
        ),
        (
            "<base64>eW91 IGNhbid0\nIHJlYWQ=</base64>",
            Value::Binary(b"you can't read".into()),
        ),
        ("<base64/>", Value::Binary(Vec::new())),
        ("<nil/>", Value::Null),
        ("<ex:nil></ex:nil>", Value::Null),
        (" \n<int>1</int><!-- c --> ", Value::Int(1)),
        ("<int x='y'>1</int >", Value::Int(1)),
        ("<int>&#49;</int>", Value::Int(1)),
        ("<array><data/></array>", Value::Array(Vec::new())),
        ("<array><data></data></array>", Value::Array(Vec::new())),
        ("<struct/>", Value::Object(Vec::new())),
        ("<struct>\n</struct>", Value::Object(Vec::new())),
        (
            " <array> <data> <value><i4>1</i4></value> <value>x</value> <value><array><data/></array></value> </data> </array> ",
            Value::Array(vec![Value::Int(1), string("x"), Value::Array(Vec::new())]),
        ),
        (
            "<struct> <member> <name>a</name> <value><struct><member><name/><value/></member></struct></value> </member>\
             <member><name>b&amp;</name><value>2</value></member><member><name>a</name><value>3</value></member></struct>",
            Value::Object(vec![
                (b"a".into(), string("3")),
                (b"b&".into(), string("2")),
            ]),
        ),
    ] {
        assert_eq!(argument(text), Ok(value), "{text}");
    }
}

#[test]
fn a_scalar_that_is_not_one_fails_its_call() {
    for text in [
        "<int></int>",
        "<int/>",
        "<int>2147483648</int>",
        "<i4>-2147483649</i4>",
        "<i8>9223372036854775808</i8>",
        "<int> 1</int>",
        "<int>1 </int>",
        "<int>1.0</int>",
        "<int>x</int>",
        "<boolean>true</boolean>",
        "<boolean>2</boolean>",
        "<double>nan</double>",
        "<double>INF</double>",
        "<double>1e999</double>",
        "<double/>",
        "<double>1,5</double>",
        "<dateTime.iso8601>yesterday</dateTime.iso8601>",
        "<dateTime.iso8601>19980230T00:00:00</dateTime.iso8601>",
        "<base64>a</base64>",
        "<base64>!!!!</base64>",
        "<nil>x</nil>",
        "<nil> </nil>",
        "<array><data><value><struct><member><name>a</name><value><int>x</int></value></member></struct></value></data></array>",
    ] {
        assert_eq!(argument(text), Err(-32602), "{text}");
    }
}

#[test]
fn what_is_well_formed_but_no_call_is_an_invalid_request() {
    for text in [
        "<float>1</float>",
        "<Int>1</Int>",
        "<x:int>1</x:int>",
        "<int>1</int>x",
        "x<int>1</int>",
        "<int>1</int><int>2</int>",
        "<int>1<x/></int>",
        "<string>a<b/>c</string>",
        "<array/>",
        "<array><value/></array>",
        "<array><data/><data/></array>",
        "<array><data>x</data></array>",
        "<array><data><int>1</int></data></array>",
        "<struct><value/></struct>",
        "<struct><member/></struct>",
        "<struct><member><name>a</name></member></struct>",
        "<struct><member><value/><name>a</name></member></struct>",
        "<struct><member><name>a</name><value/><value/></member></struct>",
        "<struct><member><name>a</name>x<value/></member></struct>",
        "<nil><x/></nil>",
    ] {
        assert_eq!(argument(text), Err(-32600), "{text}");
    }
    for body in [
        "<methodResponse/>",
        "<methodCall/>",
        "<methodCall><params/></methodCall>",
        "<methodCall>x</methodCall>",
        "<methodCall><methodName>echo</methodName><x/></methodCall>",
        "<methodCall><methodName>echo</methodName><params/><params/></methodCall>",
        "<methodCall><methodName>echo</methodName><params><value/></params></methodCall>",
        "<methodCall><methodName>echo</methodName><params><param/></params></methodCall>",
        "<methodCall><methodName>echo</methodName><params><param><value/><value/></param></params></methodCall>",
        "<methodCall><methodName>e<b/>o</methodName></methodCall>",
        "<methodCall xmlns='x'><methodName>echo</methodName>x</methodCall>",
    ] {
        assert_eq!(
            answer(body),
            format!("<fault>{}</fault>", fault(-32600, "Invalid Request")),
            "{body}"
        );
    }
}

#[test]
fn bodies_that_are_no_xml_are_faults_with_the_interoperable_codes() {
    for (body, code, message) in [
        (&b""[..], -32700, "Parse error"),
        (b"hello", -32700, "Parse error"),
        (
            b"<methodCall><methodName>count</methodName>",
            -32700,
            "Parse error",
        ),
        (
            b"<methodCall><methodName>count</methodName></methodCall>x",
            -32700,
            "Parse error",
        ),
        (
            b"<!DOCTYPE a><methodCall><methodName>count</methodName></methodCall>",
            -32700,
            "Parse error",
        ),
        (
            b"<methodCall><methodName>&x;</methodName></methodCall>",
            -32700,
            "Parse error",
        ),
        (
            b"<?xml version='1.0' encoding='EBCDIC'?><methodCall/>",
            -32701,
            "Unsupported encoding",
        ),
        (
            b"<methodCall><methodName>\xe9</methodName></methodCall>",
            -32702,
            "Invalid character for encoding",
        ),
    ] {
        let (answer, ran) = served(body, &Limits::default());
        assert_eq!(answer, format!("<fault>{}</fault>", fault(code, message)));
        assert!(
            ran.is_empty(),
            "no method runs before the whole body has been parsed"
        );
    }
}

#[test]
fn any_white_space_and_every_encoding_is_read() {
    let pretty = "<?xml version='1.0'?>\n\n<methodCall>\n\t<methodName>echo</methodName>\r\n <params >\n<param>\n<value>\n\
                  <string>é</string>\n</value>\n</param>\n</params>\n</methodCall>\n";
    let expected = "<params><param><value><string>é</string></value></param></params>";
    assert_eq!(answer(pretty), expected);
    let utf16: Vec<u8> = std::iter::once(0xfeff)
        .chain(pretty.encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    assert_eq!(served(&utf16, &Limits::default()).0, expected);
    let latin: Vec<u8> = pretty
        .replace("'1.0'", "'1.0' encoding='iso-8859-1'")
        .chars()
        .map(|character| u8::try_from(character).unwrap())
        .collect();
    assert_eq!(served(&latin, &Limits::default()).0, expected);
}

#[test]
fn the_headers_charset_is_heeded() {
    let body = b"<methodCall><methodName>\xe9</methodName></methodCall>";
    let (mut tree, mut calls) = (Tree::default(), CallList::new());
    let mut decoder = Decoder::new();
    let mut decode = |charset: Option<&[u8]>| {
        decoder.decode(body, charset, &Limits::default(), &mut tree, &mut calls)
    };
    assert_eq!(decode(Some(b"ISO-8859-1")), Ok(()));
    for (charset, kind) in [
        (None, BodyErrorKind::InvalidEncoding),
        (Some(&b"utf-8"[..]), BodyErrorKind::InvalidEncoding),
        (Some(b"klingon"), BodyErrorKind::UnsupportedEncoding),
    ] {
        assert!(matches!(decode(charset), Err(DecodeError::Body(error)) if error.kind == kind));
    }
}

#[test]
fn params_may_be_left_out() {
    for body in [
        "<methodCall><methodName>count</methodName></methodCall>",
        "<methodCall><methodName>count</methodName><params/></methodCall>",
        "<methodCall><methodName>count</methodName><params></params></methodCall>",
    ] {
        assert_eq!(
            answer(body),
            "<params><param><value><int>0</int></value></param></params>"
        );
    }
}

#[test]
fn faults_have_two_members_and_text_that_xml_can_hold() {
    let expected = format!("<fault>{}</fault>", fault(-5, "a&lt;b\u{fffd}"));
    assert_eq!(answer(&call("fault", &[])), expected);
    assert_eq!(
        answer(&call("x", &[])),
        format!("<fault>{}</fault>", fault(-32601, "Method not found"))
    );
    assert_eq!(
        answer(&call("nan", &[])),
        format!("<fault>{}</fault>", fault(-32603, "Internal error"))
    );
}

#[test]
fn values_are_limited_in_depth() {
    let nested = |depth: usize| {
        format!(
            "{}x{}",
            "<array><data><value>".repeat(depth),
            "</value></data></array>".repeat(depth)
        )
    };
    let limits = Limits {
        max_depth: 4,
        ..Limits::default()
    };
    let is_served = |depth: usize| {
        served(call("echo", &[&nested(depth)]).as_bytes(), &limits)
            .0
            .starts_with("<params>")
    };
    assert!(is_served(3));
    assert!(!is_served(4));
    assert!(argument(&nested(80)).is_ok());
    assert_eq!(argument(&nested(1_000)), Err(-32700));
    assert_eq!(
        argument(&"<array><data><value>".repeat(100_000)),
        Err(-32700)
    );
}

fn any_value() -> impl Strategy<Value = Value> {
    let date = (
        0..=9999u16,
        1..=12u8,
        1..=28u8,
        0..24u8,
        0..60u8,
        0..60u8,
        any::<Option<bool>>(),
    );
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        any::<i32>().prop_map(|value| Value::Int(value.into())),
        any::<f64>()
            .prop_filter("finite", |number| number.is_finite())
            .prop_map(Value::Float),
        "[ -~\t\n\ré\u{1f600}]*".prop_map(|text| Value::String(text.into())),
        prop::collection::vec(any::<u8>(), 0..40).prop_map(Value::Binary),
        date.prop_map(|(year, month, day, hour, minute, second, zone)| {
            Value::DateTime(DateTime {
                year,
                month,
                day,
                hour,
                minute,
                second,
                microsecond: 0,
                offset_minutes: zone.map(|is_west| if is_west { -90 } else { 0 }),
            })
        }),
    ];
    leaf.prop_recursive(5, 60, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(Value::Array),
            prop::collection::btree_map("[a-z<&>\r\n ]*", inner, 0..8).prop_map(|members| {
                Value::Object(
                    members
                        .into_iter()
                        .map(|(key, value)| (key.into_bytes(), value))
                        .collect(),
                )
            }),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_value_round_trips(value in any_value()) {
        let mut out = Vec::new();
        let responses = ResponseWriter::begin(&mut out, false, Options::default());
        responses.result(&mut out, |encoder| value.encode(encoder)).unwrap();
        responses.finish(&mut out);
        prop_assert_eq!(fuzzing::xml(&out), Ok(()));
        let body = String::from_utf8(out).unwrap();
        let body = body
            .replace("<methodResponse>", "<methodCall><methodName>echo</methodName>")
            .replace("</methodResponse>", "</methodCall>");
        let (mut tree, mut calls) = (Tree::default(), CallList::new());
        let decoded =
            Decoder::new().decode(body.as_bytes(), None, &Limits::default(), &mut tree, &mut calls);
        prop_assert_eq!(decoded, Ok(()));
        prop_assert_eq!(&tree.calls[0].arguments, &[value]);
    }
}
