//! A strict pull reader: elements and their text, and nothing else.
//!
//! Every step checks what it passes, so that a document whose end was reached without an error is well-formed.

use crate::BodyErrorKind;
use crate::Limits;
use crate::swar;

/// Memory that a reader needs and that is worth keeping from one document to the next.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    /// The names of the open elements, as offsets.
    pub(super) open: Vec<Span>,
    /// The names and the raw values of the attributes of the element that had some last.
    pub(super) attributes: Vec<(Span, Span)>,
    /// Where the tag of that element ended.
    pub(super) attributes_end: usize,
    /// Text that isn't one piece of the document.
    pub(super) text: Vec<u8>,
}

pub(super) type Span = (u32, u32);

impl Scratch {
    pub(crate) const fn new() -> Self {
        Self {
            open: Vec::new(),
            attributes: Vec::new(),
            attributes_end: 0,
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
    pub(super) bytes: &'a [u8],
    pub(super) at: usize,
    pub(super) scratch: &'a mut Scratch,
    /// The innermost element was written `<name/>`, and its end is still to be told.
    pub(super) is_empty_element: bool,
    pub(super) max_elements: usize,
    pub(super) max_attributes: usize,
    pub(super) max_name_bytes: usize,
    /// Attributes whose names differ by their prefixes only are the caller's to compare, who knows the namespaces.
    pub(super) allows_prefixes: bool,
}

/// What an element holds first.
#[derive(Debug)]
pub(crate) enum Content<'s, 'a> {
    /// Only text; the element is closed.
    Text(&'s [u8]),
    /// An element with this name, perhaps after white space. It is open.
    Element(&'a [u8]),
}

/// The same without a borrow of the reader.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Held<'a> {
    /// Text that is one piece of the document.
    Plain(&'a [u8]),
    /// Text that was put together: [`Reader::pieced_text`].
    Pieced,
    /// An element.
    Element(&'a [u8]),
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

/// Where a jump came from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Jump {
    at: usize,
    is_empty_element: bool,
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
        scratch.attributes_end = 0;
        Self {
            bytes,
            at: start,
            scratch,
            is_empty_element: false,
            max_elements: limits.max_elements,
            max_attributes: limits.max_attributes,
            max_name_bytes: limits.max_name_bytes,
            allows_prefixes: false,
        }
    }

    /// From here on names are told apart as they are written; the caller resolves their prefixes.
    pub(crate) fn allow_prefixes(&mut self) {
        self.allows_prefixes = true;
    }

    /// How many attributes the element has that was just opened.
    #[inline]
    pub(crate) fn attribute_count(&self) -> usize {
        if self.scratch.attributes_end == self.at {
            self.scratch.attributes.len()
        } else {
            0
        }
    }

    /// Where the `<` of the innermost element is.
    pub(crate) fn element_at(&self) -> usize {
        let start = self.scratch.open.last().map_or(0, |span| span.0);
        (start as usize).saturating_sub(1)
    }

    /// Where the part behind the colon of an attribute's name is.
    pub(super) fn attribute_local_span(&self, index: usize) -> Span {
        let ((start, end), _) = self
            .scratch
            .attributes
            .get(index)
            .copied()
            .unwrap_or_default();
        let name = self.slice((start, end));
        let colon = name.iter().position(|&byte| byte == b':');
        (start + colon.map_or(0, |colon| colon as u32 + 1), end)
    }

    /// An attribute of the element that was just opened: its name and its raw value, references and all.
    pub(crate) fn attribute_at(&self, index: usize) -> (&'a [u8], &'a [u8]) {
        let (name, value) = self
            .scratch
            .attributes
            .get(index)
            .copied()
            .unwrap_or_default();
        (self.slice(name), self.slice(value))
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
    pub(crate) fn content(&mut self) -> Result<Content<'_, 'a>, BodyErrorKind> {
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
    fn pieced_content(&mut self) -> Result<Content<'_, 'a>, BodyErrorKind> {
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

    /// [`Self::content`] without a borrow.
    pub(crate) fn held_content(&mut self) -> Result<Held<'a>, BodyErrorKind> {
        if self.is_empty_element {
            self.is_empty_element = false;
            self.scratch.open.pop();
            return Ok(Held::Plain(b""));
        }
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let len = plain_len(rest);
        if rest.get(len) == Some(&b'<') && rest.get(len + 1) == Some(&b'/') {
            self.at += len;
            self.end_tag()?;
            return Ok(Held::Plain(rest.get(..len).unwrap_or_default()));
        }
        match self.content()? {
            Content::Text(_) => Ok(Held::Pieced),
            Content::Element(name) => Ok(Held::Element(name)),
        }
    }

    /// The text that was told to be put together.
    pub(crate) fn pieced_text(&self) -> &[u8] {
        &self.scratch.text
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

    /// Goes to the `<` of an element elsewhere in the text, which is then read as a child of the innermost one.
    pub(crate) fn jump(&mut self, at: usize) -> Jump {
        let from = Jump {
            at: self.at,
            is_empty_element: self.is_empty_element,
        };
        self.at = at;
        self.is_empty_element = false;
        from
    }

    /// The element that was jumped to is closed: goes on where the jump was made.
    pub(crate) fn return_from(&mut self, jump: Jump) {
        self.at = jump.at;
        self.is_empty_element = jump.is_empty_element;
    }

    #[inline]
    pub(super) fn peek(&self) -> u8 {
        self.peek_at(0)
    }

    /// A byte further on, 0 behind the end (NUL having been refused before).
    #[inline]
    pub(super) fn peek_at(&self, distance: usize) -> u8 {
        self.bytes.get(self.at + distance).copied().unwrap_or(0)
    }

    pub(super) fn is_over(&self) -> bool {
        self.at >= self.bytes.len()
    }

    #[inline]
    pub(super) fn skip_space(&mut self) {
        while is_space(self.peek()) {
            self.at += 1;
        }
    }

    pub(super) fn takes(&mut self, word: &[u8]) -> bool {
        let is_next = self
            .bytes
            .get(self.at..)
            .is_some_and(|rest| rest.starts_with(word));
        if is_next {
            self.at += word.len();
        }
        is_next
    }

    pub(super) fn unexpected(&self) -> BodyErrorKind {
        if self.is_over() {
            BodyErrorKind::UnexpectedEnd
        } else {
            BodyErrorKind::Syntax
        }
    }
}

#[inline(always)]
pub(super) fn is_space(byte: u8) -> bool {
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
