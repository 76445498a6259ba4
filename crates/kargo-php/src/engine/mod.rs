//! The only place that touches PHP's C API.
//!
//! Everything here runs on the one thread that PHP runs on (thread-safe builds of PHP are refused at compile time), and
//! every pointer comes from the engine and is used only while the engine guarantees it: during the native call that got
//! it, or as long as a reference counted for it. The safe functions of this module rest on those two facts.

pub(crate) mod call;
pub(crate) mod callable;
pub(crate) mod context;
pub(crate) mod ffi;
pub(crate) mod global;
pub(crate) mod iteration;
pub(crate) mod object;
pub(crate) mod throw;
pub(crate) mod value;

pub(crate) use call::{Call, Thrown};
pub(crate) use callable::{Callable, Outcome};
pub(crate) use global::Global;
pub(crate) use throw::{throw, throw_value_error};
pub(crate) use value::{Kind, Owned, Zv};
