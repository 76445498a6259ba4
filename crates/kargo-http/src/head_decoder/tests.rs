use super::*;
use crate::BodyFraming;
use crate::Method;
use crate::TargetForm;
use crate::Version;

fn decode(bytes: &[u8]) -> Result<(usize, RequestHead), DecodeError> {
    let mut head = RequestHead::new();
    let taken = HeadDecoder::new().decode(bytes, &Limits::default(), &mut head)?;
    Ok((taken.expect("a whole head"), head))
}

#[test]
fn all_facts_of_a_head_are_there() {
    let bytes =
        b"\r\nPOST /a/b?c=d HTTP/1.1\r\nHost: example.org:81\r\nAccept: x\r\naccept:  y \r\n\
        Content-Length: 3\r\nExpect: 100-continue\r\n\r\nabc";
    let (taken, head) = decode(bytes).unwrap();
    assert_eq!(&bytes[taken..], b"abc");
    assert_eq!(
        (head.method(), head.method_name(bytes)),
        (Method::Post, &b"POST"[..])
    );
    assert_eq!(
        (head.version(), head.target_form()),
        (Version::Http11, TargetForm::Origin)
    );
    assert_eq!(head.target(bytes), b"/a/b?c=d");
    assert_eq!(
        (head.path(bytes), head.query(bytes)),
        (&b"/a/b"[..], Some(&b"c=d"[..]))
    );
    assert_eq!(head.path_span().of(bytes), b"/a/b");
    assert_eq!(head.query_span().map(|span| span.len()), Some(3));
    assert_eq!(head.host(bytes), Some(&b"example.org:81"[..]));
    assert_eq!(head.body_framing(), BodyFraming::Length(3));
    assert!(head.has_body() && head.keep_alive() && head.expects_continue());
    assert_eq!(head.header_count(), 5);
    assert_eq!(head.header(bytes, "ACCEPT"), Some(&b"x"[..]));
    assert_eq!(head.header(bytes, b"accep"), None);
    let values: Vec<_> = head.header_values(bytes, "Accept").collect();
    assert_eq!(values, [b"x", b"y"]);
    let names: Vec<_> = head.headers(bytes).map(|(name, _)| name).collect();
    assert_eq!(names[2], b"accept");
    let (name, value) = head.header_spans().next().unwrap();
    assert_eq!(
        (name.of(bytes), value.of(bytes)),
        (&b"Host"[..], &b"example.org:81"[..])
    );
}

#[test]
fn a_clone_goes_with_a_copy_of_the_bytes() {
    let bytes = b"GET /kept HTTP/1.1\r\nHost: a\r\n\r\n".to_vec();
    let (_, head) = decode(&bytes).unwrap();
    let (kept, copy) = (head.clone(), bytes.clone());
    drop((bytes, head));
    assert_eq!(kept.path(&copy), b"/kept");
}

#[test]
fn spans_outside_of_the_bytes_are_empty() {
    let (_, head) = decode(b"GET /kept HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
    assert_eq!(head.path(b"GET"), b"");
    assert_eq!(head.header(b"", "host"), None);
}

#[test]
fn nothing_of_the_last_request_is_left_in_a_reused_head() {
    let limits = Limits::default();
    let mut decoder = HeadDecoder::new();
    let mut head = RequestHead::new();
    let rich = b"GET http://h/x?y HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: z\r\n\
        Expect: 100-continue\r\nContent-Length: 1\r\n\r\n";
    assert_eq!(
        decoder.decode(rich, &limits, &mut head),
        Ok(Some(rich.len()))
    );
    assert!(head.wants_upgrade() && head.expects_continue());
    let poor = b"GET /z HTTP/1.0\r\n\r\n";
    assert_eq!(
        decoder.decode(poor, &limits, &mut head),
        Ok(Some(poor.len()))
    );
    assert_eq!((head.host(poor), head.query(poor)), (None, None));
    assert_eq!(
        (head.header_count(), head.body_framing()),
        (0, BodyFraming::None)
    );
    assert!(!head.wants_upgrade() && !head.expects_continue() && !head.keep_alive());
}

#[test]
fn each_call_may_have_a_head_of_its_own() {
    let bytes = b"GET /a HTTP/1.1\r\nHost: a\r\nX: y\r\nContent-Length: 5\r\n\r\n";
    let mut decoder = HeadDecoder::new();
    for end in 1..bytes.len() {
        let mut scratch = RequestHead::new();
        assert_eq!(
            decoder.decode(&bytes[..end], &Limits::default(), &mut scratch),
            Ok(None)
        );
    }
    let mut head = RequestHead::new();
    let taken = decoder.decode(bytes, &Limits::default(), &mut head);
    assert_eq!(taken, Ok(Some(bytes.len())));
    assert_eq!(head.header_count(), 3);
    assert_eq!(head.body_framing(), BodyFraming::Length(5));
    assert!(!decoder.is_started());
}

/// How many bytes of `bytes` must come before they are refused.
fn refused_after(bytes: &[u8]) -> (usize, DecodeError) {
    let mut decoder = HeadDecoder::new();
    let mut head = RequestHead::new();
    (1..=bytes.len())
        .find_map(|end| {
            let result = decoder.decode(&bytes[..end], &Limits::default(), &mut head);
            result.err().map(|error| (end, error))
        })
        .expect("an error")
}

#[test]
fn a_bad_line_is_refused_when_it_is_complete() {
    let first = b"GET /\r\nHost: a\r\n\r\n";
    assert_eq!(refused_after(first), (7, DecodeError::BadRequestLine));
    let second = b"GET / HTTP/1.1\r\nHost : a\r\nX: y\r\n\r\n";
    assert_eq!(refused_after(second), (26, DecodeError::BadFieldName));
    assert_eq!(refused_after(b"\x16\x03\x01"), (1, DecodeError::BadMethod));
    assert_eq!(refused_after(b"\r\n\x16"), (3, DecodeError::BadMethod));
}

#[test]
fn a_long_line_is_refused_before_it_is_complete() {
    let line = [b"GET /".as_slice(), &[b'a'; 9_000]].concat();
    assert_eq!(
        refused_after(&line),
        (8_194, DecodeError::RequestLineTooLong)
    );
    let head = b"GET / HTTP/1.1\r\nHost: a\r\nX: ";
    let line = [head.as_slice(), &[b'a'; 70_000]].concat();
    assert_eq!(
        refused_after(&line),
        (16 + 65_536, DecodeError::HeadersTooLong)
    );
}

#[test]
fn a_decoder_can_be_used_again_after_a_reset() {
    let limits = Limits::default();
    let mut decoder = HeadDecoder::new();
    let mut head = RequestHead::new();
    assert_eq!(decoder.decode(b"GET /a", &limits, &mut head), Ok(None));
    assert!(decoder.is_started());
    decoder.reset();
    let bytes = b"GET /b HTTP/1.1\r\nHost: a\r\n\r\n";
    assert_eq!(
        decoder.decode(bytes, &limits, &mut head),
        Ok(Some(bytes.len()))
    );
    assert_eq!(head.path(bytes), b"/b");
}

#[test]
fn limits_without_end_do_not_overflow() {
    let limits = Limits {
        request_line_bytes: usize::MAX,
        header_bytes: usize::MAX,
        header_count: usize::MAX,
        ..Limits::default()
    };
    let mut head = RequestHead::new();
    let bytes = b"GET /b HTTP/1.1\r\nHost: a\r\n\r\n";
    for end in 1..bytes.len() {
        let mut decoder = HeadDecoder::new();
        assert_eq!(decoder.decode(&bytes[..end], &limits, &mut head), Ok(None));
        assert_eq!(
            decoder.decode(bytes, &limits, &mut head),
            Ok(Some(bytes.len()))
        );
    }
}

#[test]
fn every_error_has_a_status_and_a_reason() {
    for error in [
        DecodeError::BadRequestLine,
        DecodeError::RequestLineTooLong,
        DecodeError::TooManyHeaders,
        DecodeError::UnknownTransferCoding,
        DecodeError::VersionNotSupported,
        DecodeError::UnknownExpectation,
        DecodeError::BodyTooLarge,
    ] {
        assert!(!crate::reason_phrase(error.status()).is_empty());
        assert_eq!(error.to_string(), error.reason());
    }
}
