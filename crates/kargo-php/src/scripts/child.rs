//! The script process: takes requests from its worker, one after the other, and runs a script for each.
//!
//! It was forked off by the fork server, with PHP between two requests, and does nothing else in its life.

use std::ffi::{CStr, c_char};
use std::io::{self, Read as _};
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicI32, Ordering};

use kargo_supervisor::{Exit, Forked};

use super::wire::{self, Kind};
use crate::engine::{Global, ffi};
use crate::log::{self, Level};
use crate::serve::runtime;

/// Output that is kept to be sent with the head, as an answer whose length is known.
const WHOLE_BYTES: usize = 64 * 1024;

/// Memory that a large request or answer needed is given back after it.
const KEPT_BYTES: usize = 1 << 20;

static CHILD: Global<Child> = Global::new();

/// What the script that runs has been given and has given.
#[derive(Debug)]
struct Child {
    socket: UnixStream,
    /// Another process that has this is one that a script has forked.
    pid: u32,
    /// The request's, in each frame about it.
    number: u64,
    variables: Vec<u8>,
    body: Vec<u8>,
    /// How much of the body PHP has read.
    body_read: usize,
    /// The status and the header lines, as they are sent.
    head: Vec<u8>,
    has_head: bool,
    is_head_sent: bool,
    output: Vec<u8>,
    /// Nobody wants the answer: the client is gone, or the worker.
    is_aborted: bool,
    /// The answer is complete though the script goes on; what it writes goes nowhere.
    is_finished: bool,
}

/// What the fork server does for script processes.
#[derive(Debug)]
pub(super) struct ScriptFork {
    /// For scripts where PHP has none: as memory_limit has it.
    pub(super) memory_limit: String,
}

impl Forked for ScriptFork {
    fn prepare(&mut self) {
        // Its descriptors are closed, and it is the parent's: nothing of it may be dropped here.
        #[expect(
            clippy::mem_forget,
            reason = "dropping it would close numbers that are others' by now"
        )]
        std::mem::forget(runtime::take());
        // SAFETY: no borrow is alive, and nothing of this process's request is used any more.
        unsafe { ffi::kg_scripts_begin() }
    }

    fn run(&mut self, socket: UnixStream) -> i32 {
        close_in_children(&socket);
        let limit = std::ffi::CString::new(self.memory_limit.as_str()).unwrap_or_default();
        CHILD.replace(Some(Child {
            pid: std::process::id(),
            number: 0,
            socket,
            variables: Vec::new(),
            body: Vec::new(),
            body_read: 0,
            head: Vec::new(),
            has_head: false,
            is_head_sent: false,
            output: Vec::new(),
            is_aborted: false,
            is_finished: false,
        }));
        loop {
            match with(Child::receive) {
                Ok(true) => {}
                Ok(false) => return 0,
                Err(error) => {
                    log::error(&format!("a script process lost its worker: {error}"));
                    return 1;
                }
            }
            let script = with(|child| child.script(&limit));
            // SAFETY: the strings are the child's and stay as they are until the next request; no borrow is alive.
            let has_run = unsafe { ffi::kg_script_run(&raw const script) };
            end_if_forked();
            if !has_run {
                log::error("PHP could not begin a request for a script");
                return 1;
            }
            if with(Child::complete).is_err() {
                return 0;
            }
        }
    }

    fn ended(&mut self, pid: i32, exit: Exit) {
        if !exit.is_success() {
            log::event(
                Level::Warning,
                "a script process ended",
                &[("pid", &pid.to_string()), ("how", &exit.to_string())],
            );
        }
    }
}

fn with<R>(body: impl FnOnce(&mut Child) -> R) -> R {
    #[expect(clippy::panic, reason = "the hooks are set in script processes only")]
    CHILD.with_or(|| panic!("this is no script process"), body)
}

/// Has every process that a script forks lose the socket: it would keep it open, so that nobody noticed the end of this one.
fn close_in_children(socket: &UnixStream) {
    static SOCKET: AtomicI32 = AtomicI32::new(-1);
    extern "C" fn close() {
        let socket = SOCKET.load(Ordering::Relaxed);
        // SAFETY: it is this process's copy, and is_silent() keeps all of ours from using the number again.
        unsafe { libc::close(socket) };
    }
    SOCKET.store(socket.as_raw_fd(), Ordering::Relaxed);
    // SAFETY: `close` only closes a descriptor, which any fork child may do, and has the required signature.
    let result = unsafe { libc::pthread_atfork(None, None, Some(close)) };
    if result != 0 {
        // Then they keep it, and is_silent() keeps them from using it all the same.
        log::error("no memory to watch for forks of scripts");
    }
}

/// Whether nobody is to be told anything: the request that this process was forked in is being ended, or it is one that a
/// script has forked. The answer is its parent's to give.
fn is_silent() -> bool {
    !CHILD.is_set() || with(|child| child.pid != std::process::id())
}

/// A script that forks comes back in the child too, which ends here, without a word.
fn end_if_forked() {
    if is_silent() {
        // SAFETY: _exit(2) runs no handlers of the parent's; the kernel closes the child's copies of all descriptors.
        unsafe { libc::_exit(ffi::kg_exit_status()) }
    }
}

impl Child {
    /// Waits for the next request. `false`: there will be none.
    fn receive(&mut self) -> io::Result<bool> {
        loop {
            let mut kind = [0];
            if self.socket.read(&mut kind)? == 0 {
                return Ok(false);
            }
            match kind[0] {
                wire::REQUEST => break,
                // It was about an answer that is complete.
                wire::ABORT => {}
                _ => return Err(wire::invalid()),
            }
        }
        let mut head = [0; wire::REQUEST_HEAD - 1];
        self.socket.read_exact(&mut head)?;
        let (variables, body, number) = wire::request_head(&head)?;
        self.variables.resize(variables, 0);
        self.socket.read_exact(&mut self.variables)?;
        self.body.clear();
        let taken = (&self.socket)
            .take(body as u64)
            .read_to_end(&mut self.body)?;
        if taken != body {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.number = number;
        self.body_read = 0;
        self.head.clear();
        self.has_head = false;
        self.is_head_sent = false;
        self.output.clear();
        self.is_aborted = false;
        self.is_finished = false;
        Ok(true)
    }

    fn variable(&self, name: &[u8]) -> Option<&CStr> {
        let value = wire::variables(&self.variables).find(|(of, _)| &of[..of.len() - 1] == name)?;
        CStr::from_bytes_with_nul(value.1).ok()
    }

    fn script(&self, memory_limit: &CStr) -> ffi::kg_script {
        let of = |name: &[u8]| {
            self.variable(name)
                .map_or(std::ptr::null(), |value| value.as_ptr())
        };
        let is_old = self.variable(b"SERVER_PROTOCOL") == Some(c"HTTP/1.0");
        ffi::kg_script {
            file: of(b"SCRIPT_FILENAME"),
            method: of(b"REQUEST_METHOD"),
            query: of(b"QUERY_STRING"),
            uri: of(b"REQUEST_URI"),
            content_type: of(b"CONTENT_TYPE"),
            authorization: of(b"HTTP_AUTHORIZATION"),
            content_length: i64::try_from(self.body.len()).unwrap_or(i64::MAX),
            protocol: if is_old { 1000 } else { 1001 },
            memory_limit: if memory_limit.is_empty() {
                std::ptr::null()
            } else {
                memory_limit.as_ptr()
            },
        }
    }

    /// Sends the head and what was kept of the body.
    fn send(&mut self) -> io::Result<()> {
        if self.is_aborted {
            self.output.clear();
            return Ok(());
        }
        if !self.is_head_sent {
            self.is_head_sent = true;
            wire::send_frame(&mut &self.socket, Kind::Head, self.number, &[&self.head])?;
        }
        if !self.output.is_empty() {
            wire::send_frame(&mut &self.socket, Kind::Body, self.number, &[&self.output])?;
            self.output.clear();
        }
        Ok(())
    }

    /// The script and its request are over.
    fn complete(&mut self) -> io::Result<()> {
        if self.is_finished {
            wire::send_frame(&mut &self.socket, Kind::End, self.number, &[])?;
        } else {
            self.answer(Kind::End, Kind::Whole)?;
        }
        for buffer in [
            &mut self.variables,
            &mut self.body,
            &mut self.head,
            &mut self.output,
        ] {
            if buffer.capacity() > KEPT_BYTES {
                *buffer = Vec::new();
            }
        }
        Ok(())
    }

    /// Sends what is left of the answer: all of it is of kind `whole`; after what was sent already `end` follows.
    fn answer(&mut self, end: Kind, whole: Kind) -> io::Result<()> {
        if self.is_head_sent || self.is_aborted {
            self.send()?;
            return wire::send_frame(&mut &self.socket, end, self.number, &[]);
        }
        if !self.has_head {
            // It ended before PHP had a head: a fatal error within the request's beginning or end.
            self.head.extend_from_slice(&500_u16.to_ne_bytes());
        }
        let length = u32::try_from(self.head.len()).unwrap_or(0).to_ne_bytes();
        let parts: [&[u8]; 3] = [&length, &self.head, &self.output];
        wire::send_frame(&mut &self.socket, whole, self.number, &parts)
    }

    /// Whether the worker has said that nobody wants the answer.
    fn look_for_abort(&mut self) -> bool {
        if !self.is_aborted {
            let mut byte = 0_u8;
            // SAFETY: one byte is received into `byte`, which is alive.
            let got = unsafe {
                libc::recv(
                    self.socket.as_raw_fd(),
                    (&raw mut byte).cast(),
                    1,
                    libc::MSG_DONTWAIT,
                )
            };
            self.is_aborted = got == 0 || (got == 1 && byte == wire::ABORT);
        }
        self.is_aborted
    }
}

/// `Kargo\App\finish()` in a script: the client has its whole answer now. `false`: it has it already. `None`: no script
/// runs. An exception may be pending, since output callbacks are called.
pub(crate) fn finish() -> Option<bool> {
    if !CHILD.is_set() {
        return None;
    }
    if is_silent() || with(|child| child.is_finished) {
        return Some(false);
    }
    // SAFETY: no borrow is alive, and nothing here has to be dropped.
    unsafe { ffi::kg_app_flush_all() };
    with(|child| {
        child.is_finished = true;
        // Where the worker is gone, nobody wants the answer.
        child.is_aborted |= child.answer(Kind::Finished, Kind::Finished).is_err();
        child.output.clear();
    });
    Some(true)
}

/// The request's headers, for a script, with the names that php-fpm makes of its variables. `false`: no script runs.
pub(crate) fn headers(mut give: impl FnMut(&[u8], &[u8])) -> bool {
    if !CHILD.is_set() {
        return false;
    }
    let all: Vec<(Vec<u8>, Vec<u8>)> = with(|child| {
        wire::variables(&child.variables)
            .filter_map(|(name, value)| {
                let name = name.strip_suffix(b"\0")?;
                let header = match name {
                    b"CONTENT_TYPE" | b"CONTENT_LENGTH" => name,
                    _ => name.strip_prefix(b"HTTP_")?,
                };
                Some((header_name(header), value.strip_suffix(b"\0")?.to_vec()))
            })
            .collect()
    });
    for (name, value) in &all {
        give(name, value);
    }
    true
}

/// `X_NAME` is `X-Name`.
fn header_name(variable: &[u8]) -> Vec<u8> {
    let mut is_first = true;
    variable
        .iter()
        .map(|byte| {
            let was_first = std::mem::replace(&mut is_first, *byte == b'_');
            match byte {
                b'_' => b'-',
                _ if was_first => *byte,
                _ => byte.to_ascii_lowercase(),
            }
        })
        .collect()
}

/// The script has written something. `false`: nobody takes it any more.
#[unsafe(no_mangle)]
extern "C" fn kargo_script_write(bytes: *const c_char, length: usize) -> bool {
    if is_silent() {
        return true;
    }
    // SAFETY: the engine gives its text.
    let bytes = unsafe { std::slice::from_raw_parts(bytes.cast::<u8>(), length) };
    with(|child| {
        if child.is_finished {
            return true;
        }
        // In pieces, so that neither side ever holds more than one.
        bytes.chunks(WHOLE_BYTES).all(|piece| {
            child.output.extend_from_slice(piece);
            child.output.len() < WHOLE_BYTES || (!child.look_for_abort() && child.send().is_ok())
        })
    })
}

/// flush(): what was written goes to the client now.
#[unsafe(no_mangle)]
extern "C" fn kargo_script_flush() -> bool {
    if is_silent() {
        return true;
    }
    with(|child| {
        // A flush before PHP has sent the head, or after the end of the answer, is about nothing.
        !child.has_head || child.is_finished || (!child.look_for_abort() && child.send().is_ok())
    })
}

/// The head begins.
#[unsafe(no_mangle)]
extern "C" fn kargo_script_head(status: i32) {
    if CHILD.is_set() {
        with(|child| {
            let status = u16::try_from(status).unwrap_or(500);
            child.head.clear();
            child.head.extend_from_slice(&status.to_ne_bytes());
            child.has_head = true;
        });
    }
}

/// A line of the head.
#[unsafe(no_mangle)]
extern "C" fn kargo_script_header(line: *const c_char, length: usize) {
    if CHILD.is_set() {
        // SAFETY: the engine gives its text.
        let line = unsafe { std::slice::from_raw_parts(line.cast::<u8>(), length) };
        with(|child| {
            child.head.extend_from_slice(line);
            child.head.push(0);
        });
    }
}

/// PHP reads the body.
#[unsafe(no_mangle)]
extern "C" fn kargo_script_read(buffer: *mut c_char, length: usize) -> usize {
    with(|child| {
        let rest = &child.body[child.body_read..];
        let count = rest.len().min(length);
        // SAFETY: the engine's buffer has room for `length` bytes.
        unsafe { std::ptr::copy_nonoverlapping(rest.as_ptr(), buffer.cast(), count) }
        child.body_read += count;
        count
    })
}

/// The Cookie header, or null.
#[unsafe(no_mangle)]
extern "C" fn kargo_script_cookies() -> *const c_char {
    with(|child| {
        child
            .variable(b"HTTP_COOKIE")
            .map_or(std::ptr::null(), CStr::as_ptr)
    })
}

/// A variable that a web server gives its scripts as one of the environment, or null.
#[unsafe(no_mangle)]
extern "C" fn kargo_script_getenv(name: *const c_char, length: usize) -> *const c_char {
    if !CHILD.is_set() {
        return std::ptr::null();
    }
    // SAFETY: the engine gives its text.
    let name = unsafe { std::slice::from_raw_parts(name.cast::<u8>(), length) };
    with(|child| child.variable(name).map_or(std::ptr::null(), CStr::as_ptr))
}

/// The variable of `$_SERVER` at `at`, which is 0 at first and moves behind it. `false`: there are no more.
#[unsafe(no_mangle)]
extern "C" fn kargo_script_variable(at: *mut usize, out: *mut ffi::kg_script_variable) -> bool {
    with(|child| {
        // SAFETY: the shim gives a place for it.
        let at = unsafe { &mut *at };
        let Some((name, value)) = wire::next_variable(&child.variables, at) else {
            return false;
        };
        // SAFETY: the shim gives a place for it; the texts stay until the next request.
        unsafe {
            out.write(ffi::kg_script_variable {
                name: name.as_ptr().cast(),
                value: value.as_ptr().cast(),
                value_length: value.len() - 1,
            });
        }
        true
    })
}

/// PHP has something for the log.
#[unsafe(no_mangle)]
extern "C" fn kargo_script_log(message: *const c_char, length: usize) {
    // SAFETY: the engine gives its text.
    let message = unsafe { std::slice::from_raw_parts(message.cast::<u8>(), length) };
    let message = String::from_utf8_lossy(message);
    let id = CHILD
        .is_set()
        .then(|| {
            with(|child| {
                child
                    .variable(b"UNIQUE_ID")
                    .map(|id| id.to_string_lossy().into_owned())
            })
        })
        .flatten()
        .unwrap_or_default();
    log::event(
        Level::Warning,
        "script",
        &[("request", &id), ("message", &message)],
    );
}
