//! When a worker that died is started again.

use std::time::Duration;

use crate::error::Error;

/// The delay before a dead worker is started again: doubled with each death in a row, capped, and
/// forgotten once a worker has lived long enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RestartPolicy {
    /// The delay after the first quick death. Default 100 ms.
    pub first_delay: Duration,
    /// No delay is longer. Default 30 s.
    pub max_delay: Duration,
    /// A worker that lived at least this long did not die quickly: it is replaced at once, and
    /// the next delay is the first again. Default 10 s.
    pub stable_after: Duration,
}

impl Default for RestartPolicy {
    fn default() -> Self {
        Self {
            first_delay: Duration::from_millis(100),
            max_delay: Duration::from_secs(30),
            stable_after: Duration::from_secs(10),
        }
    }
}

impl RestartPolicy {
    pub(crate) fn check(&self) -> Result<(), Error> {
        if self.first_delay.is_zero() || self.first_delay > self.max_delay {
            return Err(Error::refused(
                "make a supervisor",
                "the first restart delay must be above zero and at most the longest",
            ));
        }
        Ok(())
    }
}

/// The memory behind a [`RestartPolicy`]: how many quick deaths came in a row.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Backoff {
    quick_deaths: u32,
}

impl Backoff {
    /// Records a death after `lived` and returns how long to wait before the next start.
    pub fn delay_after_death(&mut self, policy: &RestartPolicy, lived: Duration) -> Duration {
        if lived >= policy.stable_after {
            self.quick_deaths = 0;
            return Duration::ZERO;
        }
        let factor = 1_u32.checked_shl(self.quick_deaths).unwrap_or(u32::MAX);
        self.quick_deaths = self.quick_deaths.saturating_add(1);
        policy
            .first_delay
            .saturating_mul(factor)
            .min(policy.max_delay)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Backoff, RestartPolicy};

    const POLICY: RestartPolicy = RestartPolicy {
        first_delay: Duration::from_millis(100),
        max_delay: Duration::from_secs(1),
        stable_after: Duration::from_secs(10),
    };

    #[test]
    fn delays_double_up_to_the_cap() {
        let mut backoff = Backoff::default();
        let delays: Vec<_> = (0..40)
            .map(|_| {
                backoff
                    .delay_after_death(&POLICY, Duration::ZERO)
                    .as_millis()
            })
            .collect();
        assert_eq!(delays[..6], [100, 200, 400, 800, 1000, 1000]);
        assert_eq!(delays[39], 1000);
    }

    #[test]
    fn a_worker_that_was_stable_is_replaced_at_once_and_clears_the_record() {
        let mut backoff = Backoff::default();
        let just_below = POLICY.stable_after - Duration::from_nanos(1);
        assert_eq!(
            backoff.delay_after_death(&POLICY, just_below).as_millis(),
            100
        );
        assert_eq!(
            backoff.delay_after_death(&POLICY, just_below).as_millis(),
            200
        );
        assert!(
            backoff
                .delay_after_death(&POLICY, POLICY.stable_after)
                .is_zero()
        );
        assert_eq!(
            backoff.delay_after_death(&POLICY, just_below).as_millis(),
            100
        );
    }

    #[test]
    fn a_first_delay_of_zero_or_above_the_cap_is_refused() {
        assert!(POLICY.check().is_ok());
        assert!(
            RestartPolicy {
                first_delay: POLICY.max_delay,
                ..POLICY
            }
            .check()
            .is_ok()
        );
        assert!(
            RestartPolicy {
                first_delay: Duration::ZERO,
                ..POLICY
            }
            .check()
            .is_err()
        );
        let above = POLICY.max_delay + Duration::from_nanos(1);
        assert!(
            RestartPolicy {
                first_delay: above,
                ..POLICY
            }
            .check()
            .is_err()
        );
    }
}
