use super::*;
use crate::Limits;
use crate::transcript::Sender;
use crate::transcript::transcript;

fn request(method: &'static str, target: &'static str, length: u64) -> OutgoingRequest<'static> {
    OutgoingRequest {
        method: method.as_bytes(),
        target: target.as_bytes(),
        host: b"a:81",
        user_agent: None,
        keep_alive: true,
        body_length: Some(length),
    }
}

/// The encoded head and whether the connection stays open.
fn encode(
    request: &OutgoingRequest<'_>,
    headers: &[(&str, &str)],
) -> Result<(String, bool), EncodeError> {
    let mut out = b"before".to_vec();
    let headers = headers
        .iter()
        .map(|(name, value)| (name.as_bytes(), value.as_bytes()));
    match encode_request(&mut out, request, headers) {
        Ok(encoded) => {
            let text = String::from_utf8(out.split_off(6)).unwrap();
            Ok((text, encoded.keep_alive))
        }
        Err(error) => {
            assert_eq!(out, b"before", "something was appended");
            Err(error)
        }
    }
}

fn text(request: &OutgoingRequest<'_>, headers: &[(&str, &str)]) -> String {
    encode(request, headers).unwrap().0
}

#[test]
fn a_request_without_a_body_has_line_and_host() {
    assert_eq!(
        text(&request("GET", "/a?b", 0), &[]),
        "GET /a?b HTTP/1.1\r\nHost: a:81\r\n\r\n"
    );
}

#[test]
fn methods_that_lead_one_to_expect_a_body_say_that_there_is_none() {
    for method in ["POST", "PUT", "PATCH"] {
        assert!(text(&request(method, "/", 0), &[]).contains("\r\nContent-Length: 0\r\n"));
    }
    for method in ["GET", "HEAD", "DELETE", "OPTIONS", "TRACE", "PURGE"] {
        assert!(!text(&request(method, "/", 0), &[]).contains("Content-Length"));
        assert!(text(&request(method, "/", 3), &[]).contains("\r\nContent-Length: 3\r\n"));
    }
}

#[test]
fn a_host_of_the_callers_replaces_ours() {
    assert_eq!(
        text(&request("GET", "/", 0), &[("X", "y"), ("hOST", "other")]),
        "GET / HTTP/1.1\r\nX: y\r\nhOST: other\r\n\r\n"
    );
    let twice = [("Host", "a"), ("Host", "a")];
    assert_eq!(
        encode(&request("GET", "/", 0), &twice),
        Err(EncodeError::RepeatedHost)
    );
    let nameless = OutgoingRequest {
        host: b"",
        ..request("GET", "/", 0)
    };
    assert_eq!(encode(&nameless, &[]), Err(EncodeError::NoHost));
    assert!(encode(&nameless, &[("Host", "b")]).is_ok());
}

#[test]
fn the_user_agent_is_added_unless_given() {
    let request = OutgoingRequest {
        user_agent: Some(b"kargo"),
        ..request("GET", "/", 0)
    };
    assert!(text(&request, &[]).contains("\r\nUser-Agent: kargo\r\n"));
    let own = text(&request, &[("user-agent", "me")]);
    assert!(own.contains("\r\nuser-agent: me\r\n") && !own.contains("kargo"));
}

#[test]
fn a_connection_that_ends_says_so_once() {
    let closing = OutgoingRequest {
        keep_alive: false,
        ..request("GET", "/", 0)
    };
    let (head, keep_alive) = encode(&closing, &[]).unwrap();
    assert!(head.ends_with("\r\nConnection: close\r\n\r\n") && !keep_alive);
    for request in [closing, request("GET", "/", 0)] {
        let (head, keep_alive) = encode(&request, &[("connection", "TE, Close")]).unwrap();
        assert_eq!(head.matches("lose").count(), 1);
        assert!(head.contains("\r\nconnection: TE, Close\r\n") && !keep_alive);
    }
}

#[test]
fn framing_is_ours_and_lengths_agree() {
    let headers = [("Transfer-Encoding", "gzip, chunked")];
    let head = text(&request("POST", "/", 3), &headers);
    assert!(head.ends_with("\r\nContent-Length: 3\r\n\r\n") && !head.contains("Transfer"));
    assert_eq!(
        encode(&request("POST", "/", 3), &[("Content-Length", "4")]),
        Err(EncodeError::LengthMismatch {
            declared: 4,
            actual: 3
        })
    );
    let streamed = OutgoingRequest {
        body_length: None,
        ..request("POST", "/", 0)
    };
    assert!(text(&streamed, &headers).ends_with("\r\nTransfer-Encoding: chunked\r\n\r\n"));
    let head = text(&streamed, &[("Content-Length", "7")]);
    assert!(head.ends_with("\r\nContent-Length: 7\r\n\r\n") && !head.contains("chunked"));
}

#[test]
fn a_streamed_body_is_chunked() {
    let streamed = OutgoingRequest {
        body_length: None,
        ..request("POST", "/", 0)
    };
    let mut out = Vec::new();
    let mut encoded = encode_request(&mut out, &streamed, []).unwrap();
    out.clear();
    encoded.body.encode(&mut out, b"abc").unwrap();
    encoded.body.encode(&mut out, b"").unwrap();
    encoded.body.finish(&mut out).unwrap();
    assert_eq!(out, b"3\r\nabc\r\n0\r\n\r\n");
}

#[test]
fn nothing_can_split_a_request() {
    for byte in (0..=255_u8).map(char::from).filter(char::is_ascii) {
        let piece: &'static str = String::from(byte).leak();
        let whole = |before: &str| -> &'static str { format!("{before}{piece}x").leak() };
        let is_graphic = byte.is_ascii_graphic();
        let is_text = byte == '\t' || !byte.is_ascii_control();
        let plain = request("GET", "/", 0);

        let target = request("GET", whole("/"), 0);
        assert_eq!(encode(&target, &[]).is_ok(), is_graphic, "{byte:?}");
        let method = request(whole("G"), "/", 0);
        assert_eq!(
            encode(&method, &[]).is_ok(),
            crate::is_token(piece.as_bytes()),
            "{byte:?}"
        );
        let host = OutgoingRequest {
            host: whole("h").as_bytes(),
            ..plain
        };
        assert_eq!(encode(&host, &[]).is_ok(), is_text, "{byte:?}");
        let user_agent = OutgoingRequest {
            user_agent: Some(whole("u").as_bytes()),
            ..plain
        };
        assert_eq!(encode(&user_agent, &[]).is_ok(), is_text, "{byte:?}");
        for name in ["X", "Connection", "Host", "Transfer-Encoding"] {
            assert_eq!(encode(&plain, &[(name, whole("v"))]).is_ok(), is_text);
        }
        assert_eq!(
            encode(&plain, &[(whole("n"), "v")]).is_ok(),
            crate::is_token(piece.as_bytes())
        );
    }
    for (method, target) in [("", "/"), ("GET", ""), ("GET", "/\u{e4}")] {
        assert!(encode(&request(method, target, 0), &[]).is_err());
    }
}

#[test]
fn what_is_encoded_decodes_to_the_same() {
    let mut out = Vec::new();
    for (method, length) in [("GET", 0), ("POST", 5), ("PUT", 0)] {
        let headers = [(&b"X-Name"[..], &b"some value"[..])];
        let mut encoded =
            encode_request(&mut out, &request(method, "/t", length), headers).unwrap();
        let body = &b"Hello"[..length as usize];
        encoded.body.encode(&mut out, body).unwrap();
        encoded.body.finish(&mut out).unwrap();
    }
    let ends = std::iter::once(out.len());
    let lines = transcript(&out, &Limits::default(), &Sender::Client, ends);
    assert_eq!(lines.len(), 3);
    for (line, (method, body)) in lines
        .iter()
        .zip([("GET", ""), ("POST", "Hello"), ("PUT", "")])
    {
        assert!(
            line.starts_with(&format!("request {method} /t path=/t ")),
            "{line}"
        );
        assert!(
            line.contains(" host=a:81 ") && line.contains(" X-Name:some value"),
            "{line}"
        );
        assert!(line.ends_with(&format!(" body={body}")), "{line}");
    }
}

#[test]
fn errors_say_what_is_wrong() {
    for error in [
        EncodeError::BadMethod,
        EncodeError::BadTarget,
        EncodeError::NoHost,
        EncodeError::RepeatedHost,
    ] {
        assert!(error.to_string().len() > 10);
    }
}
