//! Token buckets in shared memory: how many calls each client may still make.
//!
//! A bucket holds `count` tokens and gets one more every `period / count`. It is kept as one number, the moment at which
//! it will be full again (the generic cell rate algorithm), so a bucket whose moment has passed is full and need not be
//! kept at all. A set of [`WAYS`] places is looked through for a key; a key that is new takes the place of the bucket that is
//! fullest. So the table never grows, and only a set that is crowded with clients who are near their limits forgets one
//! of them.

use std::hash::{BuildHasher, RandomState};
use std::io;
use std::time::Duration;

use crate::sys::memory::Parts;

/// How many calls in what time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Nanoseconds until one more call is allowed.
    interval: u64,
    /// Nanoseconds until an empty bucket is full.
    period: u64,
}

impl Rate {
    /// `count` calls at once, and `count` more evenly over each `period`. `None` if one of them is zero, or the period is
    /// longer than a year.
    #[must_use]
    pub fn new(count: u32, period: Duration) -> Option<Self> {
        const YEAR: Duration = Duration::from_secs(366 * 86_400);
        let interval = u64::try_from(period.checked_div(count)?.as_nanos()).ok()?;
        (interval != 0 && period <= YEAR).then(|| Self {
            interval,
            period: interval.saturating_mul(u64::from(count)),
        })
    }

    /// Nanoseconds until one more call is allowed.
    pub(crate) const fn interval_nanos(&self) -> u64 {
        self.interval
    }

    /// Nanoseconds until an empty bucket is full.
    pub(crate) const fn period_nanos(&self) -> u64 {
        self.period
    }
}

/// One bucket.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub(crate) struct Bucket {
    /// 0: the place is free.
    key: u64,
    /// When it is full again.
    full_at: u64,
}

/// Places that are looked through for a key.
const WAYS: usize = 8;
/// Parts with a lock of their own.
const PARTS: usize = 64;

/// Buckets by key, shared by all processes that are forked after it was made.
#[derive(Debug)]
pub struct Buckets {
    parts: Parts<(), Bucket>,
    sets: usize,
    /// Seeded at random before the fork: nobody can choose keys that meet in one set.
    hashing: RandomState,
}

impl Buckets {
    /// A table of about so many buckets, at 16 bytes each.
    ///
    /// # Errors
    /// No memory.
    pub fn new(buckets: usize) -> io::Result<Self> {
        let sets = (buckets / PARTS / WAYS).max(1);
        Ok(Self {
            parts: Parts::new(PARTS, sets * WAYS, 0)?,
            sets,
            hashing: RandomState::new(),
        })
    }

    /// The key of what `parts` name together.
    #[must_use]
    pub fn key(&self, parts: &[&[u8]]) -> u64 {
        self.hashing.hash_one(parts).max(1)
    }

    /// Takes a token.
    ///
    /// # Errors
    /// There is none: how long until there is one.
    pub fn take(&self, key: u64, rate: &Rate, now: u64) -> Result<(), Duration> {
        let allowed = self.change(key, now, |full_at| {
            let then = (*full_at).max(now).saturating_add(rate.interval);
            let limit = now.saturating_add(rate.period);
            if then > limit {
                Err(Duration::from_nanos(then - limit))
            } else {
                *full_at = then;
                Ok(())
            }
        });
        // Where the table can't be had, a limit is not a reason to refuse everybody.
        allowed.unwrap_or(Ok(()))
    }

    /// Gives back a token that was taken.
    pub fn give_back(&self, key: u64, rate: &Rate, now: u64) {
        self.change(key, now, |full_at| {
            *full_at = full_at.saturating_sub(rate.interval);
        });
    }

    /// How long until there is a token; zero if there is one. Takes none.
    #[must_use]
    pub fn wait(&self, key: u64, rate: &Rate, now: u64) -> Duration {
        let wait = self.change(key, now, |full_at| {
            let then = (*full_at).max(now).saturating_add(rate.interval);
            then.saturating_sub(now.saturating_add(rate.period))
        });
        Duration::from_nanos(wait.unwrap_or(0))
    }

    fn change<R>(&self, key: u64, now: u64, with: impl FnOnce(&mut u64) -> R) -> Option<R> {
        let part = (key >> 32) as usize % self.parts.count();
        let set = key as usize % self.sets;
        // A part that was abandoned is as good as before: a bucket is two numbers, each right by itself.
        let locked = self.parts.lock(part)?;
        let places = locked.slots.get_mut(set * WAYS..(set + 1) * WAYS)?;
        let found = places.iter().position(|bucket| bucket.key == key);
        let bucket = match found {
            Some(at) => places.get_mut(at)?,
            None => {
                let fullest = places
                    .iter_mut()
                    .min_by_key(|bucket| if bucket.key == 0 { 0 } else { bucket.full_at })?;
                *fullest = Bucket { key, full_at: now };
                fullest
            }
        };
        Some(with(&mut bucket.full_at))
    }
}

#[cfg(test)]
mod tests {
    use super::{Buckets, Rate};
    use std::time::Duration;

    const SECOND: u64 = 1_000_000_000;
    /// Any moment: the clock of a machine that runs for a while.
    const NOW: u64 = 50_000 * SECOND;

    fn rate(count: u32, seconds: u64) -> Rate {
        Rate::new(count, Duration::from_secs(seconds)).unwrap()
    }

    #[test]
    fn a_bucket_gives_its_tokens_at_once_and_then_evenly() {
        let (buckets, rate) = (Buckets::new(1024).unwrap(), rate(4, 60));
        let key = buckets.key(&[b"client"]);
        for _ in 0..4 {
            assert_eq!(buckets.take(key, &rate, NOW), Ok(()));
        }
        assert_eq!(buckets.take(key, &rate, NOW), Err(Duration::from_secs(15)));
        assert_eq!(
            buckets.take(key, &rate, NOW + 14 * SECOND),
            Err(Duration::from_secs(1))
        );
        assert_eq!(buckets.take(key, &rate, NOW + 15 * SECOND), Ok(()));
        assert!(buckets.take(key, &rate, NOW + 15 * SECOND).is_err());
        // Never more than the bucket holds, however long nobody came.
        for _ in 0..4 {
            assert_eq!(buckets.take(key, &rate, NOW + 9_000 * SECOND), Ok(()));
        }
        assert!(buckets.take(key, &rate, NOW + 9_000 * SECOND).is_err());
    }

    #[test]
    fn a_refusal_costs_nothing_and_a_token_can_be_given_back() {
        let (buckets, rate) = (Buckets::new(1024).unwrap(), rate(1, 10));
        let key = buckets.key(&[b"client"]);
        assert_eq!(buckets.take(key, &rate, NOW), Ok(()));
        for _ in 0..100 {
            assert_eq!(buckets.take(key, &rate, NOW), Err(Duration::from_secs(10)));
        }
        assert_eq!(buckets.wait(key, &rate, NOW), Duration::from_secs(10));
        buckets.give_back(key, &rate, NOW);
        assert_eq!(buckets.wait(key, &rate, NOW), Duration::ZERO);
        assert_eq!(buckets.take(key, &rate, NOW), Ok(()));
    }

    #[test]
    fn keys_have_buckets_of_their_own() {
        let (buckets, rate) = (Buckets::new(1024).unwrap(), rate(1, 10));
        let (one, other) = (buckets.key(&[b"a", b"b"]), buckets.key(&[b"ab"]));
        assert_ne!(one, other);
        assert_eq!(buckets.take(one, &rate, NOW), Ok(()));
        assert_eq!(buckets.take(other, &rate, NOW), Ok(()));
    }

    #[test]
    fn any_number_of_keys_fits_and_none_is_refused_that_has_not_called() {
        let (buckets, rate) = (Buckets::new(4096).unwrap(), rate(1, 3600));
        for client in 0..1_000_000_u32 {
            let key = buckets.key(&[&client.to_le_bytes()]);
            assert_eq!(buckets.take(key, &rate, NOW), Ok(()));
        }
    }

    #[test]
    fn full_buckets_make_room_before_those_in_use() {
        let (buckets, rate) = (Buckets::new(1).unwrap(), rate(2, 3600));
        let (patient, greedy) = (buckets.key(&[b"patient"]), buckets.key(&[b"greedy"]));
        let long_before = NOW - 7200 * SECOND;
        assert_eq!(buckets.take(greedy, &rate, NOW), Ok(()));
        assert_eq!(buckets.take(greedy, &rate, NOW), Ok(()));
        for client in 0..10_000_u32 {
            let key = buckets.key(&[&client.to_le_bytes()]);
            assert_eq!(buckets.take(key, &rate, long_before), Ok(()));
        }
        assert!(buckets.take(greedy, &rate, NOW).is_err());
        assert_eq!(buckets.take(patient, &rate, NOW), Ok(()));
    }

    #[test]
    fn rates_that_are_none_are_refused() {
        assert_eq!(Rate::new(0, Duration::from_secs(1)), None);
        assert_eq!(Rate::new(1, Duration::ZERO), None);
        assert_eq!(Rate::new(2, Duration::from_nanos(1)), None);
        assert_eq!(Rate::new(1, Duration::from_secs(400 * 86_400)), None);
        assert!(Rate::new(u32::MAX, Duration::from_secs(60)).is_some());
    }
}
