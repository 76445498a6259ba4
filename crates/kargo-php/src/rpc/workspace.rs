//! The memory that one body needs from its decoding to its answer, kept from one body to the next.
//!
//! A body whose method waits keeps its workspace, so there are as many as bodies that wait at once; a few are pooled.

use std::any::Any;
use std::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use kargo_rpc::json::JsonScratch;
use kargo_rpc::{BodyError, CallList, DecodeError, Limits, jsonrpc, soap, xmlrpc};

use crate::engine::Global;
use crate::engine::callable::{Outcome, protect};
use crate::rpc::arguments::{Arguments, OutOfMemory};
use crate::rpc::invoke::Room;

/// Decoders, decoded calls, and room for answers.
pub(crate) struct Workspace {
    json: jsonrpc::Decoder,
    xml: xmlrpc::Decoder,
    pub(crate) soap: soap::Decoder,
    /// For writing results of SOAP.
    pub(crate) encoder: soap::EncoderScratch,
    pub(crate) arguments: Arguments,
    /// For values that are not decoded by one of the above.
    pub(crate) scratch: JsonScratch,
    pub(crate) calls: CallList,
    /// The answer to a batch, while it is not complete.
    pub(crate) out: Vec<u8>,
    /// For binding arguments.
    pub(crate) room: Room,
    is_large: bool,
}

#[expect(
    clippy::vec_box,
    reason = "taken and given back for every body: a pointer moves, not the whole"
)]
static POOL: Global<Vec<Box<Workspace>>> = Global::new();

/// Workspaces kept.
const POOLED: usize = 8;
/// One that served a longer body or made a longer answer is not kept.
const LARGE_BYTES: usize = 256 << 10;

/// Beyond so many bytes of answer no further call of a batch is made: a short body must not ask for hundreds of long answers.
const BATCH_ANSWER_BYTES: usize = 16 << 20;

impl Workspace {
    /// Whether the answer to a batch has become so long that its other calls are refused.
    pub(crate) fn is_answer_full(&self) -> bool {
        self.out.len() > BATCH_ANSWER_BYTES
    }
}

/// A workspace, to be given back by [`give_back`].
#[inline]
pub(crate) fn take() -> Box<Workspace> {
    POOL.with_or(Vec::new, Vec::pop).unwrap_or_else(make)
}

#[cold]
fn make() -> Box<Workspace> {
    Box::new(Workspace {
        json: jsonrpc::Decoder::new(),
        xml: xmlrpc::Decoder::new(),
        soap: soap::Decoder::new(),
        encoder: soap::EncoderScratch::default(),
        arguments: Arguments::new(),
        scratch: JsonScratch::new(),
        calls: CallList::new(),
        out: Vec::new(),
        room: Room::default(),
        is_large: false,
    })
}

/// Gives a workspace back for the next body.
#[inline]
pub(crate) fn give_back(mut workspace: Box<Workspace>) {
    workspace.arguments.reset();
    workspace.out.clear();
    if workspace.is_large || workspace.out.capacity() > LARGE_BYTES {
        return;
    }
    let surplus = POOL.with_or(Vec::new, |pool| {
        if pool.len() < POOLED {
            pool.push(workspace);
            None
        } else {
            Some(workspace)
        }
    });
    drop(surplus);
}

/// Gives up the pool, when the script ends.
pub(crate) fn clear() {
    drop(POOL.replace(None));
}

/// Which protocol a body is in.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Dialect<'a> {
    Json,
    /// With the charset of the Content-Type.
    Xml(Option<&'a [u8]>),
    /// The same, and what is offered.
    Soap(Option<&'a [u8]>, &'a soap::Plan),
}

/// What became of a body.
#[derive(Debug)]
pub(crate) enum Decoded {
    /// The calls are in the workspace.
    Calls,
    /// It is no call.
    Bad(BodyError),
    /// It was made to be slow: see [`crate::rpc::stack::ValueStack::is_flooded`].
    Flooded,
    /// The engine could not make the values: no memory.
    Failed(Outcome),
}

struct Job<'a> {
    workspace: &'a mut Workspace,
    body: &'a [u8],
    dialect: Dialect<'a>,
    limits: &'a Limits,
    result: Option<Result<(), DecodeError<OutOfMemory>>>,
    panic: Option<Box<dyn Any + Send>>,
}

unsafe extern "C" fn decode_body(data: *mut c_void) {
    // SAFETY: `decode` gives a Job, which only this function uses meanwhile.
    let job = unsafe { &mut *data.cast::<Job<'_>>() };
    let Workspace {
        json,
        xml,
        soap,
        arguments,
        calls,
        ..
    } = &mut *job.workspace;
    let decoded = catch_unwind(AssertUnwindSafe(|| match job.dialect {
        Dialect::Json => json.decode(job.body, job.limits, arguments, calls),
        Dialect::Xml(charset) => xml.decode(job.body, charset, job.limits, arguments, calls),
        Dialect::Soap(charset, plan) => {
            soap.decode(job.body, charset, job.limits, plan, arguments, calls)
        }
    }));
    match decoded {
        Ok(result) => job.result = Some(result),
        Err(payload) => job.panic = Some(payload),
    }
}

impl Workspace {
    /// Decodes a body. Runs no PHP code, but may be ended by the memory limit.
    pub(crate) fn decode(&mut self, body: &[u8], dialect: Dialect<'_>, limits: &Limits) -> Decoded {
        self.is_large = body.len() > LARGE_BYTES;
        let mut job = Job {
            workspace: self,
            body,
            dialect,
            limits,
            result: None,
            panic: None,
        };
        let outcome = protect(&mut job, decode_body);
        if let Some(payload) = job.panic {
            resume_unwind(payload);
        }
        match (outcome, job.result) {
            (Outcome::Returned, Some(Ok(()))) if self.arguments.stack.is_flooded() => {
                Decoded::Flooded
            }
            (Outcome::Returned, Some(Ok(()))) => Decoded::Calls,
            (Outcome::Returned, Some(Err(DecodeError::Body(error)))) => Decoded::Bad(error),
            (Outcome::Returned, _) => Decoded::Failed(Outcome::OutOfMemory),
            (outcome, _) => Decoded::Failed(outcome),
        }
    }
}
