//! What the bytes of a connection mean, as text: for vectors, fuzzing and trying things out.
//!
//! A transcript has one line per message, `request METHOD TARGET host=… version=… connection=…
//! body=…` or `response STATUS reason=… version=… connection=… body=…` (`interim STATUS …` for one
//! that others follow), the bytes escaped; then how it ends, if not between two messages:
//!
//! | line | is |
//! |---|---|
//! | `error STATUS reason`, `error reason` | a request, a response is refused |
//! | `incomplete` | more bytes are needed |
//! | `close` | the connection is not to be used any longer |
//! | `cut off` | the server has ended the connection within a response, or before it |
//! | `surplus` | the server sends what nobody asked for |
//!
//! It must not depend on how the bytes were cut.

use crate::BodyDecoder;
use crate::BodyEvent;
use crate::DecodeError;
use crate::HeadDecoder;
use crate::Limits;
use crate::Method;
use crate::RequestHead;
use crate::ResponseDecoder;
use crate::ResponseHead;
use crate::Version;

/// Who sends the bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sender {
    /// A client: they are requests.
    Client,
    /// A server: they are responses.
    Server {
        /// The methods of the requests it answers, in order.
        to: Vec<Method>,
        /// Whether it ends the connection behind the bytes.
        closes: bool,
    },
}

/// Decodes `bytes` as they would come in pieces that end at `ends`, ascending. What is behind the
/// last end never comes.
pub fn transcript(
    bytes: &[u8],
    limits: &Limits,
    sender: &Sender,
    ends: impl Iterator<Item = usize>,
) -> Vec<String> {
    let mut reader = Reader {
        side: Side::of(sender),
        body: None,
        at: 0,
        lines: Vec::new(),
    };
    for end in ends {
        let bytes = bytes.get(..end).unwrap_or(bytes);
        if reader.read(bytes, limits).is_none() {
            return reader.lines;
        }
    }
    reader.end_of_input(bytes.len(), sender);
    reader.lines
}

struct Reader {
    side: Side,
    /// The body in progress.
    body: Option<Body>,
    /// What is done with.
    at: usize,
    lines: Vec<String>,
}

struct Body {
    decoder: BodyDecoder,
    /// The line about its head.
    line: String,
    data: Vec<u8>,
    keep_alive: bool,
}

enum Side {
    Requests(HeadDecoder, RequestHead),
    Responses {
        decoder: ResponseDecoder,
        head: ResponseHead,
        /// Of the requests that were not answered yet, the next one last.
        methods: Vec<Method>,
    },
}

/// What comes before a body.
enum Before {
    More,
    Head(usize, Body),
    Interim(usize, String),
    Surplus,
}

impl Side {
    fn of(sender: &Sender) -> Self {
        match sender {
            Sender::Client => Self::Requests(HeadDecoder::new(), RequestHead::new()),
            Sender::Server { to, .. } => Self::Responses {
                decoder: ResponseDecoder::new(),
                head: ResponseHead::new(),
                methods: to.iter().rev().copied().collect(),
            },
        }
    }

    fn decode(&mut self, bytes: &[u8], limits: &Limits) -> Result<Before, DecodeError> {
        match self {
            Self::Requests(decoder, head) => {
                let Some(taken) = decoder.decode(bytes, limits, head)? else {
                    return Ok(Before::More);
                };
                let body = Body {
                    decoder: BodyDecoder::new(head.body_framing(), limits),
                    line: describe_request(head, bytes),
                    data: Vec::new(),
                    keep_alive: head.keep_alive(),
                };
                Ok(Before::Head(taken, body))
            }
            Self::Responses { .. } if bytes.is_empty() => Ok(Before::More),
            Self::Responses {
                decoder,
                head,
                methods,
            } => {
                let Some(method) = methods.last().copied() else {
                    return Ok(Before::Surplus);
                };
                let Some(taken) = decoder.decode(bytes, limits, method, head)? else {
                    return Ok(Before::More);
                };
                let line = describe_response(head, bytes);
                if head.is_interim() {
                    return Ok(Before::Interim(taken, line));
                }
                methods.pop();
                let body = Body {
                    decoder: head.body_decoder(limits),
                    line,
                    data: Vec::new(),
                    keep_alive: head.keep_alive(),
                };
                Ok(Before::Head(taken, body))
            }
        }
    }

    fn error_line(&self, error: DecodeError) -> String {
        match self {
            Self::Requests(..) => format!("error {} {error}", error.status()),
            Self::Responses { .. } => format!("error {error}"),
        }
    }
}

impl Reader {
    /// Reads all that is there; `None` if the connection is at its end.
    fn read(&mut self, bytes: &[u8], limits: &Limits) -> Option<()> {
        loop {
            let unread = bytes.get(self.at..).unwrap_or_default();
            let Some(body) = &mut self.body else {
                match self.side.decode(unread, limits) {
                    Ok(Before::More) => return Some(()),
                    Ok(Before::Head(taken, body)) => {
                        self.body = Some(body);
                        self.at += taken;
                    }
                    Ok(Before::Interim(taken, line)) => {
                        self.lines.push(line);
                        self.at += taken;
                    }
                    Ok(Before::Surplus) => return self.end("surplus".to_owned()),
                    Err(error) => return self.end(self.side.error_line(error)),
                }
                continue;
            };
            match body.decoder.decode(unread) {
                Ok(BodyEvent::Data { consumed, data }) => {
                    body.data
                        .extend_from_slice(unread.get(data).unwrap_or_default());
                    self.at += consumed;
                }
                Ok(BodyEvent::More { consumed }) => {
                    self.at += consumed;
                    return Some(());
                }
                Ok(BodyEvent::End { consumed }) => {
                    self.at += consumed;
                    self.complete()?;
                }
                Err(error) => return self.end(self.side.error_line(error)),
            }
        }
    }

    fn complete(&mut self) -> Option<()> {
        let body = self.body.take()?;
        self.lines
            .push(format!("{} body={}", body.line, body.data.escape_ascii()));
        if body.keep_alive {
            Some(())
        } else {
            self.end("close".to_owned())
        }
    }

    fn end(&mut self, line: String) -> Option<()> {
        self.lines.push(line);
        None
    }

    /// No byte comes any more.
    fn end_of_input(&mut self, length: usize, sender: &Sender) {
        let is_closed = matches!(sender, Sender::Server { closes: true, .. });
        let ends_body = |body: &Body| body.decoder.ends_with_connection();
        if is_closed && self.body.as_ref().is_some_and(ends_body) {
            self.complete();
            return;
        }
        let is_unanswered = match &self.side {
            Side::Requests(..) => false,
            Side::Responses { methods, .. } => !methods.is_empty(),
        };
        let is_within = self.body.is_some() || self.at < length;
        if is_closed && (is_within || is_unanswered) {
            self.lines.push("cut off".to_owned());
        } else if is_within {
            self.lines.push("incomplete".to_owned());
        }
    }
}

const fn version_text(version: Version) -> &'static str {
    match version {
        Version::Http10 => "1.0",
        Version::Http11 => "1.1",
    }
}

const fn connection_text(keep_alive: bool) -> &'static str {
    if keep_alive { "keep-alive" } else { "close" }
}

fn optional(bytes: Option<&[u8]>) -> String {
    bytes.map_or("-".to_owned(), |bytes| bytes.escape_ascii().to_string())
}

fn with_headers<'b>(
    mut line: String,
    headers: impl Iterator<Item = (&'b [u8], &'b [u8])>,
) -> String {
    for (name, value) in headers {
        line.push_str(&format!(
            " {}:{}",
            name.escape_ascii(),
            value.escape_ascii()
        ));
    }
    line.replace('\r', "\\r").replace('\n', "\\n")
}

fn describe_request(head: &RequestHead, bytes: &[u8]) -> String {
    let line = format!(
        "request {} {} path={} query={} host={} version={} connection={} expect={} upgrade={}",
        head.method_name(bytes).escape_ascii(),
        head.target(bytes).escape_ascii(),
        head.path(bytes).escape_ascii(),
        optional(head.query(bytes)),
        optional(head.host(bytes)),
        version_text(head.version()),
        connection_text(head.keep_alive()),
        if head.expects_continue() {
            "continue"
        } else {
            "-"
        },
        if head.wants_upgrade() { "yes" } else { "-" },
    );
    with_headers(line, head.headers(bytes))
}

fn describe_response(head: &ResponseHead, bytes: &[u8]) -> String {
    let line = format!(
        "{} {} reason={} version={} connection={} tunnel={}",
        if head.is_interim() {
            "interim"
        } else {
            "response"
        },
        head.status(),
        head.reason(bytes).escape_ascii(),
        version_text(head.version()),
        connection_text(head.keep_alive()),
        if head.is_tunnel() { "yes" } else { "-" },
    );
    with_headers(line, head.headers(bytes))
}
