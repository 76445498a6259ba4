//! `bufferevent_*`: streams with an input and an output queue.

use std::time::Duration;

use kargo_net::streams::{Direction, Streams};

use super::buffered::{self, BufferEvent, MoveError};
use super::event::callable;
use super::registration::{SystemError, flag};
use super::resource::{self, Kind};
use super::schedule;
use crate::engine::call::native;
use crate::engine::throw::warn;
use crate::engine::{Call, Owned, Thrown, Zv, ffi, throw_value_error};
use crate::serve::runner;
use crate::serve::runtime;

native! {
    kargo_classic_bufferevent_new => new;
    kargo_classic_bufferevent_free => free;
    kargo_classic_bufferevent_enable => enable;
    kargo_classic_bufferevent_disable => disable;
    kargo_classic_bufferevent_read => read;
    kargo_classic_bufferevent_write => write;
    kargo_classic_bufferevent_settimeout => settimeout;
    kargo_classic_bufferevent_watermark_set => watermark_set;
    kargo_classic_bufferevent_priority_set => priority_set;
    kargo_classic_bufferevent_base_set => base_set;
    kargo_classic_bufferevent_fd_set => fd_set;
}

/// A stream argument, non-blocking and unbuffered, and its descriptor; -1 if it has none.
fn stream(call: &Call, index: u32) -> Result<(Zv, i32), Thrown> {
    let Some(stream) = call.argument(index) else {
        return Err(call.wrong_type(index, c"of type resource"));
    };
    if stream.resource().is_none() {
        return Err(call.wrong_type(index, c"of type resource"));
    }
    resource::reject_unless_stream(stream)?;
    // SAFETY: the argument is a stream.
    let fd = unsafe {
        ffi::kg_stream_unblock(stream.0);
        ffi::kg_stream_unbuffer(stream.0);
        ffi::kg_stream_fd(stream.0)
    };
    Ok((stream, fd))
}

/// Returns false, with a warning.
fn refuse(call: &Call, reason: std::fmt::Arguments<'_>) {
    call.result().set_bool(false);
    warn(reason);
}

fn new(call: &Call) -> Result<(), Thrown> {
    let (stream, fd) = stream(call, 0)?;
    let callbacks = (callable(call, 1)?, callable(call, 2)?, callable(call, 3)?);
    if fd < 0 {
        drop(callbacks);
        refuse(call, format_args!("the stream has no descriptor"));
        return Ok(());
    }
    let (read, write, error) = callbacks;
    let made = BufferEvent::new(Owned::copy_of(stream), read, write, error);
    let added = runtime::with(|runtime| {
        if let Err(error) = schedule::start(runtime, None) {
            return Err((error, Box::new(made)));
        }
        let classic = &mut runtime.classic;
        let key = classic.bufferevents.insert(made);
        match classic.streams.add(fd, key, buffered::default_options()) {
            Ok(id) => {
                if let Some(new) = classic.bufferevents.get(key) {
                    new.id = Some(id);
                    new.owes_read = take_buffered(stream, &mut classic.streams.table, id);
                }
                Ok(key)
            }
            Err(error) => match classic.bufferevents.remove(key) {
                Some(made) => Err((error, Box::new(made))),
                None => Ok(key),
            },
        }
    });
    let key = match added {
        Ok(key) => key,
        Err((error, made)) => {
            let code = error.raw_os_error().unwrap_or(libc::EINVAL);
            drop((error, made));
            refuse(call, format_args!("{}", SystemError(code)));
            return Ok(());
        }
    };
    let resource = resource::return_key(call, Kind::BufferEvent, key);
    runtime::with(|runtime| {
        if let Some(new) = runtime.classic.bufferevents.get(key) {
            new.resource = resource;
        }
    });
    Ok(())
}

/// Moves what PHP has read ahead into the input. Says whether there was something.
fn take_buffered(stream: Zv, streams: &mut Streams, id: kargo_net::streams::StreamId) -> bool {
    let mut length = 0;
    // SAFETY: the argument is an open stream; the bytes are its own until it is read from again.
    let bytes = unsafe {
        let bytes = ffi::kg_stream_take_buffered(stream.0, &raw mut length);
        if length == 0 {
            return false;
        }
        std::slice::from_raw_parts(bytes.cast::<u8>(), length)
    };
    streams.feed(id, bytes);
    true
}

fn free(call: &Call) -> Result<(), Thrown> {
    call.result().set_null();
    resource::close(call, 0, Kind::BufferEvent)
}

/// The directions that EV_READ and EV_WRITE name.
fn directions(flags: i64) -> impl Iterator<Item = Direction> {
    [
        (flag::READ, Direction::Reading),
        (flag::WRITE, Direction::Writing),
    ]
    .into_iter()
    .filter(move |(flag, _)| flags & flag != 0)
    .map(|(_, direction)| direction)
}

fn enable(call: &Call) -> Result<(), Thrown> {
    let key = resource::key(call, 0, Kind::BufferEvent)?;
    let flags = call.int_or(1, 0)?;
    let is_open = runtime::with(|runtime| {
        let mut is_open = true;
        for direction in directions(flags) {
            is_open &= buffered::enable(runtime, key, direction);
        }
        is_open
    });
    call.result().set_bool(is_open);
    Ok(())
}

fn disable(call: &Call) -> Result<(), Thrown> {
    let key = resource::key(call, 0, Kind::BufferEvent)?;
    let flags = call.int_or(1, 0)?;
    runtime::with(|runtime| {
        buffered::with_open(runtime, key, |_, streams, events, id| {
            directions(flags).for_each(|direction| streams.disable(events, id, direction));
        })
    });
    call.result().set_bool(true);
    Ok(())
}

fn read(call: &Call) -> Result<(), Thrown> {
    let key = resource::key(call, 0, Kind::BufferEvent)?;
    let count = call.int_or(2, 0)?;
    let Some(count) = usize::try_from(count).ok().filter(|count| *count > 0) else {
        call.result().set_bool(false);
        return Ok(());
    };
    let Some(target) = call.reference(1) else {
        return Err(call.wrong_type(1, c"a variable"));
    };
    // May run PHP code, a __toString(); from here on the target is a string.
    // SAFETY: the argument is alive; no borrow of ours is.
    if !unsafe { ffi::kg_make_string(target.0, 2) } {
        return Err(Thrown);
    }
    let taken = runtime::with(|runtime| {
        buffered::with_open(runtime, key, |_, streams, events, id| {
            let input = streams.input(id);
            let bytes = &input[..count.min(input.len())];
            // SAFETY: the target is a string; the engine copies the bytes.
            unsafe { ffi::kg_append(target.0, bytes.as_ptr().cast(), bytes.len()) };
            let taken = bytes.len();
            if taken != 0 {
                streams.consume(events, id, taken);
            }
            taken
        })
    });
    let taken = i64::try_from(taken.unwrap_or(0)).unwrap_or(i64::MAX);
    call.result().set_int(taken);
    Ok(())
}

fn write(call: &Call) -> Result<(), Thrown> {
    let key = resource::key(call, 0, Kind::BufferEvent)?;
    let data = call.bytes(1)?;
    let is_written = runtime::with(|runtime| buffered::write(runtime, key, data));
    call.result().set_bool(is_written);
    Ok(())
}

/// A timeout argument in seconds; 0 is none.
fn timeout(call: &Call, index: u32) -> Result<Option<Duration>, Thrown> {
    let seconds = call.float_or(index, 0.0)?;
    if !(0.0..=runner::LONGEST.as_secs_f64()).contains(&seconds) {
        return Err(throw_value_error(
            index + 1,
            "must be 0 or more and at most ten years",
        ));
    }
    Ok((seconds > 0.0).then(|| Duration::from_secs_f64(seconds)))
}

fn settimeout(call: &Call) -> Result<(), Thrown> {
    let key = resource::key(call, 0, Kind::BufferEvent)?;
    let (reading, writing) = (timeout(call, 1)?, timeout(call, 2)?);
    let is_set = runtime::with(|runtime| {
        buffered::with_open(runtime, key, |_, streams, events, id| {
            if let Some(mut options) = streams.options(id).copied() {
                options.read_timeout = reading;
                options.write_timeout = writing;
                streams.set_options(events, id, options);
            }
        })
    });
    call.result().set_bool(is_set.is_some());
    Ok(())
}

fn size(call: &Call, index: u32) -> Result<usize, Thrown> {
    usize::try_from(call.int_or(index, 0)?)
        .map_err(|_| throw_value_error(index + 1, "must be 0 or more"))
}

fn watermark_set(call: &Call) -> Result<(), Thrown> {
    let key = resource::key(call, 0, Kind::BufferEvent)?;
    let flags = call.int_or(1, 0)?;
    let (low, high) = (size(call, 2)?, size(call, 3)?);
    let high = if high == 0 { usize::MAX } else { high };
    if low > high {
        return Err(throw_value_error(
            4,
            "must be 0 or not less than the low watermark",
        ));
    }
    let is_set = runtime::with(|runtime| {
        buffered::with_open(runtime, key, |_, streams, events, id| {
            if let Some(mut options) = streams.options(id).copied() {
                for direction in directions(flags) {
                    match direction {
                        Direction::Reading => {
                            (options.input_low, options.input_high) = (low.max(1), high);
                        }
                        Direction::Writing => {
                            (options.output_low, options.output_high) = (low, high);
                        }
                    }
                }
                streams.set_options(events, id, options);
            }
        })
    });
    call.result().set_bool(is_set.is_some());
    Ok(())
}

fn priority_set(call: &Call) -> Result<(), Thrown> {
    let key = resource::key(call, 0, Kind::BufferEvent)?;
    let priority = call.int_or(1, 0)?;
    let most = runtime::with(|runtime| {
        let base = runtime.classic.bufferevents.get(key)?.base();
        let (parts, handles) = schedule::parts(runtime, base)?;
        let most = parts.due.priorities() - 1;
        let buffered = handles.bufferevents.get(key)?;
        match u16::try_from(priority) {
            Ok(priority) if priority <= most => {
                buffered.priority = Some(priority);
                None
            }
            _ => Some(most),
        }
    });
    call.result().set_bool(most.is_none());
    if let Some(most) = most {
        warn(format_args!("the priority must be between 0 and {most}"));
    }
    Ok(())
}

fn base_set(call: &Call) -> Result<(), Thrown> {
    let key = resource::key(call, 0, Kind::BufferEvent)?;
    let base = resource::key(call, 1, Kind::Base)?;
    let handle = call
        .argument(1)
        .map_or_else(Owned::undefined, Owned::copy_of);
    let moved = runtime::with(|runtime| buffered::attach(runtime, key, base, handle));
    let error = moved.as_ref().err().copied();
    // The last handle of the old base may be this one.
    drop(moved);
    match error {
        None => call.result().set_bool(true),
        Some(MoveError::Busy) => refuse(
            call,
            format_args!("the bufferevent reads, holds bytes, or its stream was closed"),
        ),
        Some(MoveError::System(code)) => refuse(call, format_args!("{}", SystemError(code))),
    }
    Ok(())
}

fn fd_set(call: &Call) -> Result<(), Thrown> {
    let key = resource::key(call, 0, Kind::BufferEvent)?;
    let (stream, fd) = stream(call, 1)?;
    let replaced = runtime::with(|runtime| buffered::replace(runtime, key, stream, fd));
    let error = replaced.as_ref().err().copied();
    // The stream it had before may be closed by this.
    drop(replaced);
    match error {
        None => call.result().set_bool(true),
        Some(code) => refuse(call, format_args!("{}", SystemError(code))),
    }
    Ok(())
}
