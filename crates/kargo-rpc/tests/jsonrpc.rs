//! JSON-RPC, from body to body, with a `match` for a dispatcher.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a failing test may panic"
)]

mod support;

use kargo_rpc::CallKind;
use kargo_rpc::CallList;
use kargo_rpc::DecodeError;
use kargo_rpc::Fault;
use kargo_rpc::FaultCode;
use kargo_rpc::Limits;
use kargo_rpc::jsonrpc::Decoder;
use kargo_rpc::jsonrpc::ResponseWriter;
use support::Tree;
use support::TreeCall;
use support::Value;
use support::string;

/// What a server answers to `body`, and which methods it ran.
fn served(body: &str, limits: &Limits) -> (String, Vec<String>) {
    let (mut tree, mut calls, mut out) = (Tree::default(), CallList::new(), b"before".to_vec());
    let mut decoder = Decoder::new();
    let mut ran = Vec::new();
    match decoder.decode(body.as_bytes(), limits, &mut tree, &mut calls) {
        Ok(()) => {
            let responses = ResponseWriter::begin(&mut out, calls.is_batch());
            let mut held = tree.calls.iter();
            for index in 0..calls.len() {
                let call = calls.call(index).unwrap();
                let id = calls.id(&call);
                if let CallKind::Invalid(version, fault) = call.kind {
                    responses.fault(&mut out, version, id, &fault);
                    continue;
                }
                let held = held.next().unwrap();
                assert_eq!(held.method.as_bytes(), calls.method(&call));
                assert_eq!(held.arguments.len(), call.argument_count as usize);
                ran.push(held.method.clone());
                let result = dispatched(held, call.is_named);
                let CallKind::Request(version) = call.kind else {
                    continue;
                };
                match result {
                    Ok(value) => {
                        let written = responses
                            .result(&mut out, version, id, |encoder| value.encode(encoder));
                        if written.is_err() {
                            let fault = FaultCode::InternalError.fault();
                            responses.fault(&mut out, version, id, &fault);
                        }
                    }
                    Err(fault) => responses.fault(&mut out, version, id, &fault),
                }
            }
            assert!(held.next().is_none());
            let has_answer = responses.finish(&mut out);
            assert_eq!(has_answer, out.len() > 6);
        }
        Err(DecodeError::Body(error)) => ResponseWriter::body_fault(&mut out, &error),
        Err(DecodeError::Builder(error)) => panic!("{error}"),
    }
    let answer = String::from_utf8(out).unwrap();
    (answer.strip_prefix("before").unwrap().to_owned(), ran)
}

fn dispatched(call: &TreeCall, is_named: bool) -> Result<Value, Fault<'static>> {
    let int = |position: usize, name: &str| {
        let index = if is_named {
            call.names.iter().rposition(|other| other == name)
        } else {
            (position < call.arguments.len()).then_some(position)
        };
        match index.map(|index| &call.arguments[index]) {
            Some(Value::Int(value)) => Ok(*value),
            _ => Err(FaultCode::InvalidParams.fault()),
        }
    };
    match call.method.as_str() {
        "subtract" => Ok(Value::Int(int(0, "minuend")? - int(1, "subtrahend")?)),
        "echo" => Ok(Value::Array(call.arguments.clone())),
        "get_data" => Ok(Value::Array(vec![string("hello"), Value::Int(5)])),
        "nan" => Ok(Value::Array(vec![Value::Int(1), Value::Float(f64::NAN)])),
        "bytes" => Ok(Value::String(b"\xff".into())),
        "poll.getAllPolls" => Ok(Value::Object(vec![(
            b"What framework do you prefer?".into(),
            Value::Object(vec![
                (b"a".into(), string("Zend Framework")),
                (b"b".into(), string("Symphony")),
                (b"c".into(), string("I just write code")),
            ]),
        )])),
        "fault" => Err(Fault {
            code: 7,
            message: b"no \"\xff\"",
            data: Some(b"{\"a\":1}"),
        }),
        _ => Err(FaultCode::MethodNotFound.fault()),
    }
}

fn answer(body: &str) -> String {
    served(body, &Limits::default()).0
}

#[track_caller]
fn check(body: &str, expected: &str) {
    assert_eq!(answer(body), expected, "{body}");
}

const INVALID: &str =
    r#"{"error":{"code":-32600,"message":"Invalid Request"},"id":null,"jsonrpc":"2.0"}"#;
const UNPARSABLE: &str =
    r#"{"error":{"code":-32700,"message":"Parse error"},"id":null,"jsonrpc":"2.0"}"#;
const POLLS: &str = r#"{"What framework do you prefer?":{"a":"Zend Framework","b":"Symphony","c":"I just write code"}}"#;

#[test]
fn the_exchanges_of_the_demo_are_byte_for_byte() {
    check(
        r#"{"jsonrpc":"2.0","method":"poll.getAllPolls","params":[],"id":1}"#,
        &format!(r#"{{"result":{POLLS},"id":1,"jsonrpc":"2.0"}}"#),
    );
    check(
        r#"{"method":"poll.getAllPolls","params":[]}"#,
        &format!(r#"{{"result":{POLLS},"id":null}}"#),
    );
}

#[test]
fn positional_and_named_arguments_arrive() {
    for (body, id, result) in [
        (
            r#"{"jsonrpc": "2.0", "method": "subtract", "params": [42, 23], "id": 1}"#,
            "1",
            19,
        ),
        (
            r#"{"jsonrpc": "2.0", "method": "subtract", "params": [23, 42], "id": 2}"#,
            "2",
            -19,
        ),
        (
            r#"{"jsonrpc": "2.0", "method": "subtract", "params": {"subtrahend": 23, "minuend": 42}, "id": 3}"#,
            "3",
            19,
        ),
        (
            r#"{"params":{"minuend":42,"subtrahend":23},"id":4,"method":"subtract","jsonrpc":"2.0"}"#,
            "4",
            19,
        ),
        (
            r#"{"params":{"minuend":1,"subtrahend":2,"minuend":9},"id":5,"method":"subtract","jsonrpc":"2.0"}"#,
            "5",
            7,
        ),
    ] {
        check(
            body,
            &format!(r#"{{"result":{result},"id":{id},"jsonrpc":"2.0"}}"#),
        );
    }
}

#[test]
fn a_notification_is_run_and_never_answered() {
    for body in [
        r#"{"jsonrpc":"2.0","method":"subtract","params":[1,2]}"#,
        r#"{"jsonrpc":"2.0","method":"fault"}"#,
        r#"{"jsonrpc":"2.0","method":"foobar"}"#,
        r#"{"jsonrpc":"2.0","method":"subtract","params":["x"]}"#,
        r#"[{"jsonrpc":"2.0","method":"fault"}, {"jsonrpc":"2.0","method":"echo","params":[7]}]"#,
    ] {
        let (answer, ran) = served(body, &Limits::default());
        assert_eq!(answer, "", "{body}");
        assert!(!ran.is_empty());
    }
}

#[test]
fn ids_come_back_as_they_were_written() {
    for id in [
        "1",
        "0",
        "-1",
        "1.0",
        "1.50",
        "1e2",
        "1E400",
        "-0",
        "9223372036854775808",
        "123456789012345678901234567890",
        r#""""#,
        r#""1""#,
        r#""a b""#,
        r#""\u0041\/\n""#,
        "\"é\u{2028}\"",
        "null",
    ] {
        for body in [
            format!(r#"{{"jsonrpc":"2.0","method":"echo","id":{id}}}"#),
            format!(r#"{{"id" :  {id} ,"jsonrpc":"2.0","method":"echo"}}"#),
        ] {
            check(
                &body,
                &format!(r#"{{"result":[],"id":{id},"jsonrpc":"2.0"}}"#),
            );
        }
        let body = format!(r#"{{"method":"echo","id":{id}}}"#);
        check(&body, &format!(r#"{{"result":[],"id":{id}}}"#));
    }
    for id in ["true", "false", "[]", "{}", "[1]", r#"{"a":1}"#] {
        check(
            &format!(r#"{{"jsonrpc":"2.0","method":"echo","id":{id}}}"#),
            INVALID,
        );
        check(&format!(r#"{{"method":"echo","id":{id}}}"#), INVALID);
    }
}

#[test]
fn calls_in_the_style_of_1_0_are_always_answered_in_it() {
    check(
        r#"{"method":"subtract","params":[5,3],"id":9}"#,
        r#"{"result":2,"id":9}"#,
    );
    check(
        r#"{"method":"subtract","params":[5,3]}"#,
        r#"{"result":2,"id":null}"#,
    );
    check(
        r#"{"method":"subtract","params":[5,3],"id":null}"#,
        r#"{"result":2,"id":null}"#,
    );
    check(
        r#"{"method":"foobar","id":"x"}"#,
        r#"{"error":{"code":-32601,"message":"Method not found"},"id":"x"}"#,
    );
    check(
        r#"{"method":"echo","params":[1e999],"id":"x"}"#,
        r#"{"error":{"code":-32602,"message":"Invalid params: number out of range"},"id":"x"}"#,
    );
}

#[test]
fn a_body_that_is_no_json_is_a_parse_error() {
    for body in [
        "",
        " ",
        "hello",
        r#"{"jsonrpc": "2.0", "method": "foobar, "params": "bar", "baz]"#,
        "{",
        "[",
        "[1",
        "{}x",
        "[{}",
        r#"[{"jsonrpc":"2.0","method":"echo","params":[1],"id":"1"},{"jsonrpc":"2.0","method"]"#,
        r#"{"jsonrpc":"2.0","method":"echo","id":1}}"#,
        r#"{"jsonrpc":"2.0","method":"echo","params":[1,],"id":1}"#,
        r#"{"x":"\ud800","jsonrpc":"2.0","method":"echo","id":1}"#,
        r#"{"x":{"\u0000":1},"jsonrpc":"2.0","method":"echo","id":1}"#,
        r#"{"jsonrpc":"2.0","method":"echo","id":01}"#,
        r#"{"jsonrpc":"2.0","method":"echo","id":1"#,
        "\u{feff}{}",
        r#"{"jsonrpc":"2.0" "method":"echo","id":1}"#,
        r#"{"jsonrpc":"2.0","method":"echo","id":1,}"#,
    ] {
        let (answer, ran) = served(body, &Limits::default());
        assert_eq!(answer, UNPARSABLE, "{body}");
        assert!(
            ran.is_empty(),
            "no method runs before the whole body has been parsed"
        );
    }
}

#[test]
fn json_that_is_no_call_is_an_invalid_request() {
    for body in [
        "{}",
        "1",
        "null",
        "true",
        r#""x""#,
        "1e400",
        "[]",
        " [ ] ",
        r#"{"foo":"boo"}"#,
        r#"{"jsonrpc":"2.0"}"#,
        r#"{"jsonrpc":"2.0","method":1,"params":"bar"}"#,
        r#"{"jsonrpc":"2.0","method":null}"#,
        r#"{"method":"echo","params":"bar"}"#,
        r#"{"method":"echo","params":null}"#,
        r#"{"method":"echo","params":1}"#,
        r#"{"jsonrpc":"2.0","method":"echo","params":false}"#,
        r#"{"jsonrpc":"1.0","method":"echo"}"#,
        r#"{"jsonrpc":2.0,"method":"echo"}"#,
        r#"{"jsonrpc":null,"method":"echo"}"#,
        r#"{"jsonrpc":"2.00","method":"echo"}"#,
        r#"{"jsonrpc":"2.0","method":["echo"],"params":[1]}"#,
        r#"{"params":[1]}"#,
    ] {
        let (answer, ran) = served(body, &Limits::default());
        assert_eq!(answer, INVALID, "{body}");
        assert!(ran.is_empty());
    }
}

#[test]
fn an_invalid_request_keeps_its_id_if_it_had_a_good_one() {
    let expected = INVALID.replace("null", "7");
    check(r#"{"jsonrpc":"2.0","method":1,"id":7}"#, &expected);
    check(r#"{"id":7,"jsonrpc":"2.0","params":[]}"#, &expected);
    check(
        r#"{"jsonrpc":"2.0","method":"echo","params":"bar","id":7}"#,
        &expected,
    );
    check(r#"{"method":5,"id":7}"#, &expected);
}

#[test]
fn a_member_twice_is_ambiguous() {
    for body in [
        r#"{"jsonrpc":"2.0","method":"echo","id":1,"id":2}"#,
        r#"{"jsonrpc":"2.0","method":"echo","id":1,"id":1}"#,
        r#"{"jsonrpc":"2.0","method":"echo","\u0069d":1,"id":1}"#,
    ] {
        check(body, INVALID);
    }
    for body in [
        r#"{"jsonrpc":"2.0","method":"echo","method":"subtract","id":1}"#,
        r#"{"jsonrpc":"2.0","method":"echo","params":[1],"params":[2],"id":1}"#,
        r#"{"jsonrpc":"2.0","method":"echo","params":[1],"method":"echo","id":1}"#,
        r#"{"params":[1],"jsonrpc":"2.0","params":[1],"method":"echo","id":1}"#,
        r#"{"jsonrpc":"2.0","jsonrpc":"2.0","method":"echo","id":1}"#,
    ] {
        let (answer, ran) = served(body, &Limits::default());
        assert_eq!(answer, INVALID.replace("null", "1"), "{body}");
        assert!(ran.is_empty());
    }
}

#[test]
fn members_may_come_in_any_order_and_spelling_and_others_are_ignored() {
    let members = [
        r#""jsonrpc":"2.0""#,
        r#""method":"echo""#,
        r#""params":[{"0":[]},1.0]"#,
        r#""id":1"#,
    ];
    let expected = r#"{"result":[{"0":[]},1.0],"id":1,"jsonrpc":"2.0"}"#;
    for first in 0..4 {
        for second in 0..4 {
            for third in 0..4 {
                let fourth = 6usize.wrapping_sub(first + second + third);
                let order = [first, second, third, fourth];
                if (0..4).all(|member| order.contains(&member)) {
                    let body: Vec<&str> = order.iter().map(|&member| members[member]).collect();
                    check(&format!("{{{}}}", body.join(",")), expected);
                    check(
                        &format!(" {{ {} }} ", body.join(" , ")).replace(':', " : "),
                        expected,
                    );
                }
            }
        }
    }
    check(
        r#"{"x":[{}],"json\u0072pc":"2\u002e0","x":1e400,"\u006dethod":"\u0065cho","par\u0061ms":[{"0":[]},1.0],"":0,"id":1}"#,
        expected,
    );
}

#[test]
fn untyped_arguments_round_trip() {
    for value in [
        "{}",
        "[]",
        "[{}]",
        r#"{"":null}"#,
        r#"{"0":1}"#,
        "1.0",
        "-0.0",
        "1",
        "true",
        "null",
        r#""a\n\"é""#,
        "9223372036854775807",
        "0.1",
        r#"{"a":{"b":[1,2.5,"x"]}}"#,
    ] {
        let expected = format!(r#"{{"result":[{value}],"id":1,"jsonrpc":"2.0"}}"#);
        check(
            &format!(r#"{{"jsonrpc":"2.0","method":"echo","params":[{value}],"id":1}}"#),
            &expected,
        );
        check(
            &format!(r#"{{"params":{{"x":{value}}},"jsonrpc":"2.0","method":"echo","id":1}}"#),
            &expected,
        );
    }
}

#[test]
fn batches_follow_the_specification() {
    check(
        r#"[
            {"jsonrpc": "2.0", "method": "subtract", "params": [42,23], "id": "1"},
            {"jsonrpc": "2.0", "method": "echo", "params": [7]},
            {"jsonrpc": "2.0", "method": "subtract", "params": [42,23], "id": "2"},
            {"foo": "boo"},
            {"jsonrpc": "2.0", "method": "foo.get", "params": {"name": "myself"}, "id": "5"},
            {"jsonrpc": "2.0", "method": "get_data", "id": "9"}
        ]"#,
        &format!(
            "[{},{},{INVALID},{},{}]",
            r#"{"result":19,"id":"1","jsonrpc":"2.0"}"#,
            r#"{"result":19,"id":"2","jsonrpc":"2.0"}"#,
            r#"{"error":{"code":-32601,"message":"Method not found"},"id":"5","jsonrpc":"2.0"}"#,
            r#"{"result":["hello",5],"id":"9","jsonrpc":"2.0"}"#,
        ),
    );
    check("[1]", &format!("[{INVALID}]"));
    check("[1,2,3]", &format!("[{INVALID},{INVALID},{INVALID}]"));
    check("[[]]", &format!("[{INVALID}]"));
    check(
        r#"[[{"jsonrpc":"2.0","method":"echo","id":1}],{"jsonrpc":"2.0","method":"echo","id":2}]"#,
        &format!(r#"[{INVALID},{{"result":[],"id":2,"jsonrpc":"2.0"}}]"#),
    );
    check(
        r#"[{"jsonrpc":"2.0","method":"echo","id":1}]"#,
        r#"[{"result":[],"id":1,"jsonrpc":"2.0"}]"#,
    );
    check(
        r#"[{"jsonrpc":"2.0","method":"echo"},1]"#,
        &format!("[{INVALID}]"),
    );
}

#[test]
fn a_call_in_the_style_of_1_0_has_no_place_in_a_batch() {
    let (answer, ran) = served(
        r#"[{"method":"echo","params":[1],"id":3},{"jsonrpc":"2.0","method":"echo","id":4}]"#,
        &Limits::default(),
    );
    let refused = INVALID.replace("null", "3");
    assert_eq!(
        answer,
        format!(r#"[{refused},{{"result":[],"id":4,"jsonrpc":"2.0"}}]"#)
    );
    assert_eq!(ran, ["echo"]);
}

#[test]
fn a_batch_is_limited_below_at_and_above() {
    let limits = Limits {
        max_batch: 3,
        ..Limits::default()
    };
    let call = r#"{"jsonrpc":"2.0","method":"echo","params":[1],"id":1}"#;
    for count in 1..=6 {
        let body = format!("[{}]", vec![call; count].join(","));
        let (answer, ran) = served(&body, &limits);
        assert_eq!(ran.len(), if count <= 3 { count } else { 0 });
        assert_eq!(answer.starts_with('['), count <= 3, "{answer}");
        assert_eq!(answer.contains("-32600"), count > 3, "{answer}");
    }
    let (answer, _) = served(&format!("[{call},{call},{call},{call},}}"), &limits);
    assert_eq!(
        answer, UNPARSABLE,
        "what is beyond the limit is still checked"
    );
    let (answer, _) = served("[1,2,3,4]", &limits);
    assert!(answer.contains("Too many calls in one batch"));
}

#[test]
fn a_number_out_of_range_fails_its_call_alone() {
    let expected = r#"[{"error":{"code":-32602,"message":"Invalid params: number out of range"},"id":1,"jsonrpc":"2.0"},{"result":[2],"id":2,"jsonrpc":"2.0"}]"#;
    check(
        r#"[{"jsonrpc":"2.0","method":"echo","params":[1,[{"a":1e400}],3],"id":1},{"jsonrpc":"2.0","method":"echo","params":[2],"id":2}]"#,
        expected,
    );
    check(
        r#"[{"params":{"a":[[-1e400]]},"jsonrpc":"2.0","method":"echo","id":1},{"jsonrpc":"2.0","method":"echo","params":[2],"id":2},{"jsonrpc":"2.0","method":"echo","params":[1e999]}]"#,
        expected,
    );
    check(r#"{"jsonrpc":"2.0","method":"echo","params":[1e999]}"#, "");
}

#[test]
fn results_that_cannot_be_encoded_become_faults_and_leave_nothing() {
    let fault = r#"{"error":{"code":-32603,"message":"Internal error"},"id":1,"jsonrpc":"2.0"}"#;
    check(r#"{"jsonrpc":"2.0","method":"nan","id":1}"#, fault);
    check(r#"{"jsonrpc":"2.0","method":"bytes","id":1}"#, fault);
    check(
        r#"[{"jsonrpc":"2.0","method":"nan","id":1},{"jsonrpc":"2.0","method":"echo","id":2}]"#,
        &format!(r#"[{fault},{{"result":[],"id":2,"jsonrpc":"2.0"}}]"#),
    );
}

#[test]
fn faults_have_data_only_if_there_is_any() {
    check(
        r#"{"jsonrpc":"2.0","method":"fault","id":1}"#,
        "{\"error\":{\"code\":7,\"message\":\"no \\\"\u{fffd}\\\"\",\"data\":{\"a\":1}},\"id\":1,\"jsonrpc\":\"2.0\"}",
    );
    check(
        r#"{"jsonrpc":"2.0","method":"foobar","id":1}"#,
        r#"{"error":{"code":-32601,"message":"Method not found"},"id":1,"jsonrpc":"2.0"}"#,
    );
}

#[test]
fn depth_counts_the_whole_body() {
    let body = |levels: usize| {
        let value = format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        format!(r#"{{"jsonrpc":"2.0","method":"echo","params":[{value}],"id":1}}"#)
    };
    assert!(answer(&body(509)).starts_with(r#"{"result":"#));
    check(&body(510), UNPARSABLE);
    let reversed = |levels: usize| {
        let value = format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        format!(r#"{{"params":[{value}],"jsonrpc":"2.0","method":"echo","id":1}}"#)
    };
    assert!(answer(&reversed(509)).starts_with(r#"{"result":"#));
    check(&reversed(510), UNPARSABLE);
}

#[test]
fn a_builder_that_gives_up_ends_the_decoding() {
    let (mut tree, mut calls, mut decoder) = (Tree::default(), CallList::new(), Decoder::new());
    let body = br#"[{"jsonrpc":"2.0","method":"echo","id":1},{"jsonrpc":"2.0","method":"echo","params":["the builder gives up"]}]"#;
    let result = decoder.decode(body, &Limits::default(), &mut tree, &mut calls);
    assert_eq!(result, Err(DecodeError::Builder("gave up".into())));
    assert!(calls.is_empty());
    // The decoder is as good as new.
    let body = br#"{"jsonrpc":"2.0","method":"echo","id":1}"#;
    let result = decoder.decode(body, &Limits::default(), &mut Tree::default(), &mut calls);
    assert_eq!(result, Ok(()));
    assert_eq!(calls.len(), 1);
}

#[test]
fn names_that_begin_with_rpc_are_reserved() {
    assert!(kargo_rpc::jsonrpc::is_reserved(b"rpc.discover"));
    assert!(!kargo_rpc::jsonrpc::is_reserved(b"rpc"));
    assert!(!kargo_rpc::jsonrpc::is_reserved(b"my.rpc.method"));
}

#[test]
fn what_a_body_kept_can_be_given_back() {
    let (mut tree, mut calls, mut decoder) = (Tree::default(), CallList::new(), Decoder::new());
    let name = format!("\\n{}", "a".repeat(100_000));
    let body = format!(r#"{{"jsonrpc":"2.0","method":"{name}","id":1}}"#);
    decoder
        .decode(body.as_bytes(), &Limits::default(), &mut tree, &mut calls)
        .unwrap();
    calls.clear();
    calls.shrink_to(1_000);
    decoder.shrink_to(1_000);
    assert!(calls.is_empty() && !calls.is_batch());
}
