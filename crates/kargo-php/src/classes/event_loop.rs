//! `Kargo\Loop`, `Kargo\Watcher` and `Kargo\delay()`.

use std::time::Duration;

use crate::engine::call::native;
use crate::engine::throw::{class, throw};
use crate::engine::{Call, Callable, Owned, Thrown, ffi, object, throw_value_error};
use crate::serve::runner;
use crate::serve::runtime;
use crate::serve::wait;
use crate::serve::watchers::{Source, Watcher};

native! {
    kargo_fn_delay => delay_function;
    kargo_loop_defer => defer;
    kargo_loop_delay => delay;
    kargo_loop_repeat => repeat;
    kargo_loop_on_readable => on_readable;
    kargo_loop_on_writable => on_writable;
    kargo_loop_on_signal => on_signal;
    kargo_loop_run => run;
    kargo_loop_stop => stop;
    kargo_loop_is_running => is_running;
    kargo_watcher_cancel => cancel;
    kargo_watcher_is_active => is_active;
    kargo_watcher_unreference => unreference;
    kargo_watcher_reference => reference;
    kargo_watcher_set_priority => set_priority;
    kargo_not_constructible => not_constructible;
}

fn not_constructible(_call: &Call) -> Result<(), Thrown> {
    Err(throw(
        class::error(),
        "this class can't be constructed; see its static methods",
    ))
}

/// A time argument: finite, at most ten years, and not below `least`.
fn seconds(call: &Call, index: u32, allow_zero: bool) -> Result<Duration, Thrown> {
    let value = call.float_or(index, 0.0)?;
    let longest = runner::LONGEST.as_secs_f64();
    if !(value >= 0.0 && value <= longest) || (value == 0.0 && !allow_zero) {
        let least = if allow_zero {
            "0 or more"
        } else {
            "more than 0"
        };
        return Err(throw_value_error(
            index + 1,
            &format!("must be {least} and at most ten years"),
        ));
    }
    Ok(Duration::from_secs_f64(value))
}

fn delay_function(call: &Call) -> Result<(), Thrown> {
    let wait = seconds(call, 0, true)?;
    // Outside of a loop it needs nobody else, so it works even where nothing else can wait.
    if !runner::is_running() && wait::is_blocked() {
        std::thread::sleep(wait);
        return Ok(());
    }
    wait::pause(wait)
}

/// Registers a watcher and returns its object.
fn register(call: &Call, source: Source, callable: u32, stream: Owned) -> Result<(), Thrown> {
    let Some(value) = call.argument(callable) else {
        return Err(call.wrong_type(callable, c"a valid callback"));
    };
    let resolved = Callable::new(value).map_err(|reason| call.no_callback(callable, &reason))?;
    let id = runtime::with(|runtime| runtime.watchers.next_id());
    let mut watcher_object = object::instantiate(class::watcher(), id);
    call.result().copy_from(watcher_object.zv());
    let watcher = Watcher::new(source, resolved, stream, watcher_object);
    runtime::with(|runtime| {
        let armed = runtime
            .events
            .as_mut()
            .filter(|events| !events.is_foreign());
        runtime
            .watchers
            .add(id, watcher, armed, &mut runtime.watched)
    })
    .map_err(|error| {
        call.result().release();
        call.result().set_null();
        throw(
            class::transport_exception(),
            &format!("the loop can't watch this: {error}"),
        )
    })
}

fn defer(call: &Call) -> Result<(), Thrown> {
    register(call, Source::Deferred, 0, Owned::undefined())
}

fn delay(call: &Call) -> Result<(), Thrown> {
    register(
        call,
        Source::Delay(seconds(call, 0, true)?),
        1,
        Owned::undefined(),
    )
}

fn repeat(call: &Call) -> Result<(), Thrown> {
    register(
        call,
        Source::Repeat(seconds(call, 0, false)?),
        1,
        Owned::undefined(),
    )
}

/// The descriptor of a stream argument, made non-blocking.
fn stream(call: &Call) -> Result<(i32, Owned), Thrown> {
    let Some(value) = call.argument(0) else {
        return Err(call.wrong_type(0, c"an open stream resource"));
    };
    // SAFETY: the value is alive; a value that is no stream gives -1.
    let fd = unsafe { ffi::kg_stream_fd(value.0) };
    if fd < 0 {
        return Err(call.wrong_type(0, c"an open stream resource with a file descriptor"));
    }
    // SAFETY: it is a stream. One that can't be non-blocking (a plain file) is watched all the same.
    unsafe { ffi::kg_stream_unblock(value.0) };
    Ok((fd, Owned::copy_of(value)))
}

fn on_readable(call: &Call) -> Result<(), Thrown> {
    let (fd, stream) = stream(call)?;
    register(call, Source::Readable(fd), 1, stream)
}

fn on_writable(call: &Call) -> Result<(), Thrown> {
    let (fd, stream) = stream(call)?;
    register(call, Source::Writable(fd), 1, stream)
}

fn on_signal(call: &Call) -> Result<(), Thrown> {
    let signal = call.int_or(0, 0)?;
    let Some(signal) = i32::try_from(signal)
        .ok()
        .filter(|signal| (1..=64).contains(signal))
    else {
        return Err(throw_value_error(1, "must be a signal number"));
    };
    register(call, Source::Signal(signal), 1, Owned::undefined())
}

fn run(call: &Call) -> Result<(), Thrown> {
    call.result().set_null();
    runner::run()
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "the shape of every native function"
)]
fn stop(_call: &Call) -> Result<(), Thrown> {
    crate::serve::server::stop();
    Ok(())
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "the shape of every native function"
)]
fn is_running(call: &Call) -> Result<(), Thrown> {
    call.result().set_bool(runner::is_running());
    Ok(())
}

fn id_of(call: &Call) -> u64 {
    let id = object::native::<u64>(call.this());
    // SAFETY: every Watcher is made with its number; one that was not has none.
    if id.is_null() { 0 } else { unsafe { *id } }
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "the shape of every native function"
)]
fn cancel(call: &Call) -> Result<(), Thrown> {
    let id = id_of(call);
    let removed = runtime::with(|runtime| {
        let events = runtime
            .events
            .as_mut()
            .filter(|events| !events.is_foreign());
        runtime.watchers.remove(id, events, &mut runtime.watched)
    });
    // The callback may be the last to hold objects whose destructors run PHP code.
    drop(removed);
    Ok(())
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "the shape of every native function"
)]
fn is_active(call: &Call) -> Result<(), Thrown> {
    let id = id_of(call);
    call.result()
        .set_bool(runtime::with(|runtime| runtime.watchers.get(id).is_some()));
    Ok(())
}

fn set_referenced(call: &Call, is_referenced: bool) {
    let id = id_of(call);
    runtime::with(|runtime| {
        if let Some(watcher) = runtime.watchers.get(id) {
            watcher.is_referenced = is_referenced;
        }
    });
    call.return_this();
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "the shape of every native function"
)]
fn unreference(call: &Call) -> Result<(), Thrown> {
    set_referenced(call, false);
    Ok(())
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "the shape of every native function"
)]
fn reference(call: &Call) -> Result<(), Thrown> {
    set_referenced(call, true);
    Ok(())
}

fn set_priority(call: &Call) -> Result<(), Thrown> {
    let Ok(priority) = u8::try_from(call.int_or(0, 0)?) else {
        return Err(throw_value_error(1, "must be between 0 and 255"));
    };
    let id = id_of(call);
    runtime::with(|runtime| {
        if let Some(watcher) = runtime.watchers.get(id) {
            watcher.priority = Some(priority);
            runtime.due.set_levels();
        }
    });
    call.return_this();
    Ok(())
}
