//! Does one thing many times, to be counted: run `cost WORKLOAD ROUNDS` under callgrind with two numbers of rounds and divide
//! the difference. The builder is trivial, so the figures are the codec's own.

use std::hint::black_box;

use kargo_rpc::Argument;
use kargo_rpc::Builder;
use kargo_rpc::CallBuilder;
use kargo_rpc::CallKind;
use kargo_rpc::CallList;
use kargo_rpc::DateTime;
use kargo_rpc::EncodeError;
use kargo_rpc::Encoder;
use kargo_rpc::Limits;
use kargo_rpc::json;
use kargo_rpc::jsonrpc;
use kargo_rpc::xmlrpc;

/// Adds up what it is told, so that nothing can be optimized away.
#[derive(Default)]
struct Checksum(u64);

impl Builder for Checksum {
    type Error = ();

    fn null(&mut self) -> Result<(), ()> {
        self.0 += 1;
        Ok(())
    }
    fn bool(&mut self, value: bool) -> Result<(), ()> {
        self.0 += u64::from(value);
        Ok(())
    }
    fn int(&mut self, value: i64) -> Result<(), ()> {
        self.0 = self.0.wrapping_add(value as u64);
        Ok(())
    }
    fn float(&mut self, value: f64) -> Result<(), ()> {
        self.0 = self.0.wrapping_add(value.to_bits());
        Ok(())
    }
    fn string(&mut self, utf8: &[u8]) -> Result<(), ()> {
        self.0 += utf8.len() as u64;
        Ok(())
    }
    fn binary(&mut self, bytes: &[u8]) -> Result<(), ()> {
        self.0 += bytes.len() as u64;
        Ok(())
    }
    fn date_time(&mut self, value: &DateTime) -> Result<(), ()> {
        self.0 += u64::from(value.year);
        Ok(())
    }
    fn begin_array(&mut self) -> Result<(), ()> {
        self.0 += 2;
        Ok(())
    }
    fn end_array(&mut self, len: usize) -> Result<(), ()> {
        self.0 += len as u64;
        Ok(())
    }
    fn begin_object(&mut self) -> Result<(), ()> {
        self.0 += 3;
        Ok(())
    }
    fn key(&mut self, utf8: &[u8]) -> Result<(), ()> {
        self.0 += utf8.len() as u64;
        Ok(())
    }
    fn end_object(&mut self, len: usize) -> Result<(), ()> {
        self.0 += len as u64;
        Ok(())
    }
}

impl CallBuilder for Checksum {
    fn begin_call(&mut self, method: &[u8]) -> Result<u32, ()> {
        Ok(method.len() as u32)
    }
    fn begin_argument(&mut self, _argument: Argument<'_>) -> Result<(), ()> {
        self.0 += 1;
        Ok(())
    }
    fn end_call(&mut self, len: usize) -> Result<(), ()> {
        self.0 += len as u64;
        Ok(())
    }
    fn discard_call(&mut self) {}
    fn discard_all_calls(&mut self) {}
}

const JSON_CALL: &[u8] = br#"{"jsonrpc":"2.0","method":"poll.getAllPolls","params":[],"id":1}"#;

const XML_CALL: &[u8] = b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<methodCall>\
<methodName>poll.getAllPolls</methodName><params/></methodCall>";

/// Poll 1 with its three options: what `poll.getAllPolls` answers.
fn encode_polls<E: Encoder>(value: &mut E) -> Result<(), EncodeError> {
    value.begin_object()?;
    value.key(black_box(b"What framework do you prefer?"))?;
    value.begin_object()?;
    for (key, text) in black_box([
        (&b"a"[..], &b"Zend Framework"[..]),
        (b"b", b"Symphony"),
        (b"c", b"I just write code"),
    ]) {
        value.key(key)?;
        value.string(text)?;
    }
    value.end_object()?;
    value.end_object()
}

/// About 20 KB: a list of objects as an API would send them.
fn array_of_objects() -> Vec<u8> {
    let rows: Vec<String> = (0..150)
        .map(|row| {
            format!(
                r#"{{"id":{row},"name":"User number {row}","email":"user{row}@example.org","active":{},"score":{}.25,"tags":["alpha","beta"],"note":null}}"#,
                row % 2 == 0,
                row * 7
            )
        })
        .collect();
    format!("[{}]", rows.join(",")).into_bytes()
}

#[allow(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a tool for developers"
)]
fn main() {
    let mut arguments = std::env::args().skip(1);
    let workload = arguments.next().unwrap_or_default();
    let rounds: u32 = arguments
        .next()
        .and_then(|rounds| rounds.parse().ok())
        .unwrap_or(1);
    let limits = Limits::default();
    let mut builder = Checksum::default();
    let mut calls = CallList::new();
    let mut out = Vec::with_capacity(65_536);
    match workload.as_str() {
        "json-decode" => {
            let mut decoder = jsonrpc::Decoder::new();
            for _ in 0..rounds {
                let body = black_box(JSON_CALL);
                decoder
                    .decode(body, &limits, &mut builder, &mut calls)
                    .expect("decodes");
                assert!(matches!(
                    calls.call(0).expect("a call").kind,
                    CallKind::Request(_)
                ));
            }
        }
        "json-encode" => {
            for _ in 0..rounds {
                out.clear();
                let responses = jsonrpc::ResponseWriter::begin(&mut out, false);
                responses
                    .result(
                        &mut out,
                        kargo_rpc::Version::JsonRpc2,
                        black_box(b"1"),
                        |value| encode_polls(value),
                    )
                    .expect("encodes");
                responses.finish(&mut out);
                black_box(&out);
            }
        }
        "json-array" => {
            let text = array_of_objects();
            let mut scratch = json::JsonScratch::new();
            for _ in 0..rounds {
                json::decode(black_box(&text), &limits, &mut scratch, &mut builder)
                    .expect("decodes");
            }
            println!("bytes {}", text.len());
        }
        "xml-decode" => {
            let mut decoder = xmlrpc::Decoder::new();
            for _ in 0..rounds {
                let body = black_box(XML_CALL);
                decoder
                    .decode(body, None, &limits, &mut builder, &mut calls)
                    .expect("decodes");
                assert!(matches!(
                    calls.call(0).expect("a call").kind,
                    CallKind::Request(_)
                ));
            }
        }
        "xml-encode" => {
            for _ in 0..rounds {
                out.clear();
                let options = xmlrpc::Options::default();
                let responses = xmlrpc::ResponseWriter::begin(&mut out, false, options);
                responses
                    .result(&mut out, |value| encode_polls(value))
                    .expect("encodes");
                responses.finish(&mut out);
                black_box(&out);
            }
        }
        _ => println!("json-decode | json-encode | json-array | xml-decode | xml-encode  ROUNDS"),
    }
    black_box(builder.0);
}
