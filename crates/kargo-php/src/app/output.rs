//! The classic request in progress: what its application prints, and how that reaches the client.
//!
//! What fits into [`WHOLE_BYTES`] is answered whole, with a Content-Length. `flush()`, or more, begins a streamed answer. A
//! client that takes a stream slowly makes the application wait, within limits: nobody else can use this worker meanwhile.

use std::ffi::{CStr, c_char};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::time::{Duration, Instant};

use kargo_http::Method;
use kargo_net::{AnswerError, OwnedRequest, RequestId, RequestRef, StreamState};

use crate::app::{Application, head};
use crate::classes::request::{self, State};
use crate::engine::{Global, ffi, object};
use crate::log::{self, Level};
use crate::serve::runtime::{self, Runtime};
use crate::serve::{answer, current};

/// The longest body that is answered whole.
const WHOLE_BYTES: usize = 1 << 20;
/// What an empty buffer may keep.
const KEPT_BYTES: usize = 256 << 10;

/// Why an application's answer is not what it printed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The log has the reason.
    Internal,
    /// A status and a message for the client.
    Told(u16, String),
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Phase {
    /// No classic request runs.
    #[default]
    Idle,
    /// Nothing was sent.
    Whole,
    /// The head is sent.
    Streaming,
    /// Everything is sent, or nobody is there any more.
    Over,
}

/// A classic request in progress.
#[derive(Debug, Default)]
struct Running {
    phase: Phase,
    id: Option<RequestId>,
    application: Option<Rc<Application>>,
    /// Bytes of the path where it is mounted.
    prefix: usize,
    is_head: bool,
    body: Vec<u8>,
    /// Bytes of the request's body that PHP has read.
    read: usize,
    /// What the engine gets as C strings.
    strings: Vec<u8>,
    /// The request, once it was answered before its end.
    kept: Option<OwnedRequest>,
    /// The handler's argument; alive as long as the request runs.
    object: Option<*mut ffi::zend_object>,
    /// How long the client has made the application wait.
    waited: Duration,
}

static RUNNING: Global<Running> = Global::new();

fn with<R>(body: impl FnOnce(&mut Running) -> R) -> R {
    RUNNING.with_or(Running::default, body)
}

/// Whether a classic request runs.
pub(crate) fn is_active() -> bool {
    with(|running| running.phase != Phase::Idle)
}

/// Whether a part of the answer is sent.
pub(crate) fn is_streaming() -> bool {
    with(|running| running.phase == Phase::Streaming)
}

/// The application that runs, and how many bytes of the path are where it is mounted.
pub(crate) fn application() -> Option<(Rc<Application>, usize)> {
    with(|running| Some((running.application.clone()?, running.prefix)))
}

/// Gives the request to `read`, also when it was answered.
pub(crate) fn view<R>(read: impl FnOnce(&RequestRef<'_>) -> R) -> Option<R> {
    with(|running| running.view(read))
}

impl Running {
    fn view<R>(&self, read: impl FnOnce(&RequestRef<'_>) -> R) -> Option<R> {
        if let Some(kept) = &self.kept {
            return Some(read(&kept.as_ref()));
        }
        let id = self.id?;
        runtime::with(|runtime| {
            let serving = runtime.serving.as_ref()?;
            serving.net.request(id).map(|request| read(&request))
        })
    }

    fn write(&mut self, bytes: &[u8]) -> bool {
        match self.phase {
            Phase::Whole => {
                self.body.extend_from_slice(bytes);
                self.body.len() <= WHOLE_BYTES || self.begin_stream()
            }
            Phase::Streaming => self.push(bytes),
            Phase::Idle | Phase::Over => true,
        }
    }

    /// Sends the head and what there is of the body.
    fn begin_stream(&mut self) -> bool {
        let Some(id) = self.id else {
            return false;
        };
        let is_begun = head::with_answer(head::Body::Streamed, |answer| {
            runtime::with(|runtime| {
                let (serving, events) = serving(runtime)?;
                serving.net.begin(events, id, answer, None)
            })
        });
        if let Err(error) = is_begun {
            if let AnswerError::Encode(error) = error {
                log::error(&format!("an answer can't be sent: {error}"));
                self.give_up();
            }
            self.phase = Phase::Over;
            return false;
        }
        self.phase = Phase::Streaming;
        let body = std::mem::take(&mut self.body);
        let is_sent = self.push(&body);
        self.body = body;
        self.clear_body();
        is_sent
    }

    /// Sends a piece of a streamed answer. `false`: nobody is there to take it.
    fn push(&mut self, bytes: &[u8]) -> bool {
        let Some(id) = self.id else {
            return false;
        };
        let begun = Instant::now();
        let patience = self
            .application
            .as_ref()
            .map_or(Duration::ZERO, |application| {
                application.slow_client_timeout
            });
        let left = patience.saturating_sub(self.waited);
        let result = runtime::with(|runtime| {
            let (serving, events) = serving(runtime)?;
            match serving.net.write(events, id, bytes)? {
                StreamState::Ready => Ok(false),
                StreamState::Full => serving
                    .net
                    .block_until_ready(events, id, begun + left)
                    .map(|()| true),
            }
        });
        match result {
            Ok(has_waited) => {
                if has_waited {
                    self.waited += begun.elapsed();
                }
                true
            }
            Err(error) => {
                if let AnswerError::Encode(error) = error {
                    log::warning(&format!("an answer is cut off: {error}"));
                    self.give_up();
                }
                self.phase = Phase::Over;
                false
            }
        }
    }

    fn flush(&mut self) -> bool {
        // SAFETY: reads one flag.
        let has_head = unsafe { ffi::kg_app_headers_are_sent() };
        match self.phase {
            Phase::Whole if has_head => self.begin_stream(),
            _ => true,
        }
    }

    /// Closes the connection in the middle of an answer.
    fn give_up(&mut self) {
        if let Some(id) = self.id {
            runtime::with(|runtime| {
                if let Ok((serving, events)) = serving(runtime) {
                    serving.net.abandon(events, id);
                }
            });
        }
    }

    fn answer_whole(&mut self, has_failed: bool) {
        let Some(id) = self.id else {
            return;
        };
        let body = head::Body::Whole {
            has_failed,
            is_head: self.is_head,
            is_empty: self.body.is_empty(),
        };
        let result = head::with_answer(body, |answer| {
            runtime::with(|runtime| {
                let (serving, events) = serving(runtime)?;
                serving.net.answer(events, id, answer, &self.body)
            })
        });
        if let Err(AnswerError::Encode(error)) = result {
            current::report(
                Level::Error,
                "the answer can't be sent",
                &[("reason", &error.to_string())],
            );
            answer::send_failure(id, 500, None);
        }
    }

    fn clear_body(&mut self) {
        self.body.clear();
        if self.body.capacity() > KEPT_BYTES {
            self.body = Vec::new();
        }
    }
}

fn serving(
    runtime: &mut Runtime,
) -> Result<
    (
        &mut crate::serve::server::Serving,
        &mut kargo_loop::EventLoop,
    ),
    AnswerError,
> {
    match (runtime.serving.as_mut(), runtime.events.as_mut()) {
        (Some(serving), Some(events)) => Ok((serving, events)),
        _ => Err(AnswerError::Gone),
    }
}

/// A classic request begins. What the engine wants to know of it; its strings live until [`end`].
pub(crate) fn begin(
    id: RequestId,
    application: &Rc<Application>,
    prefix: usize,
    object: *mut ffi::zend_object,
) -> Option<ffi::kg_app_request> {
    with(|running| {
        running.phase = Phase::Whole;
        running.id = Some(id);
        running.application = Some(Rc::clone(application));
        running.prefix = prefix;
        running.read = 0;
        running.object = Some(object);
        running.waited = Duration::ZERO;
        let mut strings = std::mem::take(&mut running.strings);
        strings.clear();
        let found = running.view(|request| {
            let is_head = request.head().method() == Method::Head;
            (
                Strings::collect(request, &mut strings),
                request.body_bytes(),
                is_head,
            )
        });
        running.strings = strings;
        let Some((places, length, is_head)) = found else {
            running.phase = Phase::Idle;
            return None;
        };
        running.is_head = is_head;
        let start = running.strings.as_mut_ptr();
        // SAFETY: the places were counted in this buffer, which does not change until `end`.
        let at = |place: usize| unsafe { start.add(place) }.cast::<c_char>();
        let or_null = |place: Option<usize>| place.map_or(std::ptr::null_mut(), at);
        Some(ffi::kg_app_request {
            method: at(places.method),
            uri: at(places.uri),
            query: or_null(places.query),
            cookie: or_null(places.cookie),
            content_type: or_null(places.content_type),
            authorization: or_null(places.authorization),
            content_length: i64::try_from(length).unwrap_or(i64::MAX),
            output_buffering: 0,
        })
    })
}

/// Where the strings of a request begin.
struct Strings {
    method: usize,
    uri: usize,
    query: Option<usize>,
    cookie: Option<usize>,
    content_type: Option<usize>,
    authorization: Option<usize>,
}

impl Strings {
    /// Copies what the engine reads as C strings, each with a NUL behind it.
    fn collect(request: &RequestRef<'_>, out: &mut Vec<u8>) -> Self {
        let (head, bytes) = (request.head(), request.bytes());
        let mut add = |parts: [&[u8]; 2]| {
            let start = out.len();
            for part in parts {
                out.extend_from_slice(part);
            }
            out.push(0);
            start
        };
        let method = add([head.method_name(bytes), b""]);
        let uri = add([head.path(bytes), b""]);
        let query = head.query(bytes).map(|query| add([query, b""]));
        let (mut cookies, mut content_type, mut authorization) = (0, None, None);
        for (name, value) in head.headers(bytes) {
            match name.len() {
                6 if is_cookie(name) => cookies += 1,
                12 if name.eq_ignore_ascii_case(b"content-type") => {
                    content_type = Some(add([value, b""]));
                }
                13 if name.eq_ignore_ascii_case(b"authorization") => {
                    authorization = Some(add([value, b""]));
                }
                _ => {}
            }
        }
        // HTTP/2's clients, and proxies behind them, may send several lines: they are one, as in HTTP_COOKIE.
        let cookie = (cookies != 0).then(|| {
            let start = out.len();
            for (_, value) in head.headers(bytes).filter(|(name, _)| is_cookie(name)) {
                if out.len() != start {
                    out.extend_from_slice(b"; ");
                }
                out.extend_from_slice(value);
            }
            out.push(0);
            start
        });
        Self {
            method,
            uri,
            query,
            cookie,
            content_type,
            authorization,
        }
    }
}

fn is_cookie(name: &[u8]) -> bool {
    name.eq_ignore_ascii_case(b"cookie")
}

/// The classic request is over.
pub(crate) fn end() {
    let application = with(|running| {
        running.phase = Phase::Idle;
        running.id = None;
        running.kept = None;
        running.object = None;
        running.clear_body();
        running.application.take()
    });
    drop(application);
}

/// The application has failed: an answer that has not begun says 500, unless it says something as bad.
pub(crate) fn set_failed() {
    if with(|running| running.phase != Phase::Whole) {
        return;
    }
    // SAFETY: reads and sets one number.
    unsafe {
        if ffi::kg_app_status() < 500 {
            ffi::kg_app_set_status(500);
        }
    }
}

/// Sends what is not sent yet. To be called when headers and output are complete.
pub(crate) fn answer(failure: Option<Failure>) {
    let (phase, id, is_empty) =
        with(|running| (running.phase, running.id, running.body.is_empty()));
    let Some(id) = id else {
        return;
    };
    match (phase, failure) {
        (Phase::Whole, Some(Failure::Told(status, message))) if is_empty => {
            head::with_kept(|lines| answer::send_failure_with(id, status, Some(&message), lines));
        }
        (Phase::Whole, Some(_)) if is_empty => {
            head::with_kept(|lines| answer::send_failure_with(id, 500, None, lines));
        }
        (Phase::Whole, failure) => {
            if failure.is_some() {
                set_failed();
            }
            with(|running| running.answer_whole(failure.is_some()));
        }
        // A client must not take half a page for a whole one.
        (Phase::Streaming, Some(_)) => with(Running::give_up),
        (Phase::Streaming, None) => runtime::with(|runtime| {
            if let Ok((serving, events)) = serving(runtime) {
                // A client that is gone needs no end.
                let _gone = serving.net.end(events, id);
            }
        }),
        (Phase::Idle | Phase::Over, _) => {}
    }
    with(|running| running.phase = Phase::Over);
}

/// `Kargo\App\finish()`: sends the answer before the application has ended. `false`: it is sent already. An exception may be
/// pending, since output callbacks are called.
pub(crate) fn finish() -> bool {
    if !with(|running| matches!(running.phase, Phase::Whole | Phase::Streaming)) {
        return false;
    }
    // SAFETY: no borrow is alive, and nothing here has to be dropped.
    unsafe { ffi::kg_app_flush_all() };
    let (id, object) = with(|running| (running.id, running.object));
    let Some(id) = id else {
        return false;
    };
    // The bytes are the server's until the request is answered.
    let kept = runtime::with(|runtime| {
        let (serving, events) = serving(runtime).ok()?;
        // The answer leaves at once, not at the end of the batch.
        serving.net.detach(events, id);
        serving.net.copy_request(id)
    });
    if let Some(object) = object {
        // SAFETY: the handler's argument is alive as long as the request runs, and has a State.
        if let Some(state) = unsafe { object::native::<State>(object).as_mut() } {
            state.bytes = request::own_bytes(id);
        }
    }
    with(|running| running.kept = kept);
    answer(None);
    true
}

/// Runs a hook of the engine's, which must not unwind into it.
fn guarded<R>(otherwise: R, body: impl FnOnce() -> R) -> R {
    catch_unwind(AssertUnwindSafe(body)).unwrap_or(otherwise)
}

/// The application's output leaves PHP's buffers. `false`: nobody is there to take it.
#[unsafe(no_mangle)]
extern "C" fn kargo_app_write(bytes: *const c_char, length: usize) -> bool {
    // SAFETY: the engine gives `length` bytes.
    let bytes = unsafe { std::slice::from_raw_parts(bytes.cast::<u8>(), length) };
    guarded(false, || with(|running| running.write(bytes)))
}

/// flush(): what there is of an answer is sent.
#[unsafe(no_mangle)]
extern "C" fn kargo_app_flush() -> bool {
    guarded(false, || with(Running::flush))
}

/// Gives PHP the next bytes of the request's body.
#[unsafe(no_mangle)]
extern "C" fn kargo_app_read(buffer: *mut c_char, length: usize) -> usize {
    guarded(0, || {
        with(|running| {
            let read = running.read;
            // SAFETY: the engine's buffer has room for `length` bytes, all of which are written here before they are lent.
            let room = unsafe {
                buffer.write_bytes(0, length);
                std::slice::from_raw_parts_mut(buffer.cast::<u8>(), length)
            };
            let count = running.view(|request| request.read_body_at(room, read as u64));
            // What can't be read is a body that ends early.
            let count = count.and_then(Result::ok).unwrap_or(0);
            running.read += count;
            count
        })
    })
}

/// The text of a C string; empty for NULL.
pub(crate) fn c_text<'a>(text: *const c_char) -> &'a [u8] {
    if text.is_null() {
        return b"";
    }
    // SAFETY: the engine's strings end with NUL, and live longer than they are looked at.
    unsafe { CStr::from_ptr(text) }.to_bytes()
}
