//! What a value is written to.
//!
//! Whoever has a value walks it and calls an [`Encoder`], once per scalar and around each container: one walk serves
//! every protocol.

use core::fmt;

use crate::DateTime;
use crate::LikelyKey;

/// Writes one value as events; the mirror of [`Builder`](crate::Builder).
///
/// After an error the output is incomplete: the response writers cut it back and answer a fault.
pub trait Encoder {
    /// Whether [`known_key`](Self::known_key) and [`known_string`](Self::known_string) are cheaper than the others.
    const KNOWS_TEXTS: bool = false;

    /// Nothing.
    fn null(&mut self) -> Result<(), EncodeError>;
    /// A boolean.
    fn bool(&mut self, value: bool) -> Result<(), EncodeError>;
    /// An integer.
    fn int(&mut self, value: i64) -> Result<(), EncodeError>;
    /// A number; NAN and INF are [`EncodeError::NotFinite`].
    fn float(&mut self, value: f64) -> Result<(), EncodeError>;
    /// Text in UTF-8.
    fn string(&mut self, utf8: &[u8]) -> Result<(), EncodeError>;
    /// Bytes without an encoding: `<base64>` in XML-RPC, a base64 string in JSON.
    fn binary(&mut self, bytes: &[u8]) -> Result<(), EncodeError>;
    /// A point in time: `<dateTime.iso8601>` in XML-RPC, a string in RFC 3339's form in JSON.
    fn date_time(&mut self, value: &DateTime) -> Result<(), EncodeError>;
    /// An array begins.
    fn begin_array(&mut self) -> Result<(), EncodeError>;
    /// The innermost array ends.
    fn end_array(&mut self) -> Result<(), EncodeError>;
    /// An object begins; `key` (or `int_key`) and one value alternate.
    fn begin_object(&mut self) -> Result<(), EncodeError>;
    /// The name of the value that follows, in UTF-8.
    fn key(&mut self, utf8: &[u8]) -> Result<(), EncodeError>;
    /// The same for a name of which it is known how JSON has it; it is not [`LikelyKey::NONE`].
    #[inline]
    fn known_key(&mut self, utf8: &[u8], json: &LikelyKey) -> Result<(), EncodeError> {
        let _ = json;
        self.key(utf8)
    }
    /// [`string`](Self::string) for a text of which it is known how JSON has it as a name.
    #[inline]
    fn known_string(&mut self, utf8: &[u8], json: &LikelyKey) -> Result<(), EncodeError> {
        let _ = json;
        self.string(utf8)
    }
    /// [`key`](Self::key) for a name that is a number.
    fn int_key(&mut self, key: i64) -> Result<(), EncodeError>;
    /// The innermost object ends.
    fn end_object(&mut self) -> Result<(), EncodeError>;
}

/// Why a value can't be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EncodeError {
    /// NAN or INF, for which neither protocol has a form.
    NotFinite,
    /// A string or key is no UTF-8.
    InvalidUtf8,
    /// A string or key has a character that XML can't hold.
    InvalidCharacter,
    /// An integer doesn't fit 32 bits, and the options forbid `<i8>`.
    IntRange,
    /// Null, and the options forbid `<nil/>`.
    Nil,
    /// More levels than the encoder allows; a value that contains itself ends here.
    TooDeep,
    /// The caller met a value that has no form (a resource, a closure) or failed otherwise.
    Unsupported,
    /// The caller met a value that is not of its declared type.
    Mismatch,
}

impl EncodeError {
    /// One line for the log.
    #[must_use]
    pub const fn message(self) -> &'static str {
        match self {
            Self::NotFinite => "NAN and INF can't be sent",
            Self::InvalidUtf8 => "a string is not valid UTF-8",
            Self::InvalidCharacter => "a string has a character that XML can't hold",
            Self::IntRange => "an integer exceeds 32 bits",
            Self::Nil => "null can't be sent without <nil/>",
            Self::TooDeep => "the value is nested too deep",
            Self::Unsupported => "a value of this type can't be sent",
            Self::Mismatch => "a value is not of its declared type",
        }
    }
}

impl fmt::Display for EncodeError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.message())
    }
}

impl core::error::Error for EncodeError {}
