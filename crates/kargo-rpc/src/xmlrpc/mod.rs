//! XML-RPC: the specification of 1999 with 64-bit integers and nil.
//!
//! # Decisions
//!
//! - Types: `int`, `i4`, `i8`, `boolean`, `double`, `string`, `dateTime.iso8601`, `base64`, `array`, `struct`, `nil`, the Apache names `ex:i8` and
//!   `ex:nil`; a value without a type is a string, white space and all.
//! - Any white space and comments may stand between elements, none inside a number, a boolean or a date. Text is kept
//!   as it is. Attributes are checked and ignored.
//! - A `double` may have an exponent, which the specification forbids and many peers write. A number out of its
//!   type's range, `INF`, `nan`, anything before or behind it are refused.
//! - Of repeated struct members the last one wins, as in JSON.
//! - What is not well-formed is fault -32700; an encoding we don't decode -32701; bytes that are no text in it -32702; what is
//!   well-formed but no method call -32600; a scalar that isn't one of its type makes that call fail with -32602.
//! - `system.multicall` is decoded into its calls, like a batch; one that is called inside of itself is answered with a
//!   fault. A call that isn't a struct of `methodName` and `params` is answered with -32600 in its place.
//!
//! Of a client:
//!
//! - An answer is a `methodResponse` of one value or one fault: a struct with an integer `faultCode` and a string
//!   `faultString`; what else it has is ignored.
//! - The answer to a multicall has an array of one, or a fault, for each call.
//! - A scalar that isn't one of its type makes the whole answer none.

mod decoder;
mod request;
mod response;
mod response_decoder;
mod scalar;
mod value;
mod writer;

pub use decoder::Decoder;
pub use decoder::MULTICALL;
pub use request::RequestWriter;
pub use response::ResponseWriter;
pub use response_decoder::ResponseDecoder;
pub use writer::Options;
pub use writer::XmlRpcEncoder;
