//! Redis in place of memory that one machine's workers share: what is asked of it and how it answers, without I/O.
//!
//! | part | is |
//! |---|---|
//! | [`Location`] | where the server is and how to get in, read from a URL |
//! | [`Command`], [`Script`] | what is asked: each question is one script, hence atomic, over keys of a fixed length |
//! | [`SessionKeys`] | what is asked for sessions |
//! | [`Reply`], [`decode`] | RESP2, read with limits |
//!
//! The clock of all machines is the server's: buckets ask for its `TIME`, and what is kept is given a time to live.
//!
//! RESP2 is five forms of a line, and our scripts answer with three of them, so reading them is shorter than what it would
//! take to bound a crate that builds every reply there is: `redis-protocol` has no limit of length or depth and brings
//! seven crates, `redis` brings a client with its own sockets. RESP3 would only be of use for messages that come unasked.

mod command;
mod location;
mod resp;
mod sessions;

pub use command::{Bucket, Claim, Command, Keys, SCRIPTS, Script};
pub use location::{BadLocation, Endpoint, Location};
pub use resp::{LONGEST_LINE, Malformed, Reply, decode, encode};
pub use sessions::{Kept, SessionKeys};
