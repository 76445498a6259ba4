//! From bytes in some encoding to checked UTF-8, and the XML declaration, which has a word in it.

use super::chars;
use crate::BodyError;
use crate::BodyErrorKind;
use crate::utf8;

/// An encoding we decode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// The default.
    Utf8,
    /// Seven bits.
    Ascii,
    /// ISO-8859-1 as it is, not Windows' variant of it.
    Latin1,
    /// With a byte order mark, in either order.
    Utf16,
}

impl Encoding {
    /// The encoding with this name, in any case; `None` if we don't decode it.
    #[must_use]
    pub(crate) fn from_label(label: &[u8]) -> Option<Self> {
        const LABELS: [(&[u8], Encoding); 10] = [
            (b"utf-8", Encoding::Utf8),
            (b"utf8", Encoding::Utf8),
            (b"us-ascii", Encoding::Ascii),
            (b"ascii", Encoding::Ascii),
            (b"iso-8859-1", Encoding::Latin1),
            (b"iso8859-1", Encoding::Latin1),
            (b"latin1", Encoding::Latin1),
            (b"utf-16", Encoding::Utf16),
            (b"utf-16le", Encoding::Utf16),
            (b"utf-16be", Encoding::Utf16),
        ];
        let known = LABELS
            .iter()
            .find(|(name, _)| label.eq_ignore_ascii_case(name));
        known.map(|&(_, encoding)| encoding)
    }
}

/// A document in checked UTF-8.
pub(crate) struct Document<'a> {
    pub(crate) text: &'a [u8],
    /// Where the declaration ends.
    pub(crate) start: usize,
}

/// Decodes `body` into UTF-8, in place if it is that already, else into `transcoded`. Its characters are checked.
///
/// `charset` is the one from the Content-Type header, if it had one.
pub(crate) fn to_utf8<'a>(
    body: &'a [u8],
    charset: Option<Encoding>,
    transcoded: &'a mut Vec<u8>,
) -> Result<Document<'a>, BodyError> {
    if u32::try_from(body.len()).is_err() {
        return Err(BodyError {
            kind: BodyErrorKind::TooLarge,
            offset: 0,
        });
    }
    let marked = match *body {
        [0xfe, 0xff, ref text @ ..] => {
            transcode_utf16(text, u16::from_be_bytes, transcoded)?;
            Encoding::Utf16
        }
        [0xff, 0xfe, ref text @ ..] => {
            transcode_utf16(text, u16::from_le_bytes, transcoded)?;
            Encoding::Utf16
        }
        [0xef, 0xbb, 0xbf, ref text @ ..] => {
            let declaration = Declaration::read(text)?;
            declaration.encoding(charset, Some(Encoding::Utf8))?;
            return checked(text, declaration.len);
        }
        _ => {
            // The declaration is ASCII, so it can be read before the encoding is known.
            let declaration = Declaration::read(body)?;
            let len = declaration.len;
            return match declaration.encoding(charset, None)? {
                Encoding::Utf8 => checked(body, len),
                Encoding::Ascii => match body.iter().position(|byte| !byte.is_ascii()) {
                    Some(offset) => Err(BodyError {
                        kind: BodyErrorKind::InvalidEncoding,
                        offset,
                    }),
                    None => checked(body, len),
                },
                Encoding::Latin1 => {
                    transcode_latin1(body, transcoded);
                    checked(transcoded, len)
                }
                Encoding::Utf16 => Err(UNSUPPORTED),
            };
        }
    };
    let declaration = Declaration::read(transcoded)?;
    declaration.encoding(charset, Some(marked))?;
    checked(transcoded, declaration.len)
}

const UNSUPPORTED: BodyError = BodyError {
    kind: BodyErrorKind::UnsupportedEncoding,
    offset: 0,
};

fn checked(text: &[u8], start: usize) -> Result<Document<'_>, BodyError> {
    let kind = BodyErrorKind::InvalidCharacter;
    if text.is_ascii() {
        chars::check_ascii(text).map_err(|offset| BodyError { kind, offset })?;
    } else {
        let invalid = |offset| BodyError {
            kind: BodyErrorKind::InvalidEncoding,
            offset,
        };
        utf8::check(text).map_err(invalid)?;
        chars::check_characters(text).map_err(|offset| BodyError { kind, offset })?;
    }
    Ok(Document { text, start })
}

fn transcode_latin1(bytes: &[u8], out: &mut Vec<u8>) {
    out.clear();
    let mut buffer = [0; 4];
    for &byte in bytes {
        out.extend_from_slice(char::from(byte).encode_utf8(&mut buffer).as_bytes());
    }
}

fn transcode_utf16(
    bytes: &[u8],
    unit: fn([u8; 2]) -> u16,
    out: &mut Vec<u8>,
) -> Result<(), BodyError> {
    out.clear();
    let (pairs, rest) = bytes.as_chunks::<2>();
    let mut buffer = [0; 4];
    for character in char::decode_utf16(pairs.iter().map(|&pair| unit(pair))) {
        let kind = BodyErrorKind::InvalidEncoding;
        let character = character.map_err(|_| BodyError {
            kind,
            offset: out.len(),
        })?;
        out.extend_from_slice(character.encode_utf8(&mut buffer).as_bytes());
    }
    if rest.is_empty() {
        Ok(())
    } else {
        Err(BodyError {
            kind: BodyErrorKind::InvalidEncoding,
            offset: out.len(),
        })
    }
}

/// `<?xml version="1.0" encoding="…" standalone="…"?>`, or nothing.
struct Declaration<'a> {
    /// What `encoding` says.
    label: Option<&'a [u8]>,
    len: usize,
}

impl<'a> Declaration<'a> {
    /// The encoding that `charset` (from the header), the declaration and the byte order mark agree on.
    fn encoding(
        &self,
        charset: Option<Encoding>,
        marked: Option<Encoding>,
    ) -> Result<Encoding, BodyError> {
        let declared = match self.label {
            Some(label) => Some(Encoding::from_label(label).ok_or(UNSUPPORTED)?),
            None => None,
        };
        match (charset.or(declared), marked) {
            (Some(stated), Some(marked)) if stated != marked => Err(UNSUPPORTED),
            (stated, marked) => Ok(marked.or(stated).unwrap_or(Encoding::Utf8)),
        }
    }

    /// Reads the declaration at the beginning of `text`.
    fn read(text: &'a [u8]) -> Result<Self, BodyError> {
        // Nearly all declarations are one of these, and need no label.
        const USUAL: [&[u8]; 3] = [
            b"<?xml version=\"1.0\"?>",
            b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
            b"<?xml version=\"1.0\" encoding=\"utf-8\"?>",
        ];
        for usual in USUAL {
            if text.starts_with(usual) {
                let label = if usual.len() == USUAL[0].len() {
                    None
                } else {
                    Some(&b"utf-8"[..])
                };
                return Ok(Self {
                    label,
                    len: usual.len(),
                });
            }
        }
        let kind = BodyErrorKind::Syntax;
        Self::parse(text).map_err(|offset| BodyError { kind, offset })
    }

    /// The same; an error is the offset of what is wrong.
    fn parse(text: &'a [u8]) -> Result<Self, usize> {
        let mut fields = Fields { text, at: 0 };
        // `<?xml-stylesheet` is a processing instruction, and refused by the reader.
        if !fields.take(b"<?xml") || !fields.is_at_space() {
            return Ok(Self {
                label: None,
                len: 0,
            });
        }
        let version = fields.attribute(b"version")?.ok_or(fields.at)?;
        let is_version_1 = matches!(version, [b'1', b'.', minor @ ..]
            if !minor.is_empty() && minor.iter().all(u8::is_ascii_digit));
        if !is_version_1 {
            return Err(fields.at);
        }
        let label = fields.attribute(b"encoding")?;
        if label.is_some_and(|label| !is_label(label)) {
            return Err(fields.at);
        }
        let standalone = fields.attribute(b"standalone")?;
        if !matches!(standalone, None | Some(b"yes" | b"no")) {
            return Err(fields.at);
        }
        fields.skip_space();
        if fields.take(b"?>") {
            Ok(Self {
                label,
                len: fields.at,
            })
        } else {
            Err(fields.at)
        }
    }
}

/// Production 81, `EncName`.
fn is_label(label: &[u8]) -> bool {
    label.first().is_some_and(u8::is_ascii_alphabetic)
        && label
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(byte))
}

struct Fields<'a> {
    text: &'a [u8],
    at: usize,
}

impl<'a> Fields<'a> {
    fn take(&mut self, word: &[u8]) -> bool {
        let is_next = self
            .text
            .get(self.at..)
            .is_some_and(|rest| rest.starts_with(word));
        if is_next {
            self.at += word.len();
        }
        is_next
    }

    fn is_at_space(&self) -> bool {
        matches!(self.text.get(self.at), Some(b' ' | b'\t' | b'\r' | b'\n'))
    }

    fn skip_space(&mut self) {
        while self.is_at_space() {
            self.at += 1;
        }
    }

    /// White space and `name="value"`, if that is what comes next.
    fn attribute(&mut self, name: &[u8]) -> Result<Option<&'a [u8]>, usize> {
        let before = self.at;
        self.skip_space();
        if self.at == before || !self.take(name) {
            self.at = before;
            return Ok(None);
        }
        self.skip_space();
        if !self.take(b"=") {
            return Err(self.at);
        }
        self.skip_space();
        let quote = self
            .text
            .get(self.at)
            .filter(|byte| matches!(byte, b'"' | b'\''))
            .ok_or(self.at)?;
        let value = self.text.get(self.at + 1..).unwrap_or_default();
        let len = value.iter().position(|byte| byte == quote).ok_or(self.at)?;
        self.at += len + 2;
        Ok(value.get(..len))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(body: &[u8], charset: Option<Encoding>) -> Result<(Vec<u8>, usize), BodyErrorKind> {
        let mut transcoded = Vec::new();
        to_utf8(body, charset, &mut transcoded)
            .map(|document| (document.text.to_vec(), document.start))
            .map_err(|error| error.kind)
    }

    fn utf16(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
        core::iter::once(0xfeff)
            .chain(text.encode_utf16())
            .flat_map(unit)
            .collect()
    }

    #[test]
    fn each_encoding_is_decoded() {
        let plain = "<?xml version='1.0'?><a>é\u{1f600}</a>";
        assert_eq!(decoded(plain.as_bytes(), None), Ok((plain.into(), 21)));
        let marked = format!("\u{feff}{plain}");
        assert_eq!(decoded(marked.as_bytes(), None), Ok((plain.into(), 21)));
        assert_eq!(
            decoded(&utf16(plain, u16::to_be_bytes), None),
            Ok((plain.into(), 21))
        );
        assert_eq!(
            decoded(&utf16(plain, u16::to_le_bytes), None),
            Ok((plain.into(), 21))
        );
        let latin = b"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a>\xe9\x80</a>";
        let (text, start) = decoded(latin, None).unwrap();
        assert!(text.ends_with("<a>é\u{80}</a>".as_bytes()));
        assert_eq!(start, 43);
        assert!(decoded(b"<?xml version='1.0' encoding='us-ascii' ?><a/>", None).is_ok());
    }

    #[test]
    fn the_header_wins_over_the_declaration_but_not_over_the_mark() {
        let body = b"<?xml version='1.0' encoding='utf-8'?><a>\xe9</a>";
        assert_eq!(decoded(body, None), Err(BodyErrorKind::InvalidEncoding));
        assert!(decoded(body, Some(Encoding::Latin1)).is_ok());
        let marked = b"\xef\xbb\xbf<a/>";
        assert!(decoded(marked, Some(Encoding::Utf8)).is_ok());
        assert_eq!(
            decoded(marked, Some(Encoding::Latin1)),
            Err(BodyErrorKind::UnsupportedEncoding)
        );
        let body = utf16(
            "<?xml version='1.0' encoding='utf-8'?><a/>",
            u16::to_le_bytes,
        );
        assert_eq!(
            decoded(&body, None),
            Err(BodyErrorKind::UnsupportedEncoding)
        );
        let body = utf16(
            "<?xml version='1.0' encoding='utf-16'?><a/>",
            u16::to_le_bytes,
        );
        assert!(decoded(&body, None).is_ok());
    }

    #[test]
    fn what_is_no_text_in_its_encoding_is_refused() {
        assert_eq!(
            decoded(b"<a>\xff</a>", None),
            Err(BodyErrorKind::InvalidEncoding)
        );
        assert_eq!(
            decoded(b"<a>\xed\xa0\x80</a>", None),
            Err(BodyErrorKind::InvalidEncoding)
        );
        assert_eq!(
            decoded(b"<a>\xe9</a>", Some(Encoding::Ascii)),
            Err(BodyErrorKind::InvalidEncoding)
        );
        assert_eq!(
            decoded(b"\xff\xfe<\0a", None),
            Err(BodyErrorKind::InvalidEncoding)
        );
        assert_eq!(
            decoded(b"\xfe\xff\xd8\x00\x00a", None),
            Err(BodyErrorKind::InvalidEncoding)
        );
        assert_eq!(
            decoded(b"<a/>", Some(Encoding::Utf16)),
            Err(BodyErrorKind::UnsupportedEncoding)
        );
        let body = b"<?xml version='1.0' encoding='ebcdic'?><a/>";
        assert_eq!(decoded(body, None), Err(BodyErrorKind::UnsupportedEncoding));
    }

    #[test]
    fn a_bad_declaration_is_refused() {
        for declaration in [
            "<?xml ?>",
            "<?xml version='1.0'>",
            "<?xml version='2.0'?>",
            "<?xml version='1.'?>",
            "<?xml version=1.0?>",
            "<?xml version='1.0\"?>",
            "<?xml encoding='utf-8'?>",
            "<?xml version='1.0'encoding='utf-8'?>",
            "<?xml encoding='utf-8' version='1.0'?>",
            "<?xml version='1.0' encoding=''?>",
            "<?xml version='1.0' encoding='8utf'?>",
            "<?xml version='1.0' standalone='maybe'?>",
            "<?xml version='1.0' standalone='yes' encoding='utf-8'?>",
            "<?xml version='1.0' other=''?>",
        ] {
            let body = format!("{declaration}<a/>");
            assert_eq!(
                decoded(body.as_bytes(), None),
                Err(BodyErrorKind::Syntax),
                "{body}"
            );
        }
    }
}
