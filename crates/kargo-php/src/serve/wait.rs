//! Waiting: a native function that PHP called comes back when somebody has handled an event, and others run meanwhile.
//!
//! Whoever starts something that ends later takes a key and leaves it with the state of that operation; whoever handles
//! the event wakes the key. Nothing is handed over with it: the waiting function looks at the state again, since a third
//! one may have been faster. So it waits in a loop:
//!
//! ```text
//! wait::reject_if_blocked()?;                     // before anything is begun that nobody could wait for
//! loop {
//!     let step = runtime::with(|runtime| match runtime.lookups.take(id) {
//!         Some(answer) => Step::Done(answer),
//!         None => { let key = runtime.new_key(); runtime.lookups.tell(id, key); Step::Wait(key) }
//!     });
//!     match step {
//!         Step::Done(answer) => return Ok(answer),
//!         Step::Wait(key) => match wait::wait(key, None)? { Wake::Woken => {} Wake::TimedOut => … }
//!     }
//! }
//! // where the event is handled, with the runtime borrowed:
//! if let Some(key) = runtime.lookups.waiting(id) { runtime.wake(key, Wake::Woken); }
//! ```
//!
//! - A key is for one wait. Waking a key that nobody waits for, any more or yet, does nothing: check the state first, as
//!   above; nothing runs between that and the wait.
//! - No borrow may be alive across [`wait`], and no value that must be dropped: the wait may end with the whole stack.
//! - The stack is parked and another context runs the loop. Outside of a running loop, it runs until the key is woken:
//!   watchers are called meanwhile, and what they throw is thrown from here.
//! - `Err` says that an exception is pending: the process stops and all waits end (the unwinding of `exit`), PHP does
//!   not switch stacks here (`Kargo\AwaitError`), or a callback failed in a loop that ran for this wait. The operation still
//!   exists then, and must be given up.
//! - `Loop::stop()` lets each [`pause`] and [`wait_to_end`] end first, and the wait of a callback on the stack of `run()`
//!   itself. Other waits stay parked; they go on when the loop runs again, and end with the script.

use std::time::{Duration, Instant};

use kargo_loop::{EventLoop, TimerId, Token};

use crate::app::output;
use crate::engine::callable::take_exception;
use crate::engine::context::{self, Context, Scope};
use crate::engine::throw::{class, throw};
use crate::engine::{Thrown, ffi};
use crate::serve::runtime::{self, Runtime, owner};
use crate::serve::{current, deadline, handler, runner};

/// How a wait ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Wake {
    /// The event came.
    #[default]
    Woken,
    /// The timeout came first.
    TimedOut,
}

/// A stack that waits.
#[derive(Debug)]
pub(crate) struct Parked {
    pub(crate) context: Context,
    /// The timeout; the first turn after the next one for [`Duration::ZERO`], which needs no timer.
    timer: Option<TimerId>,
    /// When the wait ends by itself.
    until: Option<Instant>,
    pub(crate) outlasts: Outlasts,
}

/// What lets a wait end first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outlasts {
    Nothing,
    /// `Loop::stop()`.
    Stop,
    /// A drain of the server, as long as it may take, though no client is left.
    Drain,
}

impl Runtime {
    /// A key that no wait had before.
    pub(crate) fn new_key(&mut self) -> u64 {
        self.roles.last_key += 1;
        self.roles.last_key
    }

    /// Ends the wait for `key`: what waits goes on as soon as the event in hand is handled, and [`wait`] returns `wake`.
    /// `false`: nobody waits.
    pub(crate) fn wake(&mut self, key: u64, wake: Wake) -> bool {
        let Some(parked) = self.roles.parked.remove(&key) else {
            return false;
        };
        if let (Some(timer), Some(events)) = (parked.timer, self.events.as_mut()) {
            events.cancel_timer(timer);
        }
        self.roles.ready.push_back((parked.context, wake));
        if self.roles.awaited == Some(key) {
            self.roles.awaited = None;
        }
        true
    }

    /// Sets the timeouts of all waits in a loop that is new: this process was forked, and the stacks with it.
    pub(super) fn rearm_waits(&mut self, events: &mut EventLoop) {
        for (key, parked) in &mut self.roles.parked {
            let rest = parked
                .until
                .map(|until| until.saturating_duration_since(Instant::now()));
            parked.timer = arm(Some(events), *key, rest);
        }
    }
}

/// Whether nothing can wait here. See [`reject_if_blocked`].
pub(crate) fn is_blocked() -> bool {
    context::switch_is_blocked() || is_foreign() || output::is_active() || is_updating()
}

/// Whether a session's value is being made, which somebody else may be faster with.
fn is_updating() -> bool {
    current::with(|current| current.is_updating)
}

/// Whether this process was forked while the loop ran, so that the frames below belong to a loop of the parent's; or
/// whether the script is over, and with it the loop.
fn is_foreign() -> bool {
    runtime::with(|runtime| runtime.is_running) && !runner::is_running()
}

/// Throws in a process that was forked while the loop ran, and where the script is over.
///
/// # Errors
/// `Kargo\AwaitError` is pending.
pub(crate) fn reject_if_foreign() -> Result<(), Thrown> {
    if !is_foreign() {
        return Ok(());
    }
    Err(blocked(if runner::is_aborting() {
        "the script is over"
    } else {
        "this process was forked inside a handler or callback, and the loop is its parent's"
    }))
}

fn blocked(reason: &str) -> Thrown {
    let message = format!("nothing can wait here: {reason}");
    throw(class::await_error(), &message)
}

/// Throws where PHP can't wait, as [`wait`] does.
///
/// # Errors
/// `Kargo\AwaitError` is pending: in destructors before PHP 8.4, in signal handlers of pcntl, and in a process that
/// was forked inside a handler or callback; and in a classic application.
pub(crate) fn reject_if_blocked() -> Result<(), Thrown> {
    if context::switch_is_blocked() {
        return Err(blocked(
            "PHP does not switch stacks in this place (a destructor before PHP 8.4, or a signal handler of pcntl, for \
             instance)",
        ));
    }
    if output::is_active() {
        return Err(blocked(
            "a classic application runs, and PHP's superglobals are its request's",
        ));
    }
    if is_updating() {
        return Err(blocked("the callback of Session::update() runs"));
    }
    reject_if_foreign()
}

/// Waits until `key`, from [`Runtime::new_key`], is woken, or the timeout is over; zero gives way to what else is ready.
///
/// # Errors
/// An exception is pending; see the module's documentation.
pub(crate) fn wait(key: u64, timeout: Option<Duration>) -> Result<Wake, Thrown> {
    begin(key, timeout, Outlasts::Nothing)
}

/// Waits as [`wait`] does; `Loop::stop()` lets it end first: for what was asked for and is answered soon, such as a request
/// that is in flight.
///
/// # Errors
/// As for [`wait`].
pub(crate) fn wait_to_end(key: u64, timeout: Duration) -> Result<Wake, Thrown> {
    begin(key, Some(timeout), Outlasts::Stop)
}

/// Waits for nothing but the end of `time`. `Loop::stop()` lets it end first.
///
/// # Errors
/// As for [`wait`].
pub(crate) fn pause(time: Duration) -> Result<(), Thrown> {
    let key = runtime::with(Runtime::new_key);
    begin(key, Some(time), Outlasts::Stop).map(drop)
}

fn begin(key: u64, timeout: Option<Duration>, outlasts: Outlasts) -> Result<Wake, Thrown> {
    reject_if_blocked()?;
    if runner::is_running() {
        return park(key, timeout, outlasts);
    }
    runner::begin(Some(key))?;
    let wake = park(key, timeout, outlasts);
    runner::end()?;
    wake
}

/// Waits as [`wait`] does, for native code that no PHP code called: nothing is thrown, and nothing is left pending. `None`:
/// nothing can be waited for here, or the process stops.
pub(crate) fn wait_quietly(key: u64, timeout: Duration) -> Option<Wake> {
    quietly(key, timeout, Outlasts::Nothing)
}

/// Waits as [`wait_quietly`] does, for work that goes on without a client: a drain lets it end first.
pub(crate) fn wait_through_drain(key: u64, timeout: Duration) -> Option<Wake> {
    quietly(key, timeout, Outlasts::Drain)
}

fn quietly(key: u64, timeout: Duration, outlasts: Outlasts) -> Option<Wake> {
    if is_blocked() || !runner::is_running() {
        return None;
    }
    match switch(key, Some(timeout), outlasts) {
        Ok(wake) => (!runner::is_aborting()).then_some(wake),
        Err(Thrown) => {
            // There is no memory for a stack.
            drop(take_exception());
            None
        }
    }
}

/// Parks the stack of PHP code. The limit of the call that runs cuts the wait short.
fn park(key: u64, timeout: Option<Duration>, outlasts: Outlasts) -> Result<Wake, Thrown> {
    let left = deadline::left();
    let timeout = match (timeout, left) {
        (Some(timeout), Some(left)) => Some(timeout.min(left)),
        (timeout, left) => timeout.or(left),
    };
    deadline::pause();
    let wake = switch(key, timeout, outlasts)?;
    if runner::is_aborting() {
        // SAFETY: makes the unwinding of exit() pending.
        unsafe { ffi::kg_throw_exit() }
        return Err(Thrown);
    }
    if left.is_some() && deadline::resume() {
        return Err(Thrown);
    }
    Ok(wake)
}

/// Parks the stack, and lets another one run the loop until the key is woken or the timeout is over.
fn switch(key: u64, timeout: Option<Duration>, outlasts: Outlasts) -> Result<Wake, Thrown> {
    runtime::with(|runtime| {
        let parked = Parked {
            context: Context::current(),
            timer: arm(runtime.events.as_mut(), key, timeout),
            until: timeout.map(|timeout| Instant::now() + timeout),
            outlasts,
        };
        runtime.roles.parked.insert(key, parked);
    });
    handler::detach_current();
    let next = runtime::with(|runtime| {
        let roles = &mut runtime.roles;
        match roles.ready.pop_front() {
            Some((context, wake)) => {
                roles.wake = wake;
                Some(context)
            }
            None => roles.idle.pop(),
        }
    })
    .or_else(Context::new);
    let Some(next) = next else {
        runtime::with(|runtime| runtime.roles.parked.remove(&key));
        return Err(Thrown);
    };
    let scope = Scope::park();
    let work = current::take();
    next.switch_to();
    current::put_back(work);
    scope.resume();
    Ok(runtime::with(|runtime| runtime.roles.wake))
}

/// Sets the timeout of a wait.
fn arm(events: Option<&mut EventLoop>, key: u64, timeout: Option<Duration>) -> Option<TimerId> {
    let (events, timeout) = (events?, timeout?);
    let token = Token::new(owner::PARKED, key);
    if timeout.is_zero() {
        events.defer(token);
        return None;
    }
    Some(events.set_timer(Instant::now() + timeout, token))
}
