//! Work to be counted by callgrind: `measure WHAT N` does the same thing N times.
//!
//! `./measure.sh` beside this crate's `Cargo.toml` counts every WHAT twice and prints the
//! instructions of one, and fails if one is above its budget.

use std::hint::black_box;
use std::process::ExitCode;

use kargo_http::BodyDecoder;
use kargo_http::BodyEvent;
use kargo_http::BodyFraming;
use kargo_http::BodyLength;
use kargo_http::HeadDecoder;
use kargo_http::HttpDate;
use kargo_http::Limits;
use kargo_http::Method;
use kargo_http::OutgoingResponse;
use kargo_http::RequestHead;
use kargo_http::Version;
use kargo_http::encode_head;
use kargo_http::encode_plain_text;
use kargo_http::router::Router;

/// 45 bytes, as wrk sends them.
const GET: &[u8] = b"GET /hello HTTP/1.1\r\nHost: localhost:8080\r\n\r\n";

/// 580 bytes and 14 headers, as a browser sends them.
const BROWSER: &[u8] = b"GET /hello HTTP/1.1\r\n\
    Host: localhost:8080\r\n\
    Connection: keep-alive\r\n\
    Cache-Control: max-age=0\r\n\
    sec-ch-ua: \"Chromium\";v=\"124\", \"Not-A.Brand\";v=\"99\"\r\n\
    sec-ch-ua-mobile: ?0\r\n\
    sec-ch-ua-platform: \"Linux\"\r\n\
    Upgrade-Insecure-Requests: 1\r\n\
    User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0\r\n\
    Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n\
    Sec-Fetch-Site: none\r\n\
    Sec-Fetch-Mode: navigate\r\n\
    Sec-Fetch-Dest: document\r\n\
    Accept-Encoding: gzip, deflate, br\r\n\
    Accept-Language: en-US,en;q=0.9,de-DE;q=0.8,de;q=0.7,fr;q=0.6,it;q=0.5\r\n\
    \r\n";

const CHUNKED: &[u8] = b"400;a=b\r\n";

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let what = arguments.next().unwrap_or_default();
    let times = arguments
        .next()
        .and_then(|text| text.parse().ok())
        .unwrap_or(1);
    match what.as_str() {
        "loop" => empty_loop(times),
        "head-get" => heads(GET, times),
        "head-browser" => heads(BROWSER, times),
        "head-large" => heads(&large(), times),
        "loop-get-bytewise" => empty_loop(times * GET.len()),
        "head-get-bytewise" => heads_bytewise(GET, times),
        "loop-browser-bytewise" => empty_loop(times * BROWSER.len()),
        "head-browser-bytewise" => heads_bytewise(BROWSER, times),
        "loop-large-bytewise" => empty_loop(times * large().len()),
        "head-large-bytewise" => heads_bytewise(&large(), times),
        "body-length" => bodies(times, BodyFraming::Length(1024), &[b'x'; 1024]),
        "body-chunked" => {
            let body = [CHUNKED, &[b'x'; 1024], b"\r\n0\r\n\r\n"].concat();
            bodies(times, BodyFraming::Chunked, &body);
        }
        "route-static" => routes(times, b"/hello"),
        "route-param" => routes(times, b"/polls/17"),
        "route-escaped" => routes(times, b"/polls/a%20b"),
        "answer-plain" => plain_answers(times),
        "answer-headers" => answers(times),
        _ => return ExitCode::FAILURE,
    }
    ExitCode::SUCCESS
}

/// 64 KB and 127 headers: near both limits.
fn large() -> Vec<u8> {
    let mut bytes = b"GET /hello HTTP/1.1\r\nHost: localhost:8080\r\n".to_vec();
    for number in 0..126 {
        bytes.extend(format!("X-Some-Header-{number:03}: {}\r\n", "v".repeat(495)).bytes());
    }
    bytes.extend_from_slice(b"\r\n");
    bytes
}

/// What the loops around a decoder cost: taken off by `measure.sh`.
fn empty_loop(times: usize) {
    let mut head = RequestHead::new();
    for end in 0..times {
        let _ = black_box(Ok::<_, kargo_http::DecodeError>(Some(
            black_box(&GET[..end & 31]).len(),
        )));
        black_box(&mut head);
    }
}

fn heads(bytes: &[u8], times: usize) {
    let limits = Limits::default();
    let mut decoder = HeadDecoder::new();
    let mut head = RequestHead::new();
    for _ in 0..times {
        let _ = black_box(decoder.decode(black_box(bytes), &limits, &mut head));
        black_box(&head);
    }
    assert_eq!(
        decoder.decode(bytes, &limits, &mut head),
        Ok(Some(bytes.len()))
    );
}

fn heads_bytewise(bytes: &[u8], times: usize) {
    let limits = Limits::default();
    let mut decoder = HeadDecoder::new();
    let mut head = RequestHead::new();
    for _ in 0..times {
        for end in 1..bytes.len() {
            let _ = black_box(decoder.decode(black_box(&bytes[..end]), &limits, &mut head));
        }
        let all = decoder.decode(black_box(bytes), &limits, &mut head);
        assert_eq!(all, Ok(Some(bytes.len())));
    }
}

fn bodies(times: usize, framing: BodyFraming, bytes: &[u8]) {
    let limits = Limits::default();
    for _ in 0..times {
        let mut decoder = BodyDecoder::new(black_box(framing), black_box(&limits));
        let mut rest = black_box(bytes);
        while let Ok(BodyEvent::Data { consumed, .. }) = decoder.decode(rest) {
            rest = &rest[consumed..];
        }
        assert!(decoder.is_done());
    }
}

fn routes(times: usize, path: &[u8]) {
    let mut router = Router::new();
    for (number, pattern) in [
        "/",
        "/hello",
        "/polls",
        "/polls/{id}",
        "/files/{path...}",
        "/login",
    ]
    .iter()
    .enumerate()
    {
        assert!(router.add(Method::Get, pattern, number).is_ok());
    }
    for _ in 0..times {
        let found = router.find(black_box(Method::Get), b"GET", black_box(path));
        assert!(black_box(found).is_ok());
    }
}

fn plain_answers(times: usize) {
    let date = HttpDate::from_unix_seconds(784_111_777);
    let mut out = Vec::with_capacity(4096);
    for _ in 0..times {
        out.clear();
        encode_plain_text(
            &mut out,
            black_box(Version::Http11),
            black_box(false),
            black_box(true),
            &date,
            black_box(b"Hello, World!"),
        );
        black_box(&out);
    }
}

fn answers(times: usize) {
    let date = HttpDate::from_unix_seconds(784_111_777);
    let mut out = Vec::with_capacity(4096);
    for _ in 0..times {
        out.clear();
        let head = OutgoingResponse {
            status: 200,
            reason: None,
            version: Version::Http11,
            echo_version: false,
            is_head: false,
            keep_alive: true,
            date: &date,
            content_type: Some(b"application/json"),
            body: BodyLength::Known(1234),
        };
        let headers: [(&[u8], &[u8]); 2] = [
            (b"Cache-Control", b"no-store"),
            (b"X-Request-Id", b"0123456789abcdef"),
        ];
        assert!(encode_head(&mut out, black_box(&head), black_box(headers)).is_ok());
        black_box(&out);
    }
}
