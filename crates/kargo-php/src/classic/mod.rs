//! The classic API: the procedural functions of 2009, as `php/stubs/classic.stub.php` declares them.
//!
//! | module | is |
//! |---|---|
//! | `resource` | the handles: PHP resources, each with the key of a value in a `table` |
//! | `event`, `base` | the functions `event_*` and `event_base_*` |
//! | `registration` | what the loops know of events |
//! | `bufferevent`, `buffered` | the functions `bufferevent_*`; what the loops know of bufferevents |
//! | `schedule` | what the loops have to tell, and which callback is next |
//! | `buffer` | evbuffers |
//! | `http` | the functions `evhttp_*` |
//! | `byte_order` | `ntohs()` and its like |
//!
//! A function event_add is implemented by the native function `kargo_classic_event_add`. Values live in tables of the
//! [`Runtime`]; a handle holds a key, so one that outlives its value finds nothing.

mod base;
mod buffer;
mod buffered;
mod bufferevent;
mod byte_order;
mod event;
pub(crate) mod http;
mod registration;
pub(crate) mod resource;
pub(crate) mod schedule;
pub(crate) mod table;

use base::BaseLoop;
use buffer::Buffer;
use buffered::{BufferEvent, BufferedStreams};
use http::Http;
use registration::Event;
use schedule::Schedule;
use table::Table;

use crate::serve::callback::Prepared;
use crate::serve::due::Due;
use crate::serve::runtime::Runtime;

/// What the handles of the classic API stand for.
#[derive(Debug, Default)]
pub(crate) struct Classic {
    pub(crate) events: Table<Event>,
    pub(crate) bufferevents: Table<BufferEvent>,
    pub(crate) bases: Table<BaseLoop>,
    /// Of the process's own loop.
    pub(crate) schedule: Schedule,
    /// Of the process's own loop.
    pub(crate) streams: BufferedStreams,
    /// How many runs of bases lie within each other.
    depth: usize,
    pub(crate) buffers: Table<Buffer>,
    pub(crate) http: Http,
}

impl Classic {
    /// Whether there are bufferevents on the process's own loop.
    #[inline]
    pub(crate) fn has_buffers(&self) -> bool {
        !self.streams.is_empty()
    }
}

/// The call of what is due, unless that was cancelled meanwhile.
pub(crate) fn prepare(runtime: &mut Runtime, due: Due) -> Option<Prepared> {
    match due {
        Due::Event(key) => registration::prepare(runtime, key),
        Due::BufferEvent(key, call) => buffered::prepare(runtime, key, call),
        Due::Reply(_) | Due::ConnectionClosed(_) => runtime.prepare_http(due),
        Due::Watcher { .. } | Due::Connection { .. } => None,
    }
}

/// Its callback has been called.
pub(crate) fn after_call(runtime: &mut Runtime, due: Due) {
    if let Due::Event(key) = due {
        registration::look_for_buffered(runtime, key);
    }
}
