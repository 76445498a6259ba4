//! How a request fails: `application/problem+json` (RFC 9457).

use std::borrow::Cow;

use kargo_http::reason_phrase;
use kargo_rpc::FaultCode;

use crate::rpc::failure::{Failure, Origin, write_text};
use crate::serve::current;

/// A failure as it is answered.
#[derive(Debug)]
pub(crate) struct Problem {
    pub(super) status: u16,
    /// For people.
    pub(super) detail: Option<Cow<'static, str>>,
    /// Of the fault, as the other protocols have it.
    code: Option<i32>,
    /// The argument that is wrong, and why.
    argument: Option<(String, String)>,
    /// What the fault brings along, as JSON.
    data: Option<Vec<u8>>,
    /// Headers that go with it; rarely any.
    headers: Option<Box<Lines>>,
}

/// Header lines.
#[derive(Debug)]
struct Lines(Vec<(&'static [u8], Vec<u8>)>);

/// Of a method that failed on purpose without saying how.
const FAILED_ON_PURPOSE: u16 = 422;

impl Problem {
    /// A failure that its status says all about.
    pub(crate) const fn new(status: u16) -> Self {
        Self {
            status,
            detail: None,
            code: None,
            argument: None,
            data: None,
            headers: None,
        }
    }

    pub(crate) fn with_detail(status: u16, detail: impl Into<Cow<'static, str>>) -> Self {
        Self {
            detail: Some(detail.into()),
            ..Self::new(status)
        }
    }

    /// An argument is wrong.
    pub(crate) fn of_argument(pointer: &str, reason: &str) -> Self {
        let detail = if pointer.is_empty() {
            reason.to_owned()
        } else {
            format!("{pointer}: {reason}")
        };
        Self {
            code: Some(FaultCode::InvalidParams as i32),
            argument: Some((pointer.to_owned(), reason.to_owned())),
            ..Self::with_detail(422, detail)
        }
    }

    /// A call failed.
    pub(crate) fn of(failure: &Failure) -> Self {
        match failure.origin() {
            Origin::Protocol => Self {
                code: failure.code(),
                ..Self::with_detail(500, failure.message().to_owned())
            },
            Origin::Internal => Self {
                code: failure.code(),
                ..Self::with_detail(
                    500,
                    "The server failed; its log has why, under the id that is the instance.",
                )
            },
            Origin::Argument { pointer, reason } => {
                let pointer = pointer.strip_prefix("/params").unwrap_or(pointer);
                Self::of_argument(pointer, reason)
            }
            Origin::Refused(refusal) => Self {
                code: failure.code(),
                data: failure.data().map(<[u8]>::to_vec),
                headers: Some(Box::new(Lines(refusal.headers()))),
                ..Self::with_detail(refusal.status(), failure.message().to_owned())
            },
            Origin::Application => Self {
                code: failure.code(),
                data: failure.data().map(<[u8]>::to_vec),
                ..Self::with_detail(status_of(failure.code()), failure.message().to_owned())
            },
        }
    }

    /// The headers that go with it.
    pub(super) fn headers(&self) -> &[(&'static [u8], Vec<u8>)] {
        self.headers.as_ref().map_or(&[], |lines| &lines.0)
    }

    /// Appends it as JSON.
    pub(super) fn write_to(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"{\"type\":\"about:blank\",\"title\":");
        write_text(reason_phrase(self.status), out);
        out.extend_from_slice(format!(",\"status\":{}", self.status).as_bytes());
        if let Some(detail) = &self.detail {
            out.extend_from_slice(b",\"detail\":");
            write_text(detail, out);
        }
        let number = current::with(|current| current.number);
        out.extend_from_slice(b",\"instance\":");
        write_text(&current::request_name(number), out);
        if let Some(code) = self.code {
            out.extend_from_slice(format!(",\"code\":{code}").as_bytes());
        }
        if let Some((pointer, reason)) = &self.argument {
            out.extend_from_slice(b",\"errors\":[{\"pointer\":");
            write_text(pointer, out);
            out.extend_from_slice(b",\"detail\":");
            write_text(reason, out);
            out.extend_from_slice(b"}]");
        }
        if let Some(data) = &self.data {
            out.extend_from_slice(b",\"data\":");
            out.extend_from_slice(data);
        }
        out.push(b'}');
    }
}

/// The status for the code of a fault: itself where it is one, else by what the protocols mean by it.
fn status_of(code: Option<i32>) -> u16 {
    match code {
        Some(code @ 400..=599) => u16::try_from(code).unwrap_or(FAILED_ON_PURPOSE),
        Some(-32700 | -32600) => 400,
        Some(-32601) => 404,
        Some(-32603) => 500,
        _ => FAILED_ON_PURPOSE,
    }
}
