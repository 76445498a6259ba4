//! What can go wrong when a supervisor is made or a worker reports.

use std::error;
use std::fmt;
use std::io;

/// Why a supervisor could not be made or run, or a report did not reach the master.
#[derive(Debug)]
pub struct Error {
    doing: &'static str,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    /// What the caller asked for is not possible; the text says what is.
    Refused(String),
    System(io::Error),
}

impl Error {
    pub(crate) fn refused(doing: &'static str, reason: impl Into<String>) -> Self {
        Self {
            doing,
            kind: Kind::Refused(reason.into()),
        }
    }

    pub(crate) fn system(doing: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |error| Self {
            doing,
            kind: Kind::System(error),
        }
    }

    /// Whether the caller's configuration is at fault, not the system.
    pub fn is_configuration(&self) -> bool {
        matches!(self.kind, Kind::Refused(_))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            Kind::Refused(reason) => write!(f, "cannot {}: {reason}", self.doing),
            Kind::System(error) => write!(f, "cannot {}: {error}", self.doing),
        }
    }
}

impl error::Error for Error {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match &self.kind {
            Kind::Refused(_) => None,
            Kind::System(error) => Some(error),
        }
    }
}
