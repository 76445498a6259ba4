//! `/xmlrpc`: XML-RPC with 64-bit integers, nil, multicall and introspection.

use std::ffi::c_void;
use std::rc::Rc;

use kargo_net::{Answer, RequestId};
use kargo_rpc::xmlrpc::{Options, ResponseWriter, XmlRpcEncoder};
use kargo_rpc::{Call, CallKind, EncodeError, Fault};

use crate::engine::callable::{Outcome, protect};
use crate::engine::{Owned, Zv};
use crate::rpc::api::{Api, Method, Methods};
use crate::rpc::arguments::{SYSTEM, UNKNOWN_METHOD};
use crate::rpc::body;
use crate::rpc::construct;
use crate::rpc::encode_as::{self, Form};
use crate::rpc::failure::Failure;
use crate::rpc::invoke::{invoke, method_not_found};
use crate::rpc::json::FLOODED;
use crate::rpc::json::Failed;
use crate::rpc::jsonrpc::{admits, between_calls, unsendable};
use crate::rpc::system;
use crate::rpc::workspace::{self, Decoded, Dialect, Workspace};
use crate::serve::{answer, handler};

const XML: &[u8] = b"text/xml; charset=utf-8";

/// Answers a POST.
pub(crate) fn serve(id: RequestId, api: &Rc<Api>) {
    // SAFETY: the body is used by the decoder only, which runs no PHP code.
    let Some(body) = (unsafe { body::read(id, body::is_xml, b"text/xml") }) else {
        return;
    };
    let methods = api.methods();
    let mut workspace = workspace::take();
    workspace.arguments.start(Rc::clone(&methods), true);
    match workspace.decode(body.bytes, Dialect::Xml(body.charset), &api.limits) {
        Decoded::Calls if !admits(id, api, &methods, &workspace) => {}
        Decoded::Calls if workspace.calls.is_batch() => {
            answer_multicall(id, api, &methods, &mut workspace);
        }
        Decoded::Calls => answer_single(id, api, &methods, &mut workspace),
        Decoded::Bad(error) => {
            ResponseWriter::body_fault(&mut workspace.out, &error);
            answer::send(id, &Answer::new(200).content_type(XML), &workspace.out);
        }
        Decoded::Flooded => answer::send_failure(id, 400, Some(FLOODED)),
        Decoded::Failed(outcome) => {
            handler::log_end(outcome, "decoding a body");
            send_failure(id, &mut workspace.out);
        }
    }
    workspace::give_back(workspace);
}

/// Answers that the server failed.
pub(crate) fn send_failure(id: RequestId, out: &mut Vec<u8>) {
    out.clear();
    let responses = ResponseWriter::begin(out, false, Options::default());
    write_fault(&responses, out, &Failure::internal());
    responses.finish(out);
    answer::send(id, &Answer::new(200).content_type(XML), out);
}

/// One call, its answer written straight into the connection's output.
fn answer_single(id: RequestId, api: &Api, methods: &Methods, workspace: &mut Workspace) {
    let Some(call) = workspace.calls.call(0) else {
        return;
    };
    let mut result = Owned::undefined();
    let called = run(api, methods, &call, workspace, 0, result.zv());
    let begun = match &called {
        Ok(_) => answer::begin(id, &Answer::new(200).content_type(XML)),
        Err(failure) => failure.with_head(XML, |head| answer::begin(id, head)),
    };
    if let Some(mut slot) = begun {
        let out = slot.buffer();
        let responses = ResponseWriter::begin(out, false, Options::default());
        write_answer(
            api,
            methods.get(call.handle),
            &responses,
            out,
            called,
            result.zv(),
        );
        responses.finish(out);
        answer::finish(slot);
    }
    construct::release(result.zv(), 1);
}

/// A multicall: every call in its order, and the answers together.
fn answer_multicall(id: RequestId, api: &Api, methods: &Methods, workspace: &mut Workspace) {
    let responses = ResponseWriter::begin(&mut workspace.out, true, Options::default());
    let mut start = 0;
    for index in 0..workspace.calls.len() {
        let Some(call) = workspace.calls.call(index) else {
            break;
        };
        let mut result = Owned::undefined();
        let called = if workspace.is_answer_full() {
            Err(Failure::answer_is_full())
        } else {
            run(api, methods, &call, workspace, start, result.zv())
        };
        start += call.argument_count as usize;
        let out = &mut workspace.out;
        write_answer(
            api,
            methods.get(call.handle),
            &responses,
            out,
            called,
            result.zv(),
        );
        construct::release(result.zv(), 1);
        between_calls();
    }
    responses.finish(&mut workspace.out);
    answer::send(id, &Answer::new(200).content_type(XML), &workspace.out);
}

/// What a call came to.
enum Called {
    /// A value of PHP's, and as what it is written.
    Value(Form),
    /// The answer of one of our own methods.
    System(system::Answer),
    /// No method was run, since it is no call.
    Invalid(Fault<'static>),
}

fn run(
    api: &Api,
    methods: &Methods,
    call: &Call,
    workspace: &mut Workspace,
    start: usize,
    result: Zv,
) -> Result<Called, Failure> {
    if let CallKind::Invalid(_, fault) = call.kind {
        return Ok(Called::Invalid(fault));
    }
    let Workspace {
        arguments, room, ..
    } = workspace;
    if call.handle >= SYSTEM && call.handle != UNKNOWN_METHOD {
        let given = (0..call.argument_count as usize).map(|at| arguments.stack.at(start + at));
        let given: Vec<Zv> = given.collect();
        return system::answer(methods, call.handle - SYSTEM, &given).map(Called::System);
    }
    let Some(method) = methods.get(call.handle) else {
        return Err(method_not_found());
    };
    invoke(api, method, call, arguments, start, room, result).map(Called::Value)
}

fn write_answer(
    api: &Api,
    method: Option<&Rc<Method>>,
    responses: &ResponseWriter,
    out: &mut Vec<u8>,
    called: Result<Called, Failure>,
    result: Zv,
) {
    let start = out.len();
    let written = match called {
        Ok(Called::Invalid(fault)) => return responses.fault(out, &fault),
        Ok(Called::System(answer)) => responses
            .result(out, |encoder| answer.write(encoder))
            .map_err(|_error| Failure::internal()),
        Ok(Called::Value(form)) => {
            responses.begin_result(out);
            match encode_protected(result, form, out) {
                Ok(()) => {
                    responses.end_result(out);
                    Ok(())
                }
                Err(failed) => Err(unsendable(api, method, &failed)),
            }
        }
        Err(failure) => Err(failure),
    };
    if let Err(failure) = written {
        out.truncate(start);
        write_fault(responses, out, &failure);
    }
}

fn write_fault(responses: &ResponseWriter, out: &mut Vec<u8>, failure: &Failure) {
    let (code, text) = failure.xml_rpc();
    responses.fault(out, &Fault::new(code, text.as_bytes()));
}

struct Job {
    value: Zv,
    form: Form,
    out: *mut Vec<u8>,
    error: Option<EncodeError>,
}

unsafe extern "C" fn encode_body(data: *mut c_void) {
    let job = data.cast::<Job>();
    // SAFETY: `encode_protected` gives a Job whose buffer and form outlive the call.
    unsafe {
        let mut encoder = XmlRpcEncoder::new(&mut *(*job).out, Options::default());
        (*job).error = encode_as::write_in_form((*job).value, (*job).form, &mut encoder).err();
    }
}

/// Appends `value` as XML; whatever PHP code on the way does comes back as an error.
fn encode_protected(value: Zv, form: Form, out: &mut Vec<u8>) -> Result<(), Failed> {
    let mut job = Job {
        value,
        form,
        out,
        error: None,
    };
    match protect(&mut job, encode_body) {
        Outcome::Returned => job
            .error
            .map_or(Ok(()), |error| Err(Failed::of(error, value, form))),
        outcome => Err(Failed::Call(outcome)),
    }
}
