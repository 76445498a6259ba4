//! What a server remembers of a visitor between requests, without HTTP and PHP.
//!
//! | part | is |
//! |---|---|
//! | [`Id`], [`Name`] | what a visitor shows, and what his session is kept under: nobody who reads a store can be that visitor |
//! | [`value`] | null, booleans, numbers, byte strings and arrays of them as bytes, exactly |
//! | [`Record`], [`Changes`] | what is kept, and what one request does to it: key by key, so that requests of one visitor that run at the same time do not undo each other |
//! | [`SignedCookies`] | sessions that visitors keep themselves |
//! | [`FileStore`] | sessions in a directory |
//!
//! Sessions in Redis are in [`crate::redis`]. Nobody holds a lock while a request is worked on: a store puts the changes
//! into what it has when the request ends. What was ended meanwhile stays ended.

mod cookie;
mod files;
mod id;
mod record;
pub mod value;

pub use cookie::{Opened, SHORTEST_SECRET, SignedCookies};
pub use files::{FileError, FileStore, Loaded, Sweep};
pub use id::{ID_CHARS, Id, Name};
pub use record::{Changes, LONGEST_KEY, LONGEST_READ, LONGEST_WRITTEN, Lifetimes, Record, Updated};
