//! What the caller asks of a supervisor.

use std::time::Duration;

use crate::error::Error;
use crate::restart_policy::RestartPolicy;

/// The most workers a master takes.
pub const MAX_WORKERS: usize = 1024;

/// How many processes there may be for each worker asked for: one that serves, and those before it that still drain.
pub(crate) const SLOTS_PER_WORKER: usize = 4;

/// What a [`Supervisor`](crate::Supervisor) is to keep alive, and how patient it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spec {
    /// How many workers serve at the same time: 1 to [`MAX_WORKERS`]. While workers are replaced,
    /// up to four times as many processes exist; if all the others drain and one more is needed,
    /// the one that has drained longest is stopped.
    pub workers: usize,
    /// How long a worker may take to finish what is in flight once it was ordered to drain. At the
    /// deadline it is ordered to stop. Default 30 s.
    pub drain_timeout: Duration,
    /// How long after an order to stop a worker is killed. Default 1 s; zero kills at once.
    pub kill_after: Duration,
    /// When a worker that died is started again.
    pub restart: RestartPolicy,
}

impl Spec {
    /// The defaults, for this many workers.
    pub fn new(workers: usize) -> Self {
        Self {
            workers,
            drain_timeout: Duration::from_secs(30),
            kill_after: Duration::from_secs(1),
            restart: RestartPolicy::default(),
        }
    }

    pub(crate) fn check(&self) -> Result<(), Error> {
        if !(1..=MAX_WORKERS).contains(&self.workers) {
            return Err(Error::refused(
                "make a supervisor",
                format!(
                    "{} workers asked for, 1 to {MAX_WORKERS} are possible",
                    self.workers
                ),
            ));
        }
        self.restart.check()
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_WORKERS, Spec};

    #[test]
    fn the_number_of_workers_has_limits() {
        assert!(Spec::new(0).check().is_err());
        assert!(Spec::new(1).check().is_ok());
        assert!(Spec::new(MAX_WORKERS).check().is_ok());
        let error = Spec::new(MAX_WORKERS + 1).check().unwrap_err();
        assert!(error.is_configuration());
        assert!(error.to_string().contains("1 to 1024"), "{error}");
    }
}
