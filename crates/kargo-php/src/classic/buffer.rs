//! Buffers: bytes that come at the end and go at the front.

use memchr::memchr2;

use super::resource::{self, Kind};
use crate::engine::call::native;
use crate::engine::{Call, Thrown};
use crate::serve::runtime;

native! {
    kargo_classic_evbuffer_new => new;
    kargo_classic_evbuffer_free => free;
    kargo_classic_evbuffer_add => add;
    kargo_classic_evbuffer_readline => readline;
}

/// Consumed bytes are moved out of the way when they are at least this many, and half of all.
const WORTH_MOVING: usize = 4096;

/// The bytes of an evbuffer.
#[derive(Debug, Default)]
pub(crate) struct Buffer {
    bytes: Vec<u8>,
    /// Bytes at the front that were taken already.
    taken: usize,
    /// Up to here there is no line end.
    searched: usize,
}

impl Buffer {
    /// What is in the buffer.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes[self.taken..]
    }

    /// Appends bytes.
    pub(crate) fn add(&mut self, bytes: &[u8]) {
        if self.taken >= WORTH_MOVING && self.taken >= self.bytes.len() / 2 {
            self.bytes.drain(..self.taken);
            self.searched -= self.taken;
            self.taken = 0;
        }
        self.bytes.extend_from_slice(bytes);
    }

    /// Takes `count` bytes, or all if there are fewer, off the front.
    pub(crate) fn drain(&mut self, count: usize) {
        self.taken = (self.taken + count).min(self.bytes.len());
        self.searched = self.searched.max(self.taken);
        if self.taken == self.bytes.len() {
            self.bytes.clear();
            (self.taken, self.searched) = (0, 0);
        }
    }

    /// The length of the first line, and of the line with its end.
    fn line(&mut self) -> Option<(usize, usize)> {
        let Some(at) = memchr2(b'\r', b'\n', &self.bytes[self.searched..]) else {
            self.searched = self.bytes.len();
            return None;
        };
        let end = self.searched + at;
        self.searched = end;
        let is_pair = self
            .bytes
            .get(end + 1)
            .is_some_and(|next| matches!(next, b'\r' | b'\n') && *next != self.bytes[end]);
        let length = end - self.taken;
        Some((length, length + 1 + usize::from(is_pair)))
    }
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "the shape of every native function"
)]
fn new(call: &Call) -> Result<(), Thrown> {
    resource::return_new(call, Kind::Buffer, |classic| {
        classic.buffers.insert(Buffer::default())
    });
    Ok(())
}

fn free(call: &Call) -> Result<(), Thrown> {
    resource::close(call, 0, Kind::Buffer)?;
    call.result().set_bool(true);
    Ok(())
}

fn add(call: &Call) -> Result<(), Thrown> {
    let key = resource::key(call, 0, Kind::Buffer)?;
    let data = call.bytes(1)?;
    let is_there = runtime::with(|runtime| {
        let buffer = runtime.classic.buffers.get(key);
        buffer.map(|buffer| buffer.add(data)).is_some()
    });
    // A __toString() of the data may have freed the buffer.
    call.result().set_int(if is_there { 0 } else { -1 });
    Ok(())
}

fn readline(call: &Call) -> Result<(), Thrown> {
    let key = resource::key(call, 0, Kind::Buffer)?;
    call.result().set_bool(false);
    runtime::with(|runtime| {
        if let Some(buffer) = runtime.classic.buffers.get(key)
            && let Some((length, with_end)) = buffer.line()
        {
            call.result().set_bytes(&buffer.bytes()[..length]);
            buffer.drain(with_end);
        }
    });
    Ok(())
}
