//! JSON (RFC 8259) in and out.
//!
//! # What `json_decode` does, and where we differ
//!
//! Every text `json_decode` refuses is refused, with the default depth: bad UTF-8, lone surrogates, a byte order mark,
//! keys that begin with NUL (also where an associative array is wanted, so that a text is either good or not),
//! 512 containers in one another. Integers outside 64 bits become floats, `-0` becomes the integer 0, `-0.0` stays a
//! negative zero, of repeated keys the last one wins.
//!
//! One difference: a number too large for a float, such as `1e400`, is refused where `json_decode` makes INF of it. INF
//! could not be written back, so the value would be lost without a word (RFC 8259 section 6 lets us set the range).
//!
//! # What `json_encode` does, and where we differ
//!
//! Output is that of `json_encode` with `JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE |
//! JSON_PRESERVE_ZERO_FRACTION` and `serialize_precision = -1`, byte for byte. U+2028 and U+2029 are escaped, as there.

mod cursor;
mod float;
mod number;
mod reader;
mod scan;
mod writer;

pub use reader::JsonScratch;
pub use writer::JsonEncoder;

pub(crate) use number::Number;
pub(crate) use reader::Mark;
pub(crate) use reader::Reader;
pub(crate) use scan::is_special;
pub(crate) use writer::write_string_lossy;

use crate::Builder;
use crate::DecodeError;
use crate::Limits;
use crate::error::Stop;

/// Decodes `text`, one JSON value with nothing but white space around it, into `builder`.
///
/// # Errors
///
/// [`DecodeError::Body`] for a text that isn't JSON within `limits`, [`DecodeError::Builder`] if the builder gave up. In
/// both cases the builder has received a part of the value.
pub fn decode<B: Builder>(
    text: &[u8],
    limits: &Limits,
    scratch: &mut JsonScratch,
    builder: &mut B,
) -> Result<(), DecodeError<B::Error>> {
    let mut reader = Reader::start(text, limits, scratch).map_err(DecodeError::Body)?;
    reader
        .value(builder)
        .and_then(|()| reader.finish().map_err(Stop::Body))
        .map_err(|stop| stop.at(reader.offset()))
}
