//! XML-RPC, from body to body, with a `match` for a dispatcher.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a failing test may panic"
)]

mod support;

use kargo_rpc::BodyErrorKind;
use kargo_rpc::CallKind;
use kargo_rpc::CallList;
use kargo_rpc::DateTime;
use kargo_rpc::DecodeError;
use kargo_rpc::Fault;
use kargo_rpc::FaultCode;
use kargo_rpc::Limits;
use kargo_rpc::fuzzing;
use kargo_rpc::xmlrpc::Decoder;
use kargo_rpc::xmlrpc::Options;
use kargo_rpc::xmlrpc::ResponseWriter;
use proptest::prelude::*;
use support::Tree;
use support::TreeCall;
use support::Value;
use support::string;

/// What a server answers to `body`, and which methods it ran.
fn served(body: &[u8], limits: &Limits) -> (String, Vec<String>) {
    let (mut tree, mut calls, mut out) = (Tree::default(), CallList::new(), b"before".to_vec());
    let mut ran = Vec::new();
    match Decoder::new().decode(body, None, limits, &mut tree, &mut calls) {
        Ok(()) => {
            let responses = ResponseWriter::begin(&mut out, calls.is_batch(), Options::default());
            let mut held = tree.calls.iter();
            for call in (0..calls.len()).map(|index| calls.call(index).unwrap()) {
                if let CallKind::Invalid(_, fault) = call.kind {
                    responses.fault(&mut out, &fault);
                    continue;
                }
                let held = held.next().unwrap();
                assert_eq!(held.method.as_bytes(), calls.method(&call));
                assert_eq!(held.arguments.len(), call.argument_count as usize);
                ran.push(held.method.clone());
                match dispatched(held) {
                    Ok(value) => {
                        if responses
                            .result(&mut out, |encoder| value.encode(encoder))
                            .is_err()
                        {
                            responses.fault(&mut out, &FaultCode::InternalError.fault());
                        }
                    }
                    Err(fault) => responses.fault(&mut out, &fault),
                }
            }
            assert!(held.next().is_none());
            responses.finish(&mut out);
        }
        Err(DecodeError::Body(error)) => ResponseWriter::body_fault(&mut out, &error),
        Err(DecodeError::Builder(error)) => panic!("{error}"),
    }
    assert_eq!(fuzzing::xml(&out[6..]), Ok(()));
    let answer = String::from_utf8(out).unwrap();
    let answer =
        answer.strip_prefix("before<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<methodResponse>");
    let answer = answer.unwrap().strip_suffix("</methodResponse>\n").unwrap();
    (answer.to_owned(), ran)
}

fn dispatched(call: &TreeCall) -> Result<Value, Fault<'static>> {
    match (call.method.as_str(), &call.arguments[..]) {
        ("echo", [value]) => Ok(value.clone()),
        ("count", arguments) => Ok(Value::Int(arguments.len() as i64)),
        ("nan", _) => Ok(Value::Array(vec![Value::Float(f64::INFINITY)])),
        ("fault", _) => Err(Fault {
            code: -5,
            message: b"a<b\0",
            data: Some(b"1"),
        }),
        ("echo", _) => Err(FaultCode::InvalidParams.fault()),
        _ => Err(FaultCode::MethodNotFound.fault()),
    }
}

fn call(method: &str, values: &[&str]) -> String {
    let params: String = values
        .iter()
        .map(|value| format!("<param><value>{value}</value></param>"))
        .collect();
    format!("<methodCall><methodName>{method}</methodName><params>{params}</params></methodCall>")
}

fn argument(value: &str) -> Result<Value, i32> {
    let (mut tree, mut calls) = (Tree::default(), CallList::new());
    let body = call("echo", &[value]);
    match Decoder::new().decode(
        body.as_bytes(),
        None,
        &Limits::default(),
        &mut tree,
        &mut calls,
    ) {
        Ok(()) => match calls.call(0).unwrap().kind {
            CallKind::Invalid(_, fault) => Err(fault.code),
            _ => Ok(tree.calls.remove(0).arguments.remove(0)),
        },
        Err(DecodeError::Body(error)) => Err(error.fault().code),
        Err(DecodeError::Builder(error)) => panic!("{error}"),
    }
}

fn answer(body: &str) -> String {
    served(body.as_bytes(), &Limits::default()).0
}

fn fault(code: i32, message: &str) -> String {
    format!(
        "<value><struct><member><name>faultCode</name><value><int>{code}</int></value></member>\
         <member><name>faultString</name><value><string>{message}</string></value></member></struct></value>"
    )
}

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

fn multicall(calls: &[&str]) -> String {
    let calls: String = calls
        .iter()
        .map(|call| format!("<value>{call}</value>"))
        .collect();
    call(
        "system.multicall",
        &[&format!("<array><data>{calls}</data></array>")],
    )
}

fn called(method: &str, values: &[&str]) -> String {
    let values: String = values
        .iter()
        .map(|value| format!("<value>{value}</value>"))
        .collect();
    format!(
        "<struct><member><name>methodName</name><value><string>{method}</string></value></member>\
         <member><name>params</name><value><array><data>{values}</data></array></value></member></struct>"
    )
}

fn multicall_answer(results: &[String]) -> String {
    format!(
        "<params><param><value><array><data>{}</data></array></value></param></params>",
        results.concat()
    )
}

fn wrapped(value: &str) -> String {
    format!("<value><array><data><value>{value}</value></data></array></value>")
}

#[test]
fn multicall_wraps_results_and_answers_each_call() {
    let body = multicall(&[
        &called("echo", &["<int>1</int>"]),
        &called("nope", &[]),
        &called("fault", &["x", "y"]),
        &called("nan", &[]),
        &called("echo", &["<array><data><value>a</value></data></array>"]),
        &called("system.multicall", &["<array><data/></array>"]),
        "<int>1</int>",
        "text",
        &called("count", &["<int>1</int>", "<int>x</int>"]),
        &called("count", &["", "<nil/>"]),
    ]);
    let (answer, ran) = served(body.as_bytes(), &Limits::default());
    let no_call = "A call is a struct of one methodName, a string, and one params, an array";
    assert_eq!(
        answer,
        multicall_answer(&[
            wrapped("<int>1</int>"),
            fault(-32601, "Method not found"),
            fault(-5, "a&lt;b\u{fffd}"),
            fault(-32603, "Internal error"),
            wrapped("<array><data><value><string>a</string></value></data></array>"),
            fault(-32600, "Recursive system.multicall forbidden"),
            fault(-32600, no_call),
            fault(-32600, no_call),
            fault(-32602, "Invalid params: not a value of its type"),
            wrapped("<int>2</int>"),
        ])
    );
    assert_eq!(ran, ["echo", "nope", "fault", "nan", "echo", "count"]);
    assert_eq!(answer_of_empty_multicall(), multicall_answer(&[]));
}

fn answer_of_empty_multicall() -> String {
    answer(&multicall(&[]))
}

#[test]
fn the_members_of_a_call_may_come_in_any_order() {
    let name = "<member><name>methodName</name><value>echo</value></member>";
    let params = "<member><name>params</name><value><array><data><value><struct><member><name>a</name>\
                  <value><i4>7</i4></value></member></struct></value></data></array></value></member>";
    let other = "<member><name>other</name><value><array><data><value><int>not checked</int></value></data></array></value></member>";
    let expected = multicall_answer(&[
        wrapped("<struct><member><name>a</name><value><int>7</int></value></member></struct>"),
        wrapped("<int>1</int>"),
    ]);
    for members in [
        [name, params, other],
        [params, name, other],
        [other, params, name],
        [params, other, name],
    ] {
        let first = format!("<struct>{}</struct>", members.concat());
        assert_eq!(
            answer(&multicall(&[&first, &called("count", &["x"])])),
            expected,
            "{first}"
        );
    }
    // Written as an empty element, the place to come back to is in front of it.
    let empty = "<struct><member><name>params</name><value><array><data/></array></value></member>\
                 <member><name>methodName</name><value>count</value></member></struct>";
    assert_eq!(
        answer(&multicall(&[empty])),
        multicall_answer(&[wrapped("<int>0</int>")])
    );
}

#[test]
fn calls_of_a_multicall_that_are_none_are_faults_in_their_places() {
    let name = "<member><name>methodName</name><value>echo</value></member>";
    let params = "<member><name>params</name><value><array><data><value>x</value></data></array></value></member>";
    let no_call = "A call is a struct of one methodName, a string, and one params, an array";
    for (members, code, message) in [
        (vec![params], -32600, no_call),
        (vec![name, name, params], -32600, no_call),
        (vec![name, params, params], -32600, no_call),
        (vec![params, name, name], -32600, no_call),
        (
            vec![
                "<member><name>methodName</name><value><int>1</int></value></member>",
                params,
            ],
            -32600,
            no_call,
        ),
        (
            vec![name, "<member><name>params</name><value>x</value></member>"],
            -32602,
            "Invalid params: not a value of its type",
        ),
        (
            vec![
                "<member><name>params</name><value><struct/></value></member>",
                name,
            ],
            -32602,
            "Invalid params: not a value of its type",
        ),
    ] {
        let first = format!("<struct>{}</struct>", members.concat());
        let (answer, ran) = served(
            multicall(&[&first, &called("count", &[])]).as_bytes(),
            &Limits::default(),
        );
        assert_eq!(
            answer,
            multicall_answer(&[fault(code, message), wrapped("<int>0</int>")]),
            "{first}"
        );
        assert_eq!(ran, ["count"]);
    }
    let without_params = format!("<struct>{}</struct>", name.replace("echo", "count"));
    assert_eq!(
        answer(&multicall(&[&without_params])),
        multicall_answer(&[wrapped("<int>0</int>")])
    );
}

#[test]
fn a_multicall_without_its_array_is_one_fault() {
    let expected = format!(
        "<fault>{}</fault>",
        fault(-32602, "system.multicall takes one array of calls")
    );
    for body in [
        call("system.multicall", &[]),
        "<methodCall><methodName>system.multicall</methodName></methodCall>".into(),
        call("system.multicall", &["x"]),
        call("system.multicall", &["<struct/>"]),
        call(
            "system.multicall",
            &["<array><data/></array>", "<array><data/></array>"],
        ),
        call(
            "system.multicall",
            &[
                &format!(
                    "<array><data><value>{}</value></data></array>",
                    called("echo", &["x"])
                ),
                "x",
            ],
        ),
    ] {
        let (answer, ran) = served(body.as_bytes(), &Limits::default());
        assert_eq!(answer, expected, "{body}");
        assert!(ran.is_empty());
    }
}

#[test]
fn a_multicall_is_limited_below_at_and_above() {
    let limits = Limits {
        max_batch: 3,
        ..Limits::default()
    };
    let one = called("count", &["x"]);
    for count in 1..=6 {
        let body = multicall(&vec![one.as_str(); count]);
        let (answer, ran) = served(body.as_bytes(), &limits);
        assert_eq!(ran.len(), if count <= 3 { count } else { 0 });
        assert_eq!(answer.contains("Too many calls"), count > 3, "{answer}");
    }
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

#[test]
fn a_body_cut_anywhere_is_a_parse_error() {
    let body = multicall(&[
        &called("echo", &["<int>1</int>"]),
        &called("count", &["a&amp;b"]),
    ]);
    for end in 0..body.len() {
        let (answer, ran) = served(&body.as_bytes()[..end], &Limits::default());
        assert!(answer.contains("-32700"), "{end}: {answer}");
        assert!(ran.is_empty());
    }
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
