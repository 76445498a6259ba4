//! What happens to the workers, told to the caller.

use std::fmt;
use std::io;
use std::time::Duration;

use crate::exit::{Exit, signal_name};

/// What happened in the master; `Display` gives one line.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event {
    /// The master has begun.
    MasterStarted {
        /// Its process id.
        pid: i32,
        /// How many workers it will keep.
        workers: usize,
    },
    /// A worker was forked.
    WorkerStarted {
        /// Its slot in the scoreboard.
        slot: usize,
        /// Its process id.
        pid: i32,
        /// How often a reload had been asked for by then.
        generation: u32,
    },
    /// No worker serves, since they end before they are ready: this process refuses clients meanwhile.
    StandInStarted {
        /// Its slot in the scoreboard.
        slot: usize,
        /// Its process id.
        pid: i32,
    },
    /// A worker says that it serves.
    WorkerReady {
        /// Its slot in the scoreboard.
        slot: usize,
        /// Its process id.
        pid: i32,
        /// How long that took since its fork.
        after: Duration,
    },
    /// A worker asked to be replaced, by itself or because it was sent `SIGTERM`.
    RecycleRequested {
        /// Its slot in the scoreboard.
        slot: usize,
        /// Its process id.
        pid: i32,
    },
    /// A worker was ordered to drain.
    DrainOrdered {
        /// Its slot in the scoreboard.
        slot: usize,
        /// Its process id.
        pid: i32,
        /// How long it may take.
        timeout: Duration,
    },
    /// A worker was ordered to stop at once.
    StopOrdered {
        /// Its slot in the scoreboard.
        slot: usize,
        /// Its process id.
        pid: i32,
    },
    /// A worker did not stop and was sent `SIGKILL`.
    WorkerKilled {
        /// Its slot in the scoreboard.
        slot: usize,
        /// Its process id.
        pid: i32,
    },
    /// A worker ended after it was ordered to, or had asked to be replaced.
    WorkerEnded {
        /// Its slot in the scoreboard.
        slot: usize,
        /// Its process id.
        pid: i32,
        /// How it ended.
        exit: Exit,
        /// The requests it had answered.
        requests: u64,
    },
    /// A worker ended without having been told to.
    WorkerDied {
        /// Its slot in the scoreboard.
        slot: usize,
        /// Its process id.
        pid: i32,
        /// How it ended.
        exit: Exit,
        /// The requests it had answered.
        requests: u64,
        /// The connections that ended with it.
        connections: u64,
    },
    /// A worker that died is started again after this delay.
    RespawnScheduled {
        /// Zero: at once.
        delay: Duration,
    },
    /// A worker could not be forked.
    SpawnFailed {
        /// Why.
        error: io::Error,
        /// When it is tried again.
        retry_in: Duration,
    },
    /// All workers are being replaced.
    ReloadStarted {
        /// The generation of the new ones.
        generation: u32,
    },
    /// All workers have been replaced; some of the old may still drain.
    ReloadFinished {
        /// The generation of all that accept.
        generation: u32,
    },
    /// All workers are ordered to drain, after which the master ends.
    DrainStarted {
        /// The signal that asked for it.
        signal: i32,
        /// How long they may take.
        timeout: Duration,
    },
    /// All workers are ordered to stop at once.
    StopStarted {
        /// The signal that asked for it.
        signal: i32,
    },
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MasterStarted { pid, workers } => {
                write!(f, "master {pid} started, {workers} workers")
            }
            Self::WorkerStarted {
                slot,
                pid,
                generation,
            } => {
                write!(
                    f,
                    "worker {pid} started (slot {slot}, generation {generation})"
                )
            }
            Self::StandInStarted { slot, pid } => write!(
                f,
                "no worker could start: process {pid} answers with 503 until one can (slot {slot})"
            ),
            Self::WorkerReady { slot, pid, after } => {
                write!(
                    f,
                    "worker {pid} ready after {} ms (slot {slot})",
                    after.as_millis()
                )
            }
            Self::RecycleRequested { slot, pid } => {
                write!(f, "worker {pid} asks to be replaced (slot {slot})")
            }
            Self::DrainOrdered { slot, pid, timeout } => {
                write!(
                    f,
                    "worker {pid} drains, {} ms at most (slot {slot})",
                    timeout.as_millis()
                )
            }
            Self::StopOrdered { slot, pid } => write!(f, "worker {pid} must stop (slot {slot})"),
            Self::WorkerKilled { slot, pid } => {
                write!(f, "worker {pid} did not stop, killed (slot {slot})")
            }
            Self::WorkerEnded {
                slot,
                pid,
                exit,
                requests,
            } => {
                write!(
                    f,
                    "worker {pid} ended: {exit} after {requests} requests (slot {slot})"
                )
            }
            Self::WorkerDied {
                slot,
                pid,
                exit,
                requests,
                connections,
            } => write!(
                f,
                "worker {pid} died: {exit} after {requests} requests, \
                 {connections} connections lost (slot {slot})"
            ),
            Self::RespawnScheduled { delay } if delay.is_zero() => {
                f.write_str("a worker is started again at once")
            }
            Self::RespawnScheduled { delay } => {
                write!(f, "a worker is started again in {} ms", delay.as_millis())
            }
            Self::SpawnFailed { error, retry_in } => write!(
                f,
                "a worker could not be started: {error}; tried again in {} ms",
                retry_in.as_millis()
            ),
            Self::ReloadStarted { generation } => {
                write!(f, "reload: replacing all workers (generation {generation})")
            }
            Self::ReloadFinished { generation } => {
                write!(f, "reload: all workers replaced (generation {generation})")
            }
            Self::DrainStarted { signal, timeout } => write!(
                f,
                "{}: draining, {} ms at most; send it again to stop now",
                name(*signal),
                timeout.as_millis()
            ),
            Self::StopStarted { signal } => write!(f, "{}: stopping now", name(*signal)),
        }
    }
}

fn name(signal: i32) -> &'static str {
    signal_name(signal).unwrap_or("signal")
}
