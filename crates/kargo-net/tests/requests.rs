//! Requests as they come: cut, pipelined, chunked, large; answers in their order.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod common;

use common::Running;
use kargo_net::ServerOptions;

fn post(target: &str, body: &str) -> String {
    format!(
        "POST {target} HTTP/1.1\r\nHost: test\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

fn chunked(target: &str, chunks: &[&str]) -> String {
    let mut text =
        format!("POST {target} HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n");
    for chunk in chunks {
        text += &format!("{:x}\r\n{chunk}\r\n", chunk.len());
    }
    text + "0\r\n\r\n"
}

#[test]
fn many_requests_on_one_connection() {
    let server = Running::start(ServerOptions::default());
    let mut client = server.client();
    for number in 0..100 {
        let answer = client.get(&format!("/{number}"));
        assert_eq!(
            (answer.status, answer.text()),
            (200, format!("GET /{number} "))
        );
        assert!(answer.header("date").is_some());
    }
    assert_eq!(server.with(|server, _, _| server.counts().requests), 100);
}

#[test]
fn sixteen_pipelined_requests_of_all_kinds_are_answered_in_order() {
    let server = Running::start(ServerOptions::default());
    let mut text = String::new();
    for number in 0..4 {
        text += &format!("GET /a{number} HTTP/1.1\r\nHost: test\r\n\r\n");
        text += &post(&format!("/b{number}"), "body");
        text += &chunked(&format!("/c{number}"), &["ab", "cde", "f"]);
        text += &post("/slot", &format!("d{number}"));
    }
    let mut client = server.client();
    client.send(&text);
    for number in 0..4 {
        assert_eq!(client.answer().text(), format!("GET /a{number} "));
        assert_eq!(client.answer().text(), format!("POST /b{number} body"));
        assert_eq!(client.answer().text(), format!("POST /c{number} abcdef"));
        assert_eq!(client.answer().text(), format!("POST /slot d{number}"));
    }
}

#[test]
fn heads_that_repeat_and_heads_that_only_begin_alike_are_told_apart() {
    let server = Running::start(ServerOptions::default());
    let mut client = server.client();
    let long = format!(
        "GET /long HTTP/1.1\r\nHost: t\r\nX: {}\r\n\r\n",
        "x".repeat(1500)
    );
    let texts = [
        ("GET /a HTTP/1.1\r\nHost: t\r\n\r\n".to_owned(), "GET /a "),
        (
            "GET /a HTTP/1.1\r\nHost: t\r\nY: 1\r\n\r\n".to_owned(),
            "GET /a ",
        ),
        ("GET /ab HTTP/1.1\r\nHost: t\r\n\r\n".to_owned(), "GET /ab "),
        (post("/b", "one"), "POST /b one"),
        (post("/b", "two"), "POST /b two"),
        (chunked("/c", &["ab", "c"]), "POST /c abc"),
        (chunked("/c", &["d"]), "POST /c d"),
        (long, "GET /long "),
    ];
    // Each text before each, itself included; in one packet, and one after the other; whole, and with its last byte late.
    for (first, first_answer) in &texts {
        for (second, second_answer) in &texts {
            client.send(format!("{first}{second}{first}"));
            for expected in [first_answer, second_answer, first_answer] {
                assert_eq!(client.answer().text(), *expected);
            }
            for (text, expected) in [(first, first_answer), (second, second_answer)] {
                client.send(text);
                assert_eq!(client.answer().text(), *expected);
                let (most, last) = text.split_at(text.len() - 1);
                client.send(format!("{text}{most}"));
                assert_eq!(client.answer().text(), *expected);
                client.send(last);
                assert_eq!(client.answer().text(), *expected);
            }
        }
    }
}

#[test]
fn a_bad_head_behind_one_that_repeats_is_refused() {
    let server = Running::start(ServerOptions::default());
    let mut client = server.client();
    let good = "GET /a HTTP/1.1\r\nHost: t\r\n\r\n";
    client.send(format!(
        "{good}{good}GET /a HTTP/1.1\r\nHost: t\r\nHost: t\r\n\r\n{good}"
    ));
    assert_eq!(client.answer().status, 200);
    assert_eq!(client.answer().status, 200);
    assert_eq!(client.answer().status, 400);
    client.assert_closed();
}

#[test]
fn what_comes_with_the_end_of_the_stream_is_answered_and_the_end_is_seen() {
    let server = Running::start(ServerOptions::default());
    for text in [
        "GET /a HTTP/1.1\r\nHost: t\r\n\r\n".to_owned(),
        post("/b", &"x".repeat(200_000)),
        "GET /a HTTP/1.1\r\nHost: t\r\n\r\n".repeat(3000),
        "GET /half HTTP/1.1\r\nHo".to_owned(),
    ] {
        let mut client = server.client();
        client.send(&text);
        client.stream.shutdown_write();
        let got = client.rest();
        let answers = got.windows(12).filter(|it| it == b"HTTP/1.1 200").count();
        assert_eq!(answers, text.matches("Host: t").count());
    }
    server.until("all connections have ended", |server, _| {
        server.counts().connections == 0
    });
}

#[test]
fn more_pipelined_requests_than_one_turn_takes_are_all_answered() {
    let options = ServerOptions {
        pipelined_requests: 4,
        ..ServerOptions::default()
    };
    let server = Running::start(options);
    let mut client = server.client();
    let requests: String = (0..1000)
        .map(|number| format!("GET /n{number} HTTP/1.1\r\nHost: t\r\n\r\n"))
        .collect();
    client.send(requests);
    for number in 0..1000 {
        assert_eq!(client.answer().text(), format!("GET /n{number} "));
    }
}

#[test]
fn every_cut_gives_the_same_answers() {
    let server = Running::start(ServerOptions::default());
    let text = post("/b", "body")
        + &chunked("/c", &["ab", "cde"])
        + "GET /a HTTP/1.1\r\nHost: test\r\n\r\n";
    for cut in 1..text.len() {
        let mut client = server.client();
        client.send(&text[..cut]);
        // Only once the first part has been looked at is the second a second one.
        server.with(|_, _, _| ());
        client.send(&text[cut..]);
        assert_eq!(client.answer().text(), "POST /b body", "cut at {cut}");
        assert_eq!(client.answer().text(), "POST /c abcde", "cut at {cut}");
        assert_eq!(client.answer().text(), "GET /a ", "cut at {cut}");
    }
}

#[test]
fn byte_by_byte() {
    let server = Running::start(ServerOptions::default());
    let mut client = server.client();
    for text in [post("/b", "body"), chunked("/c", &["ab", "cde"])] {
        for byte in text.bytes() {
            client.send([byte]);
            server.with(|_, _, _| ());
        }
    }
    assert_eq!(client.answer().text(), "POST /b body");
    assert_eq!(client.answer().text(), "POST /c abcde");
}

#[test]
fn bodies_larger_than_the_receive_buffer() {
    let server = Running::start(ServerOptions::default());
    let mut client = server.client();
    for len in [65_000, 65_536, 200_000, 1 << 20] {
        let body = "x".repeat(len);
        client.send(post("/b", &body) + "GET /next HTTP/1.1\r\nHost: t\r\n\r\n");
        assert_eq!(client.answer().body.len(), "POST /b ".len() + len);
        assert_eq!(client.answer().text(), "GET /next ");
        let pieces: Vec<&str> = (0..len / 1000).map(|_| &body[..1000]).collect();
        client.send(chunked("/c", &pieces));
        assert_eq!(
            client.answer().body.len(),
            "POST /c ".len() + len / 1000 * 1000
        );
    }
}

#[test]
fn head_and_statuses_without_body() {
    let server = Running::start(ServerOptions::default());
    let mut client = server.client();
    for target in ["/x", "/text", "/slot"] {
        client.send(format!("HEAD {target} HTTP/1.1\r\nHost: test\r\n\r\n"));
        let answer = client.answer_to("HEAD");
        assert_eq!(answer.status, 200);
        assert!(
            answer
                .header("content-length")
                .is_some_and(|length| length != "0")
        );
    }
    assert_eq!(client.get("/204").header("content-length"), None);
    assert_eq!(client.get("/304").status, 304);
    assert_eq!(client.get("/end").text(), "GET /end ");
}

#[test]
fn http_1_0_closes_unless_it_asks_for_more() {
    let server = Running::start(ServerOptions::default());
    let mut client = server.client();
    client.send("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    assert_eq!(client.answer().header("connection"), Some("keep-alive"));
    client.send("GET /b HTTP/1.0\r\n\r\n");
    let answer = client.answer();
    assert_eq!(
        (answer.text().as_str(), answer.header("connection")),
        ("GET /b ", Some("close"))
    );
    client.assert_closed();
}

#[test]
fn bytes_too_many_behind_the_last_request_do_not_cost_its_answer() {
    let server = Running::start(ServerOptions::default());
    let mut client = server.client();
    client.send("POST /park HTTP/1.0\r\nContent-Length: 4\r\n\r\nbody");
    let id = server.parked(1)[0];
    client.send("\r\n");
    server.with(move |server, events, _| {
        let answer = kargo_net::Answer::new(200);
        server.answer(events, id, &answer, &[b'x'; 1000]).unwrap();
    });
    assert_eq!(client.answer().body.len(), 1000);
    client.assert_closed();
}

#[test]
fn connection_close_is_kept_by_both_sides() {
    let server = Running::start(ServerOptions::default());
    let mut client = server.client();
    client.send(
        "GET /a HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\nGET /b HTTP/1.1\r\nHost: t\r\n\r\n",
    );
    assert_eq!(client.answer().header("connection"), Some("close"));
    client.assert_closed();
    let mut client = server.client();
    assert_eq!(client.get("/close").header("connection"), Some("close"));
    client.assert_closed();
}

#[test]
fn expect_continue_is_answered_once_and_only_if_the_client_waits() {
    let server = Running::start(ServerOptions::default());
    let head = "POST /e HTTP/1.1\r\nHost: t\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n";
    let mut client = server.client();
    client.send(head);
    assert_eq!(client.answer().status, 100);
    client.send("bo");
    server.with(|_, _, _| ());
    client.send("dy");
    assert_eq!(client.answer().text(), "POST /e body");
    client.send(format!("{head}body"));
    let answer = client.answer();
    assert_eq!(
        (answer.status, answer.text().as_str()),
        (200, "POST /e body")
    );
    client.send(
        "POST /e HTTP/1.1\r\nHost: t\r\nExpect: 100-continue\r\nContent-Length: 2000000\r\n\r\n",
    );
    assert_eq!(client.answer().status, 413);
    let mut client = server.client();
    client.send("POST /e HTTP/1.1\r\nHost: t\r\nExpect: 200-ok\r\nContent-Length: 4\r\n\r\n");
    assert_eq!(client.answer().status, 417);
    client.assert_closed();
}

#[test]
fn a_parked_request_holds_up_only_its_own_connection() {
    let server = Running::start(ServerOptions::default());
    let mut client = server.client();
    client.send("GET /first HTTP/1.1\r\nHost: t\r\n\r\n");
    client.send(post("/park", "kept") + "GET /after HTTP/1.1\r\nHost: t\r\n\r\n");
    assert_eq!(client.answer().text(), "GET /first ");
    let parked = server.parked(1);
    let mut other = server.client();
    for _ in 0..50 {
        assert_eq!(other.get("/other").text(), "GET /other ");
    }
    client.send("GET /later HTTP/1.1\r\nHost: t\r\n\r\n");
    assert_eq!(other.get("/other").text(), "GET /other ");
    let id = parked[0];
    server.with(move |server, events, _| {
        let request = server.request(id).unwrap();
        assert_eq!(request.body(), b"kept");
        assert_eq!(request.head().target(request.bytes()), b"/park");
        let copy = server.copy_request(id).unwrap();
        server
            .answer(events, id, &kargo_net::Answer::new(200), b"parked")
            .unwrap();
        assert!(server.request(id).is_none());
        assert_eq!(copy.as_ref().body(), b"kept");
        assert!(
            server
                .answer(events, id, &kargo_net::Answer::new(200), b"twice")
                .is_err()
        );
    });
    assert_eq!(client.answer().text(), "parked");
    assert_eq!(client.answer().text(), "GET /after ");
    assert_eq!(client.answer().text(), "GET /later ");
}

#[test]
fn a_slot_survives_that_its_request_is_detached() {
    let server = Running::start(ServerOptions::default());
    let mut client = server.client();
    client.send("GET /park HTTP/1.1\r\nHost: t\r\n\r\nGET /after HTTP/1.1\r\nHost: t\r\n\r\n");
    let id = server.parked(1)[0];
    server.with(move |server, events, _| {
        let answer = kargo_net::Answer::new(200);
        let mut slot = server.begin_whole(events, id, &answer).unwrap();
        slot.buffer().extend_from_slice(b"dropped");
        server.cancel_whole(events, slot);
        let mut slot = server.begin_whole(events, id, &answer).unwrap();
        assert!(server.detach(events, id));
        slot.buffer().extend_from_slice(b"wri");
        slot.clear_body();
        slot.buffer().extend_from_slice(b"written");
        server.finish_whole(events, slot).unwrap();
    });
    let answer = client.answer();
    assert_eq!(
        (answer.text().as_str(), answer.header("content-length")),
        ("written", Some("7"))
    );
    assert_eq!(client.answer().text(), "GET /after ");
}

#[test]
fn bad_answers_are_refused_and_can_be_replaced() {
    let server = Running::start(ServerOptions::default());
    let mut client = server.client();
    client.send("GET /park HTTP/1.1\r\nHost: t\r\n\r\n");
    let id = server.parked(1)[0];
    server.with(move |server, events, _| {
        let headers = [(&b"X-Bad"[..], &b"a\r\nInjected: b"[..])];
        let bad = kargo_net::Answer::new(200).headers(&headers);
        assert!(server.answer(events, id, &bad, b"").is_err());
        server
            .answer(events, id, &kargo_net::Answer::new(500), b"sorry")
            .unwrap();
    });
    let answer = client.answer();
    assert_eq!((answer.status, answer.text().as_str()), (500, "sorry"));
    assert!(!answer.head.contains("Injected"));
}
