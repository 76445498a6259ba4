//! HTTP/1.1 bytes ⇄ messages (RFC 9110, RFC 9112, RFC 3986), sans-I/O.
//!
//! The caller brings bytes and takes bytes away; nothing here knows a socket, a clock or PHP.
//! Decoders are fed slices of any size and give the same answer however the input is cut;
//! encoders append to a `Vec<u8>`. Every limit is a field of [`Limits`], passed in by the caller.
//!
//! | module | holds |
//! |---|---|
//! | [`head_decoder`] | [`HeadDecoder`]: request line and fields, resumable |
//! | [`request_head`] | [`RequestHead`]: offsets into the bytes, reused from request to request |
//! | [`response_decoder`], [`response_head`] | the same for responses: [`ResponseDecoder`], [`ResponseHead`] |
//! | [`body_decoder`] | [`BodyDecoder`]: Content-Length and chunked bodies as events |
//! | [`encoder`] | [`encode_head`], [`BodyEncoder`]: answers; [`encode_request`]: requests |
//! | [`multipart`] | [`multipart::Decoder`]: `multipart/form-data` bodies as events |
//! | [`router`] | [`router::Router`]: path patterns and methods to values |
//! | [`conditional`], [`byte_ranges`], [`accept_encoding`], [`file_path`] | what a request for a stored file asks for |
//! | [`forwarded`] | what trusted proxies say of the client |
//! | [`query`], [`cookie`], [`media_type`], [`accept`], [`etag`], [`percent`], [`date`] | small lazy parsers and writers |
//!
//! ```
//! use kargo_http::{HeadDecoder, Limits, Method, RequestHead};
//!
//! let bytes = b"GET /hello?a=1 HTTP/1.1\r\nHost: example.org\r\n\r\n";
//! let limits = Limits::default();
//! let mut decoder = HeadDecoder::new();
//! let mut head = RequestHead::new();
//!
//! assert_eq!(decoder.decode(&bytes[..20], &limits, &mut head), Ok(None));
//! assert_eq!(decoder.decode(bytes, &limits, &mut head), Ok(Some(bytes.len())));
//! assert_eq!(head.method(), Method::Get);
//! assert_eq!(head.path(bytes), b"/hello");
//! assert_eq!(head.query(bytes), Some(&b"a=1"[..]));
//! assert_eq!(head.header(bytes, "HOST"), Some(&b"example.org"[..]));
//! ```
#![forbid(unsafe_code)]
#![warn(clippy::indexing_slicing)]
#![cfg_attr(
    test,
    allow(clippy::indexing_slicing, reason = "a test may fail by index")
)]

pub mod accept;
pub mod accept_encoding;
pub mod body_decoder;
pub mod byte_ranges;
mod chars;
pub mod conditional;
pub mod cookie;
pub mod date;
pub mod encoder;
mod error;
pub mod etag;
mod field_line;
mod fields;
pub mod file_path;
pub mod forwarded;
mod framing;
pub mod fuzzing;
pub mod head_decoder;
mod limits;
pub mod media_type;
mod method;
pub mod multipart;
pub mod percent;
pub mod query;
pub mod request_head;
mod request_line;
pub mod response_decoder;
pub mod response_head;
pub mod router;
mod status;
mod status_line;
pub mod transcript;

pub use body_decoder::BodyDecoder;
pub use body_decoder::BodyEvent;
pub use chars::is_field_value;
pub use chars::is_token;
pub use date::HttpDate;
pub use encoder::BodyEncoder;
pub use encoder::BodyLength;
pub use encoder::EncodeError;
pub use encoder::EncodedHead;
pub use encoder::EncodedRequest;
pub use encoder::LengthSlot;
pub use encoder::OutgoingRequest;
pub use encoder::OutgoingResponse;
pub use encoder::PreparedHead;
pub use encoder::check_header;
pub use encoder::encode_chunk;
pub use encoder::encode_continue;
pub use encoder::encode_error;
pub use encoder::encode_head;
pub use encoder::encode_last_chunk;
pub use encoder::encode_plain_text;
pub use encoder::encode_prepared;
pub use encoder::encode_request;
pub use error::DecodeError;
pub use fields::Span;
pub use forwarded::TrustedProxies;
pub use head_decoder::HeadDecoder;
pub use limits::Limits;
pub use method::Method;
pub use request_head::BodyFraming;
pub use request_head::RequestHead;
pub use request_head::TargetForm;
pub use request_head::Version;
pub use response_decoder::ResponseDecoder;
pub use response_head::ResponseHead;
pub use status::reason_phrase;
