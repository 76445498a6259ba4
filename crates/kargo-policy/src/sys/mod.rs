//! What the operating system has to give; all `unsafe` of the crate is here.
//!
//! - [`memory`]: memory that all processes share.
//! - [`lock`]: a mutex in it that survives its owner.
//! - [`process`]: the clock, and whether a process lives.
#![allow(
    unsafe_code,
    reason = "system calls, and memory that other processes change too"
)]

pub(crate) mod lock;
pub(crate) mod memory;
pub(crate) mod process;
