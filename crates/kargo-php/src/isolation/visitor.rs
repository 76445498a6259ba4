//! What the visitor of a request sent, to be recognised where it should not be.

use std::collections::HashSet;

use kargo_http::{HeadDecoder, Limits, RequestHead, cookie, query};
use kargo_net::RequestRef;

use crate::engine::value::array_iter;
use crate::engine::{Global, Kind, Owned, Zv};

/// Bytes of a request that are kept for this.
const KEPT: usize = 128 << 10;
/// Shorter texts are found everywhere.
const SHORTEST: usize = 3;
const LONGEST: usize = 4096;
/// Smaller numbers are found everywhere.
const SMALLEST: i64 = 1000;
const MOST: usize = 10_000;

/// The bytes of the request that is being handled, and its session.
#[derive(Debug, Default)]
pub(super) struct Visitor {
    bytes: Vec<u8>,
    body: usize,
    pub(super) session: Option<Owned>,
}

/// What a visitor sent.
#[derive(Debug, Default)]
struct Sent {
    texts: HashSet<Vec<u8>>,
    numbers: HashSet<i64>,
}

/// While values are searched for it.
static SENT: Global<Sent> = Global::new();

impl Visitor {
    pub(super) fn remember(&mut self, request: &RequestRef<'_>) {
        let (bytes, body) = (request.bytes(), request.body());
        let start = body.as_ptr().addr().wrapping_sub(bytes.as_ptr().addr());
        let head = if body.is_empty() || start > bytes.len() {
            bytes
        } else {
            &bytes[..start]
        };
        self.bytes.clear();
        self.bytes.extend_from_slice(&head[..head.len().min(KEPT)]);
        self.body = self.bytes.len();
        let room = KEPT - self.body;
        self.bytes.extend_from_slice(&body[..body.len().min(room)]);
        for (name, value) in request.upload().iter().flat_map(|it| it.fields()) {
            for text in [name, value] {
                let room = (KEPT - self.bytes.len()).saturating_sub(1);
                self.bytes.extend_from_slice(&text[..text.len().min(room)]);
                if room != 0 {
                    self.bytes.push(b'\n');
                }
            }
        }
    }

    /// Forgets it; gives the session, which is to be dropped when nothing is borrowed.
    #[must_use]
    pub(super) fn forget(&mut self) -> Option<Owned> {
        self.bytes.clear();
        self.body = 0;
        self.session.take()
    }

    /// Makes what the visitor sent known to the search.
    pub(super) fn publish(&mut self) {
        let mut sent = Sent::default();
        let mut head = RequestHead::new();
        let (head_bytes, body) = self.bytes.split_at(self.body);
        let decoded = HeadDecoder::new().decode(head_bytes, &Limits::default(), &mut head);
        if matches!(decoded, Ok(Some(_))) {
            sent.read_head(&head, head_bytes);
            sent.read_body(body);
        }
        if let Some(session) = &mut self.session {
            sent.read_value(session.zv(), 0);
        }
        SENT.replace(Some(sent));
    }
}

/// Nothing is searched for any more.
pub(super) fn unpublish() {
    SENT.replace(None);
}

impl Sent {
    fn add(&mut self, text: &[u8]) {
        if !(SHORTEST..=LONGEST).contains(&text.len()) || self.texts.len() >= MOST {
            return;
        }
        if text.len() <= 18
            && let Ok(number) = String::from_utf8_lossy(text).parse::<i64>()
        {
            self.add_number(number);
        }
        self.texts.insert(text.to_vec());
    }

    fn add_number(&mut self, number: i64) {
        if !(-SMALLEST..SMALLEST).contains(&number) && self.numbers.len() < MOST {
            self.numbers.insert(number);
        }
    }

    fn read_head(&mut self, head: &RequestHead, bytes: &[u8]) {
        if let Some(text) = head.query(bytes) {
            self.read_pairs(text);
        }
        for header in head.header_values(bytes, "cookie") {
            for cookie in cookie::cookies(header) {
                self.add(&cookie.decoded_value());
            }
        }
        for name in ["authorization", "x-api-key"] {
            for value in head.header_values(bytes, name) {
                self.add(value);
                for part in value.split(|byte| *byte == b' ').skip(1) {
                    self.add(part);
                }
            }
        }
    }

    fn read_pairs(&mut self, text: &[u8]) {
        for pair in query::pairs(text) {
            self.add(&pair.value());
        }
    }

    /// Forms, and the strings of JSON, XML and multipart bodies, as far as they are written as they are.
    fn read_body(&mut self, body: &[u8]) {
        self.read_pairs(body);
        let ends = |byte: &u8| matches!(byte, b'"' | b'\r' | b'\n' | b'<' | b'>' | b',' | b':');
        for text in body.split(ends) {
            self.add(text.trim_ascii());
        }
    }

    fn read_value(&mut self, value: Zv, depth: u32) {
        let value = value.dereferenced();
        match value.kind() {
            Kind::String => self.add(value.bytes().unwrap_or_default()),
            Kind::Int => self.add_number(value.int().unwrap_or_default()),
            Kind::Array if depth < 16 => {
                if let Some(array) = value.array() {
                    for (_, element) in array_iter(array).take(MOST) {
                        self.read_value(element, depth + 1);
                    }
                }
            }
            _ => {}
        }
    }
}

/// Whether the visitor of the request that is looked at sent this very text.
#[unsafe(no_mangle)]
extern "C" fn kargo_isolation_is_of_visitor(bytes: *const std::ffi::c_char, length: usize) -> bool {
    // SAFETY: the engine gives `length` bytes.
    let text = unsafe { std::slice::from_raw_parts(bytes.cast::<u8>(), length) };
    SENT.with_or(Sent::default, |sent| sent.texts.contains(text))
}

/// The same for a number.
#[unsafe(no_mangle)]
extern "C" fn kargo_isolation_is_number_of_visitor(number: i64) -> bool {
    SENT.with_or(Sent::default, |sent| sent.numbers.contains(&number))
}
