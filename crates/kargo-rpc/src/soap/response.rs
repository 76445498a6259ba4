//! From results and faults to a body.

use super::encoder::{EncoderScratch, SoapEncoder};
use super::namespace;
use super::plan::{Operation, Plan};
use super::{Refusal, Style, Version};
use crate::BodyError;
use crate::FaultCode;
use crate::xml;

/// Writes the answer to one body, at the end of a buffer that may hold other things before.
#[derive(Clone, Copy, Debug)]
pub struct ResponseWriter<'a> {
    plan: &'a Plan,
    version: Version,
    style: Style,
}

/// Whose fault it is, in the words of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultClass {
    /// An envelope of an unknown version.
    VersionMismatch,
    /// A header block that is not understood.
    MustUnderstand,
    /// The message's: `Client` in SOAP 1.1, `Sender` in 1.2.
    Sender,
    /// `Server` in SOAP 1.1, `Receiver` in 1.2.
    Receiver,
}

/// A failure as it is sent.
#[derive(Clone, Copy, Debug)]
pub struct Fault<'a> {
    /// Whose fault it is.
    pub class: FaultClass,
    /// The application's code, or one that the protocols share.
    pub code: i32,
    /// One line for people.
    pub message: &'a str,
    /// Which value is wrong, as a JSON pointer, and why.
    pub place: Option<(&'a str, &'a str)>,
    /// Under which the log has more.
    pub id: Option<&'a str>,
    /// More, as JSON.
    pub data: Option<&'a [u8]>,
    /// The element of the detail, where the fault is one that the operation declares.
    pub declared: Option<&'a str>,
}

impl<'a> Fault<'a> {
    /// What to answer to a body that is no call.
    #[must_use]
    pub fn of_body(error: &BodyError) -> Self {
        Self::new(FaultClass::Sender, error.fault().code, error.kind.message())
    }

    /// What to answer to an envelope that is refused.
    #[must_use]
    pub fn of_refusal(refusal: Refusal) -> Self {
        let class = match refusal {
            Refusal::VersionMismatch => FaultClass::VersionMismatch,
            Refusal::MustUnderstand => FaultClass::MustUnderstand,
            _ => FaultClass::Sender,
        };
        Self::new(class, refusal.code() as i32, refusal.reason())
    }

    /// A fault of a code and a text.
    #[must_use]
    pub const fn new(class: FaultClass, code: i32, message: &'a str) -> Self {
        Self {
            class,
            code,
            message,
            place: None,
            id: None,
            data: None,
            declared: None,
        }
    }

    /// The class that goes with a code: what the protocols have a code for and no server's is the sender's.
    #[must_use]
    pub const fn class_of(code: i32) -> FaultClass {
        const SENDERS: [FaultCode; 6] = [
            FaultCode::ParseError,
            FaultCode::UnsupportedEncoding,
            FaultCode::InvalidCharacter,
            FaultCode::InvalidRequest,
            FaultCode::MethodNotFound,
            FaultCode::InvalidParams,
        ];
        let mut index = 0;
        while index < SENDERS.len() {
            if SENDERS[index] as i32 == code {
                return FaultClass::Sender;
            }
            index += 1;
        }
        FaultClass::Receiver
    }

    /// HTTP's status for it: 500, but 400 for a sender's fault in SOAP 1.2.
    #[must_use]
    pub const fn status(&self, version: Version) -> u16 {
        match (version, self.class) {
            (Version::V12, FaultClass::Sender) => 400,
            _ => 500,
        }
    }
}

impl<'a> ResponseWriter<'a> {
    /// Answers in this version and style.
    #[must_use]
    pub const fn new(plan: &'a Plan, version: Version, style: Style) -> Self {
        Self {
            plan,
            version,
            style,
        }
    }

    /// The media type of all answers in a version.
    #[must_use]
    pub const fn content_type(version: Version) -> &'static [u8] {
        match version {
            Version::V11 => b"text/xml; charset=utf-8",
            Version::V12 => b"application/soap+xml; charset=utf-8",
        }
    }

    /// Begins the answer of an operation. Its value is then to be written with [`Self::encoder`], if it gives one, and
    /// [`Self::end_result`] follows.
    #[inline]
    pub fn begin_result(&self, out: &mut Vec<u8>, operation: &Operation) {
        self.begin_envelope(out);
        match self.style {
            Style::Document => {
                out.push(b'<');
                out.extend_from_slice(operation.response.as_bytes());
                out.extend_from_slice(b" xmlns=\"");
                self.write_namespace(out);
                out.extend_from_slice(b"\">");
            }
            Style::RpcLiteral | Style::RpcEncoded => {
                out.extend_from_slice(b"<tns:");
                out.extend_from_slice(operation.response.as_bytes());
                if self.style == Style::RpcEncoded {
                    out.extend_from_slice(b" xmlns:enc=\"");
                    out.extend_from_slice(self.version.encoding().as_bytes());
                    out.extend_from_slice(b"\" soap:encodingStyle=\"");
                    out.extend_from_slice(self.version.encoding().as_bytes());
                    out.push(b'"');
                }
                out.push(b'>');
            }
        }
    }

    /// What writes the value of an operation that gives one.
    #[inline]
    pub fn encoder<'o>(
        &self,
        out: &'o mut Vec<u8>,
        operation: &Operation,
        scratch: &'o mut EncoderScratch,
    ) -> SoapEncoder<'o>
    where
        'a: 'o,
    {
        let item = operation.result.unwrap_or(self.plan.any);
        SoapEncoder::new(out, self.plan, item, self.version, self.style, scratch)
    }

    /// Ends the answer of an operation.
    #[inline]
    pub fn end_result(&self, out: &mut Vec<u8>, operation: &Operation) {
        let names_result = self.style == Style::RpcEncoded
            && self.version == Version::V12
            && operation.result.is_some();
        // Behind the result: there are clients that take what is first.
        if names_result {
            out.extend_from_slice(b"<rpc:result xmlns:rpc=\"");
            out.extend_from_slice(namespace::RPC_12_URI.as_bytes());
            out.extend_from_slice(b"\">return</rpc:result>");
        }
        out.extend_from_slice(match self.style {
            Style::Document => b"</".as_slice(),
            Style::RpcLiteral | Style::RpcEncoded => b"</tns:",
        });
        out.extend_from_slice(operation.response.as_bytes());
        out.push(b'>');
        end_envelope(out);
    }

    /// Appends the whole answer that is a fault; `not_understood` are header blocks: namespace and name.
    pub fn fault<'n>(
        &self,
        out: &mut Vec<u8>,
        fault: &Fault<'_>,
        not_understood: impl Iterator<Item = (&'n [u8], &'n [u8])>,
    ) {
        let head = if self.version == Version::V12 {
            header_blocks(fault.class, not_understood)
        } else {
            Vec::new()
        };
        self.begin_envelope_with(out, &head);
        match self.version {
            Version::V11 => self.write_fault_11(out, fault),
            Version::V12 => self.write_fault_12(out, fault),
        }
        end_envelope(out);
    }

    fn write_fault_11(&self, out: &mut Vec<u8>, fault: &Fault<'_>) {
        out.extend_from_slice(b"<soap:Fault><faultcode>soap:");
        out.extend_from_slice(match fault.class {
            FaultClass::VersionMismatch => b"VersionMismatch".as_slice(),
            FaultClass::MustUnderstand => b"MustUnderstand",
            FaultClass::Sender => b"Client",
            FaultClass::Receiver => b"Server",
        });
        out.extend_from_slice(b"</faultcode><faultstring>");
        xml::write_text_lossy(out, fault.message.as_bytes());
        out.extend_from_slice(b"</faultstring>");
        // A fault of the header has no detail.
        if fault.class != FaultClass::MustUnderstand {
            out.extend_from_slice(b"<detail>");
            self.write_detail(out, fault);
            out.extend_from_slice(b"</detail>");
        }
        out.extend_from_slice(b"</soap:Fault>");
    }

    fn write_fault_12(&self, out: &mut Vec<u8>, fault: &Fault<'_>) {
        out.extend_from_slice(b"<soap:Fault><soap:Code><soap:Value>soap:");
        out.extend_from_slice(match fault.class {
            FaultClass::VersionMismatch => b"VersionMismatch".as_slice(),
            FaultClass::MustUnderstand => b"MustUnderstand",
            FaultClass::Sender => b"Sender",
            FaultClass::Receiver => b"Receiver",
        });
        out.extend_from_slice(b"</soap:Value>");
        if fault.code == FaultCode::MethodNotFound as i32 {
            self.write_subcode(out, b"ProcedureNotPresent");
        } else if fault.code == FaultCode::InvalidParams as i32 {
            self.write_subcode(out, b"BadArguments");
        }
        out.extend_from_slice(b"</soap:Code><soap:Reason><soap:Text xml:lang=\"en\">");
        xml::write_text_lossy(out, fault.message.as_bytes());
        out.extend_from_slice(b"</soap:Text></soap:Reason>");
        if fault.class != FaultClass::MustUnderstand {
            out.extend_from_slice(b"<soap:Detail>");
            self.write_detail(out, fault);
            out.extend_from_slice(b"</soap:Detail>");
        }
        out.extend_from_slice(b"</soap:Fault>");
    }

    /// A subcode of SOAP 1.2's own for procedure calls.
    #[expect(clippy::unused_self, reason = "one of the pieces of a fault")]
    fn write_subcode(&self, out: &mut Vec<u8>, name: &[u8]) {
        out.extend_from_slice(b"<soap:Subcode><soap:Value xmlns:rpc=\"");
        out.extend_from_slice(namespace::RPC_12_URI.as_bytes());
        out.extend_from_slice(b"\">rpc:");
        out.extend_from_slice(name);
        out.extend_from_slice(b"</soap:Value></soap:Subcode>");
    }

    /// The element that the description declares for it.
    fn write_detail(&self, out: &mut Vec<u8>, fault: &Fault<'_>) {
        let name = fault.declared.unwrap_or(&self.plan.fault_name);
        out.push(b'<');
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(b" xmlns=\"");
        self.write_namespace(out);
        out.extend_from_slice(b"\"><code>");
        out.extend_from_slice(itoa::Buffer::new().format(fault.code).as_bytes());
        out.extend_from_slice(b"</code><message>");
        xml::write_text_lossy(out, fault.message.as_bytes());
        out.extend_from_slice(b"</message>");
        let mut optional = |name: &str, text: Option<&[u8]>| {
            if let Some(text) = text {
                out.push(b'<');
                out.extend_from_slice(name.as_bytes());
                out.push(b'>');
                xml::write_text_lossy(out, text);
                out.extend_from_slice(b"</");
                out.extend_from_slice(name.as_bytes());
                out.push(b'>');
            }
        };
        optional("pointer", fault.place.map(|place| place.0.as_bytes()));
        optional("reason", fault.place.map(|place| place.1.as_bytes()));
        optional("id", fault.id.map(str::as_bytes));
        optional("data", fault.data);
        out.extend_from_slice(b"</");
        out.extend_from_slice(name.as_bytes());
        out.push(b'>');
    }

    #[inline]
    fn begin_envelope(&self, out: &mut Vec<u8>) {
        self.begin_envelope_with(out, b"");
    }

    #[inline]
    fn begin_envelope_with(&self, out: &mut Vec<u8>, head: &[u8]) {
        out.extend_from_slice(match self.version {
            Version::V11 => ENVELOPE_11.as_bytes(),
            Version::V12 => ENVELOPE_12.as_bytes(),
        });
        self.write_namespace(out);
        out.extend_from_slice(b"\">");
        out.extend_from_slice(head);
        out.extend_from_slice(b"<soap:Body>");
    }

    #[inline]
    fn write_namespace(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.plan.namespace_attribute());
    }
}

const ENVELOPE_11: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<soap:Envelope \
     xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\" \
     xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
     xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\" xmlns:tns=\"";
const ENVELOPE_12: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<soap:Envelope \
     xmlns:soap=\"http://www.w3.org/2003/05/soap-envelope\" \
     xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
     xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\" xmlns:tns=\"";

fn end_envelope(out: &mut Vec<u8>) {
    out.extend_from_slice(b"</soap:Body></soap:Envelope>\n");
}

/// SOAP 1.2 says which versions it knows, and which header blocks it did not understand.
fn header_blocks<'n>(
    class: FaultClass,
    not_understood: impl Iterator<Item = (&'n [u8], &'n [u8])>,
) -> Vec<u8> {
    let mut head = Vec::new();
    match class {
        FaultClass::VersionMismatch => {
            head.extend_from_slice(
                b"<soap:Header><soap:Upgrade>\
                  <soap:SupportedEnvelope qname=\"soap:Envelope\"/>\
                  <soap:SupportedEnvelope xmlns:soap11=\"http://schemas.xmlsoap.org/soap/envelope/\" \
                  qname=\"soap11:Envelope\"/></soap:Upgrade></soap:Header>",
            );
        }
        FaultClass::MustUnderstand => {
            head.extend_from_slice(b"<soap:Header>");
            for (namespace, name) in not_understood {
                head.extend_from_slice(b"<soap:NotUnderstood xmlns:block=\"");
                write_attribute(&mut head, namespace);
                head.extend_from_slice(b"\" qname=\"block:");
                head.extend_from_slice(name);
                head.extend_from_slice(b"\"/>");
            }
            head.extend_from_slice(b"</soap:Header>");
        }
        FaultClass::Sender | FaultClass::Receiver => {}
    }
    head
}

/// Appends text as the value of an attribute.
pub(super) fn write_attribute(out: &mut Vec<u8>, text: &[u8]) {
    let start = out.len();
    xml::write_text_lossy(out, text);
    if out
        .iter()
        .skip(start)
        .any(|byte| matches!(byte, b'"' | b'\n' | b'\t'))
    {
        let written = out.split_off(start);
        for byte in written {
            match byte {
                b'"' => out.extend_from_slice(b"&quot;"),
                b'\n' => out.extend_from_slice(b"&#10;"),
                b'\t' => out.extend_from_slice(b"&#9;"),
                _ => out.push(byte),
            }
        }
    }
}
