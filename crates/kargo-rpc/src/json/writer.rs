//! A writer of JSON values, straight into the output buffer.

use super::float;
use super::scan;
use crate::DateTime;
use crate::EncodeError;
use crate::Encoder;
use crate::LikelyKey;
use crate::base64;
use crate::swar;

/// Appends values to a `Vec<u8>`.
///
/// Each value is followed by a comma, which whatever comes next keeps or overwrites: so no state is needed to know
/// whether it is the first. The response writers take care of the last one; [`finish`](Self::finish) does it elsewhere.
#[derive(Debug)]
pub struct JsonEncoder<'a> {
    out: &'a mut Vec<u8>,
    depth_left: usize,
}

impl<'a> JsonEncoder<'a> {
    /// Containers that may be open at once, as in `json_encode`.
    pub const MAX_DEPTH: usize = 512;

    /// Appends to `out`.
    pub fn new(out: &'a mut Vec<u8>) -> Self {
        Self {
            out,
            depth_left: Self::MAX_DEPTH,
        }
    }

    /// Takes away the comma behind the last value.
    pub fn finish(self) {
        if self.out.last() == Some(&b',') {
            self.out.pop();
        }
    }

    /// Appends a value that is JSON already. It is the caller's to know that it is.
    pub fn raw(&mut self, json: &[u8]) {
        self.out.extend_from_slice(json);
        self.out.push(b',');
    }

    fn close(&mut self, bytes: [u8; 2]) {
        self.depth_left += 1;
        if self.out.last() == Some(&b',') {
            self.out.pop();
        }
        self.out.extend_from_slice(&bytes);
    }

    fn open(&mut self, byte: u8) -> Result<(), EncodeError> {
        self.depth_left = self.depth_left.checked_sub(1).ok_or(EncodeError::TooDeep)?;
        self.out.push(byte);
        Ok(())
    }
}

impl Encoder for JsonEncoder<'_> {
    const KNOWS_TEXTS: bool = true;

    #[inline]
    fn null(&mut self) -> Result<(), EncodeError> {
        self.out.extend_from_slice(b"null,");
        Ok(())
    }

    #[inline]
    fn bool(&mut self, value: bool) -> Result<(), EncodeError> {
        self.out
            .extend_from_slice(if value { b"true," } else { b"false," });
        Ok(())
    }

    #[inline]
    fn int(&mut self, value: i64) -> Result<(), EncodeError> {
        self.out
            .extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
        self.out.push(b',');
        Ok(())
    }

    fn float(&mut self, value: f64) -> Result<(), EncodeError> {
        if !value.is_finite() {
            return Err(EncodeError::NotFinite);
        }
        float::write(self.out, value);
        self.out.push(b',');
        Ok(())
    }

    #[inline]
    fn string(&mut self, utf8: &[u8]) -> Result<(), EncodeError> {
        write_string(self.out, utf8, *b"\",")
    }

    fn binary(&mut self, bytes: &[u8]) -> Result<(), EncodeError> {
        self.out.push(b'"');
        base64::write(self.out, bytes);
        self.out.extend_from_slice(b"\",");
        Ok(())
    }

    fn date_time(&mut self, value: &DateTime) -> Result<(), EncodeError> {
        self.out.push(b'"');
        value.write_rfc3339_to(self.out);
        self.out.extend_from_slice(b"\",");
        Ok(())
    }

    #[inline]
    fn begin_array(&mut self) -> Result<(), EncodeError> {
        self.open(b'[')
    }

    #[inline]
    fn end_array(&mut self) -> Result<(), EncodeError> {
        self.close(*b"],");
        Ok(())
    }

    #[inline]
    fn begin_object(&mut self) -> Result<(), EncodeError> {
        self.open(b'{')
    }

    #[inline]
    fn key(&mut self, utf8: &[u8]) -> Result<(), EncodeError> {
        write_string(self.out, utf8, *b"\":")
    }

    #[inline]
    fn known_key(&mut self, _utf8: &[u8], json: &LikelyKey) -> Result<(), EncodeError> {
        let (text, len) = json.written();
        let end = self.out.len().wrapping_add(len);
        self.out.extend_from_slice(&text);
        self.out.truncate(end);
        Ok(())
    }

    #[inline]
    fn known_string(&mut self, _utf8: &[u8], json: &LikelyKey) -> Result<(), EncodeError> {
        let (text, len) = json.written();
        let end = self.out.len().wrapping_add(len);
        self.out.extend_from_slice(&text);
        self.out.truncate(end);
        // What is known has a colon there.
        if let Some(colon) = self.out.last_mut() {
            *colon = b',';
        }
        Ok(())
    }

    fn int_key(&mut self, key: i64) -> Result<(), EncodeError> {
        self.out.push(b'"');
        self.out
            .extend_from_slice(itoa::Buffer::new().format(key).as_bytes());
        self.out.extend_from_slice(b"\":");
        Ok(())
    }

    #[inline]
    fn end_object(&mut self) -> Result<(), EncodeError> {
        self.close(*b"},");
        Ok(())
    }
}

/// Appends `utf8` as a JSON string, `end` being its closing quotation mark and what follows.
#[inline(always)]
fn write_string(out: &mut Vec<u8>, utf8: &[u8], end: [u8; 2]) -> Result<(), EncodeError> {
    // Keys like `id` and `name`: all of it in one word.
    if utf8.len() <= 5 {
        let len = utf8.len() * 8;
        let word = swar::short_word(utf8);
        if scan::is_plain_ascii_word(word | swar::repeat(b' ') << len) {
            let end = u64::from(u16::from_le_bytes(end));
            let quoted = u64::from(b'"') | word << 8 | end << (len + 8);
            let start = out.len();
            out.extend_from_slice(&quoted.to_le_bytes());
            out.truncate(start + utf8.len() + 3);
            return Ok(());
        }
    }
    write_long_string(out, utf8, end)
}

/// The same for any length.
#[inline(never)]
fn write_long_string(out: &mut Vec<u8>, utf8: &[u8], end: [u8; 2]) -> Result<(), EncodeError> {
    if !scan::is_plain_ascii(utf8) {
        return write_escaped_string(out, utf8, end);
    }
    out.reserve(utf8.len() + 3);
    out.push(b'"');
    out.extend_from_slice(utf8);
    out.extend_from_slice(&end);
    Ok(())
}

#[cold]
#[inline(never)]
fn write_escaped_string(out: &mut Vec<u8>, utf8: &[u8], end: [u8; 2]) -> Result<(), EncodeError> {
    let text = core::str::from_utf8(utf8).map_err(|_| EncodeError::InvalidUtf8)?;
    out.push(b'"');
    write_escaped(out, text);
    out.extend_from_slice(&end);
    Ok(())
}

/// Appends `bytes` as a JSON string, whatever they are: U+FFFD stands where they are no UTF-8.
pub(crate) fn write_string_lossy(out: &mut Vec<u8>, bytes: &[u8]) {
    out.push(b'"');
    if scan::is_plain_ascii(bytes) {
        out.extend_from_slice(bytes);
    } else {
        for chunk in bytes.utf8_chunks() {
            write_escaped(out, chunk.valid());
            if !chunk.invalid().is_empty() {
                out.extend_from_slice("\u{fffd}".as_bytes());
            }
        }
    }
    out.push(b'"');
}

/// Appends `text`, escaped as `json_encode` does with `JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE`.
fn write_escaped(out: &mut Vec<u8>, text: &str) {
    let bytes = text.as_bytes();
    let mut written = 0;
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let (escape, len): (&[u8], usize) = match byte {
            b'"' => (b"\\\"", 1),
            b'\\' => (b"\\\\", 1),
            0x08 => (b"\\b", 1),
            0x0c => (b"\\f", 1),
            b'\n' => (b"\\n", 1),
            b'\r' => (b"\\r", 1),
            b'\t' => (b"\\t", 1),
            0..0x20 => (b"\\u00", 1),
            // U+2028 and U+2029 are line ends to JavaScript.
            0xe2 => match bytes.get(at..at + 3) {
                Some(b"\xe2\x80\xa8") => (b"\\u2028", 3),
                Some(b"\xe2\x80\xa9") => (b"\\u2029", 3),
                _ => (b"", 3),
            },
            _ => (b"", 1),
        };
        if !escape.is_empty() {
            out.extend_from_slice(bytes.get(written..at).unwrap_or_default());
            out.extend_from_slice(escape);
            if escape == b"\\u00" {
                out.push(b'0' + (byte >> 4));
                out.push(HEX_DIGITS[usize::from(byte & 15)]);
            }
            written = at + len;
        }
        at += len;
    }
    out.extend_from_slice(bytes.get(written..).unwrap_or_default());
}

const HEX_DIGITS: [u8; 16] = *b"0123456789abcdef";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_key_is_written_as_any_other() {
        for key in [
            "",
            "a",
            "name",
            "twelve-bytes",
            "thirteen-long",
            "</x>",
            "\x7f",
        ] {
            let (mut known, mut other) = (b"{".to_vec(), b"{".to_vec());
            let json = LikelyKey::of_ascii(key.as_bytes());
            assert!(!json.is_none(), "{key}");
            let written = JsonEncoder::new(&mut known).known_key(key.as_bytes(), &json);
            assert_eq!(written, Ok(()));
            assert_eq!(JsonEncoder::new(&mut other).key(key.as_bytes()), Ok(()));
            assert_eq!(known, other);
        }
        for key in ["fourteen-bytes", "a\"", "a\\", "\n", "é", "\u{2028}"] {
            assert!(LikelyKey::of_ascii(key.as_bytes()).is_none(), "{key}");
        }
        assert!(LikelyKey::of_ascii(b"\xff").is_none());
    }
}
