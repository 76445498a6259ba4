//! The script processes of a worker: who is idle, who is at work, who waits for one.
//!
//! A request that needs a script has a stack of its own while it waits, for a process and for what that one sends; all of
//! this module is what such a stack asks and is told, and what the loop tells it.

use std::collections::{HashMap, VecDeque};
use std::io;
use std::os::fd::AsRawFd;
use std::rc::Rc;

use kargo_loop::{EventLoop, Interest, Token};
use kargo_supervisor::{ForkServer, ForkedChild};

use super::Scripts;
use super::wire::{self, Kind};
use crate::log;
use crate::serve::runtime::{Runtime, owner};
use crate::serve::wait::Wake;

/// Bytes received at once.
const RECEIVED: usize = 64 * 1024;

/// Room for frames that is kept; what a larger one needed is given back after it.
const KEPT: usize = 256 * 1024;

/// All script processes of this worker.
#[derive(Debug)]
pub(crate) struct Pools {
    server: ForkServer,
    /// By the number of the document root.
    pools: HashMap<u64, Pool>,
    children: HashMap<u64, Child>,
    last: u64,
}

#[derive(Debug, Default)]
struct Pool {
    idle: Vec<u64>,
    /// Processes there are.
    count: u32,
    /// Keys of those who wait for one.
    waiting: VecDeque<u64>,
}

/// A script process, seen from its worker.
#[derive(Debug)]
struct Child {
    process: ForkedChild,
    pool: u64,
    /// Requests it was given.
    served: u64,
    /// The key of the stack that waits for it.
    key: Option<u64>,
    received: Vec<u8>,
    /// It has closed its end.
    is_over: bool,
}

/// What asking for a process came to.
pub(super) enum Asked {
    /// This one is the caller's now.
    Child(u64),
    /// Wait for this key and ask again.
    Wait(u64),
    /// There can be none.
    Failed,
}

/// A frame, taken out of the process's state while it is worked on: give it back by [`Runtime::frame_is_done`].
pub(super) struct Frame {
    pub(super) kind: Kind,
    received: Vec<u8>,
    end: usize,
}

impl Frame {
    pub(super) fn payload(&self) -> &[u8] {
        self.received
            .get(wire::FRAME_HEAD..self.end)
            .unwrap_or_default()
    }
}

/// What reading from a process came to.
pub(super) enum Received {
    Frame(Frame),
    /// Wait for this key and read again.
    Wait(u64),
    /// The process has ended.
    Over,
}

impl Pools {
    pub(super) fn new(server: ForkServer) -> Self {
        Self {
            server,
            pools: HashMap::new(),
            children: HashMap::new(),
            last: 0,
        }
    }

    fn fork(&mut self, pool: u64, events: &mut EventLoop) -> io::Result<u64> {
        let process = self.server.fork()?;
        process.socket.set_nonblocking(true)?;
        self.last += 1;
        let number = self.last;
        events.add(
            process.socket.as_raw_fd(),
            Interest::READABLE.and(Interest::WRITABLE).edge(),
            Token::new(owner::SCRIPT, number),
        )?;
        let child = Child {
            process,
            pool,
            served: 0,
            key: None,
            received: Vec::new(),
            is_over: false,
        };
        self.children.insert(number, child);
        self.pools.entry(pool).or_default().count += 1;
        Ok(number)
    }

    /// Ends a process, and whoever waits for one may have another instead. Gives the key of that one.
    fn remove(&mut self, number: u64, events: &mut EventLoop) -> Option<u64> {
        let child = self.children.remove(&number)?;
        // It fails where the descriptor is not watched any more.
        let _unwatched = events.remove(child.process.socket.as_raw_fd());
        child.process.kill();
        let pool = self.pools.get_mut(&child.pool)?;
        pool.count -= 1;
        pool.idle.retain(|idle| *idle != number);
        pool.waiting.pop_front()
    }
}

impl Runtime {
    fn script_parts(&mut self) -> Option<(&mut Pools, &mut EventLoop)> {
        Some((self.scripts.as_deref_mut()?, self.events.as_mut()?))
    }

    fn wake_script(&mut self, woken: Option<u64>) {
        if let Some(key) = woken {
            self.wake(key, Wake::Woken);
        }
    }

    /// Takes a process that runs scripts of this document root.
    pub(super) fn ask_for_script_process(&mut self, scripts: &Scripts) -> Asked {
        let key = self.new_key();
        if let Some(number) = self.take_idle(scripts.number) {
            return Asked::Child(number);
        }
        let Some((pools, events)) = self.script_parts() else {
            return Asked::Failed;
        };
        if pools.pools.entry(scripts.number).or_default().count < scripts.processes {
            match pools.fork(scripts.number, events) {
                Ok(number) => return Asked::Child(number),
                Err(error) => {
                    log::error(&format!("no process can be made for a script: {error}"));
                    if pools
                        .pools
                        .get(&scripts.number)
                        .is_none_or(|pool| pool.count == 0)
                    {
                        return Asked::Failed;
                    }
                }
            }
        }
        let Some((pools, _)) = self.script_parts() else {
            return Asked::Failed;
        };
        pools
            .pools
            .entry(scripts.number)
            .or_default()
            .waiting
            .push_back(key);
        Asked::Wait(key)
    }

    fn take_idle(&mut self, pool: u64) -> Option<u64> {
        loop {
            let (pools, events) = self.script_parts()?;
            let number = pools.pools.get_mut(&pool)?.idle.pop()?;
            if pools
                .children
                .get(&number)
                .is_some_and(|child| !has_said_more(child))
            {
                return Some(number);
            }
            let woken = pools.remove(number, events);
            self.wake_script(woken);
        }
    }

    /// Nobody waits with this key any more. A process that was meant for it goes to the next one.
    pub(super) fn stop_asking(&mut self, scripts: &Scripts, key: u64) {
        let woken = self.script_parts().and_then(|(pools, _)| {
            let pool = pools.pools.get_mut(&scripts.number)?;
            let before = pool.waiting.len();
            pool.waiting.retain(|waiting| *waiting != key);
            // It was told already that a process is idle.
            (before == pool.waiting.len() && !pool.idle.is_empty())
                .then(|| pool.waiting.pop_front())
                .flatten()
        });
        self.wake_script(woken);
    }

    /// Sends bytes of a request: how many were taken. `Err(None)`: the process has ended; `Err(Some(key))`: wait.
    pub(super) fn send_to_script(
        &mut self,
        number: u64,
        bytes: &[u8],
    ) -> Result<usize, Option<u64>> {
        let key = self.new_key();
        let (pools, _) = self.script_parts().ok_or(None)?;
        let child = pools.children.get_mut(&number).ok_or(None)?;
        loop {
            // SAFETY: the slice is alive during the call.
            let sent = unsafe {
                libc::send(
                    child.process.socket.as_raw_fd(),
                    bytes.as_ptr().cast(),
                    bytes.len(),
                    libc::MSG_DONTWAIT | libc::MSG_NOSIGNAL,
                )
            };
            if let Ok(sent) = usize::try_from(sent) {
                return Ok(sent);
            }
            match io::Error::last_os_error().kind() {
                io::ErrorKind::Interrupted => {}
                io::ErrorKind::WouldBlock => {
                    child.key = Some(key);
                    return Err(Some(key));
                }
                _ => return Err(None),
            }
        }
    }

    /// The next frame of a process, which must be about this request.
    pub(super) fn receive_from_script(&mut self, number: u64, request: u64) -> Received {
        let key = self.new_key();
        let Some(child) = self
            .scripts
            .as_deref_mut()
            .and_then(|pools| pools.children.get_mut(&number))
        else {
            return Received::Over;
        };
        let (kind, length) = loop {
            match wire::frame(&child.received, request) {
                Ok(Some((kind, length))) if child.received.len() >= wire::FRAME_HEAD + length => {
                    break (kind, length);
                }
                Ok(_) => {}
                Err(error) => {
                    log::error(&format!("a script process has sent nonsense: {error}"));
                    return Received::Over;
                }
            }
            match fill(child) {
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    child.key = Some(key);
                    return Received::Wait(key);
                }
                Err(_) => return Received::Over,
            }
        };
        Received::Frame(Frame {
            kind,
            received: std::mem::take(&mut child.received),
            end: wire::FRAME_HEAD + length,
        })
    }

    /// The frame that [`Self::receive_from_script`] gave was worked on.
    pub(super) fn frame_is_done(&mut self, number: u64, frame: Frame) {
        let child = self
            .scripts
            .as_deref_mut()
            .and_then(|pools| pools.children.get_mut(&number));
        if let Some(child) = child {
            child.received = frame.received;
            child.received.drain(..frame.end);
            if child.received.is_empty() {
                child.received.shrink_to(KEPT);
            }
        }
    }

    /// The process has answered: it is free for the next request, or has served as many as it should.
    pub(super) fn script_is_done(&mut self, number: u64, scripts: &Rc<Scripts>) {
        let woken = self.script_parts().and_then(|(pools, events)| {
            let child = pools.children.get_mut(&number)?;
            child.served += 1;
            if child.is_over || child.served >= scripts.requests || has_said_more(child) {
                return pools.remove(number, events);
            }
            let pool = pools.pools.get_mut(&child.pool)?;
            pool.idle.push(number);
            pool.waiting.pop_front()
        });
        self.wake_script(woken);
    }

    /// Ends a process that is at work, or has ended.
    pub(super) fn end_script_process(&mut self, number: u64) {
        let woken = self
            .script_parts()
            .and_then(|(pools, events)| pools.remove(number, events));
        self.wake_script(woken);
    }

    /// The loop tells of a script process.
    pub(crate) fn script_event(&mut self, number: u64, is_over: bool) {
        let Some((pools, events)) = self.script_parts() else {
            return;
        };
        let Some(child) = pools.children.get_mut(&number) else {
            return;
        };
        child.is_over |= is_over;
        if let Some(key) = child.key.take() {
            self.wake(key, Wake::Woken);
            return;
        }
        let is_idle = pools
            .pools
            .get(&child.pool)
            .is_some_and(|pool| pool.idle.contains(&number));
        if is_idle && (is_over || has_said_more(child)) {
            let woken = pools.remove(number, events);
            self.wake_script(woken);
        }
    }
}

/// Whether a process without a request has sent something, or has ended: something of it, such as a script's child, goes on
/// where nothing should. It must not be given a request.
fn has_said_more(child: &Child) -> bool {
    if child.received.is_empty() {
        let mut byte = 0_u8;
        // SAFETY: one byte is received into `byte`, which is alive; it stays in the socket.
        let got = unsafe {
            libc::recv(
                child.process.socket.as_raw_fd(),
                (&raw mut byte).cast(),
                1,
                libc::MSG_DONTWAIT | libc::MSG_PEEK,
            )
        };
        if got <= 0 {
            return got == 0;
        }
    }
    log::error(&format!(
        "script process {} has sent something after its answer; it is ended",
        child.process.pid
    ));
    true
}

/// Receives what is there. An end is an error, too.
fn fill(child: &mut Child) -> io::Result<()> {
    child.received.reserve(RECEIVED);
    let room = child.received.spare_capacity_mut();
    // SAFETY: the kernel writes so many bytes at most into the room behind what was received before.
    let got = unsafe {
        libc::recv(
            child.process.socket.as_raw_fd(),
            room.as_mut_ptr().cast(),
            room.len(),
            libc::MSG_DONTWAIT,
        )
    };
    match usize::try_from(got) {
        Ok(0) => Err(io::ErrorKind::UnexpectedEof.into()),
        Ok(count) => {
            let filled = child.received.len() + count;
            // SAFETY: the kernel has written them.
            unsafe { child.received.set_len(filled) };
            Ok(())
        }
        Err(_) => Err(io::Error::last_os_error()),
    }
}
