//! `event_*`: events on the process's own loop, and that loop itself.

use std::time::Duration;

use kargo_loop::{EventLoop, Interest};

use super::buffered;
use super::registration::{self, AddError, Event, Setting, Source, flag};
use super::resource::{self, Kind};
use super::schedule;
use crate::engine::call::native;
use crate::engine::throw::warn;
use crate::engine::value::Kind as Type;
use crate::engine::{Call, Callable, Owned, Thrown, ffi};
use crate::serve::runtime;
use crate::serve::{inner, runner};

native! {
    kargo_classic_event_init => init;
    kargo_classic_event_reinit => reinit;
    kargo_classic_event_new => new;
    kargo_classic_event_set => set;
    kargo_classic_event_add => add;
    kargo_classic_event_del => delete;
    kargo_classic_event_free => free;
    kargo_classic_event_dispatch => dispatch;
    kargo_classic_event_loopbreak => loopbreak;
    kargo_classic_event_priority_init => priority_init;
    kargo_classic_event_priority_set => priority_set;
}

/// `event_init()` in a process that was forked: a base of its own, without the events of its parent.
fn init(call: &Call) -> Result<(), Thrown> {
    call.result().set_null();
    runtime::with(|runtime| {
        if runtime.events.as_ref().is_some_and(EventLoop::is_foreign) {
            registration::forget_events(runtime);
            buffered::forget_all(runtime);
            runtime.classic.http.forget();
        }
    });
    reinit(call)
}

/// A loop that is the parent process's is replaced, and everything registered anew; one that does not run yet needs
/// nothing.
fn reinit(call: &Call) -> Result<(), Thrown> {
    call.result().set_null();
    runtime::with(|runtime| {
        let is_foreign = runtime.events.as_ref().is_some_and(EventLoop::is_foreign);
        if is_foreign && runtime.serving.is_none() {
            runtime.start()
        } else {
            Ok(())
        }
    })
    .map_err(|error| runner::cannot_start(&error))
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "the shape of every native function"
)]
fn new(call: &Call) -> Result<(), Thrown> {
    let (key, resource) = resource::return_new(call, Kind::Event, |classic| {
        classic.events.insert(Event::new())
    });
    runtime::with(|runtime| {
        if let Some(event) = runtime.classic.events.get(key) {
            event.resource = resource;
        }
    });
    Ok(())
}

fn set(call: &Call) -> Result<(), Thrown> {
    let key = resource::key(call, 0, Kind::Event)?;
    let flags = call.int_or(2, 0)?;
    let source = source(call, flags)?;
    let callable = callable(call, 3)?;
    let Some(source) = source else {
        call.result().set_bool(false);
        warn(format_args!("the stream has no descriptor"));
        return Ok(());
    };
    let stream = call
        .argument(1)
        .map_or_else(Owned::undefined, Owned::copy_of);
    // What it was set to before is dropped when no borrow is alive.
    let (_old, is_there) = runtime::with(|runtime| {
        registration::delete(runtime, key);
        let Some(event) = runtime.classic.events.get(key) else {
            return (None, false);
        };
        let old = event.setting.replace(Setting {
            stream,
            source,
            flags,
            callable,
        });
        (old, true)
    });
    call.result().set_bool(is_there);
    Ok(())
}

/// What the second argument of `event_set()` says: `Ok(None)` is a stream that can't be watched.
fn source(call: &Call, flags: i64) -> Result<Option<Source>, Thrown> {
    let interest = match (flags & flag::READ != 0, flags & flag::WRITE != 0) {
        (true, true) => Interest::READABLE.and(Interest::WRITABLE),
        (true, false) => Interest::READABLE,
        (false, true) => Interest::WRITABLE,
        (false, false) => Interest::NONE,
    };
    let of_descriptor = |fd: i32| {
        if interest == Interest::NONE {
            Source::Nothing
        } else {
            Source::Descriptor(fd, interest)
        }
    };
    let Some(stream) = call.argument(1) else {
        return Err(call.wrong_type(1, c"a stream, a signal number or -1"));
    };
    if let Some(number) = stream.int() {
        let number = i32::try_from(number).unwrap_or(-1);
        return Ok(Some(if flags & flag::SIGNAL != 0 {
            Source::Signal(number)
        } else {
            of_descriptor(number)
        }));
    }
    if stream.kind() != Type::Resource {
        return Err(call.wrong_type(1, c"a stream, a signal number or -1"));
    }
    resource::reject_unless_stream(stream)?;
    // SAFETY: the argument is a stream; it becomes non-blocking and unbuffered, as it always did.
    let fd = unsafe {
        ffi::kg_stream_unblock(stream.0);
        ffi::kg_stream_unbuffer(stream.0);
        ffi::kg_stream_fd(stream.0)
    };
    Ok((fd >= 0 && flags & flag::SIGNAL == 0).then(|| of_descriptor(fd)))
}

/// A callable argument.
pub(super) fn callable(call: &Call, index: u32) -> Result<Callable, Thrown> {
    let Some(value) = call.argument(index) else {
        return Err(call.wrong_type(index, c"a valid callback"));
    };
    Callable::new(value).map_err(|reason| call.no_callback(index, &reason))
}

/// A time argument: what is no integer counts as 0.
fn whole(call: &Call, index: u32) -> i64 {
    call.argument(index)
        .and_then(crate::engine::Zv::int)
        .unwrap_or(0)
}

fn add(call: &Call) -> Result<(), Thrown> {
    let key = resource::key(call, 0, Kind::Event)?;
    let timeout = (call.count() > 1).then(|| {
        let microseconds = i128::from(whole(call, 1)) * 1_000_000 + i128::from(whole(call, 2));
        let microseconds = u64::try_from(microseconds.max(0)).unwrap_or(u64::MAX);
        Duration::from_micros(microseconds).min(runner::LONGEST)
    });
    let added = runtime::with(|runtime| registration::add(runtime, key, timeout));
    finish(call, added);
    Ok(())
}

/// Returns whether it went well, with a warning if not.
fn finish(call: &Call, result: Result<(), AddError>) {
    call.result().set_bool(result.is_ok());
    if let Err(error) = result {
        warn(format_args!("{error}"));
    }
}

fn delete(call: &Call) -> Result<(), Thrown> {
    let key = resource::key(call, 0, Kind::Event)?;
    runtime::with(|runtime| registration::delete(runtime, key));
    call.result().set_bool(true);
    Ok(())
}

fn free(call: &Call) -> Result<(), Thrown> {
    call.result().set_null();
    resource::close(call, 0, Kind::Event)
}

fn dispatch(call: &Call) -> Result<(), Thrown> {
    call.result().set_null();
    // A child that a callback forked may run a loop of its own, but not the parent's server.
    if runtime::with(|runtime| runtime.is_running) {
        reinit(call)?;
        inner::run()
    } else {
        runner::run()
    }
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "the shape of every native function"
)]
fn loopbreak(call: &Call) -> Result<(), Thrown> {
    inner::break_run();
    call.result().set_bool(true);
    Ok(())
}

fn priority_init(call: &Call) -> Result<(), Thrown> {
    let count = call.int_or(0, 0)?;
    super::base::init_priorities(call, None, count);
    Ok(())
}

fn priority_set(call: &Call) -> Result<(), Thrown> {
    let key = resource::key(call, 0, Kind::Event)?;
    let priority = call.int_or(1, 0)?;
    let most = runtime::with(|runtime| {
        let base = runtime.classic.events.get(key)?.base();
        let (parts, handles) = schedule::parts(runtime, base)?;
        let most = parts.due.priorities() - 1;
        let event = handles.events.get(key)?;
        match u16::try_from(priority) {
            Ok(priority) if priority <= most && !event.is_due() => {
                event.priority = Some(priority);
                None
            }
            _ => Some(most),
        }
    });
    call.result().set_bool(most.is_none());
    if let Some(most) = most {
        warn(format_args!(
            "the priority must be between 0 and {most}, and the event must not be due already"
        ));
    }
    Ok(())
}
