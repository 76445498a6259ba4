//! The classic API: the procedural functions of 2009, as `php/stubs/classic.stub.php` declares them.
//!
//! | module | is |
//! |---|---|
//! | `resource` | the handles: PHP resources, each with the key of a value in a `table` |
//! | `event`, `base` | the functions `event_*` and `event_base_*` |
//! | `schedule` | what the loops know of the events, and which is due |
//! | `buffer` | evbuffers |
//! | `byte_order` | `ntohs()` and its like |
//!
//! A function event_add is implemented by the native function `kargo_classic_event_add`. Values live in tables of the
//! [`Runtime`](crate::serve::runtime::Runtime); a handle holds a key, so one that outlives its value finds nothing.

mod base;
mod buffer;
mod byte_order;
pub(crate) mod event;
pub(crate) mod resource;
pub(crate) mod schedule;
pub(crate) mod table;

use base::BaseLoop;
use buffer::Buffer;
use schedule::{Event, Schedule};
use table::Table;

/// What the handles of the classic API stand for.
#[derive(Debug, Default)]
pub(crate) struct Classic {
    pub(crate) events: Table<Event>,
    pub(crate) bases: Table<BaseLoop>,
    /// Of the process's own loop.
    pub(crate) schedule: Schedule,
    /// How many runs of bases lie within each other.
    depth: usize,
    pub(crate) buffers: Table<Buffer>,
}
