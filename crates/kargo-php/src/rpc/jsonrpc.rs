//! `/jsonrpc`: JSON-RPC 2.0, and calls in the style of 1.0.

use std::rc::Rc;

use kargo_net::{Answer, RequestId};
use kargo_rpc::jsonrpc::ResponseWriter;
use kargo_rpc::{Call, CallKind, Version};

use crate::engine::{Owned, Zv, ffi};
use crate::log::Level;
use crate::rpc::api::{Api, Method, Methods};
use crate::rpc::arguments::DISCOVER;
use crate::rpc::body;
use crate::rpc::construct;
use crate::rpc::cors::{self, Wanted};
use crate::rpc::documents;
use crate::rpc::encode_as::Form;
use crate::rpc::failure::Failure;
use crate::rpc::invoke::{arguments, failure_of, invoke, method_not_found};
use crate::rpc::json::FLOODED;
use crate::rpc::json::{self, Failed};
use crate::rpc::workspace::{self, Decoded, Dialect, Workspace};
use crate::serve::{answer, current, handler};

const JSON: &[u8] = b"application/json";

/// Answers a POST.
pub(crate) fn serve(id: RequestId, api: &Rc<Api>) {
    // SAFETY: the body is used by the decoder only, which runs no PHP code.
    let Some(body) = (unsafe { body::read(id, body::is_json, JSON) }) else {
        return;
    };
    let methods = api.methods();
    let mut workspace = workspace::take();
    workspace.arguments.start(Rc::clone(&methods), false);
    match workspace.decode(body.bytes, Dialect::Json, &api.limits) {
        Decoded::Calls if !admits(id, api, &methods, &workspace) => {}
        Decoded::Calls if workspace.calls.is_batch() => {
            answer_batch(id, api, &methods, &mut workspace);
        }
        Decoded::Calls => answer_single(id, api, &methods, &mut workspace),
        Decoded::Bad(error) => {
            send_body(id, &mut workspace.out, |out| {
                ResponseWriter::body_fault(out, &error);
            });
        }
        Decoded::Flooded => answer::send_failure(id, 400, Some(FLOODED)),
        Decoded::Failed(outcome) => {
            handler::log_end(outcome, "decoding a body");
            send_failure(id, &mut workspace.out);
        }
    }
    workspace::give_back(workspace);
}

/// Whether the page that the calls are from may make all of them; else they are answered.
#[inline]
pub(crate) fn admits(id: RequestId, api: &Api, methods: &Methods, workspace: &Workspace) -> bool {
    let calls = &workspace.calls;
    let wanted = (0..calls.len())
        .filter_map(|index| calls.call(index))
        .map(|call| Wanted::of(&call));
    cors::admits(id, api, methods, wanted)
}

/// Answers that the server failed, where no call can be named.
pub(crate) fn send_failure(id: RequestId, out: &mut Vec<u8>) {
    let failure = Failure::internal();
    send_body(id, out, |out| {
        let responses = ResponseWriter::begin(out, false);
        responses.fault(out, Version::JsonRpc2, b"null", &failure.json_rpc());
        responses.finish(out);
    });
}

fn send_body(id: RequestId, out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    out.clear();
    write(out);
    answer::send(id, &Answer::new(200).content_type(JSON), out);
}

/// Nothing is to be told. HTTP wants an answer all the same.
fn send_nothing(id: RequestId, api: &Api) {
    answer::send(
        id,
        &Answer::new(if api.is_no_content { 204 } else { 200 }),
        b"",
    );
}

/// The most frequent case: one call, its answer written straight into the connection's output.
fn answer_single(id: RequestId, api: &Api, methods: &Methods, workspace: &mut Workspace) {
    let Some(call) = workspace.calls.call(0) else {
        return send_nothing(id, api);
    };
    let version = match call.kind {
        CallKind::Invalid(version, _) | CallKind::Request(version) => Some(version),
        CallKind::Notification => None,
    };
    let method = methods.get(call.handle);
    let mut result = Owned::undefined();
    let called = run(id, api, method, &call, workspace, 0, result.zv());
    let Some(version) = version else {
        construct::release(result.zv(), 1);
        return match called.as_ref().err().and_then(Failure::refusal) {
            // There is no body, so it is HTTP's to tell.
            Some(refusal) => {
                refusal.lend_head(refusal.status(), |head| answer::send(id, head, b""));
            }
            None => send_nothing(id, api),
        };
    };
    let begun = match &called {
        Ok(_) => answer::begin(id, &Answer::new(200).content_type(JSON)),
        Err(failure) => failure.with_head(JSON, |head| answer::begin(id, head)),
    };
    if let Some(mut slot) = begun {
        let out = slot.buffer();
        let responses = ResponseWriter::begin(out, false);
        let call_id = workspace.calls.id(&call);
        Reply {
            responses: &responses,
            out,
            version,
            id: call_id,
        }
        .write(api, method, &call, called, result.zv());
        responses.finish(out);
        answer::finish(slot);
    }
    construct::release(result.zv(), 1);
}

/// A batch: every call in its order, and the answers together.
fn answer_batch(id: RequestId, api: &Api, methods: &Methods, workspace: &mut Workspace) {
    let responses = ResponseWriter::begin(&mut workspace.out, true);
    let mut start = 0;
    for index in 0..workspace.calls.len() {
        let Some(call) = workspace.calls.call(index) else {
            break;
        };
        let method = methods.get(call.handle);
        let mut result = Owned::undefined();
        let called = if workspace.is_answer_full() {
            Err(Failure::answer_is_full())
        } else {
            run(id, api, method, &call, workspace, start, result.zv())
        };
        start += call.argument_count as usize;
        if let CallKind::Request(version) | CallKind::Invalid(version, _) = call.kind {
            let Workspace { calls, out, .. } = workspace;
            Reply {
                responses: &responses,
                out,
                version,
                id: calls.id(&call),
            }
            .write(api, method, &call, called, result.zv());
        }
        construct::release(result.zv(), 1);
        between_calls();
    }
    if responses.finish(&mut workspace.out) {
        answer::send(id, &Answer::new(200).content_type(JSON), &workspace.out);
    } else {
        send_nothing(id, api);
    }
}

/// What a call left behind is not the next one's, and each has the whole time limit.
pub(crate) fn between_calls() {
    handler::tidy();
    // SAFETY: no borrow is alive.
    unsafe { ffi::kg_arm_time_limit() };
}

/// What a call came to.
enum Called {
    /// A value of PHP's, and as what it is written.
    Value(Form),
    /// The answer of our own method, as JSON.
    Own(Rc<[u8]>),
}

/// Calls a method.
fn run(
    id: RequestId,
    api: &Api,
    method: Option<&Rc<Method>>,
    call: &Call,
    workspace: &mut Workspace,
    start: usize,
    result: Zv,
) -> Result<Called, Failure> {
    if let CallKind::Invalid(..) = call.kind {
        return Ok(Called::Value(std::ptr::null()));
    }
    let Some(method) = method else {
        return discover(id, api, call).map(Called::Own);
    };
    let Workspace {
        arguments, room, ..
    } = workspace;
    invoke(api, method, call, arguments, start, room, result).map(Called::Value)
}

/// The only method of our own, `rpc.discover`, if it is that one which is called.
#[cold]
fn discover(id: RequestId, api: &Api, call: &Call) -> Result<Rc<[u8]>, Failure> {
    if call.handle != DISCOVER {
        return Err(method_not_found());
    }
    if call.argument_count != 0 {
        let reason = format!("takes {}, {} given", arguments(0), call.argument_count);
        return Err(Failure::invalid_params("/params", &reason));
    }
    documents::discover(id, api)
}

/// Where an answer goes, and in which form.
struct Reply<'a> {
    responses: &'a ResponseWriter,
    out: &'a mut Vec<u8>,
    version: Version,
    id: &'a [u8],
}

impl Reply<'_> {
    /// Appends the answer to one call that wants one.
    fn write(
        self,
        api: &Api,
        method: Option<&Rc<Method>>,
        call: &Call,
        called: Result<Called, Failure>,
        result: Zv,
    ) {
        let Self {
            responses,
            out,
            version,
            id,
        } = self;
        if let CallKind::Invalid(_, fault) = call.kind {
            return responses.fault(out, version, id, &fault);
        }
        let written = called.and_then(|called| {
            let start = responses.begin_result(out);
            let encoded = match called {
                Called::Value(form) => json::encode_result(result, form, out),
                Called::Own(text) => {
                    out.extend_from_slice(&text);
                    Ok(())
                }
            };
            encoded.map(|()| out.push(b',')).map_err(|failed| {
                out.truncate(start);
                unsendable(api, method, &failed)
            })
        });
        match written {
            Ok(()) => responses.end_result(out, version, id),
            Err(failure) => responses.fault(out, version, id, &failure.json_rpc()),
        }
    }
}

/// A result that can't be sent is the method's fault, not the caller's.
#[cold]
pub(crate) fn unsendable(api: &Api, method: Option<&Rc<Method>>, failed: &Failed) -> Failure {
    let Some(method) = method else {
        return Failure::internal();
    };
    match failed {
        Failed::Call(outcome) => failure_of(api, method, *outcome),
        Failed::Mismatch(place) => {
            let name = String::from_utf8_lossy(&method.name);
            current::report(
                Level::Error,
                "the result of a method is not of its declared type",
                &[("method", &name), ("reason", place)],
            );
            Failure::internal()
        }
        Failed::Encode(error) => {
            let name = String::from_utf8_lossy(&method.name);
            current::report(
                Level::Error,
                "the result of a method can't be sent",
                &[("method", &name), ("reason", &error.to_string())],
            );
            Failure::internal()
        }
    }
}
