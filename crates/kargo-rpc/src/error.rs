//! Why a body could not be decoded.

use core::fmt;

use crate::Fault;
use crate::FaultCode;

/// Why decoding ended early. The list of calls is then empty, and what the builder holds is the caller's to drop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecodeError<E> {
    /// The body is at fault: answer with [`BodyError::fault`].
    Body(BodyError),
    /// The builder gave up.
    Builder(E),
}

/// What is wrong with a body, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BodyError {
    /// What is wrong.
    pub kind: BodyErrorKind,
    /// At which byte, from 0; of the text in UTF-8 where the body was in another encoding.
    pub offset: usize,
}

/// What can be wrong with a body as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BodyErrorKind {
    /// The text breaks the grammar of JSON or XML.
    Syntax,
    /// The text ends too early.
    UnexpectedEnd,
    /// Something follows the one value or the root element.
    TrailingBytes,
    /// Containers or elements are nested deeper than the limit.
    TooDeep,
    /// A control character stands unescaped in a JSON string.
    ControlCharacter,
    /// The bytes are no UTF-8.
    InvalidUtf8,
    /// A `\u` escape is half of a surrogate pair.
    LoneSurrogate,
    /// An object's key begins with NUL, which `json_decode` refuses because it means something else to PHP.
    InvalidKey,
    /// A number is too large for a float. (`json_decode` makes INF of it, which could not be written again.)
    NumberRange,
    /// The body is longer than 4 GiB.
    TooLarge,
    /// An XML document type declaration, or anything else that begins with `<!` and is neither comment nor CDATA.
    Doctype,
    /// An XML processing instruction.
    ProcessingInstruction,
    /// A character that XML 1.0 doesn't allow, as itself or as a reference.
    InvalidCharacter,
    /// An entity other than the five that need no declaration.
    UnknownEntity,
    /// The XML encoding isn't one we decode, or declaration, byte order mark and header contradict each other.
    UnsupportedEncoding,
    /// The bytes are no text in the XML's encoding.
    InvalidEncoding,
    /// Too many attributes, or a name longer than the limit.
    XmlLimit,
    /// Well-formed XML, but no XML-RPC method call.
    NotACall,
    /// JSON or well-formed XML, but no answer in the form that the protocol has for the request.
    NotAResponse,
    /// An answer whose id is that of no call of the request.
    UnknownId,
    /// A second answer to one call.
    RepeatedId,
    /// A scalar's text isn't one of its type. It concerns one call, so it is never said of a body.
    InvalidValue,
}

impl BodyErrorKind {
    /// One line for people.
    #[must_use]
    pub const fn message(self) -> &'static str {
        match self {
            Self::Syntax => "syntax error",
            Self::UnexpectedEnd => "unexpected end",
            Self::TrailingBytes => "text after the end",
            Self::TooDeep => "nested too deep",
            Self::ControlCharacter => "control character in a string",
            Self::InvalidUtf8 => "invalid UTF-8",
            Self::LoneSurrogate => "unpaired surrogate",
            Self::InvalidKey => "key begins with NUL",
            Self::NumberRange => "number out of range",
            Self::TooLarge => "too large",
            Self::Doctype => "document type declarations are refused",
            Self::ProcessingInstruction => "processing instructions are refused",
            Self::InvalidCharacter => "invalid character",
            Self::UnknownEntity => "unknown entity",
            Self::UnsupportedEncoding => "unsupported encoding",
            Self::InvalidEncoding => "invalid character for the encoding",
            Self::XmlLimit => "too many attributes or too long a name",
            Self::NotACall => "not a method call",
            Self::NotAResponse => "not a response to such a request",
            Self::UnknownId => "an answer to none of the calls",
            Self::RepeatedId => "a second answer to one call",
            Self::InvalidValue => "not a value of its type",
        }
    }

    const fn fault_code(self) -> FaultCode {
        match self {
            Self::UnsupportedEncoding => FaultCode::UnsupportedEncoding,
            Self::InvalidEncoding => FaultCode::InvalidCharacter,
            Self::NotACall => FaultCode::InvalidRequest,
            _ => FaultCode::ParseError,
        }
    }
}

impl BodyError {
    /// What to answer.
    #[must_use]
    pub const fn fault(&self) -> Fault<'static> {
        self.kind.fault_code().fault()
    }
}

impl fmt::Display for BodyError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} at byte {}", self.kind.message(), self.offset)
    }
}

impl core::error::Error for BodyError {}

/// The same inside a reader, which knows the offset already.
#[derive(Debug)]
pub(crate) enum Stop<E> {
    Body(BodyErrorKind),
    Builder(E),
}

impl<E> From<BodyErrorKind> for Stop<E> {
    fn from(kind: BodyErrorKind) -> Self {
        Self::Body(kind)
    }
}

impl<E> Stop<E> {
    /// The public error, the reader having stopped at `offset`.
    pub(crate) fn at(self, offset: usize) -> DecodeError<E> {
        match self {
            Self::Body(kind) => DecodeError::Body(BodyError { kind, offset }),
            Self::Builder(error) => DecodeError::Builder(error),
        }
    }
}
