//! `event_base_*`: bases, each a loop of its own beside the process's.
//!
//! A base is run on the stack of whoever asks for it, and nothing else goes on meanwhile. A callback that waits lets the
//! process's own loop go on; the base does when the wait is over.

use std::time::{Duration, Instant};

use kargo_loop::{Event as LoopEvent, EventKind, EventLoop, TimerId, Token};

use super::buffered::BufferedStreams;
use super::registration::{self, SystemError};
use super::resource::{self, Kind};
use super::schedule::{self, Base, Schedule};
use crate::engine::call::native;
use crate::engine::callable::Outcome;
use crate::engine::throw::{class, throw, warn};
use crate::engine::{Call, Owned, Thrown, ffi};
use crate::serve::callback;
use crate::serve::due::{Due, DueQueue};
use crate::serve::handler;
use crate::serve::runner;
use crate::serve::runtime::{self, Runtime, owner};
use crate::serve::watched::Watched;

native! {
    kargo_classic_event_base_new => new;
    kargo_classic_event_base_free => free;
    kargo_classic_event_base_set => set;
    kargo_classic_event_base_loop => run_loop;
    kargo_classic_event_base_dispatch => run_loop;
    kargo_classic_event_base_loopbreak => loopbreak;
    kargo_classic_event_base_loopexit => loopexit;
    kargo_classic_event_base_priority_init => priority_init;
}

/// EVLOOP_ONCE and EVLOOP_NONBLOCK.
const ONCE: i64 = 1;
const NONBLOCK: i64 = 2;

/// Runs of bases within each other at most: each lies on the stack.
const DEEPEST: usize = 256;

/// Priorities at most.
const PRIORITIES: i64 = 256;

/// A loop of its own.
#[derive(Debug, Default)]
pub(crate) struct BaseLoop {
    /// Made when it first runs, hence after a fork.
    pub(crate) events: Option<EventLoop>,
    pub(crate) watched: Watched,
    pub(crate) due: DueQueue,
    pub(crate) schedule: Schedule,
    pub(crate) streams: BufferedStreams,
    /// Events and bufferevents that were given to it.
    pub(crate) attached: usize,
    /// When runs are to end: event_base_loopexit().
    exits: Vec<(Instant, Option<TimerId>)>,
    /// The run ends when this turn's callbacks are called.
    is_exiting: bool,
    /// The innermost run ends after the callback in progress.
    is_breaking: bool,
}

impl BaseLoop {
    fn start(&mut self) -> std::io::Result<bool> {
        if self.events.as_ref().is_some_and(EventLoop::is_foreign) {
            self.events = None;
        }
        if self.events.is_some() {
            return Ok(false);
        }
        let mut events = EventLoop::new()?;
        self.watched.clear();
        for (at, timer) in &mut self.exits {
            *timer = Some(events.set_timer(*at, Token::new(owner::LOOP_EXIT, 0)));
        }
        self.events = Some(events);
        Ok(true)
    }
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "the shape of every native function"
)]
fn new(call: &Call) -> Result<(), Thrown> {
    resource::return_new(call, Kind::Base, |classic| {
        classic.bases.insert(BaseLoop::default())
    });
    Ok(())
}

fn free(call: &Call) -> Result<(), Thrown> {
    let key = resource::key(call, 0, Kind::Base)?;
    let is_used = runtime::with(|runtime| {
        let base = runtime.classic.bases.get(key);
        base.is_some_and(|base| base.attached != 0)
    });
    if is_used {
        call.result().set_bool(false);
        warn(format_args!("the base has events attached"));
        return Ok(());
    }
    call.result().set_null();
    resource::close(call, 0, Kind::Base)
}

fn set(call: &Call) -> Result<(), Thrown> {
    let event = resource::key(call, 0, Kind::Event)?;
    let base = resource::key(call, 1, Kind::Base)?;
    let handle = call
        .argument(1)
        .map_or_else(Owned::undefined, Owned::copy_of);
    let attached = runtime::with(|runtime| registration::attach(runtime, event, base, handle));
    let is_attached = attached.is_some();
    // The last handle of the event's old base may be this one.
    drop(attached);
    call.result().set_bool(is_attached);
    if !is_attached {
        warn(format_args!("the event is pending: delete it first"));
    }
    Ok(())
}

fn loopbreak(call: &Call) -> Result<(), Thrown> {
    let key = resource::key(call, 0, Kind::Base)?;
    runtime::with(|runtime| {
        if let Some(base) = runtime.classic.bases.get(key) {
            base.is_breaking = true;
        }
    });
    call.result().set_bool(true);
    Ok(())
}

fn loopexit(call: &Call) -> Result<(), Thrown> {
    let key = resource::key(call, 0, Kind::Base)?;
    let microseconds = u64::try_from(call.int_or(1, -1)?).unwrap_or(0);
    let after = Duration::from_micros(microseconds).min(runner::LONGEST);
    runtime::with(|runtime| {
        if let Some(base) = runtime.classic.bases.get(key) {
            let at = Instant::now() + after;
            let events = base.events.as_mut().filter(|events| !events.is_foreign());
            let timer = events.map(|events| events.set_timer(at, Token::new(owner::LOOP_EXIT, 0)));
            base.exits.push((at, timer));
        }
    });
    call.result().set_bool(true);
    Ok(())
}

fn priority_init(call: &Call) -> Result<(), Thrown> {
    let key = resource::key(call, 0, Kind::Base)?;
    let count = call.int_or(1, 0)?;
    init_priorities(call, Some(key), count);
    Ok(())
}

/// Sets how many priorities the events of a loop have; returns whether it did, with a warning if not.
pub(super) fn init_priorities(call: &Call, base: Base, count: i64) {
    let is_allowed = (1..=PRIORITIES).contains(&count);
    let is_set = is_allowed
        && runtime::with(|runtime| {
            schedule::parts(runtime, base)
                .is_some_and(|(parts, _)| parts.due.set_priorities(count.unsigned_abs() as u16))
        });
    call.result().set_bool(is_set);
    if !is_allowed {
        warn(format_args!("there can be 1 to {PRIORITIES} priorities"));
    } else if !is_set {
        warn(format_args!("callbacks are due already"));
    }
}

// ---- running

/// What a base is to do next.
enum Step {
    Call(Due),
    /// The engine wants to run something of its own.
    Interrupt,
    /// The run is over, with this result.
    Over(i64),
    /// The loop can't wait; the number of the system's error.
    Failed(i32),
}

/// One run of a base.
struct Run {
    key: u64,
    flags: i64,
    has_waited: bool,
    has_called: bool,
}

fn run_loop(call: &Call) -> Result<(), Thrown> {
    let key = resource::key(call, 0, Kind::Base)?;
    let flags = call.int_or(1, 0)?;
    let depth = runtime::with(|runtime| {
        runtime.classic.depth += 1;
        runtime.classic.depth
    });
    let result = if depth > DEEPEST {
        let message = format!("bases run within each other {DEEPEST} times already");
        Err(throw(class::error(), &message))
    } else {
        run(key, flags)
    };
    runtime::with(|runtime| runtime.classic.depth = depth - 1);
    match result? {
        Ended::With(number) => call.result().set_int(number),
        Ended::Failed(code) => {
            call.result().set_int(-1);
            warn(format_args!("the loop can't wait: {}", SystemError(code)));
        }
        // SAFETY: the script ends as the fatal error outside of the loop would have ended it; nothing is left to be
        // dropped.
        Ended::Fatal => unsafe { ffi::kg_bailout() },
    }
    Ok(())
}

/// How a run ended.
enum Ended {
    With(i64),
    Failed(i32),
    Fatal,
}

fn run(key: u64, flags: i64) -> Result<Ended, Thrown> {
    let mut run = Run {
        key,
        flags,
        has_waited: false,
        has_called: false,
    };
    let started = runtime::with(|runtime| {
        if let Some(base) = runtime.classic.bases.get(key) {
            (base.is_breaking, base.is_exiting) = (false, false);
        }
        start(runtime, key)
    });
    if let Err(error) = started {
        return Ok(Ended::Failed(code(&error)));
    }
    loop {
        let outcome = match run.step() {
            Step::Over(result) => return Ok(Ended::With(result)),
            Step::Failed(code) => return Ok(Ended::Failed(code)),
            Step::Interrupt => runner::interrupt(),
            Step::Call(due) => run.call(due),
        };
        match outcome {
            Outcome::Returned => {}
            Outcome::Threw | Outcome::Exited => return Err(Thrown),
            Outcome::Fatal | Outcome::OutOfMemory => return Ok(Ended::Fatal),
        }
    }
}

/// Makes the loop of a base, and registers its events, unless that was done in this process.
pub(super) fn start(runtime: &mut Runtime, key: u64) -> std::io::Result<()> {
    let base = runtime.classic.bases.get(key);
    if base.map_or(Ok(false), BaseLoop::start)? {
        runtime.arm_classic(Some(key));
    }
    Ok(())
}

fn code(error: &std::io::Error) -> i32 {
    error.raw_os_error().unwrap_or(libc::EINVAL)
}

impl Run {
    fn call(&mut self, due: Due) -> Outcome {
        let Some(mut prepared) = runtime::with(|runtime| super::prepare(runtime, due)) else {
            return Outcome::Returned;
        };
        self.has_called = true;
        let outcome = prepared.call();
        if callback::is_serving() {
            handler::end_foreign_child();
        }
        if outcome == Outcome::Returned {
            runtime::with(|runtime| super::after_call(runtime, due));
        }
        outcome
    }

    fn step(&mut self) -> Step {
        // SAFETY: reads one flag.
        if unsafe { ffi::kg_interrupt_is_due() } {
            return Step::Interrupt;
        }
        runtime::with(|runtime| self.step_within(runtime))
    }

    fn step_within(&mut self, runtime: &mut Runtime) -> Step {
        loop {
            let Some(base) = runtime.classic.bases.get(self.key) else {
                // A callback has freed the base.
                return Step::Over(0);
            };
            if std::mem::take(&mut base.is_breaking) {
                return Step::Over(0);
            }
            if let Some(due) = schedule::next_due(runtime, Some(self.key)) {
                return Step::Call(due);
            }
            let Some(base) = runtime.classic.bases.get(self.key) else {
                return Step::Over(0);
            };
            let Some(events) = base.events.as_mut() else {
                return Step::Over(0);
            };
            if let Some(event) = events.next() {
                dispatch(runtime, self.key, event);
                continue;
            }
            if schedule::end_turn(runtime, Some(self.key)) {
                continue;
            }
            if let Some(over) = self.end_turn(runtime) {
                return over;
            }
            // SAFETY: reads one flag.
            if unsafe { ffi::kg_interrupt_is_due() } {
                return Step::Interrupt;
            }
        }
    }

    /// Nothing is due: waits for something, unless the run is over.
    fn end_turn(&mut self, runtime: &mut Runtime) -> Option<Step> {
        let has_events = runtime.has_classic(Some(self.key));
        let base = runtime.classic.bases.get(self.key)?;
        if std::mem::take(&mut base.is_exiting) {
            return Some(Step::Over(0));
        }
        if (self.flags & ONCE != 0 && self.has_called)
            || (self.flags & NONBLOCK != 0 && self.has_waited)
        {
            return Some(Step::Over(0));
        }
        if !has_events && base.exits.is_empty() {
            return Some(Step::Over(1));
        }
        self.has_waited = true;
        let most = (self.flags & NONBLOCK != 0).then_some(Duration::ZERO);
        match base.events.as_mut()?.poll(most) {
            Ok(()) => None,
            Err(error) => Some(Step::Failed(code(&error))),
        }
    }
}

/// What the loop of a base has to tell.
pub(super) fn dispatch(runtime: &mut Runtime, key: u64, event: LoopEvent) {
    if let (owner::LOOP_EXIT, EventKind::Timer(id)) = (event.token.owner(), event.kind) {
        if let Some(base) = runtime.classic.bases.get(key) {
            base.exits.retain(|(_, timer)| *timer != Some(id));
            base.is_exiting = true;
        }
        return;
    }
    schedule::dispatch(runtime, Some(key), event.token, event.kind);
}
