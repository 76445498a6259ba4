//! `/soap`: SOAP 1.1 and 1.2, and the WSDL.

use std::ffi::c_void;
use std::rc::Rc;

use kargo_net::{Answer, RequestId};
use kargo_rpc::describe::wsdl;
use kargo_rpc::soap::{
    EncoderScratch, Fault, Operation, Plan, Refusal, ResponseWriter, SoapEncoder, Style, Version,
};
use kargo_rpc::{EncodeError, FaultCode};

use crate::engine::callable::{Outcome, protect};
use crate::engine::{Owned, Zv, ffi};
use crate::log::Level;
use crate::rpc::api::{Api, Method};
use crate::rpc::body;
use crate::rpc::construct;
use crate::rpc::documents::{self, Asked};
use crate::rpc::encode_as::{self, Form};
use crate::rpc::failure::{self, Failure};
use crate::rpc::invoke::{invoke, method_not_found};
use crate::rpc::json::{FLOODED, Failed};
use crate::rpc::jsonrpc::{self, unsendable};
use crate::rpc::workspace::{self, Decoded, Dialect, Workspace};
use crate::serve::{answer, current, handler};

/// Answers a POST.
pub(crate) fn serve(id: RequestId, api: &Rc<Api>) {
    // The plan may have to be made, which can run PHP code: before the body is looked at.
    let plan = api.soap_plan();
    let methods = api.methods();
    // SAFETY: body and action are used before PHP code runs.
    let Some(body) = (unsafe { body::read(id, body::is_soap, b"text/xml") }) else {
        return;
    };
    // SAFETY: as above.
    let (action, is_12) = unsafe { body::soap_action(id) };
    let usual = if is_12 { Version::V12 } else { Version::V11 };
    let mut workspace = workspace::take();
    workspace.arguments.start(Rc::clone(&methods), false);
    let dialect = Dialect::Soap(body.charset, &plan);
    let decoded = workspace.decode(body.bytes, dialect, &api.limits);
    let envelope = workspace.soap.envelope();
    let responses = ResponseWriter::new(&plan, envelope.version.unwrap_or(usual), envelope.style);
    let reply = Reply {
        id,
        version: envelope.version.unwrap_or(usual),
        responses,
        plan: &plan,
    };
    match decoded {
        Decoded::Calls if !jsonrpc::admits(id, api, &methods, &workspace) => {}
        Decoded::Calls => {
            let operation = envelope
                .operation
                .and_then(|index| Some((plan.operation(index)?, methods.get(index)?)));
            match (envelope.refusal, operation) {
                (None, Some((operation, _))) if !is_action_of(operation, action) => {
                    let fault = Fault::of_refusal(Refusal::NotACall(
                        "The action is not the one of the operation",
                    ));
                    reply.fault(&mut workspace, &fault);
                }
                (None, Some((operation, method))) => {
                    reply.call(api, operation, method, &mut workspace);
                }
                (refusal, _) => {
                    let refusal = refusal.unwrap_or(Refusal::UnknownOperation);
                    reply.fault(&mut workspace, &Fault::of_refusal(refusal));
                }
            }
        }
        Decoded::Bad(error) => reply.fault(&mut workspace, &Fault::of_body(&error)),
        Decoded::Flooded => answer::send_failure(id, 400, Some(FLOODED)),
        Decoded::Failed(outcome) => {
            handler::log_end(outcome, "decoding a body");
            let failure = Failure::internal();
            let (fault, _) = failure.soap(|_class| None);
            reply.fault(&mut workspace, &fault);
        }
    }
    workspace::give_back(workspace);
}

/// An action that is given must be the operation's.
fn is_action_of(operation: &Operation, action: Option<&[u8]>) -> bool {
    match action {
        None | Some(b"") => true,
        Some(action) => action == operation.action.as_bytes(),
    }
}

/// Answers that the server failed.
pub(crate) fn send_failure(id: RequestId) {
    let failure = Failure::internal();
    let (fault, _) = failure.soap(|_class| None);
    let plan = Plan::default();
    let mut out = Vec::new();
    ResponseWriter::new(&plan, Version::V11, Style::Document).fault(
        &mut out,
        &fault,
        std::iter::empty(),
    );
    let content_type = ResponseWriter::content_type(Version::V11);
    answer::send(id, &Answer::new(500).content_type(content_type), &out);
}

/// How one request is answered.
struct Reply<'a> {
    id: RequestId,
    version: Version,
    responses: ResponseWriter<'a>,
    plan: &'a Plan,
}

impl Reply<'_> {
    fn fault(&self, workspace: &mut Workspace, fault: &Fault<'_>) {
        self.fault_with(workspace, fault, &Answer::new(fault.status(self.version)));
    }

    fn fault_with(&self, workspace: &mut Workspace, fault: &Fault<'_>, head: &Answer<'_>) {
        workspace.out.clear();
        let blocks = workspace.soap.not_understood();
        self.responses.fault(&mut workspace.out, fault, blocks);
        let content_type = ResponseWriter::content_type(self.version);
        let answer = head.content_type(content_type);
        answer::send(self.id, &answer, &workspace.out);
    }

    /// The status of a refusal. SOAP 1.1 has one for all faults, but it is HTTP that asks for credentials. SOAP 1.2 has
    /// one for each class of faults, and HTTP takes any other of the same hundred for that (RFC 9110, section 15).
    fn status_of(&self, refusal: &failure::Refusal) -> u16 {
        match self.version {
            Version::V11 if !refusal.is_challenge() => 500,
            _ => refusal.status(),
        }
    }

    /// Calls the method and answers what came of it.
    fn call(
        &self,
        api: &Api,
        operation: &Operation,
        method: &Rc<Method>,
        workspace: &mut Workspace,
    ) {
        let Some(call) = workspace.calls.call(0) else {
            return;
        };
        let mut result = Owned::undefined();
        let Workspace {
            arguments, room, ..
        } = &mut *workspace;
        let called = if call.handle == crate::rpc::arguments::UNKNOWN_METHOD {
            Err(method_not_found())
        } else {
            invoke(api, method, &call, arguments, 0, room, result.zv())
        };
        if operation.is_one_way {
            let refusal = called.as_ref().err().and_then(Failure::refusal);
            if let Some(refusal) = refusal {
                // There is no envelope, so it is HTTP's to tell.
                refusal.lend_head(refusal.status(), |head| answer::send(self.id, head, b""));
            } else {
                if let Err(failure) = &called {
                    report_one_way(method, failure);
                }
                answer::send(self.id, &Answer::new(202), b"");
            }
        } else {
            let answered = called.and_then(|form| {
                self.result(api, operation, method, workspace, (result.zv(), form))
            });
            if let Err(failure) = answered {
                self.failure(method, workspace, &failure);
            }
        }
        construct::release(result.zv(), 1);
    }

    /// Answers with a result, written straight into the connection's output.
    fn result(
        &self,
        api: &Api,
        operation: &Operation,
        method: &Rc<Method>,
        workspace: &mut Workspace,
        (result, form): (Zv, Form),
    ) -> Result<(), Failure> {
        let content_type = ResponseWriter::content_type(self.version);
        let answer = Answer::new(200).content_type(content_type);
        let Some(mut slot) = answer::begin(self.id, &answer) else {
            return Ok(());
        };
        let out = slot.buffer();
        self.responses.begin_result(out, operation);
        let encoded = if operation.result.is_some() {
            let mut job = Job {
                value: result,
                form,
                out,
                scratch: &raw mut workspace.encoder,
                responses: self.responses,
                operation,
                error: None,
            };
            match protect(&mut job, encode_body) {
                Outcome::Returned => job
                    .error
                    .map_or(Ok(()), |error| Err(Failed::of(error, result, form))),
                outcome => Err(Failed::Call(outcome)),
            }
        } else {
            Ok(())
        };
        match encoded {
            Ok(()) => {
                self.responses.end_result(slot.buffer(), operation);
                answer::finish(slot);
                Ok(())
            }
            Err(failed) => {
                answer::cancel(slot);
                Err(unsendable(api, Some(method), &failed))
            }
        }
    }

    #[cold]
    fn failure(&self, method: &Method, workspace: &mut Workspace, failure: &Failure) {
        let (mut fault, declared) = failure.soap(|class| declared_fault(self.plan, method, class));
        fault.declared = declared.as_deref();
        match failure.refusal() {
            None => self.fault(workspace, &fault),
            Some(refusal) => refusal.lend_head(self.status_of(refusal), |head| {
                self.fault_with(workspace, &fault, head);
            }),
        }
    }
}

/// The element of the fault that an exception class is declared as.
fn declared_fault(
    plan: &Plan,
    method: &Method,
    class: *mut ffi::zend_class_entry,
) -> Option<String> {
    let declared = method.signature.throws.iter().find(|(other, _)| {
        // SAFETY: classes live as long as the script.
        *other == class || unsafe { ffi::kg_is_subclass(class, *other) }
    })?;
    let full_name = crate::engine::value::class_name(declared.0);
    let name = String::from_utf8_lossy(full_name);
    let short = name.rsplit('\\').next().unwrap_or_default();
    plan.declared_fault(short).map(str::to_owned)
}

/// Nobody waits for the answer: the log has it.
#[cold]
fn report_one_way(method: &Method, failure: &Failure) {
    let name = String::from_utf8_lossy(&method.name);
    let (code, text) = failure.xml_rpc();
    if code != FaultCode::InternalError as i32 {
        current::report(
            Level::Warning,
            "a one-way call failed",
            &[("method", &name), ("reason", &text)],
        );
    }
}

struct Job<'a> {
    value: Zv,
    form: Form,
    out: *mut Vec<u8>,
    scratch: *mut EncoderScratch,
    responses: ResponseWriter<'a>,
    operation: &'a Operation,
    error: Option<EncodeError>,
}

unsafe extern "C" fn encode_body(data: *mut c_void) {
    // SAFETY: `Reply::result` gives a Job, whose form and buffers outlive the call and are nobody else's meanwhile.
    unsafe {
        let job = &mut *data.cast::<Job<'_>>();
        let mut encoder: SoapEncoder<'_> =
            job.responses
                .encoder(&mut *job.out, job.operation, &mut *job.scratch);
        job.error = encode_as::write_in_form(job.value, job.form, &mut encoder).err();
    }
}

/// Answers a GET: the WSDL, whatever the query.
pub(crate) fn serve_wsdl(id: RequestId, api: &Rc<Api>) {
    let Some(Asked { origin, path, .. }) = documents::asked(id) else {
        return;
    };
    let address = origin + &String::from_utf8_lossy(&path);
    let plan = api.soap_plan();
    let text = wsdl::write(&api.description(), &plan, &address);
    let answer = Answer::new(200).content_type(b"text/xml; charset=utf-8");
    answer::send(id, &answer, text.as_bytes());
}
