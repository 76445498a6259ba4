//! JSON-RPC 2.0, and calls in the style of 1.0.
//!
//! # Decisions
//!
//! - With `"jsonrpc":"2.0"` a call without `id` is a notification; `"id":null` is a request. Any other value of `jsonrpc` is
//!   an invalid request.
//! - Without `jsonrpc` a call is in the style of 1.0: always answered, `id` null if absent, and the answer has no `jsonrpc`
//!   either. In a batch it is an invalid request, since 1.0 has no batches.
//! - The id is a string, a number or null and is sent back as it was written, digit by digit. An id of another type
//!   makes the request invalid, answered with id null.
//! - `params` is an array or an object, or absent; anything else, null too, is an invalid request.
//! - `jsonrpc`, `method`, `params` or `id` twice in one call is ambiguous, hence an invalid request with id null. Other members
//!   are checked as JSON and ignored.
//! - Invalid requests are answered in the form of 2.0, with their id if they had a good one.
//! - A number too large for a float makes that call fail with -32602; its neighbours in the batch aren't touched.
//! - An empty batch, and one with more calls than the limit, is one invalid request, answered without an array.
//!
//! Of a client:
//!
//! - Requests are 2.0, their ids numbers. An answer says which call it is for by that number (`1.0` too); one for another id,
//!   a second one for the same call, and one that isn't an array where a batch was asked are refused.
//! - A fault with id null, or without an id, is that of every call of which the answer says nothing else.
//! - `result` and `error` must not both be there, unless one of them is null: 1.0 wants both.
//! - An error is an object of an integer `code` and a string `message`. In an answer without `jsonrpc` it may be anything:
//!   a string is the message, all else the data, and the code is 0 if there is none.
//! - Names that begin with `rpc.` are reserved; see [`is_reserved`].

mod decoder;
mod request;
mod response;
mod response_decoder;

pub use decoder::Decoder;
pub use request::RequestWriter;
pub use response::ResponseWriter;
pub use response_decoder::Awaited;
pub use response_decoder::ResponseDecoder;

/// Whether a method's name is one the specification (section 4) keeps for itself: an application must not export it.
#[must_use]
pub fn is_reserved(method: &[u8]) -> bool {
    method.starts_with(b"rpc.")
}
