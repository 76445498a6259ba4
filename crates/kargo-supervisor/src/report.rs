//! What the master knows when everything is over.

use std::fmt;

use crate::exit::signal_name;

/// Why the master ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndCause {
    /// Asked once, by this signal: the workers drained.
    Drained {
        /// `SIGTERM` or `SIGINT`.
        signal: i32,
    },
    /// Asked twice, the second time by this signal: the workers were stopped.
    Stopped {
        /// `SIGTERM` or `SIGINT`.
        signal: i32,
    },
}

/// What the master did in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Report {
    /// Why it ended.
    pub cause: EndCause,
    /// How many workers were forked.
    pub started: u64,
    /// How many ended without having been told to.
    pub died: u64,
    /// How many had to be killed.
    pub killed: u64,
}

impl Report {
    /// Whether the master ended as it should: drained, and no worker had to be killed.
    pub fn is_clean(&self) -> bool {
        matches!(self.cause, EndCause::Drained { .. }) && self.killed == 0
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (how, signal) = match self.cause {
            EndCause::Drained { signal } => ("drained", signal),
            EndCause::Stopped { signal } => ("stopped", signal),
        };
        write!(
            f,
            "{how} after {}: {} workers started, {} died, {} killed",
            signal_name(signal).unwrap_or("a signal"),
            self.started,
            self.died,
            self.killed
        )
    }
}
