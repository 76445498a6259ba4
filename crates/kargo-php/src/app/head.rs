//! Status and headers of a classic answer. What frames the message is the server's, whatever the application set.

use std::ffi::c_char;

use kargo_http::check_header;
use kargo_net::{Answer, AnswerError};

use crate::app::output::c_text;
use crate::engine::ffi;
use crate::log::Level;
use crate::serve::current;

/// What is known of the body.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Body {
    /// All of it.
    Whole {
        /// The answer is named, so that it can be found in the log.
        has_failed: bool,
        is_head: bool,
        is_empty: bool,
    },
    /// It comes in pieces.
    Streamed,
}

type Line<'a> = (&'a [u8], &'a [u8]);

/// Gives `send` the head as the application set it; once more without the lines that HTTP does not allow, if there are any.
pub(crate) fn with_answer(
    body: Body,
    mut send: impl FnMut(&Answer<'_>) -> Result<(), AnswerError>,
) -> Result<(), AnswerError> {
    let name = match body {
        Body::Whole {
            has_failed: true, ..
        } => current::request_name(current::with(|current| current.number)),
        _ => String::new(),
    };
    let mut head = Head::read(body);
    if !name.is_empty() {
        head.lines.push((b"X-Request-Id", name.as_bytes()));
    }
    let result = send(&head.answer());
    if !matches!(result, Err(AnswerError::Encode(_))) {
        return result;
    }
    head.leave_out_what_is_not_allowed();
    send(&head.answer())
}

/// What a header line `Status: 404 Not Found` says, as CGI scripts have it.
pub(crate) fn cgi_status(value: &[u8]) -> Option<u16> {
    let code = value.split(|byte| *byte == b' ').next()?;
    std::str::from_utf8(code).ok()?.parse().ok()
}

/// What an error page keeps of the headers that the application has set: cookies, a session's new id above all, and who may
/// keep the answer.
const KEPT: [&[u8]; 5] = [
    b"set-cookie",
    b"cache-control",
    b"expires",
    b"pragma",
    b"vary",
];

/// Gives `send` the lines that an error page keeps.
pub(crate) fn with_kept(send: impl FnOnce(&[Line<'_>])) {
    let mut lines = Vec::new();
    for text in &given() {
        let line = text_of(text);
        let Some(colon) = line.iter().position(|byte| *byte == b':') else {
            continue;
        };
        let (name, value) = (&line[..colon], line[colon + 1..].trim_ascii());
        if KEPT.iter().any(|kept| name.eq_ignore_ascii_case(kept))
            && check_header(name, value).is_ok()
        {
            lines.push((name, value));
        }
    }
    send(&lines);
}

/// The header lines that the engine has collected; they stay there until the request ends.
fn given() -> Vec<ffi::kg_text> {
    // SAFETY: reads state of the engine's; as many headers are written as were counted.
    unsafe {
        let count = ffi::kg_app_header_count();
        let mut given: Vec<ffi::kg_text> = Vec::with_capacity(count as usize);
        ffi::kg_app_headers(given.as_mut_ptr());
        given.set_len(count as usize);
        given
    }
}

struct Head<'a> {
    status: u16,
    reason: Option<&'a [u8]>,
    lines: Vec<Line<'a>>,
}

impl<'a> Head<'a> {
    /// Reads what the engine has collected; it stays there until the request ends.
    fn read(body: Body) -> Self {
        // SAFETY: reads one number.
        let (status, given) = unsafe { (ffi::kg_app_status(), given()) };
        let mut head = Self {
            status: u16::try_from(status).unwrap_or(0),
            reason: reason(),
            lines: Vec::with_capacity(given.len()),
        };
        for text in &given {
            head.add(text_of(text), body);
        }
        if head.status == 304 {
            head.lines
                .retain(|(name, _)| !name.eq_ignore_ascii_case(b"content-type"));
        }
        if !(200..=599).contains(&head.status) {
            current::report(
                Level::Error,
                "the application answered with a status that is none",
                &[("status", &status.to_string())],
            );
            head.status = 500;
            head.reason = None;
        }
        head
    }

    /// Adds a header line, unless it is the server's to say.
    fn add(&mut self, line: &'static [u8], body: Body) {
        let Some(colon) = line.iter().position(|byte| *byte == b':') else {
            return;
        };
        let (name, value) = (&line[..colon], line[colon + 1..].trim_ascii());
        if name.eq_ignore_ascii_case(b"status") {
            self.status = cgi_status(value).unwrap_or(self.status);
            return;
        }
        if name.eq_ignore_ascii_case(b"content-length") && !may_say_length(value, body) {
            return;
        }
        self.lines.push((name, value));
    }

    fn answer(&self) -> Answer<'_> {
        Answer {
            reason: self.reason,
            ..Answer::new(self.status).headers(&self.lines)
        }
    }

    fn leave_out_what_is_not_allowed(&mut self) {
        self.reason = None;
        let mut has_length = false;
        self.lines.retain(|(name, value)| {
            let is_length = name.eq_ignore_ascii_case(b"content-length");
            let is_allowed = check_header(name, value).is_ok() && !(is_length && has_length);
            has_length |= is_length;
            if !is_allowed {
                current::report(
                    Level::Warning,
                    "a header of the application is left out, since HTTP does not allow it",
                    &[("name", &String::from_utf8_lossy(name))],
                );
            }
            is_allowed
        });
    }
}

/// The application's Content-Length says something only where the server does not know the body.
fn may_say_length(value: &[u8], body: Body) -> bool {
    let is_number = !value.is_empty() && value.len() < 19 && value.iter().all(u8::is_ascii_digit);
    is_number
        && match body {
            Body::Streamed => true,
            Body::Whole {
                is_head, is_empty, ..
            } => is_head && is_empty,
        }
}

fn text_of(text: &ffi::kg_text) -> &'static [u8] {
    // SAFETY: a header of the engine's list, which lives until the request ends; nobody keeps this longer.
    unsafe { std::slice::from_raw_parts(text.text.cast::<u8>(), text.length) }
}

/// The reason phrase of `header('HTTP/1.1 404 Gone fishing')`.
fn reason() -> Option<&'static [u8]> {
    // SAFETY: a string of the engine's, or NULL.
    let line: *const c_char = unsafe { ffi::kg_app_status_line() };
    let mut parts = c_text(line).splitn(3, |byte| *byte == b' ');
    let reason = parts.nth(2)?;
    (!reason.is_empty()).then_some(reason)
}
