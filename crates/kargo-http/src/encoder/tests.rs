use super::*;

const NOW: u64 = 784_111_777;

struct Answer {
    text: String,
    keep_alive: bool,
}

fn head(date: &HttpDate, status: u16, body: BodyLength) -> OutgoingResponse<'_> {
    OutgoingResponse {
        status,
        reason: None,
        version: Version::Http11,
        echo_version: false,
        is_head: false,
        keep_alive: true,
        date,
        content_type: None,
        body,
    }
}

/// Encodes an answer whose body is "Hello", given in two pieces.
fn answer(
    change: impl FnOnce(&mut OutgoingResponse<'_>),
    headers: &[(&str, &str)],
) -> Result<Answer, EncodeError> {
    let date = HttpDate::from_unix_seconds(NOW);
    let mut head = head(&date, 200, BodyLength::Known(5));
    change(&mut head);
    let mut out = b"before".to_vec();
    let headers = headers
        .iter()
        .map(|(name, value)| (name.as_bytes(), value.as_bytes()));
    let encoded = encode_head(&mut out, &head, headers);
    if encoded.is_err() {
        assert_eq!(out, b"before", "an error leaves nothing behind");
    }
    let mut encoded = encoded?;
    for piece in [&b"Hel"[..], b"", b"lo"] {
        encoded.body.encode(&mut out, piece)?;
    }
    encoded.body.finish(&mut out)?;
    if let Some(slot) = encoded.length {
        slot.fill(&mut out, 5)?;
    }
    let text = String::from_utf8(out.split_off(6)).unwrap();
    let text = text.replace("Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n", "");
    Ok(Answer {
        text,
        keep_alive: encoded.keep_alive,
    })
}

#[track_caller]
fn assert_answer(
    change: impl FnOnce(&mut OutgoingResponse<'_>),
    headers: &[(&str, &str)],
    keep_alive: bool,
    text: &str,
) {
    let answer = answer(change, headers).unwrap();
    assert_eq!(answer.text, text);
    assert_eq!(answer.keep_alive, keep_alive);
}

/// What a deferred body probably is long, wrongly.
const LIKELY: u64 = 12_345;
const SIZED: &str = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nHello";

#[test]
fn a_body_of_known_length_has_a_content_length() {
    assert_answer(|_| {}, &[], true, SIZED);
}

#[test]
fn a_deferred_length_is_filled_in_without_padding() {
    assert_answer(
        |head| head.body = BodyLength::Deferred { likely: LIKELY },
        &[],
        true,
        SIZED,
    );
}

#[test]
fn a_deferred_length_has_up_to_ten_digits_whatever_was_likely() {
    let date = HttpDate::from_unix_seconds(NOW);
    let lengths = [
        (0, "0"),
        (10, "10"),
        (4_294_967_296, "4294967296"),
        (9_999_999_999, "9999999999"),
    ];
    for likely in [0, LIKELY, 9_999_999_999] {
        for (length, digits) in lengths {
            let mut out = Vec::new();
            let deferred = BodyLength::Deferred { likely };
            let encoded = encode_head(&mut out, &head(&date, 200, deferred), []).unwrap();
            let body_start = out.len();
            out.extend_from_slice(b"body");
            let moved = encoded.length.unwrap().fill(&mut out, length).unwrap();
            let end = format!("Content-Length: {digits}\r\n\r\nbody");
            assert!(out.ends_with(end.as_bytes()), "{}", out.escape_ascii());
            assert_eq!(&out[body_start.saturating_add_signed(moved)..], b"body");
        }
    }
    let mut out = Vec::new();
    let encoded = encode_head(
        &mut out,
        &head(&date, 200, BodyLength::Deferred { likely: LIKELY }),
        [],
    )
    .unwrap();
    let too_long = encoded.length.unwrap().fill(&mut out, 10_000_000_000);
    assert_eq!(
        too_long,
        Err(EncodeError::LengthTooLarge {
            length: 10_000_000_000
        })
    );
}

#[test]
fn a_slot_whose_bytes_are_gone_changes_nothing() {
    let date = HttpDate::from_unix_seconds(NOW);
    let mut out = Vec::new();
    let encoded = encode_head(
        &mut out,
        &head(&date, 200, BodyLength::Deferred { likely: LIKELY }),
        [],
    )
    .unwrap();
    let place = b"Content-Length: 00000";
    let at = memchr::memmem::find(&out, place).unwrap();
    out.truncate(at + place.len() - 1);
    let before = out.clone();
    assert!(encoded.length.unwrap().fill(&mut out, 5).is_ok());
    assert_eq!(out, before);
}

#[test]
fn a_streamed_body_is_chunked_for_http_1_1() {
    assert_answer(
        |head| head.body = BodyLength::Streamed,
        &[],
        true,
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nHel\r\n2\r\nlo\r\n0\r\n\r\n",
    );
}

#[test]
fn a_streamed_body_ends_with_the_connection_for_http_1_0() {
    assert_answer(
        |head| {
            head.body = BodyLength::Streamed;
            head.version = Version::Http10;
        },
        &[],
        false,
        "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nHello",
    );
}

#[test]
fn a_streamed_body_with_a_length_of_the_handlers_is_not_chunked() {
    assert_answer(
        |head| head.body = BodyLength::Streamed,
        &[("content-length", "5")],
        true,
        SIZED,
    );
    let short = answer(
        |head| head.body = BodyLength::Streamed,
        &[("Content-Length", "6")],
    );
    assert_eq!(short.err(), Some(EncodeError::BodyTooShort { missing: 1 }));
    let long = answer(
        |head| head.body = BodyLength::Streamed,
        &[("Content-Length", "4")],
    );
    assert_eq!(long.err(), Some(EncodeError::BodyTooLong));
}

#[test]
fn connection_is_written_where_it_is_not_the_default() {
    let text = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nHello";
    assert_answer(|head| head.keep_alive = false, &[], false, text);
    assert_answer(|_| {}, &[("Connection", "x, Close")], false, text);
    assert_answer(|_| {}, &[("Connection", "keep-alive")], true, SIZED);
    assert_answer(
        |head| head.version = Version::Http10,
        &[],
        true,
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: keep-alive\r\n\r\nHello",
    );
}

#[test]
fn the_version_of_the_request_is_echoed_where_that_is_wanted() {
    let old = |head: &mut OutgoingResponse<'_>| {
        head.version = Version::Http10;
        head.echo_version = true;
    };
    let end = "Content-Length: 5\r\nConnection: keep-alive\r\n\r\nHello";
    assert_answer(old, &[], true, &format!("HTTP/1.0 200 OK\r\n{end}"));
    let teapot = |head: &mut OutgoingResponse<'_>| {
        old(head);
        (head.status, head.reason) = (418, Some(&b"Short"[..]));
    };
    assert_answer(teapot, &[], true, &format!("HTTP/1.0 418 Short\r\n{end}"));
    assert_answer(|head| head.echo_version = true, &[], true, SIZED);
}

#[test]
fn framing_headers_of_the_handlers_do_not_reach_the_peer() {
    let headers = [
        ("Transfer-Encoding", "chunked"),
        ("Content-Length", "5"),
        ("X", "y"),
    ];
    let text = "HTTP/1.1 200 OK\r\nX: y\r\nContent-Length: 5\r\n\r\nHello";
    assert_answer(|_| {}, &headers, true, text);
}

#[test]
fn a_content_length_that_is_not_the_bodys_is_refused() {
    let wrong = answer(|_| {}, &[("Content-Length", "4")]);
    assert_eq!(
        wrong.err(),
        Some(EncodeError::LengthMismatch {
            declared: 4,
            actual: 5
        })
    );
    let two = answer(|_| {}, &[("Content-Length", "5"), ("Content-Length", "6")]);
    assert_eq!(
        two.err(),
        Some(EncodeError::LengthMismatch {
            declared: 5,
            actual: 6
        })
    );
    for malformed in ["", "+5", "5, 5", "0x5", "99999999999999999999"] {
        assert!(
            answer(|_| {}, &[("Content-Length", malformed)]).is_err(),
            "{malformed}"
        );
    }
}

#[test]
fn the_answer_to_head_has_the_headers_of_get_and_no_body() {
    let text = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n";
    assert_answer(|head| head.is_head = true, &[], true, text);
    let text = "HTTP/1.1 200 OK\r\nContent-Length: 77\r\n\r\n";
    assert_answer(
        |head| head.is_head = true,
        &[("Content-Length", "77")],
        true,
        text,
    );
    let text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    let change = |head: &mut OutgoingResponse<'_>| {
        head.is_head = true;
        head.body = BodyLength::Streamed;
    };
    assert_answer(change, &[], true, text);
    let text = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n";
    let change = |head: &mut OutgoingResponse<'_>| {
        head.is_head = true;
        head.body = BodyLength::Deferred { likely: LIKELY };
    };
    assert_answer(change, &[], true, text);
}

#[test]
fn a_streamed_answer_to_head_in_http_1_0_need_not_close() {
    let change = |head: &mut OutgoingResponse<'_>| {
        head.is_head = true;
        head.version = Version::Http10;
        head.body = BodyLength::Streamed;
    };
    assert_answer(
        change,
        &[],
        true,
        "HTTP/1.1 200 OK\r\nConnection: keep-alive\r\n\r\n",
    );
}

#[test]
fn statuses_without_content_have_neither_body_nor_framing() {
    let headers = [("Content-Length", "5"), ("Transfer-Encoding", "chunked")];
    assert_answer(
        |head| head.status = 204,
        &headers,
        true,
        "HTTP/1.1 204 No Content\r\n\r\n",
    );
    assert_answer(
        |head| head.status = 304,
        &[],
        true,
        "HTTP/1.1 304 Not Modified\r\n\r\n",
    );
    let text = "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n";
    assert_answer(|head| head.status = 304, &headers, true, text);
    let text = "HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n\r\n";
    assert_answer(|head| head.status = 205, &[], true, text);
}

#[test]
fn switching_protocols_names_the_upgrade() {
    assert_answer(
        |head| head.status = 101,
        &[("Upgrade", "websocket"), ("Connection", "Upgrade")],
        true,
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n",
    );
    assert_answer(
        |head| head.status = 426,
        &[("Upgrade", "h2c"), ("Connection", "upgrade, close")],
        false,
        "HTTP/1.1 426 Upgrade Required\r\nUpgrade: h2c\r\nContent-Length: 5\r\n\
         Connection: upgrade, close\r\n\r\nHello",
    );
}

#[test]
fn a_content_type_of_the_handlers_replaces_the_default() {
    let change = |head: &mut OutgoingResponse<'_>| head.content_type = Some(b"text/plain");
    let text = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nHello";
    assert_answer(change, &[], true, text);
    let text = "HTTP/1.1 200 OK\r\ncontent-type: text/css\r\nContent-Length: 5\r\n\r\nHello";
    assert_answer(change, &[("content-type", "text/css")], true, text);
}

#[test]
fn a_date_of_the_handlers_replaces_ours() {
    let date = HttpDate::from_unix_seconds(NOW);
    let mut out = Vec::new();
    let headers = [(&b"Date"[..], &b"yesterday"[..])];
    let encoded = encode_head(&mut out, &head(&date, 200, BodyLength::Known(0)), headers).unwrap();
    assert!(encoded.body.finish(&mut out).is_ok());
    assert_eq!(
        out.escape_ascii().to_string(),
        r"HTTP/1.1 200 OK\r\nDate: yesterday\r\nContent-Length: 0\r\n\r\n"
    );
}

#[test]
fn header_names_must_be_tokens() {
    for name in ["", "a b", "a:", "a\r\nb", "a\0", "\u{e4}", "a\n", " a"] {
        let error = answer(|_| {}, &[(name, "x")]).err();
        let name = name.as_bytes().escape_ascii().to_string();
        assert_eq!(error, Some(EncodeError::BadHeaderName { name }));
    }
}

#[test]
fn header_values_cannot_split_the_answer() {
    for byte in (0..=255_u8).map(char::from).filter(|byte| byte.is_ascii()) {
        let value = format!("some longer value, then {byte} and the rest");
        let is_refused = answer(|_| {}, &[("X-Name", &value)]).is_err();
        assert_eq!(
            is_refused,
            byte.is_ascii_control() && byte != '\t',
            "{byte:?}"
        );
    }
    let error = answer(|_| {}, &[("X-Name", "a\r\nSet-Cookie: b")]).err();
    assert_eq!(
        error,
        Some(EncodeError::BadHeaderValue {
            name: "X-Name".to_owned()
        })
    );
    assert!(error.is_some_and(|error| error.to_string().contains("X-Name")));
}

#[test]
fn framing_headers_are_validated_although_they_are_left_out() {
    for name in [
        "Connection",
        "Transfer-Encoding",
        "Content-Length",
        "Date",
        "Content-Type",
    ] {
        assert!(answer(|_| {}, &[(name, "x\n")]).is_err(), "{name}");
    }
}

#[test]
fn check_header_says_what_encode_head_will_say() {
    for (name, value) in [
        ("X", "y"),
        ("X", "\r"),
        ("X Y", "z"),
        ("", ""),
        ("X", "\u{fc}"),
    ] {
        let checked = check_header(name.as_bytes(), value.as_bytes());
        assert_eq!(checked.err(), answer(|_| {}, &[(name, value)]).err());
    }
}

#[test]
fn reason_phrases_may_be_the_handlers() {
    let change = |head: &mut OutgoingResponse<'_>| head.reason = Some(b"Fine");
    let text = "HTTP/1.1 200 Fine\r\nContent-Length: 5\r\n\r\nHello";
    assert_answer(change, &[], true, text);
    let change = |head: &mut OutgoingResponse<'_>| head.reason = Some(b"Fine\r\nX: y");
    assert_eq!(answer(change, &[]).err(), Some(EncodeError::BadReason));
    let text = "HTTP/1.1 599 \r\nContent-Length: 5\r\n\r\nHello";
    assert_answer(|head| head.status = 599, &[], true, text);
}

#[test]
fn statuses_that_are_none_are_refused() {
    for status in [0, 99, 100, 102, 103, 199, 600, 1000, 65_535] {
        let error = answer(|head| head.status = status, &[]).err();
        assert_eq!(error, Some(EncodeError::BadStatus { status }));
    }
}

#[test]
fn the_fast_path_writes_what_the_general_one_writes() {
    let date = HttpDate::from_unix_seconds(NOW);
    for version in [Version::Http10, Version::Http11] {
        for (is_head, keep_alive) in [(false, false), (false, true), (true, false), (true, true)] {
            let mut fast = Vec::new();
            encode_plain_text(
                &mut fast,
                version,
                is_head,
                keep_alive,
                &date,
                b"Hello, World!",
            );

            let mut general = Vec::new();
            let head = OutgoingResponse {
                version,
                is_head,
                keep_alive,
                content_type: Some(b"text/plain; charset=utf-8"),
                ..head(&date, 200, BodyLength::Known(13))
            };
            let mut encoded = encode_head(&mut general, &head, []).unwrap();
            encoded.body.encode(&mut general, b"Hello, World!").unwrap();
            encoded.body.finish(&mut general).unwrap();
            assert_eq!(
                fast.escape_ascii().to_string(),
                general.escape_ascii().to_string()
            );

            let mut prepared = PreparedHead::default();
            prepared.prepare(&HttpDate::from_unix_seconds(1), b"image/png");
            prepared.prepare(&date, b"text/plain; charset=utf-8");
            fast.clear();
            let hello = b"Hello, World!";
            encode_prepared(&mut fast, &prepared, version, is_head, keep_alive, hello);
            assert_eq!(
                fast.escape_ascii().to_string(),
                general.escape_ascii().to_string()
            );
        }
    }
}

#[test]
fn a_prepared_type_that_cannot_be_sent_is_left_out() {
    let mut prepared = PreparedHead::default();
    prepared.prepare(&HttpDate::from_unix_seconds(NOW), b"text/html\r\nX: y");
    let mut out = Vec::new();
    encode_prepared(&mut out, &prepared, Version::Http11, false, true, b"");
    assert_eq!(
        String::from_utf8(out).unwrap(),
        "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Length: 0\r\n\r\n"
    );
}

#[test]
fn an_error_is_a_whole_answer_that_closes() {
    let date = HttpDate::from_unix_seconds(NOW);
    let mut out = Vec::new();
    encode_error(&mut out, 431, false, &date);
    let text = String::from_utf8(out).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 431 Request Header Fields Too Large\r\n"));
    assert!(head.contains(&format!("\r\nContent-Length: {}\r\n", body.len())));
    assert!(head.ends_with("\r\nConnection: close"));
    assert_eq!(body, "431 Request Header Fields Too Large\n");

    let mut out = Vec::new();
    encode_error(&mut out, 400, true, &date);
    assert!(out.ends_with(b"\r\n\r\n"));
}

#[test]
fn chunks_are_hexadecimal_and_never_empty() {
    let chunk = |length: usize| {
        let mut out = Vec::new();
        encode_chunk(&mut out, &vec![b'x'; length]);
        out.iter()
            .take_while(|&&byte| byte != b'\r')
            .map(|&byte| char::from(byte))
            .collect()
    };
    let sizes: [String; 5] = [chunk(0), chunk(1), chunk(10), chunk(255), chunk(4096)];
    assert_eq!(sizes, ["", "1", "a", "ff", "1000"]);
}

#[test]
fn bytes_that_go_another_way_count() {
    let mut body = BodyEncoder::of_length(10);
    let mut out = Vec::new();
    assert_eq!(body.skip(7), Ok(()));
    assert_eq!(body.remaining(), Some(3));
    assert_eq!(
        body.encode(&mut out, b"abcd"),
        Err(EncodeError::BodyTooLong)
    );
    assert!(out.is_empty());
    assert_eq!(body.encode(&mut out, b"abc"), Ok(()));
    assert_eq!(body.skip(1), Err(EncodeError::BodyTooLong));
    assert_eq!(body.finish(&mut out), Ok(()));
}

#[test]
fn continue_is_a_head_and_nothing_else() {
    let mut out = Vec::new();
    encode_continue(&mut out);
    assert_eq!(out, b"HTTP/1.1 100 Continue\r\n\r\n");
}
