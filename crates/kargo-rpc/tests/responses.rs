//! What clients send and read, in both protocols.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a failing test may panic"
)]

mod support;

use std::fmt::Write as _;

use kargo_rpc::BodyErrorKind;
use kargo_rpc::CallList;
use kargo_rpc::DateTime;
use kargo_rpc::DecodeError;
use kargo_rpc::EncodeError;
use kargo_rpc::Encoder;
use kargo_rpc::Limits;
use kargo_rpc::Outcome;
use kargo_rpc::ResponseList;
use kargo_rpc::fuzzing;
use kargo_rpc::json::JsonEncoder;
use kargo_rpc::jsonrpc;
use kargo_rpc::xmlrpc;
use kargo_rpc::xmlrpc::XmlRpcEncoder;
use proptest::prelude::*;
use support::Tree;
use support::Value;
use support::string;

/// Every response as text: the value, or the fault with its data.
fn shown(responses: &ResponseList, tree: &Tree) -> String {
    let mut out = String::new();
    let json = |value: usize| {
        let mut text = Vec::new();
        let mut encoder = JsonEncoder::new(&mut text);
        tree.values[value].encode(&mut encoder).unwrap();
        encoder.finish();
        String::from_utf8(text).unwrap()
    };
    for index in 0..responses.len() {
        let response = responses.response(index).unwrap();
        let message = std::str::from_utf8(responses.message(&response)).unwrap();
        match response.outcome {
            Outcome::Missing => out.push('?'),
            Outcome::Result { value } => out.push_str(&json(value)),
            Outcome::Fault { code, data } => {
                write!(out, "{code} {message}").unwrap();
                if let Some(data) = data {
                    write!(out, " {}", json(data)).unwrap();
                }
            }
        }
        out.push_str("; ");
    }
    out.trim_end_matches("; ").to_owned()
}

fn refused(error: DecodeError<String>, responses: &ResponseList) -> BodyErrorKind {
    assert!(responses.is_empty());
    match error {
        DecodeError::Body(error) => error.kind,
        DecodeError::Builder(error) => panic!("{error}"),
    }
}

/// An answer to calls with ids from 7 on: a batch if there is more than one.
fn json(body: &str, count: usize, is_batch: bool) -> Result<String, BodyErrorKind> {
    let (mut tree, mut responses) = (Tree::default(), ResponseList::new());
    let awaited = jsonrpc::Awaited {
        first_id: 7,
        count,
        is_batch,
    };
    let mut decoder = jsonrpc::ResponseDecoder::new();
    let limits = Limits::default();
    match decoder.decode(body.as_bytes(), &limits, awaited, &mut tree, &mut responses) {
        Ok(()) => Ok(shown(&responses, &tree)),
        Err(error) => Err(refused(error, &responses)),
    }
}

fn single(body: &str) -> Result<String, BodyErrorKind> {
    json(body, 1, false)
}

fn xml_of(content: &str, multicall: Option<usize>) -> Result<String, BodyErrorKind> {
    let body = format!("<?xml version=\"1.0\"?><methodResponse>{content}</methodResponse>");
    xml(body.as_bytes(), None, multicall)
}

fn xml(
    body: &[u8],
    charset: Option<&[u8]>,
    multicall: Option<usize>,
) -> Result<String, BodyErrorKind> {
    let (mut tree, mut responses) = (Tree::default(), ResponseList::new());
    let mut decoder = xmlrpc::ResponseDecoder::new();
    let limits = Limits::default();
    match decoder.decode(body, charset, &limits, multicall, &mut tree, &mut responses) {
        Ok(()) => Ok(shown(&responses, &tree)),
        Err(error) => Err(refused(error, &responses)),
    }
}

fn xml_value(value: &str) -> Result<String, BodyErrorKind> {
    xml_of(
        &format!("<params><param><value>{value}</value></param></params>"),
        None,
    )
}

#[test]
fn a_single_answer_has_a_result_or_an_error() {
    for (body, expected) in [
        (
            r#"{"jsonrpc":"2.0","result":[1,{"a":null}],"id":7}"#,
            r#"[1,{"a":null}]"#,
        ),
        (
            r#" { "id" : 7 , "x" : [1e400] , "result" : "\u00e9" , "jsonrpc" : "2.0" } "#,
            r#""é""#,
        ),
        (r#"{"jsonrpc":"2.0","id":7,"result":null}"#, "null"),
        (r#"{"jsonrpc":"2.0","id":7.0,"r\u0065sult":1}"#, "1"),
        (
            r#"{"jsonrpc":"2.0","error":{"code":-32601,"message":"no"},"id":7}"#,
            "-32601 no",
        ),
        (
            r#"{"error":{"data":{"a":[1]},"message":"n\"o","code":5,"x":{"code":1}},"id":7,"jsonrpc":"2.0"}"#,
            r#"5 n"o {"a":[1]}"#,
        ),
        (
            r#"{"jsonrpc":"2.0","error":{"code":1,"message":"","data":null},"id":7}"#,
            "1  null",
        ),
        (
            r#"{"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error"},"id":null}"#,
            "-32700 Parse error",
        ),
        (
            r#"{"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error"}}"#,
            "-32700 Parse error",
        ),
        (r#"{"jsonrpc":"2.0","result":1,"error":null,"id":7}"#, "1"),
        (
            r#"{"jsonrpc":"2.0","result":null,"error":{"code":1,"message":"x"},"id":7}"#,
            "1 x",
        ),
        (
            r#"{"jsonrpc":"2.0","error":{"code":9223372036854775807,"message":"x"},"id":7}"#,
            "9223372036854775807 x",
        ),
    ] {
        assert_eq!(single(body).as_deref(), Ok(expected), "{body}");
    }
}

#[test]
fn old_servers_answer_without_a_version() {
    for (body, expected) in [
        (r#"{"result":1,"error":null,"id":7}"#, "1"),
        (r#"{"result":null,"error":null,"id":7}"#, "null"),
        (r#"{"result":null,"error":"it broke","id":7}"#, "0 it broke"),
        (
            r#"{"result":null,"error":{"name":"E","message":"broke"},"id":7}"#,
            r#"0 broke {"name":"E","message":"broke"}"#,
        ),
        (
            r#"{"result":null,"error":{"code":4},"id":7}"#,
            r#"4  {"code":4}"#,
        ),
        (
            r#"{"result":null,"error":{"code":4,"message":"m"},"id":7}"#,
            "4 m",
        ),
        (r#"{"result":null,"error":[1],"id":7}"#, "0  [1]"),
        (r#"{"id":7,"error":17}"#, "0  17"),
    ] {
        assert_eq!(single(body).as_deref(), Ok(expected), "{body}");
    }
}

#[test]
fn what_is_no_answer_to_the_call_is_refused() {
    use BodyErrorKind::{
        NotAResponse, NumberRange, RepeatedId, Syntax, TrailingBytes, UnexpectedEnd, UnknownId,
    };
    for (body, expected) in [
        ("", UnexpectedEnd),
        ("<html>", Syntax),
        (r#"{"jsonrpc":"2.0","result":1,"id":7"#, UnexpectedEnd),
        (r#"{"jsonrpc":"2.0","result":1,"id":7}{"#, TrailingBytes),
        ("null", NotAResponse),
        ("7", NotAResponse),
        ("{}", NotAResponse),
        ("[]", NotAResponse),
        (r#"[{"jsonrpc":"2.0","result":1,"id":7}]"#, NotAResponse),
        (r#"{"jsonrpc":"2.0","id":7}"#, NotAResponse),
        (r#"{"jsonrpc":"2.0","error":null,"id":7}"#, NotAResponse),
        (
            r#"{"jsonrpc":"2.0","result":1,"error":{"code":1,"message":"x"},"id":7}"#,
            NotAResponse,
        ),
        (
            r#"{"jsonrpc":"2.0","result":1,"result":1,"id":7}"#,
            NotAResponse,
        ),
        (
            r#"{"jsonrpc":"2.0","result":1,"id":7,"id":7}"#,
            NotAResponse,
        ),
        (r#"{"jsonrpc":"2.1","result":1,"id":7}"#, NotAResponse),
        (r#"{"jsonrpc":2.0,"result":1,"id":7}"#, NotAResponse),
        (r#"{"jsonrpc":"2.0","error":"x","id":7}"#, NotAResponse),
        (
            r#"{"jsonrpc":"2.0","error":{"code":1},"id":7}"#,
            NotAResponse,
        ),
        (
            r#"{"jsonrpc":"2.0","error":{"code":1.0,"message":"x"},"id":7}"#,
            NotAResponse,
        ),
        (
            r#"{"jsonrpc":"2.0","error":{"code":"1","message":"x"},"id":7}"#,
            NotAResponse,
        ),
        (
            r#"{"jsonrpc":"2.0","error":{"code":1,"code":1,"message":"x"},"id":7}"#,
            NotAResponse,
        ),
        (r#"{"jsonrpc":"2.0","result":1,"id":8}"#, UnknownId),
        (r#"{"jsonrpc":"2.0","result":1,"id":6}"#, UnknownId),
        (r#"{"jsonrpc":"2.0","result":1,"id":-7}"#, UnknownId),
        (r#"{"jsonrpc":"2.0","result":1,"id":7.5}"#, UnknownId),
        (r#"{"jsonrpc":"2.0","result":1,"id":"7"}"#, UnknownId),
        (r#"{"jsonrpc":"2.0","result":1,"id":[7]}"#, UnknownId),
        (r#"{"jsonrpc":"2.0","result":1,"id":null}"#, UnknownId),
        (r#"{"jsonrpc":"2.0","result":1}"#, UnknownId),
        (r#"{"jsonrpc":"2.0","result":1e400,"id":7}"#, NumberRange),
    ] {
        assert_eq!(single(body), Err(expected), "{body}");
    }
    let deep = format!(
        "{{\"id\":7,\"result\":{}{}}}",
        "[".repeat(511),
        "]".repeat(511)
    );
    assert_eq!(single(&deep), Err(BodyErrorKind::TooDeep));
    let repeated = r#"[{"result":1,"id":7},{"result":2,"id":7}]"#;
    assert_eq!(json(repeated, 2, true), Err(RepeatedId));
}

#[test]
fn a_batch_is_answered_in_any_order() {
    for (body, expected) in [
        (
            r#"[{"jsonrpc":"2.0","id":9,"result":3},{"jsonrpc":"2.0","id":7,"result":1},{"jsonrpc":"2.0","id":8,"result":2}]"#,
            "1; 2; 3",
        ),
        (
            r#"[{"jsonrpc":"2.0","id":8,"error":{"code":1,"message":"x","data":[2]}},{"jsonrpc":"2.0","id":7,"result":{"a":1}},{"jsonrpc":"2.0","id":9,"result":3}]"#,
            r#"{"a":1}; 1 x [2]; 3"#,
        ),
        (r#"[{"jsonrpc":"2.0","id":7,"result":1}]"#, "1; ?; ?"),
        ("[]", "?; ?; ?"),
        (
            r#"[{"id":8,"result":1},{"id":null,"error":{"code":-32600,"message":"bad"}}]"#,
            "-32600 bad; 1; -32600 bad",
        ),
        (
            r#"{"jsonrpc":"2.0","error":{"code":-32600,"message":"too many","data":9},"id":null}"#,
            "-32600 too many 9; -32600 too many 9; -32600 too many 9",
        ),
    ] {
        assert_eq!(json(body, 3, true).as_deref(), Ok(expected), "{body}");
    }
    for (body, expected) in [
        (r#"[{"id":10,"result":1}]"#, BodyErrorKind::UnknownId),
        (r#"[{"id":7,"result":1},3]"#, BodyErrorKind::NotAResponse),
        (r#"[[{"id":7,"result":1}]]"#, BodyErrorKind::NotAResponse),
        (
            r#"{"jsonrpc":"2.0","id":7,"result":1}"#,
            BodyErrorKind::NotAResponse,
        ),
        (r#"[{"id":7,"result":1},]"#, BodyErrorKind::Syntax),
    ] {
        assert_eq!(json(body, 3, true), Err(expected), "{body}");
    }
}

#[test]
fn json_requests_are_read_by_our_own_decoder() {
    let mut out = b"before".to_vec();
    let requests = jsonrpc::RequestWriter::begin(&mut out, true);
    for (id, method) in [(Some(u64::MAX), "a.\"b"), (None, "n")] {
        jsonrpc::RequestWriter::begin_call(&mut out, method.as_bytes()).unwrap();
        let mut encoder = JsonEncoder::new(&mut out);
        Value::Array(vec![Value::Int(1), string("x")])
            .encode(&mut encoder)
            .unwrap();
        jsonrpc::RequestWriter::end_call(&mut out, id);
    }
    requests.finish(&mut out);
    let text = String::from_utf8(out).unwrap();
    assert_eq!(
        text,
        "before[{\"jsonrpc\":\"2.0\",\"method\":\"a.\\\"b\",\"params\":[1,\"x\"],\"id\":18446744073709551615},\
         {\"jsonrpc\":\"2.0\",\"method\":\"n\",\"params\":[1,\"x\"]}]"
    );
    let (mut tree, mut calls) = (Tree::default(), CallList::new());
    let body = &text.as_bytes()["before".len()..];
    let mut decoder = jsonrpc::Decoder::new();
    decoder
        .decode(body, &Limits::default(), &mut tree, &mut calls)
        .unwrap();
    assert_eq!(calls.len(), 2);
    assert_eq!(tree.calls[0].method, "a.\"b");
    assert_eq!(tree.calls[1].arguments, [Value::Int(1), string("x")]);
    assert_eq!(
        jsonrpc::RequestWriter::begin_call(&mut Vec::new(), b"\xff"),
        Err(EncodeError::InvalidUtf8)
    );
}

#[test]
fn xml_values_of_all_types_are_results() {
    for (value, expected) in [
        ("<int>-1</int>", "-1"),
        ("<i8>5000000000</i8>", "5000000000"),
        ("<ex:i8>5000000000</ex:i8>", "5000000000"),
        ("<boolean>1</boolean>", "true"),
        ("<double>-1.5</double>", "-1.5"),
        ("text &amp; more", "\"text & more\""),
        ("<nil/>", "null"),
        ("<ex:nil/>", "null"),
        ("<base64>AAEC</base64>", "\"AAEC\""),
        (
            "<dateTime.iso8601>19980717T14:08:55</dateTime.iso8601>",
            "\"1998-07-17T14:08:55\"",
        ),
        (
            "<array><data><value><int>1</int></value><value>b</value></data></array>",
            r#"[1,"b"]"#,
        ),
        (
            "<struct><member><name>a</name><value><array><data/></array></value></member></struct>",
            r#"{"a":[]}"#,
        ),
    ] {
        assert_eq!(xml_value(value).as_deref(), Ok(expected), "{value}");
    }
    let latin = b"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><methodResponse><params><param><value>\xe9</value></param></params></methodResponse>";
    assert_eq!(xml(latin, None, None).as_deref(), Ok("\"é\""));
    assert_eq!(
        xml(latin, Some(b"utf-8"), None),
        Err(BodyErrorKind::InvalidEncoding)
    );
    assert_eq!(
        xml(latin, Some(b"ebcdic"), None),
        Err(BodyErrorKind::UnsupportedEncoding)
    );
}

fn fault(members: &str) -> String {
    format!("<value><struct>{members}</struct></value>")
}

const CODE: &str = "<member><name>faultCode</name><value><int>4</int></value></member>";
const TEXT: &str = "<member><name>faultString</name><value>Too &lt; many</value></member>";

#[test]
fn xml_faults_have_a_code_and_a_text() {
    let of = |members: &str| xml_of(&format!("<fault>{}</fault>", fault(members)), None);
    assert_eq!(of(&format!("{CODE}{TEXT}")).as_deref(), Ok("4 Too < many"));
    assert_eq!(
        of(&format!("{TEXT}\n{CODE}")).as_deref(),
        Ok("4 Too < many")
    );
    let more = "<member><name>x</name><value><struct><member><name>faultCode</name><value><int>9</int></value></member></struct></value></member>";
    assert_eq!(
        of(&format!("{CODE}{more}{TEXT}")).as_deref(),
        Ok("4 Too < many")
    );
    let text_code = "<member><name>faultCode</name><value>4</value></member>";
    for members in ["", CODE, TEXT, &format!("{text_code}{TEXT}")] {
        assert_eq!(of(members), Err(BodyErrorKind::NotAResponse), "{members}");
    }
    let array = format!(
        "<fault><value><array><data>{}</data></array></value></fault>",
        fault(&format!("{CODE}{TEXT}"))
    );
    assert_eq!(xml_of(&array, None), Err(BodyErrorKind::NotAResponse));
}

#[test]
fn a_multicall_has_an_array_of_one_or_a_fault_for_each_call() {
    let of = |elements: &str, count: usize| {
        let array = format!(
            "<params><param><value><array><data>{elements}</data></array></value></param></params>"
        );
        xml_of(&array, Some(count))
    };
    let one =
        |value: &str| format!("<value><array><data><value>{value}</value></data></array></value>");
    let failed = fault(&format!("{CODE}{TEXT}"));
    let elements = format!("{}{failed}{}", one("a"), one("<struct/>"));
    assert_eq!(of(&elements, 3).as_deref(), Ok(r#""a"; 4 Too < many; {}"#));
    assert_eq!(of("", 0).as_deref(), Ok(""));
    for (elements, count) in [
        (elements.as_str(), 2),
        (elements.as_str(), 4),
        ("<value>a</value>", 1),
        ("<value><array><data/></array></value>", 1),
        (
            "<value><array><data><value>a</value><value>b</value></data></array></value>",
            1,
        ),
        ("<value><struct/></value>", 1),
    ] {
        assert_eq!(
            of(elements, count),
            Err(BodyErrorKind::NotAResponse),
            "{elements}"
        );
    }
    let whole = format!("<fault>{failed}</fault>");
    assert_eq!(
        xml_of(&whole, Some(2)).as_deref(),
        Ok("4 Too < many; 4 Too < many")
    );
}

#[test]
fn xml_that_is_no_answer_is_refused() {
    use BodyErrorKind::{Doctype, InvalidValue, NotAResponse, TrailingBytes, UnexpectedEnd};
    for (body, expected) in [
        ("", UnexpectedEnd),
        ("<html></html>", NotAResponse),
        ("<methodResponse/>", NotAResponse),
        ("<methodResponse><params/></methodResponse>", NotAResponse),
        (
            "<methodResponse><params><param/></params></methodResponse>",
            NotAResponse,
        ),
        (
            "<methodResponse><params><param><value/></param><param><value/></param></params></methodResponse>",
            NotAResponse,
        ),
        (
            "<methodResponse><params><param><value/></param></params><fault/></methodResponse>",
            NotAResponse,
        ),
        (
            "<methodCall><methodName>a</methodName></methodCall>",
            NotAResponse,
        ),
        ("<methodResponse><params><param><value>", UnexpectedEnd),
        (
            "<methodResponse><params><param><value/></param></params></methodResponse>x",
            TrailingBytes,
        ),
        (
            "<methodResponse><params><param><value><int>1x</int></value></param></params></methodResponse>",
            InvalidValue,
        ),
        (
            "<!DOCTYPE a [<!ENTITY b 'cccccccc'><!ENTITY d '&b;&b;&b;'>]><methodResponse/>",
            Doctype,
        ),
    ] {
        assert_eq!(xml(body.as_bytes(), None, None), Err(expected), "{body}");
    }
}

#[test]
fn xml_requests_are_read_by_our_own_decoder() {
    let options = xmlrpc::Options::default();
    let mut out = Vec::new();
    let request = xmlrpc::RequestWriter::begin(&mut out, b"a.<b>").unwrap();
    for value in [Value::Null, Value::Array(vec![string("x")])] {
        request.begin_param(&mut out);
        value
            .encode(&mut XmlRpcEncoder::new(&mut out, options))
            .unwrap();
        request.end_param(&mut out);
    }
    request.finish(&mut out);
    let mut multicall = Vec::new();
    let request = xmlrpc::RequestWriter::begin_multicall(&mut multicall);
    for method in ["a", "b"] {
        xmlrpc::RequestWriter::begin_call(&mut multicall, method.as_bytes()).unwrap();
        let mut encoder = XmlRpcEncoder::new(&mut multicall, options);
        Value::Int(1).encode(&mut encoder).unwrap();
        xmlrpc::RequestWriter::end_call(&mut multicall);
    }
    request.finish(&mut multicall);
    for (body, methods, is_batch) in [(out, &["a.<b>"][..], false), (multicall, &["a", "b"], true)]
    {
        let (mut tree, mut calls) = (Tree::default(), CallList::new());
        let mut decoder = xmlrpc::Decoder::new();
        decoder
            .decode(&body, None, &Limits::default(), &mut tree, &mut calls)
            .unwrap();
        assert_eq!(calls.is_batch(), is_batch);
        let called: Vec<&str> = tree.calls.iter().map(|call| call.method.as_str()).collect();
        assert_eq!(called, methods);
    }
    assert!(xmlrpc::RequestWriter::begin(&mut Vec::new(), b"\x01").is_err());
}

#[test]
fn what_old_servers_do_not_know_can_be_forbidden() {
    let options = xmlrpc::Options {
        allows_nil: false,
        allows_i8: false,
        allows_zones: false,
        ..xmlrpc::Options::default()
    };
    let mut out = Vec::new();
    let mut encoder = XmlRpcEncoder::new(&mut out, options);
    assert_eq!(encoder.null(), Err(EncodeError::Nil));
    assert_eq!(encoder.int(1 << 31), Err(EncodeError::IntRange));
    assert_eq!(encoder.int(1), Ok(()));
    let date = DateTime::parse(b"2026-01-02T03:04:05.25+02:00").unwrap();
    assert_eq!(encoder.date_time(&date), Ok(()));
    assert_eq!(
        String::from_utf8(out).unwrap(),
        "<value><int>1</int></value>\
         <value><dateTime.iso8601>20260102T03:04:05</dateTime.iso8601></value>"
    );
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        fuzzing::jsonrpc_response(&bytes);
        fuzzing::xmlrpc_response(&bytes);
    }

    #[test]
    fn any_order_of_pieces_is_read_or_refused(pieces in proptest::collection::vec(prop_oneof![
        Just("{"), Just("}"), Just("["), Just("]"), Just(","), Just("\"jsonrpc\":\"2.0\""), Just("\"result\":"), Just("\"error\":"),
        Just("\"id\":"), Just("\"code\":"), Just("\"message\":"), Just("\"data\":"), Just("null"), Just("1"), Just("2"), Just("\"x\""), Just("1e999"),
    ], 0..40)) {
        fuzzing::jsonrpc_response(pieces.concat().as_bytes());
    }

    #[test]
    fn any_order_of_elements_is_read_or_refused(pieces in proptest::collection::vec(prop_oneof![
        Just("<methodResponse>"), Just("</methodResponse>"), Just("<params>"), Just("</params>"), Just("<param>"), Just("</param>"),
        Just("<fault>"), Just("</fault>"), Just("<value>"), Just("</value>"), Just("<array><data>"), Just("</data></array>"),
        Just("<struct>"), Just("</struct>"), Just("<member><name>faultCode</name>"), Just("<member><name>faultString</name>"),
        Just("</member>"), Just("<int>1</int>"), Just("x"), Just("<nil/>"),
    ], 0..40)) {
        let body = format!("<methodResponse>{}</methodResponse>", pieces.concat());
        fuzzing::xmlrpc_response(body.as_bytes());
    }
}
