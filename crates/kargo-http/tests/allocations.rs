//! Requests of the plain kind are decoded, routed and answered without the allocator.
#![expect(
    unsafe_code,
    reason = "a global allocator that counts is an unsafe trait"
)]

use std::alloc::GlobalAlloc;
use std::alloc::Layout;
use std::alloc::System;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;

use kargo_http::BodyDecoder;
use kargo_http::BodyLength;
use kargo_http::HeadDecoder;
use kargo_http::HttpDate;
use kargo_http::Limits;
use kargo_http::Method;
use kargo_http::OutgoingResponse;
use kargo_http::RequestHead;
use kargo_http::encode_head;
use kargo_http::router::Match;
use kargo_http::router::Router;

struct Counting;

static ALLOCATIONS: AtomicUsize = AtomicUsize::new(0);

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// SAFETY: all is left to `System`, whose promises hold here as well.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the caller's promises about `layout` are passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: `pointer` came from `System` with this layout.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[test]
fn a_request_costs_no_allocation_in_the_steady_state() {
    let bytes = b"POST /polls/17?a=b HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nHello";
    let limits = Limits::default();
    let date = HttpDate::from_unix_seconds(0);
    let mut router = Router::new();
    router.add(Method::Post, "/polls/{id}", 1).unwrap();
    let mut decoder = HeadDecoder::new();
    let mut head = RequestHead::new();
    let mut out = Vec::with_capacity(1024);

    let mut serve = || {
        out.clear();
        // In two pieces, so that resuming is part of it.
        assert_eq!(decoder.decode(&bytes[..30], &limits, &mut head), Ok(None));
        let taken = decoder.decode(bytes, &limits, &mut head).unwrap().unwrap();
        let mut body = BodyDecoder::new(head.body_framing(), &limits);
        assert!(body.decode(&bytes[taken..]).is_ok() && body.is_done());
        let found = router.find(head.method(), head.method_name(bytes), head.path(bytes));
        assert!(matches!(found, Ok(Match::Found { .. })));
        assert_eq!(head.header(bytes, "host"), Some(&b"a"[..]));
        let answer = OutgoingResponse {
            status: 200,
            reason: None,
            version: head.version(),
            echo_version: false,
            is_head: false,
            keep_alive: head.keep_alive(),
            date: &date,
            content_type: Some(b"text/plain"),
            body: BodyLength::Known(5),
        };
        let headers = [(&b"X-Name"[..], &b"value"[..])];
        let mut encoded = encode_head(&mut out, &answer, headers).unwrap();
        encoded.body.encode(&mut out, b"Hello").unwrap();
    };
    serve();
    let before = ALLOCATIONS.load(Ordering::Relaxed);
    for _ in 0..100 {
        serve();
    }
    assert_eq!(ALLOCATIONS.load(Ordering::Relaxed) - before, 0);
}
