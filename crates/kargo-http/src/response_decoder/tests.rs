use super::*;
use crate::BodyDecoder;
use crate::BodyEvent;
use crate::BodyFraming;
use crate::Version;

const OK: &[u8] = b"HTTP/1.1 200 OK\r\nServer: x\r\nSet-Cookie: a\r\nset-cookie:  b \r\n\r\n";

fn decode(bytes: &[u8], method: Method) -> Result<(usize, ResponseHead), DecodeError> {
    let mut head = ResponseHead::new();
    let taken = ResponseDecoder::new().decode(bytes, &Limits::default(), method, &mut head)?;
    Ok((taken.expect("a whole head"), head))
}

#[test]
fn all_facts_of_a_head_are_there() {
    let (taken, head) = decode(OK, Method::Get).unwrap();
    assert_eq!(taken, OK.len());
    assert_eq!((head.status(), head.reason(OK)), (200, &b"OK"[..]));
    assert_eq!(
        (head.version(), head.keep_alive()),
        (Version::Http11, false)
    );
    assert!(!head.is_interim() && !head.is_tunnel());
    assert_eq!(head.header_count(), 3);
    assert_eq!(head.header(OK, "SERVER"), Some(&b"x"[..]));
    assert_eq!(head.header(OK, "none"), None);
    let values: Vec<_> = head.header_values(OK, "Set-Cookie").collect();
    assert_eq!(values, [b"a", b"b"]);
    let names: Vec<_> = head.headers(OK).map(|(name, _)| name).collect();
    assert_eq!(names[2], b"set-cookie");
}

#[test]
fn the_method_decides_about_the_body() {
    let bytes = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n";
    let framing = |method| decode(bytes, method).unwrap().1.body_framing();
    assert_eq!(framing(Method::Get), Some(BodyFraming::Length(3)));
    assert_eq!(framing(Method::Head), Some(BodyFraming::None));
    assert_eq!(framing(Method::Connect), Some(BodyFraming::None));
    assert_eq!(decode(OK, Method::Get).unwrap().1.body_framing(), None);
}

#[test]
fn a_tunnel_is_no_connection_to_reuse() {
    let bytes = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    let (_, head) = decode(bytes, Method::Connect).unwrap();
    assert!(head.is_tunnel() && !head.keep_alive());
    let (_, head) = decode(bytes, Method::Get).unwrap();
    assert!(!head.is_tunnel() && head.keep_alive());
    let bytes = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n";
    let (_, head) = decode(bytes, Method::Get).unwrap();
    assert!(head.is_tunnel() && !head.is_interim() && !head.keep_alive());
}

#[test]
fn a_body_that_ends_with_the_connection_is_limited() {
    let (_, head) = decode(OK, Method::Get).unwrap();
    let limits = Limits {
        body_bytes: 3,
        ..Limits::default()
    };
    let mut body = head.body_decoder(&limits);
    assert!(body.ends_with_connection() && !body.is_done());
    assert_eq!(body.decode(b""), Ok(BodyEvent::More { consumed: 0 }));
    assert_eq!(
        body.decode(b"abcd"),
        Ok(BodyEvent::Data {
            consumed: 3,
            data: 0..3
        })
    );
    assert_eq!(body.decode(b""), Ok(BodyEvent::More { consumed: 0 }));
    assert!(body.ends_with_connection());
    assert_eq!(body.decode(b"d"), Err(DecodeError::BodyTooLarge));
}

#[test]
fn other_bodies_do_not_end_with_the_connection() {
    for framing in [
        BodyFraming::None,
        BodyFraming::Length(3),
        BodyFraming::Chunked,
    ] {
        assert!(!BodyDecoder::new(framing, &Limits::default()).ends_with_connection());
    }
}

#[test]
fn the_count_of_interim_responses_begins_anew_with_each_request() {
    let limits = Limits {
        interim_responses: 2,
        ..Limits::default()
    };
    let mut decoder = ResponseDecoder::new();
    let mut head = ResponseHead::new();
    let mut decode = |bytes: &[u8]| decoder.decode(bytes, &limits, Method::Get, &mut head);
    let interim = b"HTTP/1.1 100 Continue\r\n\r\n";
    for _ in 0..2 {
        assert_eq!(decode(interim), Ok(Some(interim.len())));
        assert_eq!(decode(interim), Ok(Some(interim.len())));
        assert_eq!(decode(OK), Ok(Some(OK.len())));
    }
    assert_eq!(decode(interim), Ok(Some(interim.len())));
    assert_eq!(decode(interim), Ok(Some(interim.len())));
    assert_eq!(decode(interim), Err(DecodeError::TooManyInterimResponses));
}

#[test]
fn a_decoder_knows_whether_it_has_begun() {
    let mut decoder = ResponseDecoder::new();
    let mut head = ResponseHead::new();
    let limits = Limits::default();
    let mut decode = |bytes: &[u8]| {
        let decoded = decoder.decode(bytes, &limits, Method::Get, &mut head);
        (decoded, decoder.is_started())
    };
    assert_eq!(decode(b""), (Ok(None), false));
    assert_eq!(decode(b"HTTP"), (Ok(None), true));
    let interim = b"HTTP/1.1 100 Continue\r\n\r\n";
    assert_eq!(decode(interim), (Ok(Some(interim.len())), true));
    assert_eq!(decode(b""), (Ok(None), true));
    assert_eq!(decode(OK), (Ok(Some(OK.len())), false));
}

#[test]
fn nothing_of_the_last_response_is_left_in_a_reused_head() {
    let mut decoder = ResponseDecoder::new();
    let mut head = ResponseHead::new();
    let limits = Limits::default();
    assert!(decoder.decode(OK, &limits, Method::Head, &mut head).is_ok());
    let bytes = b"HTTP/1.0 404\r\n\r\n";
    let decoded = decoder.decode(bytes, &limits, Method::Get, &mut head);
    assert_eq!(decoded, Ok(Some(bytes.len())));
    assert_eq!((head.status(), head.reason(bytes)), (404, &b""[..]));
    assert_eq!((head.header_count(), head.body_framing()), (0, None));
    assert_eq!(head.version(), Version::Http10);
}

/// How many bytes must come before they are refused.
fn refused_after(bytes: &[u8]) -> (usize, DecodeError) {
    let mut decoder = ResponseDecoder::new();
    let mut head = ResponseHead::new();
    (1..=bytes.len())
        .find_map(|end| {
            let limits = Limits::default();
            let result = decoder.decode(&bytes[..end], &limits, Method::Get, &mut head);
            result.err().map(|error| (end, error))
        })
        .expect("an error")
}

#[test]
fn what_is_no_http_is_refused_with_its_first_byte() {
    assert_eq!(refused_after(b"SSH-2.0"), (1, DecodeError::BadStatusLine));
    assert_eq!(refused_after(b"HTTQ\r\nx"), (6, DecodeError::BadStatusLine));
    assert_eq!(refused_after(b"\r\nHTTP"), (1, DecodeError::BadStatusLine));
    assert_eq!(
        refused_after(b"\x15\x03\x01"),
        (1, DecodeError::BadStatusLine)
    );
}

#[test]
fn a_long_status_line_is_refused_before_it_is_complete() {
    let line = [b"HTTP/1.1 200 ".as_slice(), &[b'a'; 9_000]].concat();
    assert_eq!(
        refused_after(&line),
        (8_194, DecodeError::StatusLineTooLong)
    );
}
