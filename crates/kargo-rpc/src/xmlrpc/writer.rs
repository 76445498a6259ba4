//! A writer of XML-RPC values, straight into the output buffer.

use crate::DateTime;
use crate::EncodeError;
use crate::Encoder;
use crate::base64;
use crate::xml;

/// What to do with values that not every peer understands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Integers beyond 32 bits are sent as `<i8>` (the default); else they are [`EncodeError::IntRange`].
    pub allows_i8: bool,
    /// Null is sent as `<nil/>` (the default); else it is [`EncodeError::Nil`].
    pub allows_nil: bool,
    /// Dates are sent with their zone (the default), which the specification does not have and other servers refuse;
    /// else without.
    pub allows_zones: bool,
    /// Strings that XML can't hold (no UTF-8, or controls in them) are sent as `<base64>` (the default); else they are
    /// [`EncodeError::InvalidCharacter`]. Names of members always are.
    pub allows_base64_strings: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            allows_i8: true,
            allows_nil: true,
            allows_zones: true,
            allows_base64_strings: true,
        }
    }
}

/// Appends values to a `Vec<u8>`.
///
/// A member is closed by what follows it, so that no state is needed to know whether a value is in a struct.
#[derive(Debug)]
pub struct XmlRpcEncoder<'a> {
    out: &'a mut Vec<u8>,
    options: Options,
    depth_left: usize,
}

const STRUCT: &[u8] = b"<value><struct>";
/// How [`STRUCT`] ends; no text can, since it is escaped.
const STRUCT_END: &[u8; 8] = b"<struct>";

impl<'a> XmlRpcEncoder<'a> {
    /// Containers that may be open at once.
    pub const MAX_DEPTH: usize = 512;

    /// Appends to `out`.
    pub fn new(out: &'a mut Vec<u8>, options: Options) -> Self {
        Self {
            out,
            options,
            depth_left: Self::MAX_DEPTH,
        }
    }

    fn open(&mut self, tags: &[u8]) -> Result<(), EncodeError> {
        self.depth_left = self.depth_left.checked_sub(1).ok_or(EncodeError::TooDeep)?;
        self.out.extend_from_slice(tags);
        Ok(())
    }

    /// A member begins; the one before it ends.
    #[inline]
    fn begin_name(&mut self) {
        self.out
            .extend_from_slice(if self.out.last_chunk::<8>() == Some(STRUCT_END) {
                b"<member><name>"
            } else {
                b"</member><member><name>"
            });
    }
}

impl Encoder for XmlRpcEncoder<'_> {
    fn null(&mut self) -> Result<(), EncodeError> {
        if !self.options.allows_nil {
            return Err(EncodeError::Nil);
        }
        self.out.extend_from_slice(b"<value><nil/></value>");
        Ok(())
    }

    fn bool(&mut self, value: bool) -> Result<(), EncodeError> {
        self.out.extend_from_slice(if value {
            b"<value><boolean>1</boolean></value>"
        } else {
            b"<value><boolean>0</boolean></value>"
        });
        Ok(())
    }

    fn int(&mut self, value: i64) -> Result<(), EncodeError> {
        let mut buffer = itoa::Buffer::new();
        let digits = buffer.format(value).as_bytes();
        if i32::try_from(value).is_ok() {
            self.out.extend_from_slice(b"<value><int>");
            self.out.extend_from_slice(digits);
            self.out.extend_from_slice(b"</int></value>");
        } else if self.options.allows_i8 {
            self.out.extend_from_slice(b"<value><i8>");
            self.out.extend_from_slice(digits);
            self.out.extend_from_slice(b"</i8></value>");
        } else {
            return Err(EncodeError::IntRange);
        }
        Ok(())
    }

    fn float(&mut self, value: f64) -> Result<(), EncodeError> {
        if !value.is_finite() {
            return Err(EncodeError::NotFinite);
        }
        self.out.extend_from_slice(b"<value><double>");
        write_double(self.out, value);
        self.out.extend_from_slice(b"</double></value>");
        Ok(())
    }

    #[inline]
    fn string(&mut self, utf8: &[u8]) -> Result<(), EncodeError> {
        let start = self.out.len();
        self.out.extend_from_slice(b"<value><string>");
        if xml::write_text(self.out, utf8) {
            self.out.extend_from_slice(b"</string></value>");
            return Ok(());
        }
        self.out.truncate(start);
        if self.options.allows_base64_strings {
            return self.binary(utf8);
        }
        Err(EncodeError::InvalidCharacter)
    }

    fn binary(&mut self, bytes: &[u8]) -> Result<(), EncodeError> {
        self.out.extend_from_slice(b"<value><base64>");
        base64::write(self.out, bytes);
        self.out.extend_from_slice(b"</base64></value>");
        Ok(())
    }

    fn date_time(&mut self, value: &DateTime) -> Result<(), EncodeError> {
        self.out.extend_from_slice(b"<value><dateTime.iso8601>");
        let mut value = *value;
        if !self.options.allows_zones {
            value.offset_minutes = None;
        }
        value.write_to(self.out);
        self.out.extend_from_slice(b"</dateTime.iso8601></value>");
        Ok(())
    }

    fn begin_array(&mut self) -> Result<(), EncodeError> {
        self.open(b"<value><array><data>")
    }

    fn end_array(&mut self) -> Result<(), EncodeError> {
        self.depth_left += 1;
        self.out.extend_from_slice(b"</data></array></value>");
        Ok(())
    }

    #[inline]
    fn begin_object(&mut self) -> Result<(), EncodeError> {
        self.open(STRUCT)
    }

    #[inline]
    fn key(&mut self, utf8: &[u8]) -> Result<(), EncodeError> {
        self.begin_name();
        if !xml::write_text(self.out, utf8) {
            return Err(EncodeError::InvalidCharacter);
        }
        self.out.extend_from_slice(b"</name>");
        Ok(())
    }

    fn int_key(&mut self, key: i64) -> Result<(), EncodeError> {
        self.begin_name();
        self.out
            .extend_from_slice(itoa::Buffer::new().format(key).as_bytes());
        self.out.extend_from_slice(b"</name>");
        Ok(())
    }

    #[inline]
    fn end_object(&mut self) -> Result<(), EncodeError> {
        self.depth_left += 1;
        self.out
            .extend_from_slice(if self.out.last_chunk::<8>() == Some(STRUCT_END) {
                b"</struct></value>"
            } else {
                b"</member></struct></value>"
            });
        Ok(())
    }
}

/// Appends the shortest digits that read back the same, with a point and without an exponent, as the specification
/// wants it.
fn write_double(out: &mut Vec<u8>, value: f64) {
    let mut buffer = zmij::Buffer::new();
    let shortest = buffer.format_finite(value).as_bytes();
    let Some(e) = shortest.iter().position(|&byte| byte == b'e') else {
        out.extend_from_slice(shortest);
        return;
    };
    let (mantissa, exponent) = shortest.split_at(e);
    let exponent: i32 = core::str::from_utf8(exponent.get(1..).unwrap_or_default())
        .ok()
        .and_then(|exponent| exponent.parse().ok())
        .unwrap_or_default();
    let (sign, magnitude) = match mantissa.strip_prefix(b"-") {
        Some(magnitude) => (&b"-"[..], magnitude),
        None => (&b""[..], mantissa),
    };
    let (&int, fraction) = magnitude.split_first().unwrap_or((&b'0', b""));
    let fraction = fraction.strip_prefix(b".").unwrap_or(fraction);
    let fraction = if fraction == b"0" { b"" } else { fraction };
    let zeros = |out: &mut Vec<u8>, count: usize| out.resize(out.len() + count, b'0');
    let places = exponent.unsigned_abs() as usize;
    out.extend_from_slice(sign);
    if exponent < 0 {
        out.extend_from_slice(b"0.");
        zeros(out, places.saturating_sub(1));
        out.push(int);
        out.extend_from_slice(fraction);
        return;
    }
    let (before, behind) = fraction.split_at(fraction.len().min(places));
    out.push(int);
    out.extend_from_slice(before);
    zeros(out, places - before.len());
    out.push(b'.');
    out.extend_from_slice(if behind.is_empty() { b"0" } else { behind });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(
        options: Options,
        encode: impl FnOnce(&mut XmlRpcEncoder<'_>) -> Result<(), EncodeError>,
    ) -> Result<String, EncodeError> {
        let mut out = Vec::new();
        encode(&mut XmlRpcEncoder::new(&mut out, options))?;
        Ok(String::from_utf8(out).unwrap())
    }

    fn by_default(
        encode: impl FnOnce(&mut XmlRpcEncoder<'_>) -> Result<(), EncodeError>,
    ) -> Result<String, EncodeError> {
        encoded(Options::default(), encode)
    }

    #[test]
    fn integers_beyond_32_bits_are_i8_or_an_error() {
        assert_eq!(
            by_default(|v| v.int(2_147_483_647)).unwrap(),
            "<value><int>2147483647</int></value>"
        );
        assert_eq!(
            by_default(|v| v.int(5_000_000_000)).unwrap(),
            "<value><i8>5000000000</i8></value>"
        );
        let strict = Options {
            allows_i8: false,
            ..Options::default()
        };
        assert_eq!(
            encoded(strict, |v| v.int(-2_147_483_649)),
            Err(EncodeError::IntRange)
        );
        assert!(encoded(strict, |v| v.int(-2_147_483_648)).is_ok());
    }

    #[test]
    fn strings_that_xml_cannot_hold_are_base64_or_an_error() {
        assert_eq!(
            by_default(|v| v.string(b"\0")).unwrap(),
            "<value><base64>AA==</base64></value>"
        );
        assert_eq!(
            by_default(|v| v.string(b"\xff")).unwrap(),
            "<value><base64>/w==</base64></value>"
        );
        let strict = Options {
            allows_base64_strings: false,
            ..Options::default()
        };
        assert_eq!(
            encoded(strict, |v| v.string(b"\0")),
            Err(EncodeError::InvalidCharacter)
        );
        assert_eq!(
            by_default(|v| v.key(b"\0")),
            Err(EncodeError::InvalidCharacter)
        );
        assert_eq!(
            by_default(|v| v.string(b"a\r<")).unwrap(),
            "<value><string>a&#13;&lt;</string></value>"
        );
    }

    #[test]
    fn doubles_have_no_exponent() {
        for value in [
            0.0,
            -0.0,
            1.0,
            -1.5,
            0.1,
            1e15,
            1e16,
            1.234e17,
            1e22,
            1e300,
            f64::MAX,
            1e-5,
            -1.25e-7,
            5e-324,
            123_456_789.123,
            1.234_567_890_123_456_7e19,
        ] {
            let mut out = Vec::new();
            write_double(&mut out, value);
            let text = String::from_utf8(out).unwrap();
            assert_eq!(
                text.parse::<f64>().unwrap().to_bits(),
                value.to_bits(),
                "{text}"
            );
            assert!(
                !text.contains('e') && text.contains('.') && !text.ends_with('.'),
                "{text}"
            );
        }
        assert_eq!(
            by_default(|v| v.float(f64::NAN)),
            Err(EncodeError::NotFinite)
        );
        assert_eq!(
            by_default(|v| v.float(f64::NEG_INFINITY)),
            Err(EncodeError::NotFinite)
        );
    }

    #[test]
    fn containers_nest_and_may_be_empty() {
        let text = by_default(|v| {
            v.begin_object()?;
            v.key(b"a")?;
            v.begin_object()?;
            v.end_object()?;
            v.int_key(7)?;
            v.begin_array()?;
            v.null()?;
            v.bool(true)?;
            v.end_array()?;
            v.key(b"<struct>")?;
            v.string(b"<struct>")?;
            v.end_object()
        });
        assert_eq!(
            text.unwrap(),
            "<value><struct><member><name>a</name><value><struct></struct></value></member>\
             <member><name>7</name><value><array><data><value><nil/></value>\
             <value><boolean>1</boolean></value></data></array></value></member>\
             <member><name>&lt;struct&gt;</name><value><string>&lt;struct&gt;</string></value></member>\
             </struct></value>"
        );
    }
}
