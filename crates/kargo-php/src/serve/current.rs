//! What runs right now on this stack: a request, a loop callback, or the script itself.
//!
//! A handler that waits takes its [`Current`] along and gets it back when it goes on.

use std::cell::RefCell;
use std::rc::Rc;

use kargo_net::RequestId;

use crate::engine::{Global, ffi};
use crate::log::{self, Level};
use crate::rpc::cors::Visit;
use crate::rpc::policy::Credentials;
use crate::serve::deadline::Deadline;
use crate::sessions::Live;

/// The work that output and errors are told of.
#[derive(Debug, Default)]
pub(crate) struct Current {
    /// The request being handled.
    pub(crate) request: Option<RequestId>,
    /// Its identification in the log; 0: none was needed so far.
    pub(crate) number: u64,
    /// What the handler printed.
    pub(crate) output: Vec<u8>,
    /// The last fatal error: message, file, line.
    pub(crate) fatal: Option<(String, String, u32)>,
    /// Whether this is a handler or callback at all.
    pub(crate) is_busy: bool,
    /// When the time of the call that runs is over, if it has a limit of its own.
    pub(crate) deadline: Option<Deadline>,
    /// What the request's credentials say, if a method asked.
    pub(crate) caller: Credentials,
    /// Calls of the request so far that used its idempotency key.
    pub(crate) keyed_calls: u32,
    /// Whose page sent the request, if that matters.
    pub(crate) visit: Option<Box<Visit>>,
    /// The session, if the handler asked for it.
    pub(crate) session: Option<Rc<RefCell<Live>>>,
    /// The cookie of a session that the answer sets.
    pub(crate) cookie: Option<Vec<u8>>,
    /// A callback of `Session::update()` runs, which can't wait.
    pub(crate) is_updating: bool,
}

impl Current {
    /// The work is over.
    #[inline]
    pub(crate) fn end(&mut self) {
        self.request = None;
        self.number = 0;
        self.is_busy = false;
        self.deadline = None;
        self.caller = Credentials::Unread;
        self.keyed_calls = 0;
        self.visit = None;
        self.session = None;
        self.cookie = None;
        self.is_updating = false;
    }
}

/// Longest output of one handler that the log takes.
const OUTPUT_LIMIT: usize = 8192;

static CURRENT: Global<Current> = Global::new();

/// Runs `body` on the current work.
#[inline(always)]
pub(crate) fn with<R>(body: impl FnOnce(&mut Current) -> R) -> R {
    CURRENT.with_or(Current::default, body)
}

/// Takes the current work away, for a handler that is about to wait.
pub(crate) fn take() -> Current {
    with(std::mem::take)
}

/// Puts back what [`take`] gave.
pub(crate) fn put_back(current: Current) {
    with(|slot| *slot = current);
}

/// The identification of request `number`, as the log and the clients see it.
pub(crate) fn request_name(number: u64) -> String {
    // SAFETY: getpid(2) always succeeds.
    format!("{:x}-{number:x}", unsafe { libc::getpid() })
}

/// Writes a log line that names the current request, if there is one.
pub(crate) fn report(level: Level, message: &str, fields: &[(&str, &str)]) {
    let number = with(|current| current.number);
    let name = request_name(number);
    let mut all: Vec<(&str, &str)> = Vec::with_capacity(fields.len() + 1);
    if number != 0 {
        all.push(("request", &name));
    }
    all.extend_from_slice(fields);
    log::event(level, message, &all);
}

/// Tells the log what the handler printed, and forgets it.
pub(crate) fn flush_output() {
    let output = with(|current| std::mem::take(&mut current.output));
    if !output.is_empty() {
        let text = String::from_utf8_lossy(&output);
        report(Level::Info, "handler printed", &[("output", &text)]);
    }
}

/// PHP prints something: 0 lets it pass to stdout, else it is taken for the log.
#[unsafe(no_mangle)]
extern "C" fn kargo_on_output(bytes: *const std::ffi::c_char, length: usize) -> usize {
    with(|current| {
        if !current.is_busy {
            return 0;
        }
        let room = OUTPUT_LIMIT.saturating_sub(current.output.len());
        // SAFETY: the engine gives `length` bytes.
        let bytes = unsafe { std::slice::from_raw_parts(bytes.cast::<u8>(), length) };
        current.output.extend_from_slice(&bytes[..length.min(room)]);
        length.max(1)
    })
}

/// PHP's error_log().
#[unsafe(no_mangle)]
extern "C" fn kargo_on_log(message: *const std::ffi::c_char, length: usize) {
    // SAFETY: the engine gives `length` bytes.
    let message = unsafe { std::slice::from_raw_parts(message.cast::<u8>(), length) };
    report(
        Level::Info,
        "PHP error_log",
        &[("message", &String::from_utf8_lossy(message))],
    );
}

const FATAL: u32 = ffi::E_ERROR
    | ffi::E_PARSE
    | ffi::E_CORE_ERROR
    | ffi::E_COMPILE_ERROR
    | ffi::E_USER_ERROR
    | ffi::E_RECOVERABLE_ERROR;

/// PHP raises a warning, a notice or a fatal error.
#[unsafe(no_mangle)]
extern "C" fn kargo_on_error(
    kind: std::ffi::c_int,
    file: *mut ffi::zend_string,
    line: u32,
    message: *mut ffi::zend_string,
) {
    let text = |string: *mut ffi::zend_string| {
        if string.is_null() {
            String::new()
        } else {
            String::from_utf8_lossy(crate::engine::value::string_bytes(string)).into_owned()
        }
    };
    let (file, message) = (text(file), text(message));
    let kind = kind.cast_unsigned();
    if kind & FATAL != 0 && with(|current| current.is_busy) {
        // Who made the call tells the log what became of the request.
        with(|current| current.fatal = Some((message, file, line)));
        return;
    }
    let level = if kind & FATAL != 0 {
        Level::Error
    } else {
        Level::Warning
    };
    let label = match kind {
        ffi::E_WARNING | ffi::E_USER_WARNING | ffi::E_CORE_WARNING | ffi::E_COMPILE_WARNING => {
            "PHP warning"
        }
        ffi::E_NOTICE | ffi::E_USER_NOTICE => "PHP notice",
        ffi::E_DEPRECATED | ffi::E_USER_DEPRECATED => "PHP deprecation",
        _ => "PHP error",
    };
    report(
        level,
        label,
        &[
            ("message", &message),
            ("file", &file),
            ("line", &line.to_string()),
        ],
    );
}
