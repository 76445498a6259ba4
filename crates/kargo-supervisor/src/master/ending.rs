//! How processes are brought to their end: ordered to drain, then to stop, then killed.

use super::Master;
use crate::event::Event;
use crate::orders::Order;
use crate::seat::Stage;
use crate::sys::process;

impl<F: FnMut(Event)> Master<F> {
    /// Takes the steps that are due: from drain to stop, from stop to kill.
    pub(super) fn escalate(&mut self) {
        self.for_each_process(|master, slot| {
            while let Some(process) = &master.processes[slot]
                && process.escalate_at.is_some_and(|at| at <= master.now)
            {
                if process.stage == Stage::Stopping {
                    master.kill(slot);
                } else {
                    master.stop(slot);
                }
            }
        });
    }

    pub(super) fn drain(&mut self, slot: usize) {
        let deadline = self.now + self.spec.drain_timeout;
        let Some(process) = &mut self.processes[slot] else {
            return;
        };
        if process.stage >= Stage::Draining {
            return;
        }
        process.stage = Stage::Draining;
        process.escalate_at = Some(deadline);
        process.order(Order::Drain { deadline });
        let pid = process.pid;
        self.tell(Event::DrainOrdered {
            slot,
            pid,
            timeout: self.spec.drain_timeout,
        });
    }

    pub(super) fn stop(&mut self, slot: usize) {
        let kill_at = self.now + self.spec.kill_after;
        let Some(process) = &mut self.processes[slot] else {
            return;
        };
        if process.stage >= Stage::Stopping {
            return;
        }
        process.stage = Stage::Stopping;
        process.escalate_at = Some(kill_at);
        process.order(Order::Stop);
        let pid = process.pid;
        self.tell(Event::StopOrdered { slot, pid });
    }

    pub(super) fn kill(&mut self, slot: usize) {
        let Some(process) = &mut self.processes[slot] else {
            return;
        };
        process.stage = Stage::Killed;
        process.escalate_at = None;
        let pid = process.pid;
        // It fails only for a child that has ended, which the next reaping finds.
        if process::kill(pid, libc::SIGKILL).is_ok() {
            self.killed += 1;
            self.tell(Event::WorkerKilled { slot, pid });
        }
    }

    pub(super) fn stop_oldest_drainer(&mut self) {
        let is_any_ending = self
            .processes
            .iter()
            .flatten()
            .any(|process| process.stage > Stage::Draining);
        let oldest = (0..self.processes.len())
            .filter_map(|slot| Some((self.processes[slot].as_ref()?, slot)))
            .filter(|(process, _)| process.stage == Stage::Draining)
            .min_by_key(|(process, _)| process.escalate_at);
        if let Some((_, slot)) = oldest
            && !is_any_ending
        {
            self.stop(slot);
        }
    }
}
