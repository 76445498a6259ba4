//! Header lines: validated, and those that frame the message held back.

use super::EncodeError;
use crate::chars;

/// What the headers said about what is ours to say.
#[derive(Debug, Default)]
pub(super) struct Headers {
    pub(super) has_date: bool,
    pub(super) has_content_type: bool,
    pub(super) has_user_agent: bool,
    /// How many Host lines there are.
    pub(super) hosts: usize,
    pub(super) content_length: Option<u64>,
    pub(super) wants_close: bool,
    pub(super) wants_upgrade: bool,
}

impl Headers {
    /// Appends one header line, or notes what it says about framing.
    #[inline]
    pub(super) fn append(
        &mut self,
        out: &mut Vec<u8>,
        name: &[u8],
        value: &[u8],
    ) -> Result<(), EncodeError> {
        if !chars::is_token(name) {
            return Err(EncodeError::bad_name(name));
        }
        validate_value(name, value)?;
        let is = |other: &[u8]| name.eq_ignore_ascii_case(other);
        match name.len() {
            4 if is(b"date") => self.has_date = true,
            4 if is(b"host") => self.hosts += 1,
            10 if is(b"user-agent") => self.has_user_agent = true,
            10 if is(b"connection") => {
                self.read_connection(value);
                return Ok(());
            }
            12 if is(b"content-type") => self.has_content_type = true,
            14 if is(b"content-length") => return self.read_content_length(value),
            17 if is(b"transfer-encoding") => return Ok(()),
            _ => {}
        }
        out.extend_from_slice(name);
        out.extend_from_slice(b": ");
        out.extend_from_slice(value);
        out.extend_from_slice(b"\r\n");
        Ok(())
    }

    fn read_connection(&mut self, value: &[u8]) {
        for option in value.split(|&byte| byte == b',').map(chars::trim_ows) {
            self.wants_close |= option.eq_ignore_ascii_case(b"close");
            self.wants_upgrade |= option.eq_ignore_ascii_case(b"upgrade");
        }
    }

    fn read_content_length(&mut self, value: &[u8]) -> Result<(), EncodeError> {
        let value = chars::trim_ows(value);
        let length = std::str::from_utf8(value)
            .ok()
            .filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))
            .and_then(|digits| digits.parse().ok());
        match (length, self.content_length) {
            (Some(new), Some(old)) if new != old => Err(EncodeError::LengthMismatch {
                declared: old,
                actual: new,
            }),
            (Some(_), _) => {
                self.content_length = length;
                Ok(())
            }
            (None, _) => Err(EncodeError::bad_value(b"Content-Length")),
        }
    }
}

/// Checks a header line as [`encode_head`](super::encode_head) will: whoever sets headers early can refuse early.
pub fn check_header(name: &[u8], value: &[u8]) -> Result<(), EncodeError> {
    if chars::is_token(name) {
        validate_value(name, value)
    } else {
        Err(EncodeError::bad_name(name))
    }
}

/// Refuses CR, LF, NUL and all other control characters but HTAB (RFC 9110 section 5.5).
#[inline]
pub(super) fn validate_value(name: &[u8], value: &[u8]) -> Result<(), EncodeError> {
    if chars::is_field_value(value) {
        Ok(())
    } else {
        Err(EncodeError::bad_value(name))
    }
}

/// Appends `number` in decimal.
#[inline(always)]
pub(crate) fn write_decimal(out: &mut Vec<u8>, number: u64) {
    out.extend_from_slice(decimal(number, &mut [0; 20]));
}

/// `number` in decimal, written into the end of `buffer`.
#[inline(always)]
pub(super) fn decimal(number: u64, buffer: &mut [u8; 20]) -> &[u8] {
    let mut rest = number;
    let mut start = buffer.len();
    for digit in buffer.iter_mut().rev() {
        *digit = b'0' + (rest % 10) as u8;
        rest /= 10;
        start -= 1;
        if rest == 0 {
            break;
        }
    }
    buffer.get(start..).unwrap_or_default()
}
