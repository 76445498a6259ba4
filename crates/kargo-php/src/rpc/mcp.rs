//! `/mcp`: methods as tools of the Model Context Protocol, over streamable HTTP. There are no sessions and no streams:
//! each body is answered by itself.

use std::any::Any;
use std::collections::HashMap;
use std::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::rc::Rc;

use kargo_net::RequestId;
use kargo_rpc::describe::mcp as tools;
use kargo_rpc::json::{JsonEncoder, JsonScratch};
use kargo_rpc::jsonrpc::ResponseWriter;
use kargo_rpc::mcp::{self, Message, MessageKind, Messages};
use kargo_rpc::rest::decode_members;
use kargo_rpc::{
    Call, CallBuilder, DecodeError, EncodeError, Encoder, Fault, FaultCode, Limits, Version,
};

use crate::engine::Owned;
use crate::engine::callable::{Outcome, protect};
use crate::log::Level;
use crate::rpc::api::{Api, Method, Methods};
use crate::rpc::arguments::{Arguments, OutOfMemory};
use crate::rpc::body;
use crate::rpc::construct;
use crate::rpc::cors::{self, Wanted};
use crate::rpc::failure::{Failure, Origin};
use crate::rpc::invoke::invoke;
use crate::rpc::json::{self, FLOODED};
use crate::rpc::jsonrpc::{between_calls, unsendable};
use crate::rpc::rest::reply::Reply;
use crate::rpc::rest::request::Request;
use crate::rpc::workspace::{self, Workspace};
use crate::serve::{answer, current, handler};

const JSON: &[u8] = b"application/json";

/// The tools of an Api.
#[derive(Debug)]
pub(crate) struct Tools {
    /// The number of the method that each is.
    by_name: HashMap<Vec<u8>, u32>,
    /// The result of `tools/list`.
    list: Vec<u8>,
}

impl Tools {
    /// The tools, made when they are first asked for. May run PHP code, as [`Api::description`] does.
    fn of(api: &Api) -> Result<Rc<Self>, EncodeError> {
        let kept = api.tools.borrow().clone();
        kept.map_or_else(|| Self::make(api), Ok)
    }

    fn make(api: &Api) -> Result<Rc<Self>, EncodeError> {
        let methods = api.methods();
        let description = api.description();
        let names = tools::tool_names(&description);
        let mut list = Vec::new();
        tools::write_tools(&description, &names, &mut list)?;
        let names = names.into_iter().map(String::into_bytes);
        let made = Rc::new(Self {
            by_name: names.zip(0..).collect(),
            list,
        });
        // What was exported meanwhile is not in it.
        if Rc::ptr_eq(&methods, &api.methods()) {
            *api.tools.borrow_mut() = Some(Rc::clone(&made));
        }
        Ok(made)
    }
}

/// Answers a POST.
pub(crate) fn serve(id: RequestId, api: &Rc<Api>) {
    let Some(request) = Request::read(id, 0) else {
        return;
    };
    let mut reply = Reply::new(id);
    if request.is_foreign() && !cors::is_guest() {
        return answer::send_failure(id, 403, None);
    }
    let version = match request.header("mcp-protocol-version") {
        None => Some(mcp::UNSAID_VERSION),
        Some(name) => mcp::version(&name),
    };
    let Some(version) = version else {
        let text = "This version of the protocol is not spoken here";
        let fault = Fault::with_message(FaultCode::InvalidRequest, text);
        return refuse(&reply, &fault);
    };
    // May run PHP code, so it comes before the body is looked at.
    let tools = match Tools::of(api) {
        Ok(tools) => tools,
        Err(error) => {
            current::report(
                Level::Error,
                "the tools of an Api can't be described",
                &[("reason", &error.to_string())],
            );
            return answer::send_failure(id, 500, None);
        }
    };
    // SAFETY: the body is used while it is decoded only, which runs no PHP code.
    let Some(body) = (unsafe { body::read(id, body::is_json, JSON) }) else {
        return;
    };
    let mut workspace = workspace::take();
    answer_body(
        api,
        &tools,
        version,
        body.bytes,
        &mut workspace,
        &mut reply,
        id,
    );
    workspace::give_back(workspace);
}

/// Answers what is no message, or none for us.
fn refuse(reply: &Reply, fault: &Fault<'_>) {
    let mut out = Vec::new();
    let responses = ResponseWriter::begin(&mut out, false);
    responses.fault(&mut out, Version::JsonRpc2, b"null", fault);
    responses.finish(&mut out);
    reply.send(400, Some(JSON), &out);
}

fn answer_body(
    api: &Rc<Api>,
    tools: &Tools,
    version: &str,
    body: &[u8],
    workspace: &mut Workspace,
    reply: &mut Reply,
    id: RequestId,
) {
    let messages = match mcp::decode(body, &api.limits, &mut workspace.scratch) {
        Ok(messages) => messages,
        Err(error) => return refuse(reply, &error.fault()),
    };
    if messages.is_batch && !mcp::has_batches(version) {
        let text = "This version of the protocol has no batches";
        return refuse(reply, &Fault::with_message(FaultCode::InvalidRequest, text));
    }
    let methods = api.methods();
    workspace.arguments.start(Rc::clone(&methods), false);
    let wanted = messages.list.iter().map(|message| match &message.kind {
        MessageKind::CallTool { name, .. } => {
            let found = tools.by_name.get(name);
            found.map_or(Wanted::Nothing, |method| Wanted::Method(*method))
        }
        MessageKind::ListTools => Wanted::Description,
        _ => Wanted::Nothing,
    });
    if !cors::admits(id, api, &methods, wanted) {
        return;
    }
    let task = |message: &Message| match &message.kind {
        MessageKind::CallTool { name, .. } => {
            tools
                .by_name
                .get(name)
                .map_or(Task::Unknown, |method| Task::Call {
                    method: *method,
                    count: 0,
                })
        }
        _ => Task::None,
    };
    let mut tasks: Vec<Task> = messages.list.iter().map(task).collect();
    let built = build(Job {
        arguments: &mut workspace.arguments,
        scratch: &mut workspace.scratch,
        messages: &messages.list,
        tasks: &mut tasks,
        methods: &methods,
        body,
        limits: &api.limits,
        result: None,
        panic: None,
    });
    if workspace.arguments.stack.is_flooded() {
        return answer::send_failure(id, 400, Some(FLOODED));
    }
    if let Err(outcome) = built {
        handler::log_end(outcome, "decoding a body");
        return refuse_all(reply, &mut workspace.out);
    }
    run(api, tools, &methods, &messages, &tasks, workspace, reply);
}

/// The server failed before a call could be named.
fn refuse_all(reply: &Reply, out: &mut Vec<u8>) {
    out.clear();
    let responses = ResponseWriter::begin(out, false);
    let failure = Failure::internal();
    responses.fault(out, Version::JsonRpc2, b"null", &failure.json_rpc());
    responses.finish(out);
    reply.send(500, Some(JSON), out);
}

/// Answers all messages, in their order.
fn run(
    api: &Rc<Api>,
    tools: &Tools,
    methods: &Methods,
    messages: &Messages,
    tasks: &[Task],
    workspace: &mut Workspace,
    reply: &mut Reply,
) {
    workspace.out.clear();
    let mut status = 200;
    let responses = ResponseWriter::begin(&mut workspace.out, messages.is_batch);
    let mut start = 0;
    for (message, task) in messages.list.iter().zip(tasks) {
        let written = match (&message.kind, *task) {
            (MessageKind::Notification | MessageKind::Response, _) => continue,
            (MessageKind::Ping | MessageKind::ListTools | MessageKind::CallTool { .. }, task)
                if workspace.is_answer_full() =>
            {
                if let Task::Call { count, .. } = task {
                    start += count as usize;
                }
                Err(Failure::answer_is_full())
            }
            (MessageKind::Initialize(_), _) if messages.is_batch => {
                Err(Failure::standard(FaultCode::InvalidRequest))
            }
            (MessageKind::Refused(fault), _) => {
                if fault.code == FaultCode::InvalidRequest as i32 && !messages.is_batch {
                    status = 400;
                }
                responses.fault(&mut workspace.out, Version::JsonRpc2, &message.id, fault);
                continue;
            }
            (MessageKind::Initialize(version), _) => {
                result(&responses, &mut workspace.out, message, |value| {
                    introduce(api, version, value)
                })
            }
            (MessageKind::Ping, _) => result(&responses, &mut workspace.out, message, |value| {
                value.begin_object()?;
                value.end_object()
            }),
            (MessageKind::ListTools, _) => {
                result(&responses, &mut workspace.out, message, |value| {
                    value.raw(&tools.list);
                    Ok(())
                })
            }
            (MessageKind::CallTool { .. }, Task::Call { method, count }) => {
                let called = methods.get(method).map_or_else(
                    || Err(Failure::internal()),
                    |found| call_tool(api, found, (method, count), start, workspace),
                );
                start += count as usize;
                let written = called.and_then(|outcome| {
                    result(&responses, &mut workspace.out, message, |value| {
                        outcome.write(value)
                    })?;
                    Ok(outcome.refused)
                });
                if messages.is_batch {
                    between_calls();
                }
                match written {
                    Ok(Some(failure)) if !messages.is_batch => {
                        tell_refusal(&failure, reply);
                        Ok(())
                    }
                    written => written.map(|_told| ()),
                }
            }
            (MessageKind::CallTool { .. }, Task::OutOfRange) => Err(Failure::invalid_params(
                ARGUMENTS,
                "a number is out of range",
            )),
            (MessageKind::CallTool { .. }, Task::Unknown | Task::None) => Err(
                Failure::invalid_params("/params/name", "there is no such tool"),
            ),
        };
        if let Err(failure) = written {
            if !messages.is_batch && tell_refusal(&failure, reply) {
                status = 401;
            }
            // Models are shown the message only: all that matters is in it, as in XML-RPC.
            let (_, text) = failure.xml_rpc();
            let fault = Fault {
                message: text.as_bytes(),
                ..failure.json_rpc()
            };
            responses.fault(&mut workspace.out, Version::JsonRpc2, &message.id, &fault);
        }
    }
    if responses.finish(&mut workspace.out) {
        reply.send(status, Some(JSON), &workspace.out);
    } else {
        reply.send_empty(202);
    }
}

/// Adds the headers of a refusal; says whether it asks for credentials, which is what clients look for in the status.
fn tell_refusal(failure: &Failure, reply: &mut Reply) -> bool {
    failure.refusal().is_some_and(|refusal| {
        for (name, value) in refusal.headers() {
            reply.line(name, value);
        }
        refusal.is_challenge()
    })
}

/// Where the arguments are in a request.
const ARGUMENTS: &str = "/params/arguments";

/// Appends a result; what can't be written is our own failure.
fn result(
    responses: &ResponseWriter,
    out: &mut Vec<u8>,
    message: &Message,
    write: impl FnOnce(&mut JsonEncoder<'_>) -> Result<(), EncodeError>,
) -> Result<(), Failure> {
    responses
        .result(out, Version::JsonRpc2, &message.id, write)
        .map_err(|error| {
            current::report(
                Level::Error,
                "an answer can't be sent",
                &[("reason", &error.to_string())],
            );
            Failure::internal()
        })
}

/// What `initialize` gives: of an unknown version the latest one.
fn introduce(api: &Api, version: &[u8], out: &mut JsonEncoder<'_>) -> Result<(), EncodeError> {
    let [latest, ..] = mcp::VERSIONS;
    let version = mcp::version(version).unwrap_or(latest);
    out.begin_object()?;
    out.key(b"protocolVersion")?;
    out.string(version.as_bytes())?;
    out.key(b"capabilities")?;
    out.raw(b"{\"tools\":{}}");
    out.key(b"serverInfo")?;
    out.begin_object()?;
    out.key(b"name")?;
    out.string(api.title.as_bytes())?;
    out.key(b"version")?;
    out.string(api.version.as_bytes())?;
    out.end_object()?;
    let description = api.description();
    if !description.description.is_empty() {
        out.key(b"instructions")?;
        out.string(description.description.as_bytes())?;
    }
    out.end_object()
}

/// What a tool gave, as JSON.
struct Given {
    text: Vec<u8>,
    is_error: bool,
    /// Why it is nothing that the tool itself gave.
    refused: Option<Failure>,
}

impl Given {
    fn write(&self, out: &mut JsonEncoder<'_>) -> Result<(), EncodeError> {
        out.begin_object()?;
        out.key(b"content")?;
        out.begin_array()?;
        out.begin_object()?;
        out.key(b"type")?;
        out.string(b"text")?;
        out.key(b"text")?;
        out.string(&self.text)?;
        out.end_object()?;
        out.end_array()?;
        if self.text.first() == Some(&b'{') && !self.is_error {
            out.key(b"structuredContent")?;
            out.raw(&self.text);
        }
        out.key(b"isError")?;
        out.bool(self.is_error)?;
        out.end_object()
    }
}

/// Calls a method with the `count` arguments from `start` on. What it fails with on purpose is something that it gives.
fn call_tool(
    api: &Api,
    method: &Rc<Method>,
    (handle, count): (u32, u32),
    start: usize,
    workspace: &mut Workspace,
) -> Result<Given, Failure> {
    let call = Call::request(handle, count, true);
    let Workspace {
        arguments, room, ..
    } = workspace;
    let mut value = Owned::undefined();
    let called = invoke(api, method, &call, arguments, start, room, value.zv());
    let given = called.and_then(|form| {
        let mut text = Vec::new();
        match json::encode_result(value.zv(), form, &mut text) {
            Ok(()) => Ok(Given {
                text,
                is_error: false,
                refused: None,
            }),
            Err(failed) => Err(unsendable(api, Some(method), &failed)),
        }
    });
    construct::release(value.zv(), 1);
    given.or_else(|failure| match failure.origin() {
        Origin::Application => Ok(Given {
            text: error_object(&failure.json_rpc()),
            is_error: true,
            refused: None,
        }),
        // The model can try again, or do something else.
        Origin::Refused(refusal) if !refusal.is_challenge() => Ok(Given {
            text: error_object(&failure.json_rpc()),
            is_error: true,
            refused: Some(failure),
        }),
        Origin::Argument { pointer, reason } => {
            let below = pointer.strip_prefix("/params").unwrap_or(pointer);
            let pointer = format!("{ARGUMENTS}{below}");
            Err(Failure::invalid_params(&pointer, reason))
        }
        Origin::Protocol | Origin::Internal | Origin::Refused(_) => Err(failure),
    })
}

/// A fault as JSON-RPC has it.
fn error_object(fault: &Fault<'_>) -> Vec<u8> {
    let mut out = format!("{{\"code\":{},\"message\":", fault.code).into_bytes();
    crate::rpc::failure::write_text(&String::from_utf8_lossy(fault.message), &mut out);
    if let Some(data) = fault.data {
        out.extend_from_slice(b",\"data\":");
        out.extend_from_slice(data);
    }
    out.push(b'}');
    out
}

/// What is to be done for a message beside writing its answer.
#[derive(Clone, Copy, Debug)]
enum Task {
    None,
    /// A method is to be called; so many arguments are on the stack for it.
    Call {
        method: u32,
        count: u32,
    },
    /// There is no such tool.
    Unknown,
    /// A number among the arguments is too large.
    OutOfRange,
}

struct Job<'a> {
    arguments: &'a mut Arguments,
    scratch: &'a mut JsonScratch,
    messages: &'a [Message],
    tasks: &'a mut [Task],
    methods: &'a Methods,
    body: &'a [u8],
    limits: &'a Limits,
    result: Option<Result<(), OutOfMemory>>,
    panic: Option<Box<dyn Any + Send>>,
}

unsafe extern "C" fn build_body(data: *mut c_void) {
    // SAFETY: `build` gives a Job, which only this function uses meanwhile.
    let job = unsafe { &mut *data.cast::<Job<'_>>() };
    // The memory limit may end it by a longjmp: nothing on these frames needs to be dropped.
    match catch_unwind(AssertUnwindSafe(|| job.run())) {
        Ok(result) => job.result = Some(result),
        Err(payload) => job.panic = Some(payload),
    }
}

/// Puts the arguments of all calls on the stack.
fn build(mut job: Job<'_>) -> Result<(), Outcome> {
    let outcome = protect(&mut job, build_body);
    if let Some(payload) = job.panic {
        resume_unwind(payload);
    }
    match (outcome, job.result) {
        (Outcome::Returned, Some(Ok(()))) => Ok(()),
        (Outcome::Returned, _) => Err(Outcome::OutOfMemory),
        (outcome, _) => Err(outcome),
    }
}

impl Job<'_> {
    fn run(&mut self) -> Result<(), OutOfMemory> {
        for (message, task) in self.messages.iter().zip(self.tasks.iter_mut()) {
            let (MessageKind::CallTool { arguments, .. }, Task::Call { method, count }) =
                (&message.kind, &mut *task)
            else {
                continue;
            };
            let Some(method) = self.methods.get(*method) else {
                continue;
            };
            self.arguments.begin_call(&method.name)?;
            let object = arguments.clone().and_then(|range| self.body.get(range));
            let decoded = object.map_or(Ok(0), |object| {
                decode_members(object, self.limits, self.scratch, self.arguments)
            });
            match decoded {
                Ok(given) => {
                    *count = given;
                    self.arguments.end_call(given as usize)?;
                }
                // All else was checked with the body.
                Err(DecodeError::Body(_)) => {
                    self.arguments.discard_call();
                    *task = Task::OutOfRange;
                }
                Err(DecodeError::Builder(error)) => return Err(error),
            }
        }
        Ok(())
    }
}
