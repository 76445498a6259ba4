//! Remote calls as bytes: JSON-RPC (2.0 and 1.0 style), XML-RPC, SOAP, REST and MCP, decoded straight into the caller's
//! values and encoded straight into the caller's buffer. There is no tree in between, and nothing here knows PHP or HTTP.
//!
//! | part | is |
//! |---|---|
//! | [`Builder`], [`CallBuilder`] | what a decoder tells: values as events, and which call they are arguments of |
//! | [`CallList`], [`Call`] | what a decoded body asked for: plain records that borrow nothing |
//! | [`Encoder`] | what a value is written to; [`json::JsonEncoder`] and [`xmlrpc::XmlRpcEncoder`] |
//! | [`Fault`] | how a call fails, with the interoperable codes |
//! | [`jsonrpc`], [`xmlrpc`] | the two protocols: a decoder for bodies, a writer for responses; for clients a writer for requests, a decoder for responses |
//! | [`ResponseList`], [`Response`] | what a client was answered: plain records that borrow nothing |
//! | [`soap`] | SOAP 1.1 and 1.2: a decoder that takes types from a plan, a writer for responses |
//! | [`rest`] | arguments as REST requests have them: members of a JSON object, texts of paths and queries |
//! | [`mcp`] | messages of the Model Context Protocol |
//! | [`description`], [`describe`] | an API as plain data, and the documents made from it |
//! | [`tape`] | a value between protocols: bytes that answer any of them |
//! | [`Limits`] | every limit, always an argument |
//!
//! # Order of things
//!
//! No method may run before its whole body has been decoded, so decoding and dispatching are two steps: the decoder
//! fills a [`CallList`] while the values wait in the builder; then the caller walks the list, calls, and writes each
//! answer. Between two calls nothing of this crate is borrowed, so the caller may be suspended there.
//!
//! ```
//! # use kargo_rpc::{jsonrpc, Argument, Builder, CallBuilder, CallKind, CallList, DateTime, Encoder, Limits};
//! # #[derive(Default)] struct Sum { arguments: Vec<i64> }
//! # impl Builder for Sum {
//! #     type Error = ();
//! #     fn null(&mut self) -> Result<(), ()> { Err(()) }
//! #     fn bool(&mut self, _: bool) -> Result<(), ()> { Err(()) }
//! #     fn int(&mut self, value: i64) -> Result<(), ()> { self.arguments.push(value); Ok(()) }
//! #     fn float(&mut self, _: f64) -> Result<(), ()> { Err(()) }
//! #     fn string(&mut self, _: &[u8]) -> Result<(), ()> { Err(()) }
//! #     fn binary(&mut self, _: &[u8]) -> Result<(), ()> { Err(()) }
//! #     fn date_time(&mut self, _: &DateTime) -> Result<(), ()> { Err(()) }
//! #     fn begin_array(&mut self) -> Result<(), ()> { Err(()) }
//! #     fn end_array(&mut self, _: usize) -> Result<(), ()> { Err(()) }
//! #     fn begin_object(&mut self) -> Result<(), ()> { Err(()) }
//! #     fn key(&mut self, _: &[u8]) -> Result<(), ()> { Err(()) }
//! #     fn end_object(&mut self, _: usize) -> Result<(), ()> { Err(()) }
//! # }
//! # impl CallBuilder for Sum {
//! #     fn begin_call(&mut self, _: &[u8]) -> Result<u32, ()> { Ok(0) }
//! #     fn begin_argument(&mut self, _: Argument<'_>) -> Result<(), ()> { Ok(()) }
//! #     fn end_call(&mut self, _: usize) -> Result<(), ()> { Ok(()) }
//! #     fn discard_call(&mut self) { self.arguments.clear(); }
//! #     fn discard_all_calls(&mut self) { self.arguments.clear(); }
//! # }
//! let mut decoder = jsonrpc::Decoder::new();
//! let (mut builder, mut calls, mut out) = (Sum::default(), CallList::new(), Vec::new());
//! let body = br#"{"jsonrpc":"2.0","method":"sum","params":[1,2],"id":7}"#;
//!
//! decoder.decode(body, &Limits::default(), &mut builder, &mut calls).unwrap();
//!
//! let responses = jsonrpc::ResponseWriter::begin(&mut out, calls.is_batch());
//! for index in 0..calls.len() {
//!     let call = calls.call(index).unwrap();
//!     if let CallKind::Request(version) = call.kind {
//!         let sum = builder.arguments.drain(..).sum();
//!         responses.result(&mut out, version, calls.id(&call), |value| value.int(sum)).unwrap();
//!     }
//! }
//! responses.finish(&mut out);
//! assert_eq!(out, br#"{"result":3,"id":7,"jsonrpc":"2.0"}"#);
//! ```

#![forbid(unsafe_code)]

pub mod base64;
mod builder;
mod call;
mod date_time;
pub mod describe;
pub mod description;
mod encoder;
mod error;
mod fault;
pub mod fuzzing;
pub mod json;
pub mod jsonrpc;
mod limits;
pub mod mcp;
mod response;
pub mod rest;
pub mod soap;
mod swar;
pub mod tape;
mod utf8;
mod xml;
pub mod xmlrpc;

pub use builder::{Argument, Builder, CallBuilder, Discard, LikelyKey};
pub use call::{Call, CallKind, CallList, Version};
pub use date_time::DateTime;
pub use encoder::{EncodeError, Encoder};
pub use error::{BodyError, BodyErrorKind, DecodeError};
pub use fault::{Fault, FaultCode};
pub use limits::Limits;
pub use response::{Outcome, Response, ResponseList};
