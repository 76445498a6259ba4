//! What the fields of a head say together: host, body framing, connection, expectation.
//! Requests and responses are read by the same rules, where they share them.
//!
//! Nothing here looks at a line before all are there, so the order of the answers is the same
//! however the head was cut.

use crate::BodyFraming;
use crate::DecodeError;
use crate::Limits;
use crate::Method;
use crate::RequestHead;
use crate::ResponseHead;
use crate::Span;
use crate::TargetForm;
use crate::Version;
use crate::chars;
use crate::chars::DIGIT;
use crate::chars::HEX;
use crate::chars::IP_LITERAL;
use crate::chars::REG_NAME;
use crate::chars::TOKEN;
use crate::chars::is_in_any_case;
use crate::fields::FieldSpans;
use crate::fields::Fields;

/// The field lines that decide about the message itself, collected while lines are decoded.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct FramingFields {
    host: Lines,
    content_length: Lines,
    transfer_encoding: Lines,
    connection: Lines,
    expect: Lines,
    upgrade: Lines,
}

/// The lines of one name: the value of the first, and how many.
#[derive(Clone, Copy, Debug, Default)]
struct Lines {
    first: Span,
    count: u32,
}

impl FramingFields {
    /// Takes note of `field` if it is one of those that matter.
    #[inline]
    pub(crate) fn note(&mut self, bytes: &[u8], field: FieldSpans) {
        // Lengths first: most fields are none of these, and that is seen at once.
        let name = field.name;
        let lines = match name.len() {
            4 if is_in_any_case(name.of(bytes), b"host") => &mut self.host,
            6 if is_in_any_case(name.of(bytes), b"expect") => &mut self.expect,
            7 if is_in_any_case(name.of(bytes), b"upgrade") => &mut self.upgrade,
            10 if is_in_any_case(name.of(bytes), b"connection") => &mut self.connection,
            14 if is_in_any_case(name.of(bytes), b"content-length") => &mut self.content_length,
            17 if is_in_any_case(name.of(bytes), b"transfer-encoding") => {
                &mut self.transfer_encoding
            }
            _ => return,
        };
        if lines.count == 0 {
            lines.first = field.value;
        }
        lines.count += 1;
    }

    /// Checks the fields against each other and completes `head` with what they mean.
    #[inline(always)]
    pub(crate) fn complete(
        &self,
        bytes: &[u8],
        limits: &Limits,
        head: &mut RequestHead,
    ) -> Result<(), DecodeError> {
        self.check_host(bytes, head)?;
        head.framing = self
            .body_framing(bytes, head.version, &head.fields)?
            .unwrap_or(BodyFraming::None);
        let connection = self.read_connection(bytes, head.version, &head.fields);
        head.keep_alive = connection.keep_alive;
        head.wants_upgrade = connection.names_upgrade && self.upgrade.count > 0;
        self.read_expectation(bytes, head)?;
        reject_if_too_large(head.framing, limits)
    }

    /// The same for a response, whose framing depends on the request as well (RFC 9112
    /// section 6.3).
    pub(crate) fn complete_response(
        &self,
        bytes: &[u8],
        limits: &Limits,
        head: &mut ResponseHead,
    ) -> Result<(), DecodeError> {
        let announced = self.body_framing(bytes, head.version, &head.fields)?;
        let announces_body = !matches!(announced, None | Some(BodyFraming::Length(0)));
        if head.is_interim() && announces_body {
            // Is what follows a body or a head? Nothing is taken for either.
            return Err(DecodeError::BodyInInterimResponse);
        }
        let has_no_body = head.request_method == Method::Head
            || head.is_tunnel()
            || matches!(head.status, 100..=199 | 204 | 304);
        head.framing = if has_no_body {
            Some(BodyFraming::None)
        } else {
            announced
        };
        let is_reliable = !head.is_tunnel()
            && head.framing.is_some()
            // There is no body, whatever the peer says; but it may send one.
            && !(head.status == 204 && announces_body);
        let connection = self.read_connection(bytes, head.version, &head.fields);
        head.keep_alive = connection.keep_alive && is_reliable;
        head.framing
            .map_or(Ok(()), |framing| reject_if_too_large(framing, limits))
    }

    /// RFC 9112 section 3.2. An empty Host is refused as well: no http URI has an empty host
    /// (RFC 9110 section 4.2.1).
    #[inline]
    fn check_host(&self, bytes: &[u8], head: &mut RequestHead) -> Result<(), DecodeError> {
        let from_target = matches!(head.form, TargetForm::Absolute | TargetForm::Authority);
        match self.host.count {
            0 if head.version == Version::Http11 => return Err(DecodeError::MissingHost),
            0 => {
                if !from_target {
                    head.host = None;
                }
                return Ok(());
            }
            1 => {}
            _ => return Err(DecodeError::RepeatedHost),
        }
        let value = self.host.first;
        let length = bytes
            .get(value.start as usize..)
            .map_or(0, host_and_port_length);
        if length == 0 || length != value.len() {
            return Err(DecodeError::BadHost);
        }
        if !from_target {
            head.host = Some(self.host.first);
        }
        Ok(())
    }

    /// RFC 9112 sections 6.1 to 6.3, with no second chance for anything ambiguous; `None` where
    /// the fields do not say how the body is delimited.
    #[inline(always)]
    fn body_framing(
        &self,
        bytes: &[u8],
        version: Version,
        fields: &Fields,
    ) -> Result<Option<BodyFraming>, DecodeError> {
        if self.transfer_encoding.count > 0 {
            return self.transfer_coding(bytes, version, fields).map(Some);
        }
        match self.content_length.count {
            0 => Ok(None),
            1 => content_length(self.content_length.first.of(bytes))
                .map(|length| Some(BodyFraming::Length(length))),
            _ => Err(DecodeError::RepeatedContentLength),
        }
    }

    #[cold]
    fn transfer_coding(
        &self,
        bytes: &[u8],
        version: Version,
        fields: &Fields,
    ) -> Result<BodyFraming, DecodeError> {
        if version == Version::Http10 {
            return Err(DecodeError::TransferEncodingInHttp10);
        }
        if self.content_length.count > 0 {
            return Err(DecodeError::LengthAndTransferEncoding);
        }
        // `chunked` must be there, once, and last; nothing before it is implemented.
        let mut chunked_seen = false;
        let mut others_seen = false;
        for line in fields.values(bytes, "transfer-encoding") {
            for coding in line.split(|&byte| byte == b',').map(chars::trim_ows) {
                if chunked_seen || coding.is_empty() || !chars::all(coding, TOKEN) {
                    return Err(DecodeError::BadTransferEncoding);
                }
                if coding.eq_ignore_ascii_case(b"chunked") {
                    chunked_seen = true;
                } else {
                    others_seen = true;
                }
            }
        }
        match (chunked_seen, others_seen) {
            (true, false) => Ok(BodyFraming::Chunked),
            (true, true) => Err(DecodeError::UnknownTransferCoding),
            (false, _) => Err(DecodeError::BadTransferEncoding),
        }
    }

    /// RFC 9112 section 9.3: `close` wins, then the version decides, then `keep-alive`.
    #[inline(always)]
    fn read_connection(&self, bytes: &[u8], version: Version, fields: &Fields) -> Connection {
        let unsaid = Connection {
            keep_alive: version == Version::Http11,
            names_upgrade: false,
        };
        match self.connection.count {
            0 => unsaid,
            // What browsers and load generators send, in two comparisons.
            1 if is_in_any_case(self.connection.first.of(bytes), b"keep-alive") => Connection {
                keep_alive: true,
                names_upgrade: false,
            },
            _ => Connection::of_options(bytes, version, fields),
        }
    }

    /// RFC 9110 section 10.1.1: ignored in HTTP/1.0; 417 for what is not `100-continue`.
    #[inline]
    fn read_expectation(&self, bytes: &[u8], head: &mut RequestHead) -> Result<(), DecodeError> {
        head.expects_continue = false;
        if self.expect.count == 0 || head.version == Version::Http10 {
            return Ok(());
        }
        let is_continue = |value: &[u8]| value.eq_ignore_ascii_case(b"100-continue");
        if !head.header_values(bytes, "expect").all(is_continue) {
            return Err(DecodeError::UnknownExpectation);
        }
        head.expects_continue = head.has_body();
        Ok(())
    }
}

/// What the Connection fields say.
#[derive(Clone, Copy, Debug)]
struct Connection {
    keep_alive: bool,
    /// Never in HTTP/1.0, whose peers cannot upgrade (RFC 9110 section 7.8).
    names_upgrade: bool,
}

impl Connection {
    #[cold]
    fn of_options(bytes: &[u8], version: Version, fields: &Fields) -> Self {
        let (mut close, mut keep_alive, mut upgrade) = (false, false, false);
        for line in fields.values(bytes, "connection") {
            for option in line.split(|&byte| byte == b',').map(chars::trim_ows) {
                close |= option.eq_ignore_ascii_case(b"close");
                keep_alive |= option.eq_ignore_ascii_case(b"keep-alive");
                upgrade |= option.eq_ignore_ascii_case(b"upgrade");
            }
        }
        let is_http11 = version == Version::Http11;
        Self {
            keep_alive: !close && (is_http11 || keep_alive),
            names_upgrade: upgrade && is_http11,
        }
    }
}

#[inline]
fn reject_if_too_large(framing: BodyFraming, limits: &Limits) -> Result<(), DecodeError> {
    match framing {
        BodyFraming::Length(length) if length > limits.body_bytes => Err(DecodeError::BodyTooLarge),
        _ => Ok(()),
    }
}

/// How many bytes at the start are `uri-host [ ":" port ]` with a host that is not empty
/// (RFC 9110 section 7.2, RFC 3986 section 3.2.2). An IP literal is checked for its characters,
/// not for being an address.
///
/// A longest prefix rather than a verdict, so that bytes behind the value end the scan.
#[inline(always)]
pub(crate) fn host_and_port_length(bytes: &[u8]) -> usize {
    let length = match bytes {
        [b'[', ..] => ip_literal_length(bytes),
        _ => reg_name_length(bytes),
    };
    match bytes.get(length..) {
        Some([b':', port @ ..]) if length > 0 => length.wrapping_add(1 + port_length(port)),
        _ => length,
    }
}

/// How many bytes at the start are an IP literal with its brackets; 0 if it is malformed.
#[cold]
fn ip_literal_length(bytes: &[u8]) -> usize {
    let inside = bytes.get(1..).unwrap_or_default();
    let length = chars::prefix_length(inside, IP_LITERAL);
    if length > 0 && inside.get(length) == Some(&b']') {
        length + 2
    } else {
        0
    }
}

/// How many bytes at the start are a `reg-name`, which an IPv4 address is as well.
#[inline(always)]
fn reg_name_length(bytes: &[u8]) -> usize {
    let length = chars::prefix_length(bytes, REG_NAME);
    if bytes.get(length) == Some(&b'%') {
        return escaped_reg_name_length(bytes, length);
    }
    length
}

#[cold]
fn escaped_reg_name_length(bytes: &[u8], mut length: usize) -> usize {
    while let Some([b'%', high, low, behind @ ..]) = bytes.get(length..) {
        if !chars::is(*high, HEX) || !chars::is(*low, HEX) {
            break;
        }
        length += 3 + chars::prefix_length(behind, REG_NAME);
    }
    length
}

/// How many bytes at the start are `*DIGIT` of a value up to 65535; an empty port is the default
/// one (RFC 3986 section 3.2.3).
#[inline]
fn port_length(bytes: &[u8]) -> usize {
    let length = chars::prefix_length(bytes, DIGIT);
    if length < 5 {
        length
    } else {
        long_port_length(bytes, length)
    }
}

#[cold]
fn long_port_length(bytes: &[u8], length: usize) -> usize {
    let mut port = 0_u32;
    for (at, digit) in bytes.iter().take(length).enumerate() {
        port = port * 10 + u32::from(digit.wrapping_sub(b'0'));
        if port > 65_535 {
            return at;
        }
    }
    length
}

/// `1*DIGIT` (RFC 9110 section 8.6). What does not fit into 64 bits is the largest number, which
/// is above every limit.
fn content_length(value: &[u8]) -> Result<u64, DecodeError> {
    if value.is_empty() {
        return Err(DecodeError::BadContentLength);
    }
    let mut length = 0_u64;
    for digit in value {
        if !digit.is_ascii_digit() {
            return Err(DecodeError::BadContentLength);
        }
        length = length
            .saturating_mul(10)
            .saturating_add(u64::from(digit - b'0'));
    }
    Ok(length)
}
