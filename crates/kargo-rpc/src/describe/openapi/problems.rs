//! How operations fail: what all have in common.

use std::collections::{BTreeMap, HashSet};

use super::super::json_schema::text;
use super::operation::{begin_content, end_content};
use super::{Document, PLACE};
use crate::EncodeError;
use crate::Encoder;
use crate::description::{Method, RefusalKind};
use crate::json::JsonEncoder;

type Written = Result<(), EncodeError>;

/// An answer that many operations have.
struct Shared {
    status: u16,
    name: &'static str,
    said: &'static str,
}

const fn shared(status: u16, name: &'static str, said: &'static str) -> Shared {
    Shared { status, name, said }
}

/// Those that any method may get.
const COMMON: [Shared; 8] = [
    shared(
        304,
        "NotModified",
        "The answer is the one whose ETag was sent.",
    ),
    shared(400, "BadRequest", "The request can't be read."),
    shared(404, "NotFound", "There is nothing at this path."),
    shared(406, "NotAcceptable", "Accept leaves out application/json."),
    shared(413, "ContentTooLarge", "The body is too long."),
    shared(
        415,
        "UnsupportedMediaType",
        "The body is no application/json.",
    ),
    shared(
        422,
        "UnprocessableContent",
        "An argument is missing or wrong, or the method refuses it.",
    ),
    shared(
        500,
        "InternalServerError",
        "The server failed; its log has why.",
    ),
];

/// Those of policies.
const REFUSED: [Shared; 6] = [
    shared(
        401,
        "Unauthorized",
        "There are no credentials, or wrong ones.",
    ),
    shared(403, "Forbidden", "The caller has none of the roles."),
    shared(
        409,
        "Conflict",
        "The call with this idempotency key is in progress, or was made and its answer is no longer known.",
    ),
    shared(
        429,
        "TooManyRequests",
        "There were too many calls, or too many wrong credentials.",
    ),
    shared(
        503,
        "ServiceUnavailable",
        "The server stops, or too much is in progress.",
    ),
    shared(504, "GatewayTimeout", "The call took too long."),
];

/// One of an operation's answers that are failures.
pub(super) enum Answer {
    /// One that others have too: its name.
    Shared(&'static str),
    /// What is said of one of its own.
    Own(String),
}

/// The failures of a method by status, of the common ones those that `can_happen`.
pub(super) fn answers(
    method: &Method,
    refusals: &[RefusalKind],
    can_happen: impl Fn(u16) -> bool,
) -> BTreeMap<u16, Answer> {
    let mut said: BTreeMap<u16, Vec<String>> = BTreeMap::new();
    for fault in &method.faults {
        let mut text = fault.name.clone();
        if !fault.description.is_empty() {
            text.push_str(": ");
            text.push_str(&fault.description);
        }
        said.entry(status_of(fault.code)).or_default().push(text);
    }
    let mut answers: BTreeMap<u16, Answer> = COMMON
        .iter()
        .filter(|common| can_happen(common.status))
        .map(|common| (common.status, Answer::Shared(common.name)))
        .collect();
    for refusal in refusals {
        let status = refusal.status();
        match REFUSED.iter().find(|shared| shared.status == status) {
            Some(shared) if !said.contains_key(&status) => {
                answers.insert(status, Answer::Shared(shared.name));
            }
            _ => {
                let texts = said.entry(status).or_default();
                if let Some(common) = COMMON.iter().find(|common| common.status == status)
                    && !texts.iter().any(|text| text == common.said)
                {
                    texts.push(common.said.to_owned());
                }
                texts.push(format!("{}.", refusal.message()));
            }
        }
    }
    let own = said
        .into_iter()
        .map(|(status, texts)| (status, Answer::Own(texts.join("\n"))));
    answers.extend(own);
    answers
}

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

    /// The answers that many operations have, of those of policies the ones that can come.
    pub(super) fn shared_responses(&self, out: &mut JsonEncoder<'_>) -> Written {
        let methods = self.description.methods.iter();
        let refusals: HashSet<u16> = methods
            .flat_map(|method| method.policies.refusals())
            .map(RefusalKind::status)
            .collect();
        out.key(b"responses")?;
        out.begin_object()?;
        let refused = REFUSED
            .iter()
            .filter(|shared| refusals.contains(&shared.status));
        for shared in COMMON.iter().chain(refused) {
            out.key(shared.name.as_bytes())?;
            self.problem_response(shared.said, shared.status, true, out)?;
        }
        out.end_object()
    }

    /// A failure with a body. `is_refusal`: it is only ours, so what headers we give with the status are always there.
    pub(super) fn problem_response(
        &self,
        said: &str,
        status: u16,
        is_refusal: bool,
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
                headers(status, is_refusal, out)?;
                begin_content("application/problem+json", out)?;
                out.begin_object()?;
                text("$ref", &format!("{PLACE}{}", self.problem), out)?;
                out.end_object()?;
                if matches!(status, 400 | 503) {
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

/// The headers of a refusal.
fn headers(status: u16, is_refusal: bool, out: &mut JsonEncoder<'_>) -> Written {
    let (name, said, ty) = match status {
        401 => ("WWW-Authenticate", "How to show who calls.", "string"),
        409 | 429 | 503 => ("Retry-After", "Seconds until a call may pass.", "integer"),
        _ => return Ok(()),
    };
    out.key(b"headers")?;
    out.begin_object()?;
    out.key(name.as_bytes())?;
    out.begin_object()?;
    text("description", said, out)?;
    // Whose answer is lost can't try again.
    if is_refusal && status != 409 {
        out.key(b"required")?;
        out.bool(true)?;
    }
    out.key(b"schema")?;
    out.begin_object()?;
    text("type", ty, out)?;
    out.end_object()?;
    out.end_object()?;
    out.end_object()
}
