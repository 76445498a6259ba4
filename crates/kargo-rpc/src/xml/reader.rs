//! A strict pull reader: elements and their text, and nothing else.
//!
//! Every step checks what it passes, so that a document whose end was reached without an error is well-formed.

use super::chars;
use crate::BodyErrorKind;
use crate::Limits;
use crate::swar;

/// Memory that a reader needs and that is worth keeping from one document to the next.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    /// The names of the open elements, as offsets.
    open: Vec<Span>,
    /// The names of the current element's attributes.
    attributes: Vec<Span>,
    /// Text that isn't one piece of the document.
    text: Vec<u8>,
}

type Span = (u32, u32);

impl Scratch {
    pub(crate) const fn new() -> Self {
        Self {
            open: Vec::new(),
            attributes: Vec::new(),
            text: Vec::new(),
        }
    }

    pub(crate) fn shrink_to(&mut self, max_bytes: usize) {
        self.open.clear();
        self.open.shrink_to(max_bytes / size_of::<Span>());
        self.text.clear();
        self.text.shrink_to(max_bytes);
    }
}

/// Reads one document, which is UTF-8 and has no characters that XML doesn't allow.
#[derive(Debug)]
pub(crate) struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    scratch: &'a mut Scratch,
    /// The innermost element was written `<name/>`, and its end is still to be told.
    is_empty_element: bool,
    max_elements: usize,
    max_attributes: usize,
    max_name_bytes: usize,
}

/// What an element holds first.
#[derive(Debug)]
pub(crate) enum Content<'s> {
    /// Only text; the element is closed.
    Text(&'s [u8]),
    /// An element with this name, perhaps after white space. It is open.
    Element(&'s [u8]),
}

/// A place in front of an element to come back to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    at: usize,
    is_empty_element: bool,
    depth: usize,
    /// The two innermost elements, which may have been closed when we come back.
    innermost: [Span; 2],
}

impl<'a> Reader<'a> {
    /// Reads up to the root element's content, `start` being where the declaration ended.
    pub(crate) fn start(
        bytes: &'a [u8],
        start: usize,
        limits: &Limits,
        scratch: &'a mut Scratch,
    ) -> Self {
        scratch.open.clear();
        Self {
            bytes,
            at: start,
            scratch,
            is_empty_element: false,
            max_elements: limits.max_elements,
            max_attributes: limits.max_attributes,
            max_name_bytes: limits.max_name_bytes,
        }
    }

    /// Where the reader is.
    pub(crate) fn offset(&self) -> usize {
        self.at
    }

    /// How many elements are open.
    pub(crate) fn depth(&self) -> usize {
        self.scratch.open.len()
    }

    /// The next child of the innermost element is opened and named, or, there being none left, that element is closed.
    /// Text other than white space is not allowed here.
    #[inline]
    pub(crate) fn child(&mut self) -> Result<Option<&'a [u8]>, BodyErrorKind> {
        if self.is_empty_element {
            self.is_empty_element = false;
            self.scratch.open.pop();
            return Ok(None);
        }
        loop {
            self.skip_space();
            match (self.peek(), self.peek_at(1)) {
                (b'<', b'/') => return self.end_tag().map(|()| None),
                (b'<', b'!') if self.is_comment() => self.comment()?,
                (b'<', _) => return self.start_tag().map(Some),
                _ if self.is_over() => return Err(BodyErrorKind::UnexpectedEnd),
                // Outside of the root element there is no text at all.
                _ if self.depth() == 0 => return Err(BodyErrorKind::Syntax),
                _ => return Err(BodyErrorKind::NotACall),
            }
        }
    }

    /// The innermost element, of which nothing was read, has no content but white space; it is closed.
    #[inline]
    pub(crate) fn close(&mut self) -> Result<(), BodyErrorKind> {
        match self.child()? {
            None => Ok(()),
            Some(_) => Err(BodyErrorKind::NotACall),
        }
    }

    /// The innermost element's text, of which nothing was read; it is closed. It must have no children.
    #[inline]
    pub(crate) fn text(&mut self) -> Result<&[u8], BodyErrorKind> {
        match self.content()? {
            Content::Text(text) => Ok(text),
            Content::Element(_) => Err(BodyErrorKind::NotACall),
        }
    }

    /// Reads the innermost element up to its end or its next child. Text before a child must be white space.
    #[inline]
    pub(crate) fn content(&mut self) -> Result<Content<'_>, BodyErrorKind> {
        if self.is_empty_element {
            self.is_empty_element = false;
            self.scratch.open.pop();
            return Ok(Content::Text(b""));
        }
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let len = plain_len(rest);
        let plain = rest.get(..len).unwrap_or_default();
        match (rest.get(len), rest.get(len + 1)) {
            (Some(b'<'), Some(b'/')) => {
                self.at += len;
                self.end_tag()?;
                Ok(Content::Text(plain))
            }
            (Some(b'<'), Some(next)) if *next != b'!' => {
                self.at += len;
                let name = self.start_tag()?;
                if plain.iter().all(|&byte| is_space(byte)) {
                    Ok(Content::Element(name))
                } else {
                    Err(BodyErrorKind::NotACall)
                }
            }
            _ => self.pieced_content(),
        }
    }

    /// The same where the text has references, line ends to be normalized, comments or CDATA sections in it.
    #[cold]
    fn pieced_content(&mut self) -> Result<Content<'_>, BodyErrorKind> {
        self.scratch.text.clear();
        let mut is_only_space = true;
        loop {
            let rest = self.bytes.get(self.at..).unwrap_or_default();
            let len = plain_len(rest);
            let plain = rest.get(..len).unwrap_or_default();
            is_only_space &= plain.iter().all(|&byte| is_space(byte));
            self.scratch.text.extend_from_slice(plain);
            self.at += len;
            match (self.peek(), self.peek_at(1)) {
                (b'<', b'/') => {
                    self.end_tag()?;
                    return Ok(Content::Text(&self.scratch.text));
                }
                (b'<', b'!') if self.is_comment() => self.comment()?,
                (b'<', b'!') if self.takes(b"<![CDATA[") => {
                    is_only_space = false;
                    self.cdata()?;
                }
                (b'<', _) => {
                    let name = self.start_tag()?;
                    let element = Content::Element(name);
                    return if is_only_space {
                        Ok(element)
                    } else {
                        Err(BodyErrorKind::NotACall)
                    };
                }
                (b'&', _) => {
                    is_only_space = false;
                    let character = self.reference()?;
                    let mut buffer = [0; 4];
                    let bytes = character.encode_utf8(&mut buffer).as_bytes();
                    self.scratch.text.extend_from_slice(bytes);
                }
                (b'\r', _) => self.line_end(),
                (b']', b']') if self.peek_at(2) == b'>' => return Err(BodyErrorKind::Syntax),
                (b']', _) => {
                    is_only_space = false;
                    self.scratch.text.push(b']');
                    self.at += 1;
                }
                _ => return Err(BodyErrorKind::UnexpectedEnd),
            }
        }
    }

    /// Passes everything up to where `depth` elements are open.
    pub(crate) fn skip_to_depth(&mut self, depth: usize) -> Result<(), BodyErrorKind> {
        while self.depth() > depth {
            self.content()?;
        }
        Ok(())
    }

    /// The root element is closed: only comments and white space may follow.
    pub(crate) fn finish(&mut self) -> Result<(), BodyErrorKind> {
        loop {
            self.skip_space();
            if self.is_over() {
                return Ok(());
            }
            match (self.peek(), self.peek_at(1)) {
                (b'<', b'!') if self.is_comment() => self.comment()?,
                (b'<', b'?') => return Err(BodyErrorKind::ProcessingInstruction),
                _ => return Err(BodyErrorKind::TrailingBytes),
            }
        }
    }

    /// A place to come back to, with at least two elements open.
    pub(crate) fn place(&self) -> Place {
        let mut innermost = [(0, 0); 2];
        if let Some(last) = self.scratch.open.last_chunk::<2>() {
            innermost = *last;
        }
        Place {
            at: self.at,
            is_empty_element: self.is_empty_element,
            depth: self.depth(),
            innermost,
        }
    }

    /// Goes to a place before, at which as many elements were open as now, or up to two more.
    pub(crate) fn go_to(&mut self, place: Place) {
        self.at = place.at;
        self.is_empty_element = place.is_empty_element;
        self.scratch.open.truncate(place.depth);
        let missing = place.depth - self.depth();
        let innermost = place
            .innermost
            .get(2usize.saturating_sub(missing)..)
            .unwrap_or_default();
        self.scratch.open.extend_from_slice(innermost);
    }

    #[inline]
    fn peek(&self) -> u8 {
        self.peek_at(0)
    }

    /// A byte further on, 0 behind the end (NUL having been refused before).
    #[inline]
    fn peek_at(&self, distance: usize) -> u8 {
        self.bytes.get(self.at + distance).copied().unwrap_or(0)
    }

    fn is_over(&self) -> bool {
        self.at >= self.bytes.len()
    }

    #[inline]
    fn skip_space(&mut self) {
        while is_space(self.peek()) {
            self.at += 1;
        }
    }

    fn takes(&mut self, word: &[u8]) -> bool {
        let is_next = self
            .bytes
            .get(self.at..)
            .is_some_and(|rest| rest.starts_with(word));
        if is_next {
            self.at += word.len();
        }
        is_next
    }

    fn unexpected(&self) -> BodyErrorKind {
        if self.is_over() {
            BodyErrorKind::UnexpectedEnd
        } else {
            BodyErrorKind::Syntax
        }
    }

    /// Reads `<name attributes>` or `<name/>`, the angle bracket being next.
    #[inline]
    fn start_tag(&mut self) -> Result<&'a [u8], BodyErrorKind> {
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
                    return Ok(());
                }
                b'/' if self.peek_at(1) == b'>' => {
                    self.at += 2;
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
        let is_repeated = self
            .scratch
            .attributes
            .iter()
            .any(|&other| is_same_attribute(self.slice(other), name));
        if is_repeated {
            return Err(BodyErrorKind::Syntax);
        }
        self.scratch.attributes.push(span);
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
        loop {
            match self.peek() {
                byte if byte == quote => {
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
    fn end_tag(&mut self) -> Result<(), BodyErrorKind> {
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
    fn slice(&self, (start, end): Span) -> &'a [u8] {
        self.bytes
            .get(start as usize..end as usize)
            .unwrap_or_default()
    }

    fn is_comment(&self) -> bool {
        self.bytes
            .get(self.at..)
            .is_some_and(|rest| rest.starts_with(b"<!--"))
    }

    /// Passes a comment (section 2.5: no `--` inside, not even before the end).
    fn comment(&mut self) -> Result<(), BodyErrorKind> {
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
    fn cdata(&mut self) -> Result<(), BodyErrorKind> {
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
    fn line_end(&mut self) {
        self.at += if self.peek_at(1) == b'\n' { 2 } else { 1 };
        self.scratch.text.push(b'\n');
    }

    /// Reads `&…;`, the ampersand being next.
    fn reference(&mut self) -> Result<char, BodyErrorKind> {
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
        let character = match rest.get(..len).unwrap_or_default() {
            b"lt" => '<',
            b"gt" => '>',
            b"amp" => '&',
            b"apos" => '\'',
            b"quot" => '"',
            [b'#', b'x', digits @ ..] => numeric_reference(digits, 16)?,
            [b'#', digits @ ..] => numeric_reference(digits, 10)?,
            name if !name.is_empty() && chars::name_len(name) == len => {
                return Err(BodyErrorKind::UnknownEntity);
            }
            _ => return Err(BodyErrorKind::Syntax),
        };
        self.at += len + 2;
        Ok(character)
    }
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

/// Whether one element can't have both attributes. Two prefixes may stand for one namespace, so that names that differ by
/// their prefixes only may be the same; namespace declarations are what they are called.
fn is_same_attribute(one: &[u8], other: &[u8]) -> bool {
    if one == other {
        return true;
    }
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

#[inline(always)]
fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// How many bytes of text there are before anything that needs a closer look.
#[inline]
fn plain_len(text: &[u8]) -> usize {
    let mut rest = text;
    while let Some((chunk, tail)) = rest.split_first_chunk::<8>() {
        let word = u64::from_le_bytes(*chunk);
        let marks = swar::equal(word, b'<')
            | swar::equal(word, b'&')
            | swar::equal(word, b'\r')
            | swar::equal(word, b']');
        let marks = marks & !word & swar::HIGH_BITS;
        if marks != 0 {
            return text.len() - rest.len() + swar::first(marks);
        }
        rest = tail;
    }
    let is_plain = |byte: &u8| !matches!(byte, b'<' | b'&' | b'\r' | b']');
    text.len() - rest.len() + rest.iter().take_while(|&byte| is_plain(byte)).count()
}
