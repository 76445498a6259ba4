//! One master and N prefork workers, for a server that is a running script.
//!
//! The master forks from inside a single-threaded interpreter, after the script has booted and
//! opened its listeners. It knows neither HTTP nor PHP: it spawns, watches, drains, respawns,
//! recycles and stops processes. Nothing here logs; what happens is told to a callback as an
//! [`Event`], whose `Display` is one line.
//!
//! ```no_run
//! use kargo_supervisor::{Order, Role, Spec, Supervisor};
//!
//! # fn main() -> Result<(), kargo_supervisor::Error> {
//! let supervisor = Supervisor::new(Spec::new(4))?;
//! match supervisor.run(|event| eprintln!("{event}"))? {
//!     Role::Worker(mut worker) => {
//!         worker.ready()?;
//!         // Serve, watching worker.control_fd(); when it is readable:
//!         for order in worker.read_orders() {
//!             match order {
//!                 Order::Drain { deadline: _ } => { /* finish what is in flight, then leave */ }
//!                 Order::Stop => { /* leave now */ }
//!             }
//!         }
//!     }
//!     Role::Ended(report) => eprintln!("{report}"),
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # How the processes talk
//!
//! Orders go down, reports come up, over one packet socket per worker. Signals are only the doors
//! for people, since user code can take a signal away from us:
//!
//! | signal | to the master | to a worker |
//! |---|---|---|
//! | `SIGTERM` | drain all, then end; the second time: stop now | drain it and replace it |
//! | `SIGINT` | the same | ignored, the master acts on it |
//! | `SIGHUP` | replace all workers, one after the other | ignored |
//!
//! A worker that does not obey is escalated: order to drain; at the deadline, order to stop;
//! [`Spec::kill_after`] later, `SIGKILL`. When the master dies, however it dies, the kernel kills
//! its workers.
//!
//! # Slots
//!
//! A replacement starts *before* its predecessor drains, so there are four times as many
//! slots as workers. A slot is the place of one process in the [`Scoreboard`]; it is reset when its process
//! has been reaped.
//!
//! # Accepting
//!
//! All workers share each listening socket; [`AcceptShare`] decides which of them takes the next
//! connection, and says what the event loop around it must do.

mod accept_share;
mod error;
mod event;
mod exit;
mod foreign_child;
mod fork_server;
mod inherited;
mod master;
mod orders;
mod poke;
mod report;
mod restart_policy;
mod scoreboard;
mod seat;
mod spec;
mod sys;
mod worker;

pub use accept_share::{AcceptShare, Decision};
pub use error::Error;
pub use event::Event;
pub use exit::Exit;
pub use foreign_child::{ForeignChildGuard, is_foreign_child};
pub use fork_server::{ForkServer, Forked, ForkedChild};
pub use inherited::Inherited;
pub use master::{Role, Supervisor};
pub use orders::{Order, Orders};
pub use report::{EndCause, Report};
pub use restart_policy::{Backoff, RestartPolicy};
pub use scoreboard::{COUNTERS_PER_SLOT, Scoreboard, Slot, WorkerPhase};
pub use spec::{MAX_WORKERS, Spec};
pub use worker::Worker;

/// Milliseconds of the monotonic clock, the same in all processes of the machine and never 0: the
/// unit of [`Slot::turn_started_ms`].
#[inline]
pub fn monotonic_ms() -> u64 {
    (sys::process::monotonic_nanos() / 1_000_000).max(1)
}
