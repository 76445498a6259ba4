//! Entry points for fuzz targets: each takes any bytes and panics if a promise is broken.
//!
//! The targets in `fuzz/` only call these, and the tests below feed them random bytes, so that
//! they stay true between fuzz runs.
#![allow(
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "a panic is how a finding is told"
)]

mod multipart;
mod stored;

pub use multipart::multipart;
pub use stored::stored;

use crate::BodyDecoder;
use crate::BodyEvent;
use crate::BodyLength;
use crate::EncodeError;
use crate::HeadDecoder;
use crate::HttpDate;
use crate::Limits;
use crate::Method;
use crate::OutgoingRequest;
use crate::OutgoingResponse;
use crate::RequestHead;
use crate::Version;
use crate::cookie;
use crate::encode_head;
use crate::encode_request;
use crate::media_type::MediaType;
use crate::percent;
use crate::query;
use crate::router::Match;
use crate::router::Router;
use crate::transcript::Sender;
use crate::transcript::transcript;

/// Requests mean the same however they are cut. The first byte chooses where to cut.
pub fn http_head(data: &[u8]) {
    let Some((&seed, bytes)) = data.split_first() else {
        return;
    };
    let limits = Limits {
        request_line_bytes: 64,
        header_bytes: 256,
        header_count: 6,
        body_bytes: 64,
        chunk_extension_bytes: 16,
        trailer_bytes: 32,
        interim_responses: 2,
    };
    assert_cuts_agree(bytes, seed, &limits, &Sender::Client);
    assert_cuts_agree(bytes, seed, &Limits::default(), &Sender::Client);
}

/// Chunked bodies mean the same however they are cut.
pub fn http_body(data: &[u8]) {
    let Some((&seed, chunks)) = data.split_first() else {
        return;
    };
    let head = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    let bytes = [head, chunks].concat();
    assert_cuts_agree(&bytes, seed, &Limits::default(), &Sender::Client);
    let limits = Limits {
        body_bytes: 32,
        trailer_bytes: 16,
        ..Limits::default()
    };
    assert_cuts_agree(&bytes, seed, &limits, &Sender::Client);
}

/// Responses mean the same however they are cut. The first byte chooses where to cut, the second
/// what they answer and whether the server closes behind them.
pub fn http_response(data: &[u8]) {
    let [seed, flags, bytes @ ..] = data else {
        return;
    };
    let method = |shift: u8| match flags >> shift & 3 {
        0 => Method::Head,
        1 => Method::Connect,
        _ => Method::Get,
    };
    let sender = Sender::Server {
        to: vec![method(0), method(2), method(4)],
        closes: flags & 64 != 0,
    };
    let limits = Limits {
        request_line_bytes: 32,
        header_bytes: 128,
        header_count: 4,
        body_bytes: 16,
        chunk_extension_bytes: 16,
        trailer_bytes: 32,
        interim_responses: 2,
    };
    assert_cuts_agree(bytes, *seed, &limits, &sender);
    assert_cuts_agree(bytes, *seed, &Limits::default(), &sender);
}

fn assert_cuts_agree(bytes: &[u8], seed: u8, limits: &Limits, sender: &Sender) {
    let length = bytes.len();
    let whole = transcript(bytes, limits, sender, std::iter::once(length));
    assert_eq!(
        transcript(bytes, limits, sender, 1..=length),
        whole,
        "byte by byte"
    );
    let cut = usize::from(seed).min(length);
    assert_eq!(
        transcript(bytes, limits, sender, [cut, length].into_iter()),
        whole,
        "cut at {cut}"
    );
    let step = usize::from(seed % 16) + 2;
    let ends = (1..length).step_by(step).chain([length]);
    assert_eq!(
        transcript(bytes, limits, sender, ends),
        whole,
        "in steps of {step}"
    );
}

/// A route is found only for a path that decodes to what its pattern says.
pub fn router(path: &[u8]) {
    const PATTERNS: [&str; 7] = [
        "/",
        "/a",
        "/a/b",
        "/a/{x}",
        "/{x}/b/{y}",
        "/f/{rest...}",
        "/a/{x}/{rest...}",
    ];
    let mut router = Router::new();
    for pattern in PATTERNS {
        let added = router.add(Method::Get, pattern, pattern);
        assert!(added.is_ok());
    }
    assert!(router.mount("/m", "mount").is_ok());

    let Ok(Match::Found { value, params }) = router.find(Method::Get, b"GET", path) else {
        return;
    };
    assert_eq!(path.first(), Some(&b'/'));
    let segments: Vec<Vec<u8>> = path
        .split(|&byte| byte == b'/')
        .map(|segment| percent::decode(segment).into_owned())
        .collect();
    for segment in &segments {
        assert!(!segment.contains(&0), "a NUL passed");
        assert!(
            !matches!(segment.as_slice(), b"." | b".."),
            "a dot segment passed"
        );
    }
    for (name, param) in params.iter() {
        assert!(!param.is_empty());
        assert!(name == "rest" || segments.iter().any(|segment| *segment == *param));
    }
    if params.is_empty() && *value != "mount" {
        assert_eq!(segments.join(&b'/'), value.as_bytes());
    }
}

/// Forms, cookies and media types are read without a panic, and percent-encoding is reversible.
pub fn form(data: &[u8]) {
    let pairs: Vec<_> = query::pairs(data).collect();
    let raw: usize = pairs
        .iter()
        .map(|pair| pair.raw_name.len() + pair.raw_value.map_or(0, |value| value.len() + 1))
        .sum();
    assert!(raw <= data.len());
    for pair in pairs {
        let found = query::last_value(data, &pair.name());
        assert!(found.is_some(), "a pair cannot be found by its name");
    }
    for cookie in cookie::cookies(data) {
        assert!(!cookie.name.is_empty());
        assert!(cookie::first_value(data, cookie.name).is_some());
    }
    if let Some(media_type) = MediaType::parse(data) {
        assert!(!media_type.main().is_empty() && !media_type.sub().is_empty());
        assert!(
            media_type
                .parameter("charset")
                .is_none_or(|value| value.len() < data.len())
        );
    }
    let mut encoded = Vec::new();
    percent::encode(&mut encoded, data);
    assert_eq!(*percent::decode(&encoded), *data);
    assert_eq!(*percent::decode_form(&encoded), *data);
}

/// An answer that is encoded has the lines it should have and no others.
///
/// The data is a status and version, then lines of `name:value`, the bytes of which may be any
/// but LF and (in a name) colon.
pub fn response(data: &[u8]) {
    let [low, high, flags, rest @ ..] = data else {
        return;
    };
    let headers: Vec<(&[u8], &[u8])> = rest
        .split(|&byte| byte == b'\n')
        .filter_map(|line| {
            let (name, value) = query::split_at_byte(line, b':');
            value.map(|value| (name, value))
        })
        .collect();
    let date = HttpDate::from_unix_seconds(u64::from(*low) << 24);
    let head = OutgoingResponse {
        status: u16::from_le_bytes([*low, high & 3]),
        reason: None,
        version: if flags & 1 == 0 {
            Version::Http10
        } else {
            Version::Http11
        },
        echo_version: flags & 64 != 0,
        is_head: flags & 2 != 0,
        keep_alive: flags & 4 != 0,
        date: &date,
        content_type: (flags & 8 != 0).then_some(b"text/plain"),
        body: match flags >> 4 & 3 {
            0 => BodyLength::Known(5),
            1 => BodyLength::Deferred { likely: 0 },
            _ => BodyLength::Streamed,
        },
    };
    let mut out = b"before".to_vec();
    let mut encoded = match encode_head(&mut out, &head, headers.iter().copied()) {
        Ok(encoded) => encoded,
        Err(error) => {
            assert_eq!(out, b"before");
            assert_ne!(error, EncodeError::BodyTooLong);
            return;
        }
    };
    let text = out.split_off(6);
    let lines: Vec<&[u8]> = text.split(|&byte| byte == b'\n').collect();
    let Some((last, lines)) = lines.split_last() else {
        return;
    };
    assert!(
        last.is_empty() && lines.last() == Some(&&b"\r"[..]),
        "no empty line at the end"
    );
    for (index, line) in lines.iter().enumerate() {
        let Some((b'\r', line)) = line.split_last() else {
            panic!("an LF without CR")
        };
        assert!(
            !line.contains(&b'\r') && !line.contains(&0),
            "a control character passed"
        );
        assert_eq!(
            line.is_empty(),
            index + 1 == lines.len(),
            "an empty line inside"
        );
    }
    // At most Date, Content-Type, framing and Connection are added to the handler's.
    assert!(lines.len() <= headers.len() + 6);

    let mut body = Vec::new();
    if encoded.body.encode(&mut body, b"Hello").is_ok() && encoded.body.is_omitted() {
        assert!(body.is_empty());
    }
}

/// A request that is encoded is read by our own decoder as what it was meant to be, and as
/// nothing more.
///
/// The data is flags, then lines: method, target, host, headers as `name:value`, of any bytes but
/// LF and (in a name) colon; then an empty line and the body.
pub fn request(data: &[u8]) {
    let Some((flags, rest)) = data.split_first() else {
        return;
    };
    let (head, body) = split_at_empty_line(rest);
    let mut lines = head.split(|&byte| byte == b'\n');
    let (method, target, host) = (lines.next(), lines.next(), lines.next());
    let headers: Vec<(&[u8], &[u8])> = lines
        .filter_map(|line| {
            let (name, value) = query::split_at_byte(line, b':');
            value.map(|value| (name, value))
        })
        .collect();
    let request = OutgoingRequest {
        method: method.unwrap_or_default(),
        target: target.unwrap_or_default(),
        host: host.unwrap_or_default(),
        user_agent: (flags & 1 != 0).then_some(b"kargo"),
        keep_alive: flags & 2 != 0,
        body_length: (flags & 4 != 0).then_some(body.len() as u64),
    };
    let mut out = b"before".to_vec();
    let Ok(mut encoded) = encode_request(&mut out, &request, headers.iter().copied()) else {
        assert_eq!(out, b"before");
        return;
    };
    let is_whole =
        encoded.body.encode(&mut out, body).is_ok() && encoded.body.finish(&mut out).is_ok();
    let bytes = out.split_off(6);
    let mut head = RequestHead::new();
    let Ok(Some(taken)) = HeadDecoder::new().decode(&bytes, &Limits::default(), &mut head) else {
        // The decoder is stricter: hosts, forms of targets, limits, expectations.
        return;
    };
    assert_eq!(head.method_name(&bytes), request.method);
    assert_eq!(head.target(&bytes), request.target);
    assert!(encoded.keep_alive || !head.keep_alive());
    // At most Host, User-Agent, framing and Connection are added to the caller's.
    assert!(head.header_count() <= headers.len() + 4);
    if !is_whole {
        return;
    }
    let mut decoder = BodyDecoder::new(head.body_framing(), &Limits::default());
    let mut unread = bytes.get(taken..).unwrap_or_default();
    let mut received = Vec::new();
    while let Ok(BodyEvent::Data { consumed, data }) = decoder.decode(unread) {
        received.extend_from_slice(unread.get(data).unwrap_or_default());
        unread = unread.get(consumed..).unwrap_or_default();
    }
    assert!(decoder.is_done(), "the body has no end");
    assert_eq!(received, body);
}

fn split_at_empty_line(bytes: &[u8]) -> (&[u8], &[u8]) {
    let at = bytes.windows(2).position(|pair| pair == b"\n\n");
    at.and_then(|at| Some((bytes.get(..at)?, bytes.get(at + 2..)?)))
        .unwrap_or((bytes, b""))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Pieces of requests, so that random ones come far.
    fn request_like() -> impl Strategy<Value = Vec<u8>> {
        let pieces: &[&[u8]] = &[
            b"GET / HTTP/1.1\r\n",
            b"POST /a?b HTTP/1.1\r\n",
            b"OPTIONS * HTTP/1.0\r\n",
            b"GET http://h/ HTTP/1.1\r\n",
            b"Host: a\r\n",
            b"Content-Length: 3\r\n",
            b"Transfer-Encoding: chunked\r\n",
            b"Connection: keep-alive\r\n",
            b"X: y\r\n",
            b"\r\n",
            b"\r",
            b"\n",
            b" ",
            b"3\r\nabc\r\n",
            b"0;a=\"b\"\r\n",
            b"0\r\n",
            b"abc",
            b":",
            b"%",
        ];
        let piece = prop_oneof![
            8 => prop::sample::select(pieces).prop_map(<[u8]>::to_vec),
            1 => prop::collection::vec(any::<u8>(), 0..8),
        ];
        prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
    }

    /// Pieces of responses.
    fn response_like() -> impl Strategy<Value = Vec<u8>> {
        let pieces: &[&[u8]] = &[
            b"HTTP/1.1 200 OK\r\n",
            b"HTTP/1.1 204 No Content\r\n",
            b"HTTP/1.1 100 Continue\r\n\r\n",
            b"HTTP/1.0 404 \r\n",
            b"Content-Length: 3\r\n",
            b"Transfer-Encoding: chunked\r\n",
            b"Connection: close\r\n",
            b"X: y\r\n",
            b"\r\n",
            b"\r",
            b"\n",
            b"3\r\nabc\r\n",
            b"0\r\n\r\n",
            b"abc",
        ];
        let piece = prop_oneof![
            12 => prop::sample::select(pieces).prop_map(<[u8]>::to_vec),
            1 => prop::collection::vec(any::<u8>(), 0..8),
        ];
        prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
    }

    /// Any bytes, but more often those that mean something.
    fn text_like(alphabet: &'static [u8]) -> impl Strategy<Value = Vec<u8>> {
        let byte = prop_oneof![4 => prop::sample::select(alphabet), 1 => any::<u8>()];
        prop::collection::vec(byte, 0..64)
    }

    proptest! {
        #[test]
        fn heads(data in request_like()) {
            http_head(&data);
        }

        #[test]
        fn heads_of_a_well_formed_begin(seed in any::<u8>(), data in request_like()) {
            http_head(&[&[seed][..], b"POST / HTTP/1.1\r\nHost: a\r\n", &data].concat());
        }

        #[test]
        fn responses_to_requests(flags in any::<[u8; 2]>(), data in response_like()) {
            http_response(&[&flags[..], &data].concat());
            http_response(&[&flags[..], b"HTTP/1.1 200 OK\r\n", &data].concat());
        }

        #[test]
        fn requests(flags in any::<u8>(), data in text_like(b"ab:\r\n\n: Connection-Lgth5Hs/")) {
            request(&[&[flags][..], &data].concat());
            request(&[&[flags][..], b"POST\n/a\nb\n", &data].concat());
        }

        #[test]
        fn bodies(data in text_like(b"01aF;=\"\\ \t\r\n\r\nX:")) {
            http_body(&data);
        }

        #[test]
        fn bodies_of_pieces(data in request_like()) {
            http_body(&data);
        }

        #[test]
        fn routers(data in text_like(b"/ab/m/f/xy%2e%2F.")) {
            router(&data);
            router(&[b"/", &data[..]].concat());
        }

        #[test]
        fn forms(data in text_like(b"ab&=;+%20 \"\\/,")) {
            form(&data);
            form(&[b"text/plain;", &data[..]].concat());
        }

        #[test]
        fn stored_files(size in any::<[u8; 8]>(), small in 0..2000_u64, data in text_like(b"/a.%2e5c0-9,=;q*gzipbrW\" ")) {
            stored(&[&size[..], &data].concat());
            stored(&[&small.to_le_bytes()[..], b"/", &data].concat());
            stored(&[&small.to_le_bytes()[..], b"bytes=", &data].concat());
        }

        #[test]
        fn forms_with_files(flags in any::<[u8; 2]>(), pieces in prop::collection::vec(prop::sample::select(vec![
            &b"--x"[..], b"----", b"--", b"-", b"\r\n", b"\r", b"\n", b"\r\n--x", b"\r\n--x--", b"\r\n--x\r\n", b" ", b"\t",
            b"Content-Disposition: form-data; name=a\r\n", b"Content-Disposition: form-data; name=\"f\"; filename=\"b\"\r\n",
            b"Content-Type: a/b\r\n", b"\r\n\r\n", b"abc", b"\0", b"\xff", b"\"", b"\\", b"; boundary=x", b"boundary", b"=",
        ]), 0..24)) {
            let bytes = pieces.concat();
            multipart(&[&flags[..], &bytes].concat());
            multipart(&[&flags[..], b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\n", &bytes].concat());
        }

        #[test]
        fn ranges_of_numbers(small in 0..2000_u64, numbers in prop::collection::vec((0..3000_u64, 0..3000_u64), 1..20)) {
            let list: Vec<String> = numbers.iter().map(|(first, last)| format!("{first}-{last}")).collect();
            stored(&[&small.to_le_bytes()[..], b"bytes=", list.join(",").as_bytes()].concat());
        }

        #[test]
        fn responses(flags in any::<[u8; 3]>(), data in text_like(b"ab:\r\n: \tConection-Length5")) {
            response(&[&flags[..], &data].concat());
            response(&[&[200, 0, flags[2]][..], &data].concat());
        }
    }
}
