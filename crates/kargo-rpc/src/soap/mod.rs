//! SOAP 1.1 and 1.2: envelopes into calls, results and faults into envelopes, by the types of a
//! [`Description`](crate::description::Description).
//!
//! # Decisions
//!
//! - The envelope's namespace says the version. A root `Envelope` of another namespace is a `VersionMismatch`.
//! - The style is document/literal wrapped: the body has one element, named after the operation in the namespace of the
//!   API, with one child per argument, in any order, each in that namespace. Children without a namespace make it rpc/literal, an
//!   `encodingStyle` rpc/encoded: answered in kind. There arguments whose names are all unknown are taken by position.
//! - A header block is understood if it is an argument of the operation. One that must be understood by us and isn't is
//!   a `MustUnderstand` fault; others are passed. Such an argument may also stand among the others, not in both places.
//! - A value is read as its declared type, white space around numbers, booleans and dates ignored. What has not the form
//!   of its type is told as the text it is, so that the check behind says where. `xsi:type` is heeded where the type is
//!   left open, and where it names an encoded array or map.
//! - `xsi:nil` is null. An argument or member that comes twice is refused, an unknown one is told.
//! - `href` and `ref` go to an element with this `id` in the body; a cycle, more than [`MAX_REFERENCES`] of them, or more
//!   repeated text than the body is long (and 64 KiB) are refused.
//! - Numbers are finite. What XML can't hold fails, but for bytes and where anything goes.

mod decoder;
mod encoder;
mod headers;
mod lexical;
mod names;
mod plan;
mod references;
mod response;
mod scalar_type;
mod value;

pub use decoder::{Decoder, Envelope, Refusal};
pub use encoder::{EncoderScratch, SoapEncoder};
pub use names::{default_namespace, element_name};
pub use plan::{Element, Header, Item, Node, NodeId, Operation, Plan};
pub use references::MAX_REFERENCES;
pub use response::{Fault, FaultClass, ResponseWriter};

/// A version of SOAP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// 1.1, of 2000.
    V11,
    /// 1.2, of 2003 and 2007.
    V12,
}

/// How a call was written, and is answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Style {
    /// Document/literal wrapped.
    #[default]
    Document,
    /// RPC/literal: arguments and result have no namespace.
    RpcLiteral,
    /// RPC/encoded: values have `xsi:type`, arrays are SOAP's.
    RpcEncoded,
}

impl Version {
    /// The namespace of its envelope.
    #[must_use]
    pub const fn namespace(self) -> &'static str {
        match self {
            Self::V11 => "http://schemas.xmlsoap.org/soap/envelope/",
            Self::V12 => "http://www.w3.org/2003/05/soap-envelope",
        }
    }

    /// The namespace of its encoding.
    #[must_use]
    pub const fn encoding(self) -> &'static str {
        match self {
            Self::V11 => "http://schemas.xmlsoap.org/soap/encoding/",
            Self::V12 => "http://www.w3.org/2003/05/soap-encoding",
        }
    }
}

/// The namespaces that the decoder tells apart, by their places in its list.
mod namespace {
    pub(super) const NONE: usize = 0;
    pub(super) const SOAP_11: usize = 1;
    pub(super) const SOAP_12: usize = 2;
    pub(super) const XSI: usize = 3;
    pub(super) const XSD: usize = 4;
    pub(super) const ENCODING_11: usize = 5;
    pub(super) const ENCODING_12: usize = 6;
    pub(super) const APACHE: usize = 7;
    /// The API's own.
    pub(super) const OWN: usize = 8;

    pub(super) const XSI_URI: &str = "http://www.w3.org/2001/XMLSchema-instance";
    pub(super) const XSD_URI: &str = "http://www.w3.org/2001/XMLSchema";
    pub(super) const APACHE_URI: &str = "http://xml.apache.org/xml-soap";
    pub(super) const RPC_12_URI: &str = "http://www.w3.org/2003/05/soap-rpc";

    /// The list for an API.
    pub(super) fn known(own: &[u8]) -> [&[u8]; 9] {
        [
            b"",
            super::Version::V11.namespace().as_bytes(),
            super::Version::V12.namespace().as_bytes(),
            XSI_URI.as_bytes(),
            XSD_URI.as_bytes(),
            super::Version::V11.encoding().as_bytes(),
            super::Version::V12.encoding().as_bytes(),
            APACHE_URI.as_bytes(),
            own,
        ]
    }
}
