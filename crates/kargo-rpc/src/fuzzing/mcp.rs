//! What a server of tools is sent.

use super::CallCounter;
use crate::BodyErrorKind;
use crate::CallBuilder;
use crate::DecodeError;
use crate::Discard;
use crate::Limits;
use crate::Version;
use crate::json;
use crate::jsonrpc::ResponseWriter;
use crate::mcp::{self, MessageKind};
use crate::rest;

/// Any body of MCP: arguments are objects where the message says they are, and the answer is JSON.
pub fn mcp(data: &[u8]) {
    let limits = Limits::default();
    let mut scratch = json::JsonScratch::new();
    let mut out = Vec::new();
    match mcp::decode(data, &limits, &mut scratch) {
        Ok(messages) => {
            assert!(!messages.list.is_empty(), "there is a message");
            let responses = ResponseWriter::begin(&mut out, messages.is_batch);
            for message in &messages.list {
                match &message.kind {
                    MessageKind::CallTool {
                        arguments: Some(range),
                        ..
                    } => {
                        let object = data.get(range.clone()).unwrap_or_default();
                        let mut counter = CallCounter::default();
                        let Ok(_) = counter.begin_call(b"tool");
                        let decoded =
                            rest::decode_members(object, &limits, &mut scratch, &mut counter);
                        let is_object = match decoded {
                            Ok(count) => counter.end_call(count as usize).is_ok(),
                            Err(DecodeError::Body(error)) => {
                                error.kind == BodyErrorKind::NumberRange
                            }
                            Err(DecodeError::Builder(never)) => match never {},
                        };
                        assert!(is_object, "arguments are an object");
                    }
                    MessageKind::Refused(fault) => {
                        responses.fault(&mut out, Version::JsonRpc2, &message.id, fault);
                    }
                    _ => {}
                }
            }
            if !responses.finish(&mut out) {
                return;
            }
        }
        Err(error) => {
            assert!(error.offset <= data.len(), "the offset is in the body");
            ResponseWriter::body_fault(&mut out, &error);
        }
    }
    let written = json::decode(&out, &limits, &mut scratch, &mut Discard);
    let is_json = match written {
        Ok(()) => true,
        // An id may be a number out of range, which is checked by its form only.
        Err(error) => super::is_number_range(&error),
    };
    assert!(is_json, "the answer is JSON");
}
