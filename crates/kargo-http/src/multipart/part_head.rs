//! The head of a part: whose data it is.

use super::Limits;
use super::MultipartError;
use crate::chars;
use crate::query::split_at_byte;

/// What the head of a part says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PartHead {
    /// The name of the field, as sent but for its quotes.
    pub name: Vec<u8>,
    /// The name that the peer gave its file: there is one, be it empty, if the part is a file. Never to be used as a path;
    /// see [`safe_file_name`](super::safe_file_name).
    pub file_name: Option<Vec<u8>>,
    /// The Content-Type of the part.
    pub content_type: Option<Vec<u8>>,
}

impl PartHead {
    /// Whether the part is a file.
    pub const fn is_file(&self) -> bool {
        self.file_name.is_some()
    }

    /// Reads the lines of a head, each with its CRLF.
    pub(super) fn read(&mut self, lines: &[u8], limits: &Limits) -> Result<(), MultipartError> {
        let mut disposition = None;
        let mut content_type = None;
        let mut encoding = None;
        let mut rest = lines;
        while !rest.is_empty() {
            let (line, behind) = split_at_byte(rest, b'\n');
            rest = behind.unwrap_or_default();
            let line = line
                .strip_suffix(b"\r")
                .ok_or(MultipartError::BadPartHead)?;
            let (name, value) = split_at_byte(line, b':');
            let value = value.ok_or(MultipartError::BadPartHead)?;
            if !chars::is_token(name) {
                return Err(MultipartError::BadPartHead);
            }
            if !chars::is_field_value(value) {
                return Err(MultipartError::ControlInPartHead);
            }
            let place = if name.eq_ignore_ascii_case(b"content-disposition") {
                &mut disposition
            } else if name.eq_ignore_ascii_case(b"content-type") {
                &mut content_type
            } else if name.eq_ignore_ascii_case(b"content-transfer-encoding") {
                &mut encoding
            } else {
                // RFC 7578 section 4.8: to be ignored.
                continue;
            };
            if place.replace(chars::trim_ows(value)).is_some() {
                return Err(MultipartError::RepeatedField);
            }
        }
        let is_identity = |value: &[u8]| {
            [&b"7bit"[..], b"8bit", b"binary"]
                .iter()
                .any(|known| value.eq_ignore_ascii_case(known))
        };
        if !encoding.is_none_or(is_identity) {
            return Err(MultipartError::TransferEncoding);
        }
        self.read_disposition(disposition.ok_or(MultipartError::MissingDisposition)?)?;
        let longest = self.file_name.as_deref().unwrap_or_default().len();
        if self.name.len().max(longest) > limits.name_bytes {
            return Err(MultipartError::NameTooLong);
        }
        self.content_type = content_type.map(<[u8]>::to_vec);
        Ok(())
    }

    /// `form-data *( ";" name "=" ( token / quoted-string ) )`.
    fn read_disposition(&mut self, value: &[u8]) -> Result<(), MultipartError> {
        let (kind, rest) = split_at_byte(value, b';');
        if !chars::trim_ows(kind).eq_ignore_ascii_case(b"form-data") {
            return Err(MultipartError::BadDisposition);
        }
        let mut name = None;
        let mut file_name = None;
        let mut has_extended = false;
        let mut rest = rest.unwrap_or_default();
        loop {
            rest = chars::trim_ows(rest);
            if let Some(behind) = rest.strip_prefix(b";") {
                rest = behind;
                continue;
            }
            if rest.is_empty() {
                break;
            }
            let (parameter, behind) = split_at_byte(rest, b'=');
            let behind = behind.ok_or(MultipartError::BadDisposition)?;
            if !chars::is_token(parameter) {
                return Err(MultipartError::BadDisposition);
            }
            let (value, behind) = read_value(behind).ok_or(MultipartError::BadDisposition)?;
            rest = behind;
            let place = if parameter.eq_ignore_ascii_case(b"name") {
                &mut name
            } else if parameter.eq_ignore_ascii_case(b"filename") {
                &mut file_name
            } else {
                has_extended |= parameter.eq_ignore_ascii_case(b"filename*");
                continue;
            };
            if place.replace(value).is_some() {
                return Err(MultipartError::BadDisposition);
            }
        }
        if has_extended && file_name.is_none() {
            return Err(MultipartError::ExtendedFileName);
        }
        self.name = name.ok_or(MultipartError::MissingName)?;
        self.file_name = file_name;
        Ok(())
    }
}

/// A value, unquoted, and what is behind it: nothing or a semicolon.
///
/// In quotes a backslash escapes a quote or a backslash, and nothing else: browsers of old sent `C:\dir\file` as it was.
fn read_value(bytes: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let Some(quoted) = bytes.strip_prefix(b"\"") else {
        let (value, rest) = match bytes.iter().position(|&byte| byte == b';') {
            Some(end) => bytes.split_at_checked(end)?,
            None => (bytes, &[][..]),
        };
        let value = chars::trim_ows(value);
        let is_plain = !value.is_empty()
            && value
                .iter()
                .all(|byte| !matches!(byte, b'"' | b' ' | b'\t'));
        return is_plain.then(|| (value.to_vec(), rest));
    };
    let mut value = Vec::new();
    let mut rest = quoted;
    loop {
        match rest {
            [b'"', behind @ ..] => {
                let behind = chars::trim_ows(behind);
                return matches!(behind, [] | [b';', ..]).then_some((value, behind));
            }
            [b'\\', byte @ (b'"' | b'\\'), behind @ ..] => {
                value.push(*byte);
                rest = behind;
            }
            [byte, behind @ ..] => {
                value.push(*byte);
                rest = behind;
            }
            [] => return None,
        }
    }
}
