//! Entry points for fuzzing, beside what they try. Each takes any bytes and must return; the assertions are properties
//! that hold for every input.

mod likely_keys;
mod mcp;
mod responses;
mod rest;
mod soap;

pub use mcp::mcp;
pub use responses::{jsonrpc_response, xmlrpc_response};
pub use rest::rest;
pub use soap::{soap, soap_api};

use core::convert::Infallible;

use crate::Argument;
use crate::BodyError;
use crate::BodyErrorKind;
use crate::Builder;
use crate::CallBuilder;
use crate::CallKind;
use crate::CallList;
use crate::DateTime;
use crate::DecodeError;
use crate::Discard;
use crate::EncodeError;
use crate::Encoder;
use crate::Limits;
use crate::Version;
use crate::json;
use crate::jsonrpc;
use crate::tape;
use crate::xmlrpc;

/// Any text: a builder that guesses keys is told the same, and if it is JSON, what we write of it reads back as the same events.
pub fn json(data: &[u8]) {
    let limits = Limits::default();
    let mut scratch = json::JsonScratch::new();
    let mut once = Rewriter(Vec::new());
    let decoded = json::decode(data, &limits, &mut scratch, &mut once);
    let mut guessed = likely_keys::Guessing::new(Rewriter(Vec::new()));
    let with_guesses = json::decode(data, &limits, &mut scratch, &mut guessed);
    assert_eq!(decoded, with_guesses, "guesses change nothing");
    assert_eq!(once.0, guessed.into_inner().0, "guesses change nothing");
    if decoded.is_err() {
        return;
    }
    let mut twice = Rewriter(Vec::new());
    let is_json = json::decode(once.text(), &limits, &mut scratch, &mut twice).is_ok();
    assert!(is_json, "what was written is JSON");
    assert_eq!(once.0, twice.0, "what was written reads back");
}

/// Any body of JSON-RPC: the answer is JSON, and calls are as the list says.
pub fn jsonrpc(data: &[u8]) {
    let mut calls = CallList::new();
    let mut counter = CallCounter::default();
    let mut out = Vec::new();
    let decoded =
        jsonrpc::Decoder::new().decode(data, &Limits::default(), &mut counter, &mut calls);
    match decoded {
        Ok(()) => {
            counter.check(&calls);
            let responses = jsonrpc::ResponseWriter::begin(&mut out, calls.is_batch());
            for call in (0..calls.len()).filter_map(|index| calls.call(index)) {
                let id = calls.id(&call);
                match call.kind {
                    CallKind::Request(version) => {
                        let method = calls.method(&call);
                        let written =
                            responses.result(&mut out, version, id, |value| value.string(method));
                        assert_eq!(written, Ok(()), "a decoded string can be encoded");
                    }
                    CallKind::Notification => {}
                    CallKind::Invalid(version, fault) => {
                        responses.fault(&mut out, version, id, &fault);
                    }
                }
            }
            if !responses.finish(&mut out) {
                return;
            }
        }
        Err(DecodeError::Body(error)) => {
            assert!(error.offset <= data.len(), "the offset is in the body");
            jsonrpc::ResponseWriter::body_fault(&mut out, &error);
        }
        Err(DecodeError::Builder(never)) => match never {},
    }
    let mut scratch = json::JsonScratch::new();
    // An id may be a number out of range, which is checked by its form only.
    let is_json = match json::decode(&out, &Limits::default(), &mut scratch, &mut Discard) {
        Ok(()) => true,
        Err(error) => is_number_range(&error),
    };
    assert!(is_json, "the answer is JSON");
}

fn is_number_range(error: &DecodeError<Infallible>) -> bool {
    match error {
        DecodeError::Body(error) => error.kind == BodyErrorKind::NumberRange,
        DecodeError::Builder(never) => match *never {},
    }
}

/// Any document: whether it is well-formed as far as we accept it. For comparing with other parsers: what they refuse,
/// we must refuse.
///
/// # Errors
///
/// Why we don't accept it.
pub fn xml(data: &[u8]) -> Result<(), BodyError> {
    crate::xml::check(data, &Limits::default())
}

/// Any body of XML-RPC: calls are as the list says, and the answer is well-formed.
pub fn xmlrpc(data: &[u8]) {
    let mut calls = CallList::new();
    let mut counter = CallCounter::default();
    let mut out = Vec::new();
    let limits = Limits::default();
    match xmlrpc::Decoder::new().decode(data, None, &limits, &mut counter, &mut calls) {
        Ok(()) => {
            assert_eq!(xml(data), Ok(()), "what has calls is well-formed");
            counter.check(&calls);
            let options = xmlrpc::Options::default();
            let responses = xmlrpc::ResponseWriter::begin(&mut out, calls.is_batch(), options);
            for call in (0..calls.len()).filter_map(|index| calls.call(index)) {
                match call.kind {
                    CallKind::Request(version) => {
                        assert_eq!(version, Version::XmlRpc, "the protocol is known");
                        let method = calls.method(&call);
                        let written = responses.result(&mut out, |value| value.string(method));
                        assert_eq!(written, Ok(()), "a decoded string can be encoded");
                    }
                    CallKind::Invalid(_, fault) => responses.fault(&mut out, &fault),
                    CallKind::Notification => unreachable!("XML-RPC has none"),
                }
            }
            responses.finish(&mut out);
        }
        Err(DecodeError::Body(error)) => xmlrpc::ResponseWriter::body_fault(&mut out, &error),
        Err(DecodeError::Builder(never)) => match never {},
    }
    assert_eq!(xml(&out), Ok(()), "the answer is well-formed");
}

/// Any bytes: if they are a tape, what it tells can be written as a tape again, which tells the same.
pub fn tape(data: &[u8]) {
    let mut once = Retaper(Vec::new());
    if tape::play(data, &mut once).is_err() {
        return;
    }
    let mut twice = Retaper(Vec::new());
    assert_eq!(
        tape::play(&once.0, &mut twice),
        Ok(()),
        "a tape can be played"
    );
    assert_eq!(once.0, twice.0, "and tells the same");
}

/// A builder that gives each event to its `write`, which has an encoder for it.
macro_rules! written {
    ($writer:ty) => {
        impl Builder for $writer {
            type Error = Infallible;

            fn null(&mut self) -> Result<(), Infallible> {
                self.write(|encoder| encoder.null());
                Ok(())
            }
            fn bool(&mut self, value: bool) -> Result<(), Infallible> {
                self.write(|encoder| encoder.bool(value));
                Ok(())
            }
            fn int(&mut self, value: i64) -> Result<(), Infallible> {
                self.write(|encoder| encoder.int(value));
                Ok(())
            }
            fn float(&mut self, value: f64) -> Result<(), Infallible> {
                self.write(|encoder| encoder.float(value));
                Ok(())
            }
            fn string(&mut self, utf8: &[u8]) -> Result<(), Infallible> {
                self.write(|encoder| encoder.string(utf8));
                Ok(())
            }
            fn binary(&mut self, bytes: &[u8]) -> Result<(), Infallible> {
                self.write(|encoder| encoder.binary(bytes));
                Ok(())
            }
            fn date_time(&mut self, value: &DateTime) -> Result<(), Infallible> {
                self.write(|encoder| encoder.date_time(value));
                Ok(())
            }
            fn begin_array(&mut self) -> Result<(), Infallible> {
                self.write(|encoder| encoder.begin_array());
                Ok(())
            }
            fn end_array(&mut self, _len: usize) -> Result<(), Infallible> {
                self.write(|encoder| encoder.end_array());
                Ok(())
            }
            fn begin_object(&mut self) -> Result<(), Infallible> {
                self.write(|encoder| encoder.begin_object());
                Ok(())
            }
            fn key(&mut self, utf8: &[u8]) -> Result<(), Infallible> {
                self.write(|encoder| encoder.key(utf8));
                Ok(())
            }
            fn end_object(&mut self, _len: usize) -> Result<(), Infallible> {
                self.write(|encoder| encoder.end_object());
                Ok(())
            }
        }
    };
}

/// Writes what it is told as a tape.
struct Retaper(Vec<u8>);

impl Retaper {
    fn write(&mut self, write: impl FnOnce(&mut tape::TapeEncoder<'_>) -> Result<(), EncodeError>) {
        let written = write(&mut tape::TapeEncoder::new(&mut self.0, true));
        assert_eq!(written, Ok(()), "what was played can be written");
    }
}

written!(Retaper);

/// Writes what it is told as JSON.
struct Rewriter(Vec<u8>);

impl Rewriter {
    fn text(&self) -> &[u8] {
        self.0.strip_suffix(b",").unwrap_or(&self.0)
    }

    /// A new encoder per event has seen no container, so its depth limit is no limit.
    fn write(&mut self, write: impl FnOnce(&mut json::JsonEncoder<'_>) -> Result<(), EncodeError>) {
        let written = write(&mut json::JsonEncoder::new(&mut self.0));
        assert_eq!(written, Ok(()), "what was decoded can be encoded");
    }
}

written!(Rewriter);

/// Counts containers, arguments and calls, and that they are told in a sensible order.
#[derive(Debug, Default)]
struct CallCounter {
    /// How many values each open container has, the arguments of a call being the outermost.
    open: Vec<usize>,
    /// How many arguments each complete call has.
    calls: Vec<usize>,
    is_in_call: bool,
    arguments: usize,
}

impl CallCounter {
    fn value(&mut self) {
        assert!(self.is_in_call, "values are arguments");
        if let Some(count) = self.open.last_mut() {
            *count += 1;
        }
    }

    fn end(&mut self, len: usize) {
        assert_eq!(self.open.pop(), Some(len), "the container's count is exact");
    }

    fn check(&self, calls: &CallList) {
        assert!(!self.is_in_call, "the last call is ended");
        let built = (0..calls.len())
            .filter_map(|index| calls.call(index))
            .filter(|call| !matches!(call.kind, CallKind::Invalid(..)))
            .map(|call| call.argument_count as usize);
        assert!(
            built.eq(self.calls.iter().copied()),
            "the builder holds what the list says"
        );
    }
}

impl Builder for CallCounter {
    type Error = Infallible;

    fn null(&mut self) -> Result<(), Infallible> {
        self.value();
        Ok(())
    }
    fn bool(&mut self, _value: bool) -> Result<(), Infallible> {
        self.value();
        Ok(())
    }
    fn int(&mut self, _value: i64) -> Result<(), Infallible> {
        self.value();
        Ok(())
    }
    fn float(&mut self, value: f64) -> Result<(), Infallible> {
        assert!(value.is_finite(), "numbers are finite");
        self.value();
        Ok(())
    }
    fn string(&mut self, utf8: &[u8]) -> Result<(), Infallible> {
        assert!(core::str::from_utf8(utf8).is_ok(), "strings are UTF-8");
        self.value();
        Ok(())
    }
    fn binary(&mut self, _bytes: &[u8]) -> Result<(), Infallible> {
        self.value();
        Ok(())
    }
    fn date_time(&mut self, _value: &DateTime) -> Result<(), Infallible> {
        self.value();
        Ok(())
    }
    fn begin_array(&mut self) -> Result<(), Infallible> {
        self.value();
        self.open.push(0);
        Ok(())
    }
    fn end_array(&mut self, len: usize) -> Result<(), Infallible> {
        self.end(len);
        Ok(())
    }
    fn begin_object(&mut self) -> Result<(), Infallible> {
        self.begin_array()
    }
    fn key(&mut self, utf8: &[u8]) -> Result<(), Infallible> {
        assert!(core::str::from_utf8(utf8).is_ok(), "keys are UTF-8");
        Ok(())
    }
    fn end_object(&mut self, len: usize) -> Result<(), Infallible> {
        self.end(len);
        Ok(())
    }
}

impl CallBuilder for CallCounter {
    fn begin_call(&mut self, _method: &[u8]) -> Result<u32, Infallible> {
        assert!(!self.is_in_call, "calls don't overlap");
        self.is_in_call = true;
        self.arguments = 0;
        Ok(0)
    }
    fn begin_argument(&mut self, _argument: Argument<'_>) -> Result<(), Infallible> {
        assert!(
            self.is_in_call && self.open.is_empty(),
            "arguments don't overlap"
        );
        self.arguments += 1;
        Ok(())
    }
    fn end_call(&mut self, len: usize) -> Result<(), Infallible> {
        assert!(
            self.is_in_call && self.open.is_empty(),
            "the call is complete"
        );
        assert_eq!(self.arguments, len, "the call's count is exact");
        self.is_in_call = false;
        self.calls.push(len);
        Ok(())
    }
    fn discard_call(&mut self) {
        assert!(self.is_in_call, "there is something to discard");
        self.is_in_call = false;
        self.open.clear();
    }
    fn discard_all_calls(&mut self) {
        self.is_in_call = false;
        self.open.clear();
        self.calls.clear();
    }
}
