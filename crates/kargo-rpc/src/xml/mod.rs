//! Well-formed XML 1.0, as far as remote calls need it.
//!
//! The reader is strict: what libxml refuses is refused. Of what XML allows it refuses more, for RPC documents have no
//! use for it and parsers differ about it: document type declarations, processing instructions, entities other than the
//! five predefined ones, names with more than one colon, two attributes of one element whose names differ by their
//! prefixes only, versions other than 1.x.
//!
//! [`NamespaceReader`] reads the same with its names resolved (Namespaces in XML 1.0); there attributes are told apart by
//! their namespaces.
//!
//! Encodings are UTF-8, US-ASCII, ISO-8859-1, and UTF-16 with a byte order mark. A byte order mark, the header's charset
//! and the declaration must not contradict each other, except that a header's charset wins over the declaration, as
//! RFC 7303 section 3.2 has it.

mod chars;
mod encoding;
mod markup;
mod namespaces;
mod reader;
mod writer;

pub(crate) use chars::name_len;
pub(crate) use encoding::Encoding;
pub(crate) use encoding::to_utf8;
pub(crate) use namespaces::{
    Found, Name, NamespaceReader, NamespaceScratch, Scope, attribute_text,
};
pub(crate) use reader::Content;
pub(crate) use reader::Place;
pub(crate) use reader::Reader;
pub(crate) use reader::Scratch;
pub(crate) use writer::write_text;
pub(crate) use writer::write_text_lossy;

use crate::BodyError;
use crate::BodyErrorKind;
use crate::Limits;

/// Checks that the whole of `document` is well-formed, within `limits` and the restrictions above.
pub(crate) fn check(document: &[u8], limits: &Limits) -> Result<(), BodyError> {
    check_document(document, limits, false)
}

/// The same where attributes are told apart by their namespaces.
pub(crate) fn check_with_namespaces(document: &[u8], limits: &Limits) -> Result<(), BodyError> {
    check_document(document, limits, true)
}

fn check_document(document: &[u8], limits: &Limits, is_namespaced: bool) -> Result<(), BodyError> {
    let (mut transcoded, mut scratch) = (Vec::new(), Scratch::new());
    let document = to_utf8(document, None, &mut transcoded)?;
    let mut reader = Reader::start(document.text, document.start, limits, &mut scratch);
    if is_namespaced {
        reader.allow_prefixes();
    }
    let checked = match reader.child() {
        Ok(Some(_)) => reader.skip_to_depth(0).and_then(|()| reader.finish()),
        Ok(None) => Err(BodyErrorKind::Syntax),
        Err(kind) => Err(kind),
    };
    checked.map_err(|kind| BodyError {
        kind,
        offset: reader.offset(),
    })
}
