//! What all workers share: the tables, and the news that somebody waits for.

use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::time::Duration;

use kargo_loop::{Interest, Token};
use kargo_policy::{Buckets, Store};

use crate::engine::Global;
use crate::rpc::policy::remote::Remote;
use crate::serve::runtime::{self, Runtime, owner};
use crate::serve::wait::Wake;

/// Buckets of clients near their limits; 16 bytes each.
const BUCKETS: usize = 64 << 10;

/// Made when the first method with a policy is exported, hence before the workers are forked.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(super) buckets: Buckets,
    /// Results of methods with `#[Cache]`.
    pub(super) results: Store,
    /// Answers to calls with an idempotency key.
    pub(super) answers: Store,
    /// The server that several machines share, in place of these tables.
    pub(super) remote: Option<Remote>,
    /// Written to when something ended that another process waits for.
    news: OwnedFd,
}

impl Shared {
    /// Tables for so many bytes of results, and half as many of answers; with a server they are for the time when it is
    /// away.
    pub(crate) fn new(bytes: usize, remote: Option<Remote>) -> io::Result<Self> {
        // SAFETY: eventfd(2) gives a descriptor that is ours.
        let news = unsafe { libc::eventfd(0, libc::EFD_CLOEXEC | libc::EFD_NONBLOCK) };
        if news < 0 {
            return Err(io::Error::last_os_error());
        }
        Ok(Self {
            buckets: Buckets::new(BUCKETS)?,
            results: Store::new(bytes)?,
            answers: Store::new(bytes / 2)?,
            remote,
            // SAFETY: as above.
            news: unsafe { OwnedFd::from_raw_fd(news) },
        })
    }

    /// Tells the other processes that something ended.
    pub(super) fn tell(&self) {
        let one = 1_u64.to_ne_bytes();
        // Every write is an event in each process that watches. The counter is never read; it is full after 2^64 of them.
        // SAFETY: writes eight bytes.
        unsafe { libc::write(self.news.as_raw_fd(), one.as_ptr().cast(), one.len()) };
    }

    /// A key that is woken at the next news.
    pub(super) fn listen(&self) -> Option<u64> {
        let fd = self.news.as_raw_fd();
        let process = std::process::id();
        let is_new = LISTENERS.with_or(Listeners::default, |listeners| {
            !listeners.watched.contains(&(process, fd))
        });
        runtime::with(|runtime| {
            if is_new {
                let token = Token::new(owner::NEWS, 0);
                let events = runtime.events.as_mut()?;
                events.add(fd, Interest::READABLE.edge(), token).ok()?;
                LISTENERS.with_or(Listeners::default, |listeners| {
                    listeners.watched.push((process, fd));
                });
            }
            let key = runtime.new_key();
            LISTENERS.with_or(Listeners::default, |listeners| listeners.keys.push(key));
            Some(key)
        })
    }
}

/// Who waits for news in this process.
#[derive(Debug, Default)]
struct Listeners {
    /// The descriptors that this process's loop watches.
    watched: Vec<(u32, i32)>,
    keys: Vec<u64>,
}

static LISTENERS: Global<Listeners> = Global::new();

/// There is news: whoever waits looks again.
pub(crate) fn wake_listeners(runtime: &mut Runtime) {
    let keys = LISTENERS.with_or(Listeners::default, |listeners| {
        std::mem::take(&mut listeners.keys)
    });
    for key in keys {
        runtime.wake(key, Wake::Woken);
    }
}

/// A key that is not waited for any more.
pub(super) fn forget(key: u64) {
    LISTENERS.with_or(Listeners::default, |listeners| {
        listeners.keys.retain(|other| *other != key);
    });
}

/// Gives up everything, when the script ends.
pub(super) fn clear() {
    drop(LISTENERS.replace(None));
}

/// How often it is looked whether the process that one waits for still lives.
pub(super) const LOOK: Duration = Duration::from_millis(200);
