//! How operations fail: what all have in common.

use super::super::json_schema::text;
use super::operation::{begin_content, end_content};
use super::{Document, PLACE};
use crate::EncodeError;
use crate::Encoder;
use crate::json::JsonEncoder;

type Written = Result<(), EncodeError>;

/// Answers that any method may get, and their names.
pub(super) const COMMON: [(u16, &str); 8] = [
    (304, "NotModified"),
    (400, "BadRequest"),
    (404, "NotFound"),
    (406, "NotAcceptable"),
    (413, "ContentTooLarge"),
    (415, "UnsupportedMediaType"),
    (422, "UnprocessableContent"),
    (500, "InternalServerError"),
];

/// The status of a fault with this code.
pub(super) fn status_of(code: Option<i32>) -> u16 {
    match code {
        Some(code @ 400..=599) => u16::try_from(code).unwrap_or(422),
        Some(-32700 | -32600) => 400,
        Some(-32601) => 404,
        Some(-32603) => 500,
        _ => 422,
    }
}

/// The entity tag of an answer.
pub(super) fn etag(out: &mut JsonEncoder<'_>) -> Written {
    out.key(b"headers")?;
    out.begin_object()?;
    out.key(b"ETag")?;
    out.raw(br#"{"description":"Changes when the answer does; for If-None-Match.","schema":{"type":"string"}}"#);
    out.end_object()
}

impl Document<'_> {
    /// The schema of RFC 9457, with what is ours.
    pub(super) fn problem_schema(&self, out: &mut JsonEncoder<'_>) -> Written {
        out.key(self.problem.as_bytes())?;
        out.raw(
            concat!(
                r#"{"description":"How a request failed (RFC 9457).","type":"object","properties":{"#,
                r#""type":{"type":"string"},"title":{"type":"string"},"status":{"type":"integer"},"#,
                r#""detail":{"type":"string"},"#,
                r#""instance":{"type":"string","description":"The request in the server's log."},"#,
                r#""code":{"type":"integer","description":"The fault's, as other protocols have it."},"#,
                r#""errors":{"type":"array","items":{"type":"object","properties":{"#,
                r#""pointer":{"type":"string","description":"JSON pointer to the argument."},"#,
                r#""detail":{"type":"string"}},"required":["pointer","detail"]}},"#,
                r#""data":{"description":"What the fault brings along."}},"#,
                r#""required":["type","title","status","instance"]}"#
            )
            .as_bytes(),
        );
        Ok(())
    }

    pub(super) fn common_responses(&self, out: &mut JsonEncoder<'_>) -> Written {
        out.key(b"responses")?;
        out.begin_object()?;
        for (status, name) in COMMON {
            let said = match status {
                304 => "The answer is the one whose ETag was sent.",
                400 => "The request can't be read.",
                404 => "There is nothing at this path.",
                406 => "Accept leaves out application/json.",
                413 => "The body is too long.",
                415 => "The body is no application/json.",
                422 => "An argument is missing or wrong, or the method refuses it.",
                _ => "The server failed; its log has why.",
            };
            out.key(name.as_bytes())?;
            self.problem_response(said, status, out)?;
        }
        out.end_object()
    }

    /// A failure with a body.
    pub(super) fn problem_response(
        &self,
        said: &str,
        status: u16,
        out: &mut JsonEncoder<'_>,
    ) -> Written {
        out.begin_object()?;
        text("description", said, out)?;
        match status {
            304 => etag(out)?,
            // What the server refuses before it knows the path.
            413 => {
                begin_content("text/plain", out)?;
                out.raw(br#"{"type":"string"}"#);
                end_content(out)?;
            }
            _ => {
                begin_content("application/problem+json", out)?;
                out.begin_object()?;
                text("$ref", &format!("{PLACE}{}", self.problem), out)?;
                out.end_object()?;
                if status == 400 {
                    out.end_object()?;
                    out.key(b"text/plain")?;
                    out.begin_object()?;
                    out.key(b"schema")?;
                    out.raw(br#"{"type":"string"}"#);
                }
                end_content(out)?;
            }
        }
        out.end_object()
    }
}
