//! The end of a call's time: code that runs is interrupted, and a wait ends.
//!
//! A timer of the process sends a signal at the deadline of the call that runs; the signal's handler has the virtual
//! machine ask [`kargo_on_interrupt`] between two opcodes, which throws a `Kargo\TimeoutException` there. So `catch` and
//! `finally` can tidy up, for [`GRACE`]; whatever still runs then ends as by `exit`. A call that waits needs no timer: its
//! wait is cut at the deadline.

use std::time::{Duration, Instant};

use crate::engine::ffi;
use crate::engine::throw::{class, throw};
use crate::serve::current;

/// How long a call may tidy up.
pub(crate) const GRACE: Duration = Duration::from_secs(1);

/// When the time of the current call is over.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadline {
    at: Instant,
    /// The exception was thrown.
    pub(crate) is_over: bool,
}

/// What a call that ran out of time is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Due {
    Nothing,
    Throw,
    End,
}

/// Sets the time of the current call.
pub(crate) fn begin(time: Duration) {
    let at = Instant::now() + time;
    current::with(|current| current.deadline = Some(Deadline { at, is_over: false }));
    arm(time);
}

/// The current call is over; says whether its time was.
pub(crate) fn end() -> bool {
    arm(Duration::ZERO);
    let deadline = current::with(|current| current.deadline.take());
    deadline.is_some_and(|deadline| deadline.is_over)
}

/// The time left until something is to happen to the current call; `None` if nothing is.
pub(crate) fn left() -> Option<Duration> {
    let deadline = current::with(|current| current.deadline)?;
    let at = if deadline.is_over {
        deadline.at + GRACE
    } else {
        deadline.at
    };
    Some(at.saturating_duration_since(Instant::now()))
}

/// The current call is about to wait.
pub(crate) fn pause() {
    if current::with(|current| current.deadline.is_some()) {
        arm(Duration::ZERO);
    }
}

/// The current call goes on. `true`: its time is over, and an exception is pending.
pub(crate) fn resume() -> bool {
    match due() {
        Due::Nothing => {
            if let Some(left) = left() {
                arm(left.max(Duration::from_nanos(1)));
            }
            false
        }
        due => {
            raise(due);
            true
        }
    }
}

fn due() -> Due {
    let now = Instant::now();
    current::with(|current| match current.deadline {
        Some(deadline) if deadline.is_over && now >= deadline.at + GRACE => Due::End,
        Some(deadline) if !deadline.is_over && now >= deadline.at => Due::Throw,
        _ => Due::Nothing,
    })
}

fn raise(due: Due) {
    match due {
        Due::Nothing => {}
        Due::Throw => {
            current::with(|current| {
                if let Some(deadline) = &mut current.deadline {
                    deadline.is_over = true;
                }
            });
            throw(class::timeout_exception(), "the call takes too long");
            arm(GRACE);
        }
        // SAFETY: makes the unwinding of exit() pending.
        Due::End => unsafe { ffi::kg_throw_exit() },
    }
}

/// Sets the process's timer; zero stops it.
fn arm(time: Duration) {
    let nanos = i64::try_from(time.as_nanos()).unwrap_or(i64::MAX);
    // SAFETY: sets a timer whose signal sets a flag of the engine's.
    unsafe { ffi::kg_arm_deadline(nanos) };
}

/// The virtual machine was interrupted, for this or another reason.
#[unsafe(no_mangle)]
extern "C" fn kargo_on_interrupt() {
    raise(due());
}
