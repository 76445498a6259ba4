//! Tags, attributes, references, comments and CDATA sections.

use super::chars;
use super::reader::Reader;
use super::reader::Span;
use super::reader::is_space;
use crate::BodyErrorKind;

impl<'a> Reader<'a> {
    /// Reads `<name attributes>` or `<name/>`, the angle bracket being next.
    #[inline]
    pub(super) fn start_tag(&mut self) -> Result<&'a [u8], BodyErrorKind> {
        self.at += 1;
        let span = match self.name() {
            Ok(span) => span,
            Err(kind) => return Err(self.markup_error(kind)),
        };
        if self.depth() >= self.max_elements {
            return Err(BodyErrorKind::TooDeep);
        }
        self.scratch.open.push(span);
        match self.peek() {
            b'>' => self.at += 1,
            _ => self.tag_rest()?,
        }
        Ok(self.slice(span))
    }

    /// What the `<` stands for that begins neither an element nor a comment.
    #[cold]
    fn markup_error(&self, kind: BodyErrorKind) -> BodyErrorKind {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        match rest {
            [b'!', b'[', b'C', ..] if self.depth() > 0 => BodyErrorKind::NotACall,
            [b'!', b'[', ..] => BodyErrorKind::Syntax,
            [b'!', ..] => BodyErrorKind::Doctype,
            [b'?', ..] => BodyErrorKind::ProcessingInstruction,
            _ => kind,
        }
    }

    /// Reads attributes up to `>` or `/>`.
    fn tag_rest(&mut self) -> Result<(), BodyErrorKind> {
        self.scratch.attributes.clear();
        loop {
            let had_space = is_space(self.peek());
            self.skip_space();
            match self.peek() {
                b'>' => {
                    self.at += 1;
                    self.scratch.attributes_end = self.at;
                    return Ok(());
                }
                b'/' if self.peek_at(1) == b'>' => {
                    self.at += 2;
                    self.scratch.attributes_end = self.at;
                    self.is_empty_element = true;
                    return Ok(());
                }
                _ if had_space => self.attribute()?,
                _ => return Err(self.unexpected()),
            }
        }
    }

    fn attribute(&mut self) -> Result<(), BodyErrorKind> {
        let span = self.name()?;
        let name = self.slice(span);
        if self.scratch.attributes.len() >= self.max_attributes {
            return Err(BodyErrorKind::XmlLimit);
        }
        let is_repeated = self.scratch.attributes.iter().any(|&(other, _)| {
            let other = self.slice(other);
            other == name || !self.allows_prefixes && is_same_attribute(other, name)
        });
        if is_repeated {
            return Err(BodyErrorKind::Syntax);
        }
        self.skip_space();
        if !self.takes(b"=") {
            return Err(self.unexpected());
        }
        self.skip_space();
        let quote = self.peek();
        if !matches!(quote, b'"' | b'\'') {
            return Err(self.unexpected());
        }
        self.at += 1;
        let start = self.at as u32;
        loop {
            match self.peek() {
                byte if byte == quote => {
                    let value = (start, self.at as u32);
                    self.scratch.attributes.push((span, value));
                    self.at += 1;
                    return Ok(());
                }
                b'&' => {
                    self.reference()?;
                }
                b'<' => return Err(BodyErrorKind::Syntax),
                _ if self.is_over() => return Err(BodyErrorKind::UnexpectedEnd),
                _ => self.at += 1,
            }
        }
    }

    /// Reads `</name>`, which must match the innermost element; its `</` is next.
    #[inline]
    pub(super) fn end_tag(&mut self) -> Result<(), BodyErrorKind> {
        let span = self.scratch.open.pop().ok_or(BodyErrorKind::Syntax)?;
        let name = self.slice(span);
        let start = self.at + 2;
        let end = start + name.len();
        if self.bytes.get(start..end) != Some(name) {
            self.at = start.min(self.bytes.len());
            return Err(self.unexpected());
        }
        self.at = end;
        if self.peek() != b'>' {
            self.skip_space();
            if self.peek() != b'>' {
                return Err(self.unexpected());
            }
        }
        self.at += 1;
        Ok(())
    }

    #[inline]
    fn name(&mut self) -> Result<Span, BodyErrorKind> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let len = chars::qualified_name_len(rest).ok_or_else(|| self.unexpected())?;
        if len > self.max_name_bytes {
            return Err(BodyErrorKind::XmlLimit);
        }
        let span = (self.at as u32, (self.at + len) as u32);
        self.at += len;
        Ok(span)
    }

    #[inline]
    pub(super) fn slice(&self, (start, end): Span) -> &'a [u8] {
        self.bytes
            .get(start as usize..end as usize)
            .unwrap_or_default()
    }

    pub(super) fn is_comment(&self) -> bool {
        self.bytes
            .get(self.at..)
            .is_some_and(|rest| rest.starts_with(b"<!--"))
    }

    /// Passes a comment (section 2.5: no `--` inside, not even before the end).
    pub(super) fn comment(&mut self) -> Result<(), BodyErrorKind> {
        self.at += 4;
        loop {
            match self.peek() {
                b'-' if self.peek_at(1) == b'-' => {
                    self.at += 2;
                    return if self.takes(b">") {
                        Ok(())
                    } else {
                        Err(self.unexpected())
                    };
                }
                _ if self.is_over() => return Err(BodyErrorKind::UnexpectedEnd),
                _ => self.at += 1,
            }
        }
    }

    /// Reads the rest of a CDATA section.
    pub(super) fn cdata(&mut self) -> Result<(), BodyErrorKind> {
        loop {
            match self.peek() {
                b']' if self.takes(b"]]>") => return Ok(()),
                b'\r' => self.line_end(),
                _ if self.is_over() => return Err(BodyErrorKind::UnexpectedEnd),
                byte => {
                    self.scratch.text.push(byte);
                    self.at += 1;
                }
            }
        }
    }

    /// CR LF and a lone CR are one LF (section 2.11).
    pub(super) fn line_end(&mut self) {
        self.at += if self.peek_at(1) == b'\n' { 2 } else { 1 };
        self.scratch.text.push(b'\n');
    }

    /// Reads `&…;`, the ampersand being next.
    pub(super) fn reference(&mut self) -> Result<char, BodyErrorKind> {
        // No reference we accept is longer, but for leading zeros.
        const MAX_LEN: usize = 64;
        let rest = self.bytes.get(self.at + 1..).unwrap_or_default();
        let len = rest
            .iter()
            .take(MAX_LEN)
            .position(|&byte| byte == b';')
            .ok_or(if rest.len() < MAX_LEN {
                self.unexpected()
            } else {
                BodyErrorKind::Syntax
            })?;
        let character = referred(rest.get(..len).unwrap_or_default())?;
        self.at += len + 2;
        Ok(character)
    }
}

/// The character that a reference with this name or number stands for.
pub(super) fn referred(name: &[u8]) -> Result<char, BodyErrorKind> {
    Ok(match name {
        b"lt" => '<',
        b"gt" => '>',
        b"amp" => '&',
        b"apos" => '\'',
        b"quot" => '"',
        [b'#', b'x', digits @ ..] => numeric_reference(digits, 16)?,
        [b'#', digits @ ..] => numeric_reference(digits, 10)?,
        name if !name.is_empty() && chars::name_len(name) == name.len() => {
            return Err(BodyErrorKind::UnknownEntity);
        }
        _ => return Err(BodyErrorKind::Syntax),
    })
}

/// The character with this number, if XML allows it.
fn numeric_reference(digits: &[u8], radix: u32) -> Result<char, BodyErrorKind> {
    if digits.is_empty() {
        return Err(BodyErrorKind::Syntax);
    }
    let mut number = 0u32;
    for &digit in digits {
        let digit = char::from(digit)
            .to_digit(radix)
            .ok_or(BodyErrorKind::Syntax)?;
        number = number.saturating_mul(radix).saturating_add(digit);
    }
    char::from_u32(number)
        .filter(|&character| chars::is_character(character))
        .ok_or(BodyErrorKind::InvalidCharacter)
}

/// Whether one element can't have both attributes, whose names differ. Two prefixes may stand for one namespace, so that names that differ by
/// their prefixes only may be the same; namespace declarations are what they are called.
fn is_same_attribute(one: &[u8], other: &[u8]) -> bool {
    let split = |name: &'_ [u8]| name.iter().position(|&byte| byte == b':');
    match (split(one), split(other)) {
        (Some(one_colon), Some(other_colon)) => {
            !one.starts_with(b"xmlns:")
                && !other.starts_with(b"xmlns:")
                && one.get(one_colon..) == other.get(other_colon..)
        }
        _ => false,
    }
}
