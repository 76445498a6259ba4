//! The classic API: the procedural functions of 2009, as `php/stubs/classic.stub.php` declares them.
//!
//! | module | is |
//! |---|---|
//! | `resource` | the handles: PHP resources, each with the key of a value in a `table` |
//! | `buffer` | evbuffers |
//! | `byte_order` | `ntohs()` and its like |
//!
//! A function event_add is implemented by the native function `kargo_classic_event_add`. Values live in tables of the
//! [`Runtime`](crate::serve::runtime::Runtime); a handle holds a key, so one that outlives its value finds nothing.

mod buffer;
mod byte_order;
pub(crate) mod resource;
pub(crate) mod table;

use buffer::Buffer;
use table::Table;

/// What the handles of the classic API stand for.
#[derive(Debug, Default)]
pub(crate) struct Classic {
    pub(crate) buffers: Table<Buffer>,
}
