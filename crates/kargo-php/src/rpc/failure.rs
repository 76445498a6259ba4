//! How a call failed, as it is sent.

use std::borrow::Cow;

use kargo_net::Answer;
use kargo_rpc::description::RefusalKind;
use kargo_rpc::{Fault, FaultCode, soap};

use crate::classes::exceptions::{int_property, message_of, read_property};
use crate::engine::callable::take_exception;
use crate::engine::value::class_of;
use crate::engine::{Kind, ffi};
use crate::log::Level;
use crate::rpc::json;
use crate::serve::current;

/// A fault that owns its text.
#[derive(Debug)]
pub(crate) struct Failure {
    code: Code,
    message: Cow<'static, str>,
    /// For people who read the text only: what JSON-RPC has in `data`.
    detail: Option<Box<str>>,
    /// As JSON.
    data: Option<Vec<u8>>,
    origin: Origin,
    /// The class of what was thrown; null if it was nothing that may be told.
    class: *mut ffi::zend_class_entry,
}

/// How HTTP says that a call was refused, or ended, by a policy.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) kind: RefusalKind,
    /// Seconds, for a `Retry-After` header.
    pub(crate) retry_after: Option<u64>,
    /// Values of `WWW-Authenticate` headers.
    pub(crate) challenges: Vec<String>,
}

impl Refusal {
    /// Whether HTTP itself asks for it, whatever the protocol: for credentials.
    pub(crate) fn is_challenge(&self) -> bool {
        self.kind == RefusalKind::Unauthenticated
    }

    /// HTTP's status for it, where all answers have not the same.
    pub(crate) const fn status(&self) -> u16 {
        self.kind.status()
    }

    /// The headers that go with it.
    pub(crate) fn headers(&self) -> Vec<(&'static [u8], Vec<u8>)> {
        let mut headers: Vec<(&[u8], Vec<u8>)> = Vec::new();
        if let Some(seconds) = self.retry_after {
            headers.push((b"Retry-After", seconds.to_string().into_bytes()));
        }
        for challenge in &self.challenges {
            headers.push((b"WWW-Authenticate", challenge.clone().into_bytes()));
        }
        headers
    }

    /// The head of an answer with it, of this status; `lend` gets it.
    pub(crate) fn lend_head<R>(&self, status: u16, lend: impl FnOnce(&Answer<'_>) -> R) -> R {
        let headers = self.headers();
        let headers: Vec<(&[u8], &[u8])> = headers
            .iter()
            .map(|(name, value)| (*name, value.as_slice()))
            .collect();
        lend(&Answer::new(status).headers(&headers))
    }
}

/// Why a call failed.
#[derive(Debug)]
pub(crate) enum Origin {
    /// As the code says.
    Protocol,
    /// The method failed, and nothing of it is told.
    Internal,
    /// An argument doesn't fit.
    Argument { pointer: Box<str>, reason: Box<str> },
    /// The method failed on purpose.
    Application,
    /// A policy refused the call, or ended it.
    Refused(Box<Refusal>),
}

#[derive(Clone, Copy, Debug)]
enum Code {
    Is(i32),
    /// An exception without a code: each protocol has its own for it.
    Application,
}

impl Failure {
    /// A failure the protocols have a code for.
    pub(crate) fn standard(code: FaultCode) -> Self {
        Self {
            code: Code::Is(code as i32),
            message: code.message().into(),
            detail: None,
            data: None,
            origin: Origin::Protocol,
            class: std::ptr::null_mut(),
        }
    }

    pub(crate) fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The code; `None` for an exception without one.
    pub(crate) fn code(&self) -> Option<i32> {
        match self.code {
            Code::Is(code) => Some(code),
            Code::Application => None,
        }
    }

    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    /// What it brings along, as JSON.
    pub(crate) fn data(&self) -> Option<&[u8]> {
        self.data.as_deref()
    }

    /// A policy refused the call, or ended it.
    pub(crate) fn refused(refusal: Refusal) -> Self {
        let data = refusal
            .retry_after
            .map(|seconds| format!("{{\"retryAfter\":{seconds}}}").into_bytes());
        Self {
            code: Code::Is(refusal.kind.code()),
            message: refusal.kind.message().into(),
            detail: refusal
                .retry_after
                .map(|seconds| format!("try again in {seconds} s").into()),
            data,
            origin: Origin::Refused(Box::new(refusal)),
            class: std::ptr::null_mut(),
        }
    }

    /// The head of an RPC answer with this failure alone; `lend` gets it, since it has headers of its own.
    #[cold]
    pub(crate) fn with_head<R>(
        &self,
        content_type: &[u8],
        lend: impl FnOnce(&Answer<'_>) -> R,
    ) -> R {
        match self.refusal() {
            None => lend(&Answer::new(200).content_type(content_type)),
            Some(refusal) => {
                let status = if refusal.is_challenge() { 401 } else { 200 };
                refusal.lend_head(status, |head| lend(&head.content_type(content_type)))
            }
        }
    }

    /// What HTTP says of it, if a policy refused the call.
    pub(crate) fn refusal(&self) -> Option<&Refusal> {
        match &self.origin {
            Origin::Refused(refusal) => Some(refusal),
            _ => None,
        }
    }

    /// Whether it is the method's answer: a fault that it threw on purpose, or an exception that may pass.
    pub(crate) fn is_answer(&self) -> bool {
        matches!(self.origin, Origin::Application)
    }

    /// What went wrong is in the log, under the identification that is sent.
    pub(crate) fn internal() -> Self {
        let id = current::request_name(current::with(|current| current.number));
        let data = format!("{{\"id\":\"{id}\"}}").into_bytes();
        Self {
            detail: Some(id.into()),
            data: Some(data),
            origin: Origin::Internal,
            ..Self::standard(FaultCode::InternalError)
        }
    }

    /// The calls of a batch before this one have made an answer so long that no more of it is made.
    #[cold]
    pub(crate) fn answer_is_full() -> Self {
        let message = "The answer to this batch is too long already; send fewer calls at once";
        Self {
            message: message.into(),
            ..Self::standard(FaultCode::InvalidRequest)
        }
    }

    /// An argument at `pointer` doesn't fit.
    pub(crate) fn invalid_params(pointer: &str, reason: &str) -> Self {
        let mut data = b"{\"pointer\":".to_vec();
        write_text(pointer, &mut data);
        data.extend_from_slice(b",\"reason\":");
        write_text(reason, &mut data);
        data.push(b'}');
        Self {
            detail: Some(format!("{pointer}: {reason}").into()),
            data: Some(data),
            origin: Origin::Argument {
                pointer: pointer.into(),
                reason: reason.into(),
            },
            ..Self::standard(FaultCode::InvalidParams)
        }
    }

    /// A `Kargo\Rpc\Fault` that was thrown.
    pub(crate) fn of_fault(exception: *mut ffi::zend_object) -> Self {
        let mut data = read_property(exception, "data");
        let mut text = Vec::new();
        let data = if matches!(data.zv().kind(), Kind::Null | Kind::Undefined) {
            None
        } else {
            match json::encode_protected(data.zv(), &mut text) {
                Ok(()) => Some(text),
                Err(error) => {
                    drop(take_exception());
                    current::report(
                        Level::Warning,
                        "the data of a Kargo\\Rpc\\Fault can't be sent",
                        &[("reason", &format!("{error:?}"))],
                    );
                    None
                }
            }
        };
        Self {
            // A code that is out of the protocols' range is none.
            code: i32::try_from(int_property(exception, "code"))
                .map_or(Code::Application, Code::Is),
            message: message_of(exception).into(),
            detail: None,
            data,
            origin: Origin::Application,
            class: class_of(exception),
        }
    }

    /// An exception whose class is allowed to pass.
    pub(crate) fn of_allowed(exception: *mut ffi::zend_object) -> Self {
        let code = i32::try_from(int_property(exception, "code")).unwrap_or(0);
        Self {
            code: if code == 0 {
                Code::Application
            } else {
                Code::Is(code)
            },
            message: message_of(exception).into(),
            detail: None,
            data: None,
            origin: Origin::Application,
            class: class_of(exception),
        }
    }

    /// It in bytes, to be kept; see [`Self::from_kept`].
    pub(crate) fn to_kept(&self, out: &mut Vec<u8>) {
        let (tag, code) = match self.code {
            Code::Is(code) => (0, code),
            Code::Application => (1, 0),
        };
        out.push(tag);
        out.extend_from_slice(&code.to_le_bytes());
        let data = self.data.as_deref();
        out.push(u8::from(data.is_some()));
        out.extend_from_slice(&(self.message.len() as u64).to_le_bytes());
        out.extend_from_slice(self.message.as_bytes());
        out.extend_from_slice(data.unwrap_or_default());
    }

    /// What [`Self::to_kept`] wrote.
    pub(crate) fn from_kept(bytes: &[u8]) -> Option<Self> {
        let (&[tag], rest) = bytes.split_first_chunk::<1>()?;
        let (code, rest) = rest.split_first_chunk::<4>()?;
        let (&[has_data], rest) = rest.split_first_chunk::<1>()?;
        let (length, rest) = rest.split_first_chunk::<8>()?;
        let length = usize::try_from(u64::from_le_bytes(*length)).ok()?;
        let (message, data) = rest.split_at_checked(length)?;
        Some(Self {
            code: if tag == 0 {
                Code::Is(i32::from_le_bytes(*code))
            } else {
                Code::Application
            },
            message: String::from_utf8_lossy(message).into_owned().into(),
            detail: None,
            data: (has_data != 0).then(|| data.to_vec()),
            origin: Origin::Application,
            class: std::ptr::null_mut(),
        })
    }

    /// The fault for JSON-RPC.
    pub(crate) fn json_rpc(&self) -> Fault<'_> {
        Fault {
            code: match self.code {
                Code::Is(code) => code,
                Code::Application => -32000,
            },
            message: self.message.as_bytes(),
            data: self.data.as_deref(),
        }
    }

    /// The fault for SOAP, and its element where `declared` says that its class has one.
    pub(crate) fn soap(
        &self,
        declared: impl FnOnce(*mut ffi::zend_class_entry) -> Option<String>,
    ) -> (soap::Fault<'_>, Option<String>) {
        let code = match self.code {
            Code::Is(code) => code,
            Code::Application => FaultCode::ApplicationError as i32,
        };
        let class = match self.refusal() {
            Some(refusal) if refusal.status() < 500 => soap::FaultClass::Sender,
            _ => soap::Fault::class_of(code),
        };
        let mut fault = soap::Fault::new(class, code, &self.message);
        match &self.origin {
            Origin::Argument { pointer, reason } => fault.place = Some((pointer, reason)),
            Origin::Internal => fault.id = self.detail.as_deref(),
            Origin::Protocol | Origin::Application | Origin::Refused(_) => {
                fault.data = self.data.as_deref();
            }
        }
        let element = (!self.class.is_null()).then(|| declared(self.class));
        (fault, element.flatten())
    }

    /// The code and the text for XML-RPC, which has no data: what matters of it is in the text.
    pub(crate) fn xml_rpc(&self) -> (i32, Cow<'_, str>) {
        let code = match self.code {
            Code::Is(code) => code,
            Code::Application => FaultCode::ApplicationError as i32,
        };
        let text = match &self.detail {
            Some(detail) => Cow::Owned(format!("{} ({detail})", self.message)),
            None => Cow::Borrowed(&*self.message),
        };
        (code, text)
    }
}

/// Appends `text` as a JSON string.
pub(crate) fn write_text(text: &str, out: &mut Vec<u8>) {
    use kargo_rpc::Encoder;
    let mut encoder = kargo_rpc::json::JsonEncoder::new(out);
    // A Rust string is UTF-8, which is all that could be refused.
    let _always = encoder.string(text.as_bytes());
    encoder.finish();
}
