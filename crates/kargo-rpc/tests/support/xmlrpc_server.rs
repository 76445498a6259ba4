//! An XML-RPC server with a `match` for a dispatcher.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a failing test may panic"
)]

use kargo_rpc::CallKind;
use kargo_rpc::CallList;
use kargo_rpc::DecodeError;
use kargo_rpc::Fault;
use kargo_rpc::FaultCode;
use kargo_rpc::Limits;
use kargo_rpc::fuzzing;
use kargo_rpc::xmlrpc::Decoder;
use kargo_rpc::xmlrpc::Options;
use kargo_rpc::xmlrpc::ResponseWriter;

use super::Tree;
use super::TreeCall;
use super::Value;

/// What a server answers to `body`, and which methods it ran.
pub fn served(body: &[u8], limits: &Limits) -> (String, Vec<String>) {
    let (mut tree, mut calls, mut out) = (Tree::default(), CallList::new(), b"before".to_vec());
    let mut ran = Vec::new();
    match Decoder::new().decode(body, None, limits, &mut tree, &mut calls) {
        Ok(()) => {
            let responses = ResponseWriter::begin(&mut out, calls.is_batch(), Options::default());
            let mut held = tree.calls.iter();
            for call in (0..calls.len()).map(|index| calls.call(index).unwrap()) {
                if let CallKind::Invalid(_, fault) = call.kind {
                    responses.fault(&mut out, &fault);
                    continue;
                }
                let held = held.next().unwrap();
                assert_eq!(held.method.as_bytes(), calls.method(&call));
                assert_eq!(held.arguments.len(), call.argument_count as usize);
                ran.push(held.method.clone());
                match dispatched(held) {
                    Ok(value) => {
                        if responses
                            .result(&mut out, |encoder| value.encode(encoder))
                            .is_err()
                        {
                            responses.fault(&mut out, &FaultCode::InternalError.fault());
                        }
                    }
                    Err(fault) => responses.fault(&mut out, &fault),
                }
            }
            assert!(held.next().is_none());
            responses.finish(&mut out);
        }
        Err(DecodeError::Body(error)) => ResponseWriter::body_fault(&mut out, &error),
        Err(DecodeError::Builder(error)) => panic!("{error}"),
    }
    assert_eq!(fuzzing::xml(&out[6..]), Ok(()));
    let answer = String::from_utf8(out).unwrap();
    let answer =
        answer.strip_prefix("before<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<methodResponse>");
    let answer = answer.unwrap().strip_suffix("</methodResponse>\n").unwrap();
    (answer.to_owned(), ran)
}

fn dispatched(call: &TreeCall) -> Result<Value, Fault<'static>> {
    match (call.method.as_str(), &call.arguments[..]) {
        ("echo", [value]) => Ok(value.clone()),
        ("count", arguments) => Ok(Value::Int(arguments.len() as i64)),
        ("nan", _) => Ok(Value::Array(vec![Value::Float(f64::INFINITY)])),
        ("fault", _) => Err(Fault {
            code: -5,
            message: b"a<b\0",
            data: Some(b"1"),
        }),
        ("echo", _) => Err(FaultCode::InvalidParams.fault()),
        _ => Err(FaultCode::MethodNotFound.fault()),
    }
}

/// A call of `method` with these values.
pub fn call(method: &str, values: &[&str]) -> String {
    let params: String = values
        .iter()
        .map(|value| format!("<param><value>{value}</value></param>"))
        .collect();
    format!("<methodCall><methodName>{method}</methodName><params>{params}</params></methodCall>")
}

/// What the argument `value` becomes, or the code of the fault.
pub fn argument(value: &str) -> Result<Value, i32> {
    let (mut tree, mut calls) = (Tree::default(), CallList::new());
    let body = call("echo", &[value]);
    match Decoder::new().decode(
        body.as_bytes(),
        None,
        &Limits::default(),
        &mut tree,
        &mut calls,
    ) {
        Ok(()) => match calls.call(0).unwrap().kind {
            CallKind::Invalid(_, fault) => Err(fault.code),
            _ => Ok(tree.calls.remove(0).arguments.remove(0)),
        },
        Err(DecodeError::Body(error)) => Err(error.fault().code),
        Err(DecodeError::Builder(error)) => panic!("{error}"),
    }
}

/// What a server answers to `body`.
pub fn answer(body: &str) -> String {
    served(body.as_bytes(), &Limits::default()).0
}

/// A fault as the writer has it.
pub fn fault(code: i32, message: &str) -> String {
    format!(
        "<value><struct><member><name>faultCode</name><value><int>{code}</int></value></member>\
         <member><name>faultString</name><value><string>{message}</string></value></member></struct></value>"
    )
}
