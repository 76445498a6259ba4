//! Calls that are sent together.

use std::cell::RefCell;
use std::rc::Rc;

use kargo_rpc::{jsonrpc, xmlrpc};

use super::answer::{self, Answers, Asked};
use super::{Endpoint, Parameters, Protocol, request};
use crate::engine::callable::take_exception;
use crate::engine::throw::{class, throw};
use crate::engine::value::{array_push, new_array};
use crate::engine::{Owned, Thrown};

/// What a `Kargo\Rpc\Batch` holds.
#[derive(Debug)]
pub(crate) struct Batch {
    endpoint: Rc<Endpoint>,
    pending: RefCell<Pending>,
}

/// The calls that were added.
#[derive(Debug, Default)]
struct Pending {
    /// All of them, one after the other; of JSON-RPC without their ends.
    text: Vec<u8>,
    /// Where each ends, and whether it wants an answer.
    calls: Vec<(usize, bool)>,
    /// How many want one.
    asked: usize,
}

impl Batch {
    pub(crate) fn new(endpoint: Rc<Endpoint>) -> Self {
        Self {
            endpoint,
            pending: RefCell::default(),
        }
    }

    /// Adds a call. Returns which of the results is its.
    pub(crate) fn add(
        &self,
        method: &[u8],
        parameters: Parameters,
        wants_answer: bool,
    ) -> Result<usize, Thrown> {
        let protocol = self.endpoint.protocol;
        if !wants_answer && matches!(protocol, Protocol::Xml(_)) {
            let message = "XML-RPC has no notifications: use call(), and ignore the result";
            return Err(throw(class::error(), message));
        }
        // Into a buffer of its own: a jsonSerialize() on the way may add a call, too.
        let mut text = Vec::new();
        request::member(protocol, &mut text, method, parameters)?;
        let mut pending = self.pending.borrow_mut();
        pending.text.extend_from_slice(&text);
        let end = pending.text.len();
        pending.calls.push((end, wants_answer));
        pending.asked += usize::from(wants_answer);
        Ok(pending.asked.saturating_sub(1))
    }

    /// Sends what was added, and gives the list of results.
    pub(crate) fn send(&self) -> Result<Owned, Thrown> {
        let pending = self.pending.take();
        let mut results = Owned::undefined();
        let array = new_array(u32::try_from(pending.asked).unwrap_or(0));
        results.zv().set_array(array);
        if pending.calls.is_empty() {
            return Ok(results);
        }
        let asked = Asked {
            first_id: self.endpoint.take_ids(pending.asked),
            count: pending.asked,
            is_batch: true,
        };
        let body = self.body(&pending, asked);
        drop(pending);
        let landed = self.endpoint.exchange(&body)?;
        drop(body);
        let (response, order) = answer::arrived(landed)?;
        if asked.count == 0 {
            answer::check_taken(&self.endpoint, &response, &order)?;
            return Ok(results);
        }
        let mut answers = Answers::read(&self.endpoint, asked, &response, &order)?;
        for index in 0..asked.count {
            let mut value = Owned::undefined();
            if let Err(thrown) = answers.take(index, value.zv(), &order) {
                value = take_exception().ok_or(thrown)?;
            }
            array_push(array, value.zv());
            value.zv().set_undefined();
        }
        Ok(results)
    }

    fn body(&self, pending: &Pending, asked: Asked) -> Vec<u8> {
        let mut out = Vec::with_capacity(pending.text.len() + 32 * pending.calls.len() + 256);
        match self.endpoint.protocol {
            Protocol::Json => {
                let body = jsonrpc::RequestWriter::begin(&mut out, true);
                let (mut start, mut id) = (0, asked.first_id);
                for (end, wants_answer) in &pending.calls {
                    out.extend_from_slice(pending.text.get(start..*end).unwrap_or_default());
                    jsonrpc::RequestWriter::end_call(&mut out, wants_answer.then_some(id));
                    id += u64::from(*wants_answer);
                    start = *end;
                }
                body.finish(&mut out);
            }
            Protocol::Xml(_) => {
                let body = xmlrpc::RequestWriter::begin_multicall(&mut out);
                out.extend_from_slice(&pending.text);
                body.finish(&mut out);
            }
        }
        out
    }
}
