//! Buffered streams, UDP sockets and name resolution on real sockets. What belongs where:
//!
//! - `input`: arrivals, watermarks, lines, ends
//! - `output`: back-pressure, draining, half-close, graceful ends
//! - `failures`: resets, rude peers, timeouts
//! - `borrowed`: descriptors of others, closed and reused
//! - `listeners`, `connecting`: how streams come about
//! - `crowd`: ten thousand of them
//! - `datagrams`, `names`
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod borrowed;
mod connecting;
mod crowd;
mod datagrams;
mod driver;
mod failures;
mod input;
mod listeners;
mod names;
mod output;
