//! Addresses of host names.
//!
//! The system's resolver (getaddrinfo(3)) blocks, so it is asked by a few threads, which are started at the first
//! name that is no address, hence after a fork, and which no signal interrupts. It is the one that the rest of the
//! machine uses: /etc/hosts, nsswitch.conf and search domains hold. [`Resolver`] is pulled as everything here is; its
//! threads wake the loop, whose [`kargo_loop::EventKind::Woken`] is to be answered with [`Resolver::collect`].
//!
//! Each lookup has its time; a thread that the system keeps for longer is not waited for. A child that is forked while a
//! thread works drops the table and makes its own.

use std::collections::HashMap;
use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::net::IpAddr;
use std::net::ToSocketAddrs;
use std::sync::Arc;
use std::sync::Condvar;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::time::Duration;
use std::time::Instant;

use kargo_loop::Event;
use kargo_loop::EventKind;
use kargo_loop::EventLoop;
use kargo_loop::TimerId;
use kargo_loop::Token;
use kargo_loop::Waker;

use crate::sys;

/// A lookup; never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LookupId(u64);

/// What a resolver may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ResolverOptions {
    /// Threads, and so lookups at the same time. Default 4.
    pub threads: usize,
    /// Lookups that wait for an answer; more are refused. Default 1024.
    pub lookups: usize,
    /// How long an idle thread stays. Default 10 s.
    pub idle: Duration,
}

impl Default for ResolverOptions {
    fn default() -> Self {
        Self {
            threads: 4,
            lookups: 1024,
            idle: Duration::from_secs(10),
        }
    }
}

/// What came of a lookup: the addresses in the system's order, without duplicates, or why there are none.
pub type Answer = io::Result<Vec<IpAddr>>;

/// A table of lookups.
pub struct Resolver {
    owner: u8,
    options: ResolverOptions,
    last: u64,
    /// Lookups that are given to threads, and their time limits.
    pending: HashMap<LookupId, TimerId>,
    answers: VecDeque<(LookupId, Answer)>,
    /// Made at the first use, by the process that uses it.
    pool: Option<Pool>,
}

#[derive(Debug)]
struct Pool {
    shared: Arc<Shared>,
    /// Threads of a parent are not in its child.
    process: u32,
}

/// What the threads share with the loop's.
#[derive(Debug)]
struct Shared {
    work: Mutex<Work>,
    changed: Condvar,
    waker: Waker,
    idle: Duration,
}

#[derive(Debug, Default)]
struct Work {
    jobs: VecDeque<(LookupId, String)>,
    done: Vec<(LookupId, Answer)>,
    threads: usize,
    idle_threads: usize,
    is_over: bool,
}

impl Resolver {
    /// Nothing is looked up, no thread runs. `owner` is the upper byte of all its tokens.
    pub fn new(owner: u8, options: ResolverOptions) -> Self {
        Self {
            owner,
            options,
            last: 0,
            pending: HashMap::new(),
            answers: VecDeque::new(),
            pool: None,
        }
    }

    /// Begins to look for the addresses of `host`, which [`Self::next_event`] tells: those of an address, which is its
    /// own, at once.
    pub fn lookup(&mut self, events: &mut EventLoop, host: &str, timeout: Duration) -> LookupId {
        self.last += 1;
        let id = LookupId(self.last);
        let bare = host.strip_prefix('[').and_then(|it| it.strip_suffix(']'));
        if let Ok(address) = bare.unwrap_or(host).parse::<IpAddr>() {
            self.answers.push_back((id, Ok(vec![address])));
        } else if let Err(error) = self.start(events, id, host) {
            self.answers.push_back((id, Err(error)));
        } else {
            let token = Token::new(self.owner, id.0);
            let timer = events.set_timer(Instant::now() + timeout, token);
            self.pending.insert(id, timer);
        }
        id
    }

    /// Forgets a lookup: it is not told.
    pub fn cancel(&mut self, events: &mut EventLoop, id: LookupId) {
        if let Some(timer) = self.pending.remove(&id) {
            events.cancel_timer(timer);
            self.drop_job(id);
        }
        self.answers.retain(|(other, _)| *other != id);
    }

    /// Takes an event whose token has this table's owner: a time limit. Then ask [`Self::next_event`].
    pub fn handle_event(&mut self, event: Event) {
        let id = LookupId(event.token.value());
        if matches!(event.kind, EventKind::Timer(_)) && self.pending.remove(&id).is_some() {
            self.drop_job(id);
            let error = io::Error::new(io::ErrorKind::TimedOut, "the name service did not answer");
            self.answers.push_back((id, Err(error)));
        }
    }

    /// Takes what the threads have found; to be called when the loop was woken. Then ask [`Self::next_event`].
    pub fn collect(&mut self, events: &mut EventLoop) {
        let Some(pool) = self.pool.as_ref().filter(|pool| pool.is_own()) else {
            return;
        };
        for (id, answer) in pool.shared.lock().done.drain(..) {
            if let Some(timer) = self.pending.remove(&id) {
                events.cancel_timer(timer);
                self.answers.push_back((id, answer));
            }
        }
    }

    /// What came of a lookup, once.
    pub fn next_event(&mut self) -> Option<(LookupId, Answer)> {
        self.answers.pop_front()
    }

    /// Whether [`Self::next_event`] has something.
    pub fn has_events(&self) -> bool {
        !self.answers.is_empty()
    }

    /// Lookups that are not answered yet.
    pub fn len(&self) -> usize {
        self.pending.len()
    }

    /// Whether no answer is waited for.
    pub fn is_empty(&self) -> bool {
        self.pending.is_empty()
    }

    fn start(&mut self, events: &EventLoop, id: LookupId, host: &str) -> io::Result<()> {
        if host.is_empty() || host.len() > 253 || host.contains(['\0', '/', ' ']) {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "this is no host name",
            ));
        }
        if self.pending.len() >= self.options.lookups {
            return Err(io::Error::new(
                io::ErrorKind::QuotaExceeded,
                "too many names are being looked up",
            ));
        }
        if self.pool.as_ref().is_none_or(|pool| !pool.is_own()) {
            self.pool = Some(Pool::new(events.waker(), self.options.idle));
        }
        let Some(pool) = &self.pool else {
            return Ok(());
        };
        let mut work = pool.shared.lock();
        work.jobs.push_back((id, host.to_owned()));
        if work.idle_threads < work.jobs.len() && work.threads < self.options.threads {
            let shared = Arc::clone(&pool.shared);
            let started =
                sys::threads::spawn_without_signals("kargo-resolver", move || shared.work());
            match started {
                Ok(_detached) => work.threads += 1,
                // Another one will come to it.
                Err(_) if work.threads != 0 => {}
                Err(error) => {
                    work.jobs.pop_back();
                    return Err(error);
                }
            }
        }
        drop(work);
        pool.shared.changed.notify_one();
        Ok(())
    }

    /// A lookup that nobody waits for need not begin.
    fn drop_job(&self, id: LookupId) {
        if let Some(pool) = self.pool.as_ref().filter(|pool| pool.is_own()) {
            pool.shared.lock().jobs.retain(|(other, _)| *other != id);
        }
    }
}

impl Pool {
    fn new(waker: Waker, idle: Duration) -> Self {
        Self {
            shared: Arc::new(Shared {
                work: Mutex::default(),
                changed: Condvar::new(),
                waker,
                idle,
            }),
            process: sys::pid(),
        }
    }

    fn is_own(&self) -> bool {
        self.process == sys::pid()
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        // In a child the lock may be held by a thread that only the parent has.
        if self.is_own() {
            self.shared.lock().is_over = true;
            self.shared.changed.notify_all();
        }
    }
}

impl Shared {
    /// A thread that panics cannot leave the queues half changed.
    fn lock(&self) -> MutexGuard<'_, Work> {
        self.work.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The life of a thread.
    fn work(&self) {
        while let Some((id, host)) = self.next_job() {
            let answer = look_up(&host);
            self.lock().done.push((id, answer));
            self.waker.wake();
        }
    }

    /// Waits for a job; `None` if none comes for some time.
    fn next_job(&self) -> Option<(LookupId, String)> {
        let mut work = self.lock();
        loop {
            if let Some(job) = work.jobs.pop_front() {
                return Some(job);
            }
            if work.is_over {
                work.threads -= 1;
                return None;
            }
            work.idle_threads += 1;
            let (guard, timeout) = self
                .changed
                .wait_timeout(work, self.idle)
                .unwrap_or_else(PoisonError::into_inner);
            work = guard;
            work.idle_threads -= 1;
            if timeout.timed_out() && work.jobs.is_empty() {
                work.threads -= 1;
                return None;
            }
        }
    }
}

/// Asks the system.
fn look_up(host: &str) -> Answer {
    let mut found: Vec<IpAddr> = Vec::new();
    for address in (host, 0).to_socket_addrs()? {
        if !found.contains(&address.ip()) {
            found.push(address.ip());
        }
    }
    if found.is_empty() {
        return Err(io::ErrorKind::NotFound.into());
    }
    Ok(found)
}

impl fmt::Debug for Resolver {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Resolver")
            .field("owner", &self.owner)
            .field("pending", &self.pending.len())
            .finish_non_exhaustive()
    }
}
