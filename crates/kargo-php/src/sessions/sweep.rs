//! What is over is removed from a directory of sessions: a few files in a turn of the loop, by one worker of all.

use std::rc::Rc;
use std::time::{Duration, Instant, SystemTime};

use kargo_loop::Token;
use kargo_policy::session::Sweep;

use super::{Keeper, Sessions};
use crate::serve::runtime::{Runtime, owner};

/// Files that are looked at in one turn: some tenths of a millisecond.
const MOST: usize = 100;

/// The directories that this process sweeps.
#[derive(Debug, Default)]
pub(crate) struct Sweeps(Vec<(Rc<Sessions>, Sweep)>);

impl Runtime {
    /// Sweeps where these sessions are kept, from now on.
    pub(crate) fn begin_sweeps(&mut self, sessions: &Rc<Sessions>) {
        if matches!(sessions.keeper, Keeper::Files(_)) {
            self.sweeps.0.push((Rc::clone(sessions), Sweep::default()));
            let number = self.sweeps.0.len() - 1;
            self.set_sweep(number as u64, Duration::from_millis(100));
        }
    }

    /// The server is over.
    pub(crate) fn end_sweeps(&mut self) {
        self.sweeps.0.clear();
    }

    fn set_sweep(&mut self, number: u64, time: Duration) {
        if let Some(events) = self.events.as_mut() {
            events.set_timer(Instant::now() + time, Token::new(owner::SESSIONS, number));
        }
    }

    /// The timer of a directory rang.
    pub(crate) fn sweep(&mut self, number: u64) {
        let sweep = usize::try_from(number)
            .ok()
            .and_then(|number| self.sweeps.0.get_mut(number));
        if let Some((sessions, sweep)) = sweep
            && let Keeper::Files(files) = &sessions.keeper
        {
            let next = files.sweep(sweep, MOST, SystemTime::now());
            self.set_sweep(number, next);
        }
    }
}
