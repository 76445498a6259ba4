//! The XML that `Zend_Rest_Server` answered with, for clients that were written for it.
//!
//! ```text
//! <poll generator="kargo" version="1.0"><vote><response>1</response><status>success</status></vote></poll>
//! ```
//!
//! Members of an object are elements of their names, items of a list `key_0`, `key_1` …; true is 1, false is 0, null
//! is empty.

use core::convert::Infallible;
use core::fmt::Write;

use crate::Builder;
use crate::DateTime;
use crate::DecodeError;
use crate::Limits;
use crate::json;
use crate::json::JsonScratch;
use crate::xml::write_text_lossy;

/// Which method an answer is of: `poll.vote` is in an element `vote` in an element `poll`.
#[derive(Clone, Copy, Debug)]
pub struct ZendResponse<'a> {
    namespace: Option<&'a [u8]>,
    method: &'a [u8],
}

/// What was to be answered is no JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotJson;

impl<'a> ZendResponse<'a> {
    /// For the method of this name.
    #[must_use]
    pub fn of(method: &'a [u8]) -> Self {
        match method.iter().rposition(|byte| *byte == b'.') {
            Some(at) => Self {
                namespace: method.get(..at),
                method: method.get(at + 1..).unwrap_or_default(),
            },
            None => Self {
                namespace: None,
                method,
            },
        }
    }

    /// Appends the answer that has `result`, a text of JSON.
    ///
    /// # Errors
    ///
    /// The result is no JSON; a part of the answer may have been written.
    pub fn result(self, result: &[u8], out: &mut Vec<u8>) -> Result<(), NotJson> {
        self.begin(out);
        let is_scalar = !matches!(result.first(), Some(b'{' | b'['));
        let mut elements = Elements {
            out,
            open: Vec::new(),
            key: Vec::new(),
            has_status: false,
        };
        if is_scalar {
            elements.key.extend_from_slice(b"response");
        }
        let mut scratch = JsonScratch::new();
        match json::decode(result, &Limits::default(), &mut scratch, &mut elements) {
            Ok(()) => {}
            Err(DecodeError::Body(_)) => return Err(NotJson),
            Err(DecodeError::Builder(never)) => match never {},
        }
        if !elements.has_status {
            out.extend_from_slice(b"<status>success</status>");
        }
        self.end(out);
        Ok(())
    }

    /// Appends the answer that says why it failed.
    pub fn failure(self, message: &str, out: &mut Vec<u8>) {
        self.begin(out);
        out.extend_from_slice(b"<response><message>");
        write_text_lossy(out, message.as_bytes());
        out.extend_from_slice(b"</message></response><status>failed</status>");
        self.end(out);
    }

    fn begin(self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<");
        write_name(self.namespace.unwrap_or(self.method), out);
        out.extend_from_slice(b" generator=\"kargo\" version=\"1.0\">");
        if self.namespace.is_some() {
            out.push(b'<');
            write_name(self.method, out);
            out.push(b'>');
        }
    }

    fn end(self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"</");
        write_name(self.method, out);
        out.push(b'>');
        if let Some(namespace) = self.namespace {
            out.extend_from_slice(b"</");
            write_name(namespace, out);
            out.push(b'>');
        }
        out.push(b'\n');
    }
}

/// Appends a name as XML can have it: what it can't have becomes `_`, and `key_` comes before what can't be first.
fn write_name(name: &[u8], out: &mut Vec<u8>) {
    let is_first = |byte: u8| byte.is_ascii_alphabetic() || byte == b'_';
    if !name.first().is_some_and(|byte| is_first(*byte)) {
        out.extend_from_slice(b"key_");
    }
    out.extend(name.iter().map(|byte| {
        if byte.is_ascii_alphanumeric() || b"_-.".contains(byte) {
            *byte
        } else {
            b'_'
        }
    }));
}

/// Writes elements as values come.
struct Elements<'a> {
    out: &'a mut Vec<u8>,
    /// The containers that are open: the name of its element, and of a list how many items there were.
    open: Vec<(Vec<u8>, Option<usize>)>,
    /// The name of the next element.
    key: Vec<u8>,
    /// Whether the outermost object has a member of this name.
    has_status: bool,
}

impl Elements<'_> {
    /// The name of the element that begins now; empty for the outermost container, which is in no element of its own.
    fn next_name(&mut self) -> Vec<u8> {
        match self.open.last_mut() {
            Some((_, Some(count))) => {
                let name = format!("key_{count}").into_bytes();
                *count += 1;
                name
            }
            _ => core::mem::take(&mut self.key),
        }
    }

    fn scalar(&mut self, text: &[u8]) -> Result<(), Infallible> {
        let name = self.next_name();
        self.tag(b"<", &name);
        write_text_lossy(self.out, text);
        self.tag(b"</", &name);
        Ok(())
    }

    fn tag(&mut self, start: &[u8], name: &[u8]) {
        self.out.extend_from_slice(start);
        write_name(name, self.out);
        self.out.push(b'>');
    }

    fn begin(&mut self, count: Option<usize>) -> Result<(), Infallible> {
        let name = self.next_name();
        if !self.open.is_empty() {
            self.tag(b"<", &name);
        }
        self.open.push((name, count));
        Ok(())
    }

    fn end(&mut self) -> Result<(), Infallible> {
        if let Some((name, _)) = self.open.pop()
            && !self.open.is_empty()
        {
            self.tag(b"</", &name);
        }
        Ok(())
    }
}

impl Builder for Elements<'_> {
    type Error = Infallible;

    fn null(&mut self) -> Result<(), Infallible> {
        self.scalar(b"")
    }

    fn bool(&mut self, value: bool) -> Result<(), Infallible> {
        self.scalar(if value { b"1" } else { b"0" })
    }

    fn int(&mut self, value: i64) -> Result<(), Infallible> {
        self.scalar(itoa::Buffer::new().format(value).as_bytes())
    }

    fn float(&mut self, value: f64) -> Result<(), Infallible> {
        let mut text = String::new();
        // A String takes everything.
        let _always = write!(text, "{value}");
        self.scalar(text.as_bytes())
    }

    fn string(&mut self, utf8: &[u8]) -> Result<(), Infallible> {
        self.scalar(utf8)
    }

    fn binary(&mut self, _bytes: &[u8]) -> Result<(), Infallible> {
        Ok(())
    }

    fn date_time(&mut self, _value: &DateTime) -> Result<(), Infallible> {
        Ok(())
    }

    fn begin_array(&mut self) -> Result<(), Infallible> {
        self.begin(Some(0))
    }

    fn end_array(&mut self, _len: usize) -> Result<(), Infallible> {
        self.end()
    }

    fn begin_object(&mut self) -> Result<(), Infallible> {
        self.begin(None)
    }

    fn key(&mut self, utf8: &[u8]) -> Result<(), Infallible> {
        self.has_status |= self.open.len() == 1 && utf8 == b"status";
        self.key.clear();
        self.key.extend_from_slice(utf8);
        Ok(())
    }

    fn end_object(&mut self, _len: usize) -> Result<(), Infallible> {
        self.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn result(method: &str, json: &str) -> String {
        let mut out = Vec::new();
        ZendResponse::of(method.as_bytes())
            .result(json.as_bytes(), &mut out)
            .unwrap();
        let text = String::from_utf8(out).unwrap();
        let start = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
        text.strip_prefix(start).unwrap().trim_end().to_owned()
    }

    #[test]
    fn scalars_are_a_response() {
        for (json, expected) in [
            ("1", "1"),
            ("-1.5", "-1.5"),
            ("true", "1"),
            ("false", "0"),
            ("null", ""),
            (r#""a<b>&\u0000""#, "a&lt;b&gt;&amp;\u{fffd}"),
        ] {
            assert_eq!(
                result("add", json),
                format!(
                    "<add generator=\"kargo\" version=\"1.0\"><response>{expected}</response>\
                     <status>success</status></add>"
                )
            );
        }
    }

    #[test]
    fn members_and_items_are_elements() {
        let root = |inside: &str| {
            format!("<poll generator=\"kargo\" version=\"1.0\"><show>{inside}</show></poll>")
        };
        for (json, expected) in [
            ("{}", "<status>success</status>"),
            ("[]", "<status>success</status>"),
            (
                r#"["a",[1,{"b":2}],[]]"#,
                "<key_0>a</key_0><key_1><key_0>1</key_0><key_1><b>2</b></key_1></key_1><key_2></key_2>\
                 <status>success</status>",
            ),
            (
                r#"{"a b":1,"7":{"x":{}},"é":null,"":0}"#,
                "<a_b>1</a_b><key_7><x></x></key_7><key___></key___><key_>0</key_><status>success</status>",
            ),
            (r#"{"status":"odd"}"#, "<status>odd</status>"),
            (
                r#"{"a":{"status":1}}"#,
                "<a><status>1</status></a><status>success</status>",
            ),
        ] {
            assert_eq!(result("poll.show", json), root(expected), "{json}");
        }
    }

    #[test]
    fn names_are_those_of_elements_whatever_the_method_is_called() {
        assert_eq!(
            result("a.b:c.1d", "1"),
            "<a.b_c generator=\"kargo\" version=\"1.0\"><key_1d><response>1</response>\
             <status>success</status></key_1d></a.b_c>"
        );
    }

    #[test]
    fn failures_have_a_message() {
        let mut out = Vec::new();
        ZendResponse::of(b"x").failure("no <b>", &mut out);
        assert!(String::from_utf8(out).unwrap().ends_with(
            "<x generator=\"kargo\" version=\"1.0\"><response><message>no &lt;b&gt;</message></response>\
             <status>failed</status></x>\n"
        ));
        assert_eq!(
            ZendResponse::of(b"x").result(b"{", &mut Vec::new()),
            Err(NotJson)
        );
    }
}
