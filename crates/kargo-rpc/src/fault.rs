//! How a call fails.

/// A failure as it is sent: code, text, and for JSON-RPC optional data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault<'a> {
    /// A number the protocols agree on ([`FaultCode`]), or the application's own.
    pub code: i32,
    /// One line for people. Bytes that are no UTF-8 (or in XML no characters) are replaced by U+FFFD when written.
    pub message: &'a [u8],
    /// A JSON value, already encoded, for JSON-RPC's `data`; no member is written without it. XML-RPC faults have
    /// exactly two members and leave it out.
    pub data: Option<&'a [u8]>,
}

/// The codes that JSON-RPC 2.0 and the XML-RPC fault code interoperability specification share, and the few that only
/// the latter has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum FaultCode {
    /// The body is not JSON, or not well-formed XML.
    ParseError = -32700,
    /// XML-RPC: an encoding we don't decode.
    UnsupportedEncoding = -32701,
    /// XML-RPC: bytes that are no characters in the body's encoding.
    InvalidCharacter = -32702,
    /// The body is JSON or XML, but no call.
    InvalidRequest = -32600,
    /// There is no such method.
    MethodNotFound = -32601,
    /// The arguments don't fit the method.
    InvalidParams = -32602,
    /// The server failed.
    InternalError = -32603,
    /// The method failed on purpose.
    ApplicationError = -32500,
    /// The system failed.
    SystemError = -32400,
    /// The transport failed.
    TransportError = -32300,
}

impl FaultCode {
    /// The text that goes with the code when there is nothing better to say.
    #[must_use]
    pub const fn message(self) -> &'static str {
        match self {
            Self::ParseError => "Parse error",
            Self::UnsupportedEncoding => "Unsupported encoding",
            Self::InvalidCharacter => "Invalid character for encoding",
            Self::InvalidRequest => "Invalid Request",
            Self::MethodNotFound => "Method not found",
            Self::InvalidParams => "Invalid params",
            Self::InternalError => "Internal error",
            Self::ApplicationError => "Application error",
            Self::SystemError => "System error",
            Self::TransportError => "Transport error",
        }
    }

    /// The fault with this code and its standard text.
    #[must_use]
    pub const fn fault(self) -> Fault<'static> {
        Fault {
            code: self as i32,
            message: self.message().as_bytes(),
            data: None,
        }
    }
}

impl<'a> Fault<'a> {
    /// A fault without data.
    #[must_use]
    pub const fn new(code: i32, message: &'a [u8]) -> Self {
        Self {
            code,
            message,
            data: None,
        }
    }

    /// A fault with a standard code and a text of its own.
    #[must_use]
    pub const fn with_message(code: FaultCode, message: &'a str) -> Self {
        Self::new(code as i32, message.as_bytes())
    }
}
