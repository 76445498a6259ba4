//! Why a body is refused.

use std::error::Error;
use std::fmt;

/// A body that is refused: malformed, or beyond a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MultipartError {
    /// The Content-Type has no boundary, more than one, or one that RFC 2046 section 5.1.1 does not allow.
    BadBoundary,
    /// The boundary of the Content-Type is nowhere in the body.
    BoundaryNotFound,
    /// The body ends before its last boundary.
    MissingEnd,
    /// A line of a part's head is no `name: value`, or does not end in CRLF.
    BadPartHead,
    /// A NUL or another control character in a part's head.
    ControlInPartHead,
    /// A part without a Content-Disposition.
    MissingDisposition,
    /// A part with more than one Content-Disposition, Content-Type or Content-Transfer-Encoding.
    RepeatedField,
    /// A Content-Disposition that is malformed, not `form-data`, or names a parameter twice.
    BadDisposition,
    /// A Content-Disposition without a name.
    MissingName,
    /// A file whose name is only there as `filename*`, which RFC 7578 section 4.2 forbids.
    ExtendedFileName,
    /// A Content-Transfer-Encoding that is not the identity: it has no meaning in HTTP (RFC 7578 section 4.7).
    TransferEncoding,
    /// The body is longer than [`Limits::total_bytes`](super::Limits).
    TotalTooLarge,
    /// The parts are more than [`Limits::parts`](super::Limits).
    TooManyParts,
    /// A part's head is longer than [`Limits::head_bytes`](super::Limits).
    PartHeadTooLong,
    /// A name is longer than [`Limits::name_bytes`](super::Limits).
    NameTooLong,
    /// The value of a field is longer than [`Limits::field_bytes`](super::Limits).
    FieldTooLarge,
    /// The fields together are longer than [`Limits::fields_bytes`](super::Limits).
    FieldsTooLarge,
    /// The files are more than [`Limits::files`](super::Limits).
    TooManyFiles,
    /// A file is longer than [`Limits::file_bytes`](super::Limits).
    FileTooLarge,
}

impl MultipartError {
    /// The status code to answer with: 400 for what is malformed, 413 for what is too much.
    pub const fn status(self) -> u16 {
        match self {
            Self::TotalTooLarge
            | Self::TooManyParts
            | Self::PartHeadTooLong
            | Self::NameTooLong
            | Self::FieldTooLarge
            | Self::FieldsTooLarge
            | Self::TooManyFiles
            | Self::FileTooLarge => 413,
            _ => 400,
        }
    }

    /// One phrase for the log. It never quotes what the peer sent.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::BadBoundary => "malformed or missing boundary",
            Self::BoundaryNotFound => "the boundary is nowhere in the body",
            Self::MissingEnd => "the last boundary is missing",
            Self::BadPartHead => "malformed head of a part",
            Self::ControlInPartHead => "control character in the head of a part",
            Self::MissingDisposition => "a part without Content-Disposition",
            Self::RepeatedField => "a header line of a part is repeated",
            Self::BadDisposition => "malformed Content-Disposition",
            Self::MissingName => "a part without a name",
            Self::ExtendedFileName => "a file named by filename* only",
            Self::TransferEncoding => "a part with a transfer encoding",
            Self::TotalTooLarge => "body too large",
            Self::TooManyParts => "too many parts",
            Self::PartHeadTooLong => "head of a part too long",
            Self::NameTooLong => "name too long",
            Self::FieldTooLarge => "field too large",
            Self::FieldsTooLarge => "fields too large together",
            Self::TooManyFiles => "too many files",
            Self::FileTooLarge => "file too large",
        }
    }
}

impl fmt::Display for MultipartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.reason())
    }
}

impl Error for MultipartError {}
