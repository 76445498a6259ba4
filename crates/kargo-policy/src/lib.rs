//! What decides on a call before its method runs.
//!
//! | part | is |
//! |---|---|
//! | [`Buckets`], [`Rate`] | token buckets: how many calls a client may make |
//! | [`Store`] | answers that are kept: cached results, answers to calls with an idempotency key, and who works on one |
//! | [`redis`] | the same in a server that several machines share |
//! | [`credentials`], [`jwt`] | who the caller is |
//! | [`session`] | what is remembered of a visitor: in his cookie, in files, in Redis |
//! | [`Digest`], [`Hasher`] | SHA-256, the name of an answer |
//!
//! Buckets and stores lie in memory that is mapped before the workers are forked, so a limit holds across all of them
//! and a result is made once for all. Their size is fixed: what is newest pushes out what is oldest. The clock is the
//! monotonic one, the same in every process of the machine, and always an argument.
//!
//! # What a killed process leaves
//!
//! Each part of a table has a robust mutex: when its owner dies, the kernel tells the next one who asks. A part that was
//! being changed is emptied then; nothing else is lost, and nobody waits. A lock that can't be had for
//! [`LOCK_PATIENCE`] (its owner was stopped, by a debugger for instance) is done without.
//!
//! Nothing here knows PHP, HTTP or the protocols.

mod buckets;
pub mod credentials;
mod digest;
pub mod fuzzing;
pub mod jwt;
pub mod redis;
pub mod session;
mod store;
mod sys;

pub use buckets::{Buckets, Rate};
pub use digest::{DIGEST_BYTES, Digest, Hasher};
pub use store::{Begun, Contents, Request, Store, Ticket};
pub use sys::lock::LOCK_PATIENCE;
pub use sys::process::{is_alive, monotonic_nanos};
