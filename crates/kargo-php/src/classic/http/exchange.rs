//! One request of a client: the callback that it is given to, and the answer.
//!
//! Nothing of the runtime is borrowed while the callback runs: it may wait, run the loop, free its server and its own
//! handle.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use kargo_http::Method;
use kargo_loop::EventLoop;
use kargo_net::{Answer, AnswerError, RequestId, Server as NetServer};

use super::super::buffer::Buffer;
use super::super::table::Table;
use super::Http;
use super::complaint;
use super::handle::Handle;
use super::request::{Outgoing, Request};
use super::server::CONTENT_TYPE;
use crate::engine::call::panic_text;
use crate::engine::callable::{Outcome, call_cached, take_exception};
use crate::engine::{Callable, Owned, Zv, ffi};
use crate::log;
use crate::serve::runtime::{self, Runtime};
use crate::serve::{callback, current, handler, runner};

/// Callbacks that may wait at once: each holds a stack. More requests are refused.
const WAITING: usize = 4096;

/// A request and the callback that answers it.
#[derive(Debug)]
pub(crate) struct Exchange {
    server: u64,
    id: RequestId,
    callback: Rc<Callable>,
    /// The handle that is used again, if there is one.
    handle: Option<Handle>,
    is_serving: bool,
}

impl Runtime {
    /// A server has handed out a request. `true`: it is for [`run`]; `false`: it was refused.
    #[inline(never)]
    pub(crate) fn begin_exchange(&mut self, key: u64, id: RequestId) -> bool {
        let http = &mut self.classic.http;
        let Some(server) = http.servers.get(key) else {
            return false;
        };
        let is_crowded = self.roles.parked.len() >= WAITING;
        let callback = server.callback.as_ref().filter(|_| !is_crowded);
        let Some(callback) = callback.map(Rc::clone) else {
            if let (Some(net), Some(events)) = (&mut server.net, &mut self.events) {
                refuse(net, events, id, if is_crowded { 503 } else { 404 });
            }
            return false;
        };
        let mut handle = http.spare.take();
        if let Some(handle) = &mut handle {
            handle.renew();
            if let Some(request) = http.requests.get(handle.key) {
                request.begin(key, id);
            }
        }
        http.next = Some(Exchange {
            server: key,
            id,
            callback,
            handle,
            is_serving: self.serving.is_some(),
        });
        true
    }
}

#[cold]
fn refuse(net: &mut NetServer, events: &mut EventLoop, id: RequestId, status: u16) {
    let text = format!("{status} {}\n", kargo_http::reason_phrase(status));
    let answer = Answer::new(status).content_type(b"text/plain; charset=utf-8");
    // A client that is gone needs no answer; this head can always be encoded.
    let _gone = net.answer(events, id, &answer, text.as_bytes());
}

/// Calls the callback of the request that [`Runtime::begin_exchange`] was given, and answers whatever it does.
#[inline(never)]
pub(crate) fn run() {
    let Some(exchange) = runtime::with(|runtime| runtime.classic.http.next.take()) else {
        return;
    };
    let (server, id) = (exchange.server, exchange.id);
    if let Err(payload) = catch_unwind(AssertUnwindSafe(|| call(exchange))) {
        panicked(server, id, payload.as_ref());
    }
}

#[cold]
fn panicked(server: u64, id: RequestId, payload: &(dyn Any + Send)) {
    log::error(&format!(
        "panic while handling a request: {}",
        panic_text(payload)
    ));
    runtime::with(|runtime| {
        let http = &mut runtime.classic.http;
        let net = http.servers.get(server).and_then(|it| it.net.as_mut());
        if let (Some(net), Some(events)) = (net, runtime.events.as_mut()) {
            refuse(net, events, id, 503);
        }
    });
}

fn call(exchange: Exchange) {
    let Exchange {
        server,
        id,
        callback,
        handle,
        is_serving,
    } = exchange;
    let handle = handle.unwrap_or_else(|| new_handle(server, id));
    if is_serving {
        current::with(|current| current.is_busy = true);
    }
    let mut argument = Owned::undefined();
    argument.zv().set_resource(handle.resource());
    let mut result = Owned::undefined();
    // SAFETY: the callable is alive, whatever becomes of its server meanwhile.
    let outcome = call_cached(unsafe { &*callback.cache() }, result.zv(), 1, argument.zv());
    // The reference is the handle's.
    argument.zv().set_undefined();
    if is_serving {
        handler::end_foreign_child();
    }
    let given = if outcome == Outcome::Returned {
        Given::read(result.zv().dereferenced())
    } else {
        Given::Failure
    };
    let (_left, refused) = runtime::with(|runtime| {
        let classic = &mut runtime.classic;
        let (http, buffers) = (&mut classic.http, &mut classic.buffers);
        let is_kept = handle.is_kept();
        if is_kept && let Some(request) = http.requests.get(handle.key) {
            request.keep(&http.servers);
        }
        let events = runtime.events.as_mut();
        // A process that the callback has forked must not answer for its parent.
        let refused = events
            .filter(|events| !events.is_foreign())
            .and_then(|events| http.answer(events, buffers, server, id, handle.key, given));
        (http.give_back(handle, is_kept), refused)
    });
    if !matches!(given, Given::Text(_)) {
        settle(given, result.zv().dereferenced(), &callback);
    }
    if let Some(reason) = refused {
        complaint::warn(&callback, &format!("the answer can't be sent: {reason}"));
    }
    if outcome != Outcome::Returned {
        failed(outcome);
    }
    if is_serving {
        drop(result);
        handler::tidy();
        current::with(|current| current.is_busy = false);
    }
}

/// A new handle for a request that was handed out just now.
#[cold]
fn new_handle(server: u64, id: RequestId) -> Handle {
    let key = runtime::with(|runtime| {
        let mut request = Request::default();
        request.begin(server, id);
        runtime.classic.http.requests.insert(request)
    });
    Handle::new(key)
}

/// What a callback gave.
#[derive(Clone, Copy)]
enum Given<'a> {
    Text(&'a [u8]),
    /// An EVBUFFER, by its key.
    Buffer(u64),
    /// An EVHTTP Response, by its key.
    Response(u64),
    /// Another resource.
    Illegal,
    /// Nothing that could be an answer.
    Wrong,
    /// It did not return.
    Failure,
}

impl Given<'_> {
    #[inline]
    fn read(result: Zv) -> Self {
        if let Some(text) = result.bytes() {
            return Self::Text(text);
        }
        let Some(resource) = result.resource() else {
            return Self::Wrong;
        };
        // SAFETY: the result holds the resource.
        let key = |kind| unsafe { ffi::kg_resource_key(resource, kind) } as u64;
        match (
            key(ffi::kg_kind_KG_EVBUFFER),
            key(ffi::kg_kind_KG_EVHTTP_RESPONSE),
        ) {
            (0, 0) => Self::Illegal,
            (0, key) => Self::Response(key),
            (key, _) => Self::Buffer(key),
        }
    }
}

impl Http {
    /// Answers a request with what its callback gave. Says why that could not be sent.
    #[inline]
    fn answer(
        &mut self,
        events: &mut EventLoop,
        buffers: &mut Table<Buffer>,
        server: u64,
        id: RequestId,
        key: u64,
        given: Given<'_>,
    ) -> Option<String> {
        // A server that was freed meanwhile is there as long as it has requests in progress.
        let net = self.servers.get(server)?.net.as_mut()?;
        let added = self
            .requests
            .find(key)
            .filter(|request| !request.is_untouched());
        let mut answer = Answer::new(200);
        let content = match given {
            Given::Text(text) if added.is_none() => {
                // A client that is gone needs no answer; nothing else can be refused here.
                let _gone = net.answer_text(events, id, text);
                return None;
            }
            Given::Text(text) => text,
            Given::Buffer(key) => buffers.get(key).map_or(&[][..], |buffer| buffer.bytes()),
            Given::Response(key) => match self.responses.get(key) {
                Some(response) => {
                    answer.status = response.status;
                    answer.reason = Some(&response.reason);
                    response.content.zv().bytes().unwrap_or_default()
                }
                None => &[],
            },
            Given::Wrong => &[],
            Given::Illegal | Given::Failure => {
                answer.status = 503;
                answer.reason = Some(b"ERR");
                return send(net, events, id, answer, &[]);
            }
        };
        match added {
            Some(request) => send_with(net, events, id, answer, &request.outgoing, content),
            None => send(net, events, id, answer, content),
        }
    }

    /// The handle's callback is over. What is left is to be dropped when no borrow is alive.
    #[inline]
    fn give_back(&mut self, mut handle: Handle, is_kept: bool) -> Left {
        if is_kept || self.spare.is_some() {
            return self.give_away(handle, is_kept);
        }
        let input = if let Some(request) = self.requests.get(handle.key) {
            request.reset()
        } else {
            // evhttp_request_free() has freed it when its server was gone.
            handle.key = self.requests.insert(Request::default());
            None
        };
        self.spare = Some(handle);
        Left(None, input, None)
    }

    /// The same for a handle that can't be used again: somebody keeps it, or there is one for the next request already.
    #[cold]
    fn give_away(&mut self, handle: Handle, is_kept: bool) -> Left {
        let request = self.requests.get(handle.key);
        let is_wanted = is_kept && request.is_some_and(|request| !request.is_freed);
        let request = if is_wanted {
            None
        } else {
            self.requests.remove(handle.key).map(Box::new)
        };
        Left(Some(handle), None, request)
    }
}

/// What is to be dropped when no borrow is alive.
struct Left(
    #[expect(dead_code, reason = "dropped")] Option<Handle>,
    #[expect(dead_code, reason = "dropped")] Option<Owned>,
    #[expect(dead_code, reason = "dropped")] Option<Box<Request>>,
);

#[inline]
fn send(
    net: &mut NetServer,
    events: &mut EventLoop,
    id: RequestId,
    mut answer: Answer<'_>,
    body: &[u8],
) -> Option<String> {
    if !body.is_empty() {
        answer.content_type = Some(CONTENT_TYPE.as_bytes());
    }
    match net.answer(events, id, &answer, body) {
        Ok(()) | Err(AnswerError::Gone) => None,
        Err(error) => {
            refuse(net, events, id, 503);
            Some(error.to_string())
        }
    }
}

/// The same with what was added to the request.
#[cold]
fn send_with(
    net: &mut NetServer,
    events: &mut EventLoop,
    id: RequestId,
    answer: Answer<'_>,
    outgoing: &Outgoing,
    content: &[u8],
) -> Option<String> {
    let is_head = net
        .request(id)
        .is_some_and(|request| request.head().method() == Method::Head);
    // The length of a body that is sent is what it is, whatever a script has counted.
    let is_sent = |name: &[u8]| is_head || !name.eq_ignore_ascii_case(b"content-length");
    let lines: Vec<(&[u8], &[u8])> = outgoing
        .lines
        .iter()
        .filter(|(name, _)| is_sent(name))
        .collect();
    let answer = Answer {
        headers: &lines,
        ..answer
    };
    if outgoing.body.is_empty() {
        send(net, events, id, answer, content)
    } else {
        let body = [outgoing.body.as_slice(), content].concat();
        send(net, events, id, answer, &body)
    }
}

/// What is left to be done with what a callback gave.
fn settle(given: Given<'_>, result: Zv, callback: &Callable) {
    match given {
        Given::Buffer(_) => {
            if let Some(resource) = result.resource() {
                // SAFETY: the result holds the resource; no borrow of ours is alive.
                unsafe { ffi::kg_resource_close(resource) }
            }
        }
        Given::Illegal => complaint::warn(callback, "evhttp callback returned illegal resource"),
        Given::Wrong => {
            let kind = result.type_name();
            let text = format!("evhttp callback returned wrong datatype: {kind}");
            complaint::warn(callback, &text);
        }
        Given::Text(_) | Given::Response(_) | Given::Failure => {}
    }
}

/// A callback did not return. Its client has its answer; an exception costs nobody else anything.
#[cold]
fn failed(outcome: Outcome) {
    match outcome {
        Outcome::Threw => complaint::report_exception(),
        Outcome::Exited if runner::is_aborting() => drop(take_exception()),
        _ => callback::failed(outcome),
    }
}
