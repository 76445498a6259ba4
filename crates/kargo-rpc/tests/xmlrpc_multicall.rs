//! system.multicall: many calls in one body.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a failing test may panic"
)]

mod support;

use kargo_rpc::Limits;
use support::xmlrpc_server::answer;
use support::xmlrpc_server::call;
use support::xmlrpc_server::fault;
use support::xmlrpc_server::served;

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
