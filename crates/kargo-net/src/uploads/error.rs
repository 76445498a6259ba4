//! Why a body is refused.

use std::error::Error;
use std::fmt;
use std::io;

use kargo_http::DecodeError;
use kargo_http::multipart::MultipartError;

/// A body that is refused: the peer's fault, or that it can't be stored.
#[derive(Debug)]
pub enum UploadError {
    /// The message itself is malformed, or too large.
    Message(DecodeError),
    /// The body is no form as it should be, or too much.
    Form(MultipartError),
    /// A file can't be made or written.
    Disk(io::Error),
    /// The files of all requests together have what they may have.
    Crowded,
}

impl UploadError {
    /// The status code to answer with.
    pub fn status(&self) -> u16 {
        match self {
            Self::Message(error) => error.status(),
            Self::Form(error) => error.status(),
            Self::Crowded => 503,
            Self::Disk(error) => match error.raw_os_error() {
                Some(libc::ENOSPC | libc::EDQUOT | libc::EFBIG) => 507,
                Some(libc::EMFILE | libc::ENFILE | libc::ENOMEM) => 503,
                _ => 500,
            },
        }
    }

    /// Whether it is nothing that the peer could have done better.
    pub fn is_ours(&self) -> bool {
        matches!(self, Self::Disk(_) | Self::Crowded)
    }
}

impl fmt::Display for UploadError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Message(error) => error.fmt(formatter),
            Self::Form(error) => error.fmt(formatter),
            Self::Disk(error) => write!(formatter, "can't store a file: {error}"),
            Self::Crowded => formatter.write_str("uploaded files take all the space that they may"),
        }
    }
}

impl Error for UploadError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Message(error) => Some(error),
            Self::Form(error) => Some(error),
            Self::Disk(error) => Some(error),
            Self::Crowded => None,
        }
    }
}

impl From<DecodeError> for UploadError {
    fn from(error: DecodeError) -> Self {
        Self::Message(error)
    }
}

impl From<MultipartError> for UploadError {
    fn from(error: MultipartError) -> Self {
        Self::Form(error)
    }
}
