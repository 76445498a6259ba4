//! What clients read.

use core::convert::Infallible;

use crate::Builder;
use crate::DateTime;
use crate::Discard;
use crate::Limits;
use crate::Outcome;
use crate::ResponseList;
use crate::json;
use crate::jsonrpc;
use crate::xmlrpc;

/// So many calls are said to have been made.
const CALLS: usize = 3;

/// Any answer of JSON-RPC: what is taken for one is JSON, and the builder holds what the records say.
pub fn jsonrpc_response(data: &[u8]) {
    let limits = Limits::default();
    let mut responses = ResponseList::new();
    let mut decoder = jsonrpc::ResponseDecoder::new();
    for (count, is_batch) in [(1, false), (CALLS, true), (0, true)] {
        let awaited = jsonrpc::Awaited {
            first_id: 1,
            count,
            is_batch,
        };
        let mut values = Values::default();
        let decoded = decoder.decode(data, &limits, awaited, &mut values, &mut responses);
        if decoded.is_err() {
            assert!(responses.is_empty(), "nothing is said after an error");
            continue;
        }
        let mut scratch = json::JsonScratch::new();
        // What is skipped may be a number out of range.
        let is_json = match json::decode(data, &limits, &mut scratch, &mut Discard) {
            Ok(()) => true,
            Err(error) => super::is_number_range(&error),
        };
        assert!(is_json, "an answer is JSON");
        check(&responses, count, values.count);
        assert!(
            is_batch || responses.response(0).map(|it| it.outcome) != Some(Outcome::Missing),
            "a single call has its answer"
        );
    }
}

/// Any answer of XML-RPC: what is taken for one is well-formed, and the builder holds what the records say.
pub fn xmlrpc_response(data: &[u8]) {
    let limits = Limits::default();
    let mut responses = ResponseList::new();
    let mut decoder = xmlrpc::ResponseDecoder::new();
    for multicall in [None, Some(0), Some(2)] {
        let mut values = Values::default();
        let decoded = decoder.decode(data, None, &limits, multicall, &mut values, &mut responses);
        if decoded.is_err() {
            assert!(responses.is_empty(), "nothing is said after an error");
            continue;
        }
        assert_eq!(super::xml(data), Ok(()), "an answer is well-formed");
        let count = multicall.unwrap_or(1);
        check(&responses, count, values.count);
        for response in (0..count).filter_map(|index| responses.response(index)) {
            assert!(response.outcome != Outcome::Missing, "each has its answer");
        }
    }
}

fn check(responses: &ResponseList, count: usize, values: usize) {
    assert_eq!(responses.len(), count, "there is one record for each call");
    for response in (0..count).filter_map(|index| responses.response(index)) {
        let message = responses.message(&response);
        assert!(core::str::from_utf8(message).is_ok(), "texts are UTF-8");
        match response.outcome {
            Outcome::Result { value }
            | Outcome::Fault {
                data: Some(value), ..
            } => {
                assert!(value < values, "the builder has the value");
            }
            Outcome::Fault { data: None, .. } | Outcome::Missing => {}
        }
    }
}

/// Counts the values that are in no other.
#[derive(Debug, Default)]
struct Values {
    count: usize,
    depth: usize,
}

impl Values {
    fn value(&mut self) {
        if self.depth == 0 {
            self.count += 1;
        }
    }
}

impl Builder for Values {
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
    fn float(&mut self, _value: f64) -> Result<(), Infallible> {
        self.value();
        Ok(())
    }
    fn string(&mut self, _utf8: &[u8]) -> Result<(), Infallible> {
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
        self.depth += 1;
        Ok(())
    }
    fn end_array(&mut self, _len: usize) -> Result<(), Infallible> {
        self.depth -= 1;
        Ok(())
    }
    fn begin_object(&mut self) -> Result<(), Infallible> {
        self.begin_array()
    }
    fn key(&mut self, _utf8: &[u8]) -> Result<(), Infallible> {
        Ok(())
    }
    fn end_object(&mut self, len: usize) -> Result<(), Infallible> {
        self.end_array(len)
    }
}
