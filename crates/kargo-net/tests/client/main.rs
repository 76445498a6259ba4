//! The HTTP client against servers that behave, and against many that do not.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod bodies;
mod connections;
mod pool;
mod rude;
mod support;
mod timeouts;
