//! Calls that run in this worker and whose answer others wait for: equal calls run once.

use std::collections::HashMap;
use std::rc::Rc;

use kargo_policy::Digest;

use crate::engine::Global;
use crate::serve::runtime::{self, Runtime};
use crate::serve::wait::Wake;

/// A call that runs.
#[derive(Debug)]
struct Flight {
    check: Digest,
    /// Keys of those that wait.
    waiting: Vec<u64>,
}

/// What it came to.
#[derive(Clone, Debug)]
pub(super) enum Landed {
    Answer(Rc<[u8]>),
    /// Nothing that can be given to others.
    Failed,
}

/// Whether there is one to wait for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Joined {
    /// With this key.
    Wait(u64),
    /// It is another call under the same key.
    Mismatch,
    None,
}

#[derive(Debug, Default)]
struct Flights {
    open: HashMap<Digest, Flight>,
    /// For those that were woken.
    landed: HashMap<u64, Landed>,
}

static FLIGHTS: Global<Flights> = Global::new();

/// Gives up everything, when the script ends.
pub(super) fn clear() {
    drop(FLIGHTS.replace(None));
}

/// Joins the flight of a key.
pub(super) fn join(key: &Digest, check: &Digest) -> Joined {
    let waiter = runtime::with(Runtime::new_key);
    FLIGHTS.with_or(Flights::default, |flights| {
        match flights.open.get_mut(key) {
            None => Joined::None,
            Some(flight) if flight.check != *check => Joined::Mismatch,
            Some(flight) => {
                flight.waiting.push(waiter);
                Joined::Wait(waiter)
            }
        }
    })
}

/// Whether there is a flight to join.
pub(super) fn is_open(key: &Digest) -> bool {
    FLIGHTS.with_or(Flights::default, |flights| flights.open.contains_key(key))
}

/// What the flight came to that `waiter` was woken for; nothing if it still flies.
pub(super) fn take(key: &Digest, waiter: u64) -> Option<Landed> {
    FLIGHTS.with_or(Flights::default, |flights| {
        let landed = flights.landed.remove(&waiter);
        if landed.is_none()
            && let Some(flight) = flights.open.get_mut(key)
        {
            flight.waiting.retain(|other| *other != waiter);
        }
        landed
    })
}

/// A flight that this stack began; it ends when this is dropped, if not before.
#[derive(Debug)]
pub(super) struct Own {
    key: Digest,
}

impl Own {
    pub(super) fn begin(key: Digest, check: Digest) -> Self {
        FLIGHTS.with_or(Flights::default, |flights| {
            // Where one is open (the store came and went), those who wait for it stay.
            let waiting = Vec::new();
            flights.open.entry(key).or_insert(Flight { check, waiting });
        });
        Self { key }
    }

    pub(super) fn land(self, landed: &Landed) {
        land(&self.key, landed);
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        land(&self.key, &Landed::Failed);
    }
}

fn land(key: &Digest, landed: &Landed) {
    let flight = FLIGHTS.with_or(Flights::default, |flights| flights.open.remove(key));
    for waiter in flight.map_or_else(Vec::new, |flight| flight.waiting) {
        // Whoever gave up meanwhile is not woken, and gets nothing.
        if runtime::with(|runtime| runtime.wake(waiter, Wake::Woken)) {
            FLIGHTS.with_or(Flights::default, |flights| {
                flights.landed.insert(waiter, landed.clone());
            });
        }
    }
}
