//! What is wrong with a route that is added, or with a path that is looked up.

use std::error::Error;
use std::fmt;

/// A route that cannot be added: a mistake in the program.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RouteError {
    /// The pattern is malformed.
    BadPattern {
        /// The pattern as given.
        pattern: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// Another route takes the same paths and methods.
    Conflict {
        /// The pattern as given.
        pattern: String,
        /// The pattern of the route that was there.
        existing: String,
        /// The methods both take, separated by commas.
        methods: String,
    },
    /// A method name is not a token (RFC 9110 section 9.1).
    BadMethod {
        /// The name, what is not printable escaped.
        name: String,
    },
}

impl fmt::Display for RouteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadPattern { pattern, problem } => write!(f, "route \"{pattern}\": {problem}"),
            Self::Conflict {
                pattern,
                existing,
                methods,
            } if pattern == existing => {
                write!(f, "route \"{pattern}\" exists already for {methods}")
            }
            Self::Conflict {
                pattern,
                existing,
                methods,
            } => write!(
                f,
                "route \"{pattern}\" matches the same paths as \"{existing}\", which exists \
                 already for {methods}"
            ),
            Self::BadMethod { name } => write!(f, "\"{name}\" is not a valid method name"),
        }
    }
}

impl Error for RouteError {}

/// A path that is refused with 400.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathError {
    /// `%` without two hexadecimal digits behind it.
    BadEscape,
    /// `%00`, or NUL as it is.
    Nul,
    /// A segment that is `.` or `..`, encoded or not. Clients remove them before they send
    /// (RFC 3986 section 5.2.4); one that does not wants to get somewhere else.
    DotSegment,
}

impl PathError {
    /// The status code to answer with.
    pub const fn status(self) -> u16 {
        400
    }

    /// One phrase for the log. It never quotes what the peer sent.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::BadEscape => "malformed escape in the path",
            Self::Nul => "NUL in the path",
            Self::DotSegment => "dot segment in the path",
        }
    }
}

impl fmt::Display for PathError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.reason())
    }
}

impl Error for PathError {}
