use super::*;

fn exchange(change: impl FnOnce(&mut ClientRequest<'static>)) -> Exchange {
    let mut request = ClientRequest::new(b"GET", b"/", b"test");
    change(&mut request);
    Exchange::new(&request, &Limits::default()).unwrap()
}

/// Feeds bytes that come up to these ends, as a stream's input holds them.
fn feed_all(exchange: &mut Exchange, bytes: &[u8], ends: &[usize]) -> (usize, bool) {
    let mut consumed = 0;
    for &end in ends {
        let fed = exchange.feed(&bytes[consumed..end], 1000).unwrap();
        consumed += fed.consumed;
        if fed.is_complete {
            return (consumed, true);
        }
    }
    (consumed, false)
}

const CHUNKED: &[u8] = b"HTTP/1.1 103 Early\r\n\r\nHTTP/1.1 200 OK\r\nX: y\r\n\
    Transfer-Encoding: chunked\r\n\r\n5\r\nHello\r\n0\r\n\r\n";

#[test]
fn a_response_is_the_same_however_it_is_cut() {
    for cut in 0..=CHUNKED.len() {
        let mut exchange = exchange(|_| {});
        let fed = feed_all(&mut exchange, CHUNKED, &[cut, CHUNKED.len()]);
        assert_eq!(fed, (CHUNKED.len(), true), "cut at {cut}");
        assert!(!exchange.is_switched() && exchange.has_begun());
        let response = exchange.into_response();
        assert_eq!((response.status(), response.body()), (200, &b"Hello"[..]));
        assert_eq!(response.header("X"), Some(&b"y"[..]));
    }
}

#[test]
fn what_follows_a_response_is_not_consumed() {
    let bytes = [CHUNKED, b"surplus"].concat();
    let mut exchange = exchange(|_| {});
    let fed = exchange.feed(&bytes, 1000).unwrap();
    assert!(fed.is_complete && fed.has_head && fed.is_final_head && fed.has_body);
    assert_eq!(fed.consumed, CHUNKED.len());
}

#[test]
fn a_streamed_body_fills_its_window_and_no_more() {
    let head = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n";
    let bytes = [&head[..], b"0123456789"].concat();
    let mut exchange = exchange(|request| request.is_streamed = true);
    let fed = exchange.feed(&bytes, 4).unwrap();
    assert_eq!((fed.consumed, fed.is_complete), (head.len() + 4, false));
    assert!(exchange.is_full(4));
    let rest = &bytes[fed.consumed..];
    assert_eq!(exchange.feed(rest, 4).unwrap(), Fed::default());
    assert_eq!(exchange.take_body(), b"0123");
    let fed = exchange.feed(rest, 4).unwrap();
    assert_eq!((fed.consumed, fed.is_complete), (4, false));
    assert_eq!(exchange.take_body(), b"4567");
    let fed = exchange.feed(&rest[4..], 4).unwrap();
    assert_eq!((fed.consumed, fed.is_complete), (2, true));
}

#[test]
fn a_body_that_fills_its_window_exactly_is_complete() {
    let bytes = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n0123";
    let mut exchange = exchange(|request| request.is_streamed = true);
    assert!(exchange.feed(bytes, 4).unwrap().is_complete);
}

#[test]
fn what_is_harmless_is_repeated_once_and_before_anything_came() {
    let mut get = exchange(|_| {});
    get.given = 5;
    assert!(get.may_repeat());
    get.rewind();
    assert!(get.given == 0 && !get.may_repeat());

    let mut begun = exchange(|_| {});
    begun.feed(b"HTTP", 1000).unwrap();
    assert!(begun.has_begun() && !begun.may_repeat());
    assert!(!exchange(|request| request.method = b"POST").may_repeat());
    let in_pieces = exchange(|request| {
        request.method = b"PUT";
        request.body = RequestBody::Streamed(None);
    });
    assert!(!in_pieces.may_repeat());
}

#[test]
fn what_may_be_repeated_is_kept() {
    let mut get = exchange(|_| {});
    let length = get.ungiven().len();
    get.given = length;
    assert!(get.is_given());
    get.forget_given();
    get.rewind();
    assert_eq!(get.ungiven().len(), length);

    let mut post = exchange(|request| request.method = b"POST");
    post.given = post.ungiven().len();
    post.forget_given();
    assert!(post.is_given() && post.message.is_empty());
}

#[test]
fn only_a_body_that_ends_with_the_connection_is_completed_by_its_end() {
    for (bytes, is_completed) in [
        (&b""[..], false),
        (b"HTTP/1.1 200 OK\r\n", false),
        (b"HTTP/1.1 200 OK\r\n\r\n", true),
        (b"HTTP/1.1 200 OK\r\n\r\nbody", true),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nbody", false),
    ] {
        let mut exchange = exchange(|_| {});
        exchange.feed(bytes, 1000).unwrap();
        assert_eq!(exchange.is_completed_by_end(), is_completed);
    }
}
