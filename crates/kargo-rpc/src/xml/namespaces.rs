//! Names resolved to namespaces (Namespaces in XML 1.0, third edition).

use std::borrow::Cow;

use super::reader::Held;
use super::reader::Jump;
use super::reader::Reader;
use super::reader::Span;
use crate::BodyErrorKind;

/// Declarations that may be in scope at once.
const MAX_BINDINGS: usize = 128;
/// Namespaces that a document may name, beside those that are known.
const MAX_NAMESPACES: usize = 128;

const XML_URI: &[u8] = b"http://www.w3.org/XML/1998/namespace";
const XMLNS_URI: &[u8] = b"http://www.w3.org/2000/xmlns/";

/// A name whose prefix is resolved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Name<'a> {
    /// The place of its namespace among the known ones, the first of which is no namespace; others have places of
    /// their own behind those.
    pub(crate) namespace: usize,
    pub(crate) local: &'a [u8],
}

/// What an element holds first.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Found<'a> {
    /// Only text, which is one piece of the document; the element is closed.
    Plain(&'a [u8]),
    /// Only text: [`NamespaceReader::pieced_text`]. The element is closed.
    Pieced,
    /// An element, perhaps after white space. It is open.
    Element(Name<'a>),
}

/// Memory for a [`NamespaceReader`].
#[derive(Debug, Default)]
pub(crate) struct NamespaceScratch {
    /// What is declared, innermost last.
    bindings: Vec<Binding>,
    /// What was declared where jumps came from.
    saved: Vec<Binding>,
    /// The namespaces that are not known, as pieces of `text`.
    others: Vec<Span>,
    text: Vec<u8>,
}

/// `xmlns:prefix="namespace"`; the default namespace has an empty prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Binding {
    prefix: Span,
    namespace: usize,
    /// How many elements were open with the one that declares it.
    depth: usize,
}

/// The declarations at a place to jump to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Scope(Vec<Binding>);

impl NamespaceScratch {
    pub(crate) fn shrink_to(&mut self, max_bytes: usize) {
        self.text.clear();
        self.text.shrink_to(max_bytes);
    }

    fn clear(&mut self) {
        self.bindings.clear();
        self.saved.clear();
        self.others.clear();
        self.text.clear();
    }
}

/// A [`Reader`] that resolves names.
#[derive(Debug)]
pub(crate) struct NamespaceReader<'a> {
    reader: Reader<'a>,
    scratch: &'a mut NamespaceScratch,
    known: &'a [&'a [u8]],
}

/// Where a jump came from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Return {
    jump: Jump,
    saved_from: usize,
}

impl<'a> NamespaceReader<'a> {
    /// `known` are the namespaces that the caller tells apart by their places; the first one is empty.
    pub(crate) fn new(
        mut reader: Reader<'a>,
        scratch: &'a mut NamespaceScratch,
        known: &'a [&'a [u8]],
    ) -> Self {
        reader.allow_prefixes();
        scratch.clear();
        Self {
            reader,
            scratch,
            known,
        }
    }

    /// Where the reader is.
    pub(crate) fn offset(&self) -> usize {
        self.reader.offset()
    }

    /// How many elements are open.
    pub(crate) fn depth(&self) -> usize {
        self.reader.depth()
    }

    /// The next child of the innermost element is opened, or, there being none left, that element is closed.
    #[inline]
    pub(crate) fn child(&mut self) -> Result<Option<Name<'a>>, BodyErrorKind> {
        match self.reader.child()? {
            None => Ok(None),
            Some(name) => self.opened(name).map(Some),
        }
    }

    /// Reads the innermost element up to its end or its next child.
    #[inline]
    pub(crate) fn content(&mut self) -> Result<Found<'a>, BodyErrorKind> {
        match self.reader.held_content()? {
            Held::Plain(text) => Ok(Found::Plain(text)),
            Held::Pieced => Ok(Found::Pieced),
            Held::Element(name) => self.opened(name).map(Found::Element),
        }
    }

    /// The text of [`Found::Pieced`].
    pub(crate) fn pieced_text(&self) -> &[u8] {
        self.reader.pieced_text()
    }

    /// Passes everything up to where `depth` elements are open, whatever it is.
    pub(crate) fn skip_to_depth(&mut self, depth: usize) -> Result<(), BodyErrorKind> {
        while self.depth() > depth {
            match self.reader.content() {
                // Text in front of an element: that is open now.
                Ok(_) | Err(BodyErrorKind::NotACall) => {}
                Err(kind) => return Err(kind),
            }
        }
        Ok(())
    }

    /// The root element is closed: only comments and white space may follow.
    pub(crate) fn finish(&mut self) -> Result<(), BodyErrorKind> {
        self.reader.finish()
    }

    /// Whether the element that was just opened has attributes.
    #[inline]
    pub(crate) fn has_attributes(&self) -> bool {
        self.reader.attribute_count() != 0
    }

    /// The raw value of an attribute of the element that was just opened: [`attribute_text`].
    pub(crate) fn attribute(&self, namespace: usize, local: &[u8]) -> Option<&'a [u8]> {
        (0..self.reader.attribute_count()).find_map(|index| {
            let (name, value) = self.reader.attribute_at(index);
            let (prefix, own) = split(name);
            let is_same = own == local
                && match (prefix, namespace) {
                    (None, _) => namespace == 0 && name != b"xmlns",
                    (Some(b"xmlns"), _) => false,
                    (Some(prefix), _) => self.resolve(prefix) == Some(namespace),
                };
            is_same.then_some(value)
        })
    }

    /// A qualified name that is a value, such as of `xsi:type`; it may be in the default namespace.
    pub(crate) fn value_name<'v>(&self, text: &'v [u8]) -> Option<Name<'v>> {
        let (prefix, local) = split(text.trim_ascii());
        let namespace = self.resolve(prefix.unwrap_or_default())?;
        Some(Name { namespace, local })
    }

    /// The namespace at a place.
    pub(crate) fn uri(&self, namespace: usize) -> &[u8] {
        match self.known.get(namespace) {
            Some(known) => known,
            None => self.other(namespace - self.known.len()),
        }
    }

    /// Where the innermost element begins.
    pub(crate) fn element_at(&self) -> usize {
        self.reader.element_at()
    }

    /// The declarations in scope around the innermost element.
    pub(crate) fn scope(&self) -> Scope {
        let depth = self.depth();
        let in_scope = self.scratch.bindings.iter();
        Scope(
            in_scope
                .filter(|binding| binding.depth < depth)
                .map(|binding| Binding {
                    depth: 0,
                    ..*binding
                })
                .collect(),
        )
    }

    /// Goes to the `<` of an element elsewhere, where `scope` is declared; it is read as a child of the innermost one.
    pub(crate) fn jump(&mut self, at: usize, scope: &Scope) -> Return {
        let saved_from = self.scratch.saved.len();
        self.scratch.saved.append(&mut self.scratch.bindings);
        self.scratch.bindings.extend_from_slice(&scope.0);
        Return {
            jump: self.reader.jump(at),
            saved_from,
        }
    }

    /// The element that was jumped to is closed: goes on where the jump was made.
    pub(crate) fn go_back(&mut self, back: Return) {
        self.reader.return_from(back.jump);
        self.scratch.bindings.clear();
        let saved = self.scratch.saved.drain(back.saved_from..);
        self.scratch.bindings.extend(saved);
    }

    fn other(&self, index: usize) -> &[u8] {
        let (start, end) = self.scratch.others.get(index).copied().unwrap_or_default();
        self.scratch
            .text
            .get(start as usize..end as usize)
            .unwrap_or_default()
    }

    /// An element was opened: its declarations hold, those of elements that are closed don't any more.
    #[inline]
    fn opened(&mut self, name: &'a [u8]) -> Result<Name<'a>, BodyErrorKind> {
        let depth = self.depth();
        while self
            .scratch
            .bindings
            .last()
            .is_some_and(|binding| binding.depth >= depth)
        {
            self.scratch.bindings.pop();
        }
        if self.has_attributes() {
            self.declare_all(depth)?;
        }
        let (prefix, local) = split(name);
        let namespace = self
            .resolve(prefix.unwrap_or_default())
            .ok_or(BodyErrorKind::Syntax)?;
        Ok(Name { namespace, local })
    }

    #[inline]
    fn resolve(&self, prefix: &[u8]) -> Option<usize> {
        let found = self
            .scratch
            .bindings
            .iter()
            .rev()
            .find(|binding| self.reader.slice(binding.prefix) == prefix);
        match found {
            Some(binding) => Some(binding.namespace),
            None if prefix.is_empty() => Some(0),
            // Nothing of ours is in its namespace.
            None if prefix == b"xml" => Some(usize::MAX),
            None => None,
        }
    }

    /// Takes the declarations of an element, and checks that its other attributes are different ones.
    fn declare_all(&mut self, depth: usize) -> Result<(), BodyErrorKind> {
        let count = self.reader.attribute_count();
        let mut others = 0;
        for index in 0..count {
            let (name, value) = self.reader.attribute_at(index);
            match split(name) {
                (None, b"xmlns") => self.declare(b"", (0, 0), value, depth)?,
                (Some(b"xmlns"), prefix) => {
                    let span = self.reader.attribute_local_span(index);
                    self.declare(prefix, span, value, depth)?;
                }
                (Some(_), _) => others += 1,
                (None, _) => {}
            }
        }
        if others > 0 {
            self.check_attributes(count)?;
        }
        Ok(())
    }

    fn declare(
        &mut self,
        prefix: &[u8],
        span: Span,
        value: &[u8],
        depth: usize,
    ) -> Result<(), BodyErrorKind> {
        let uri = attribute_text(value);
        match (prefix, &*uri) {
            (b"xml", XML_URI) => return Ok(()),
            (b"xml" | b"xmlns", _) | (_, XML_URI | XMLNS_URI) => {
                return Err(BodyErrorKind::Syntax);
            }
            ([_, ..], b"") => return Err(BodyErrorKind::Syntax),
            _ => {}
        }
        if self.scratch.bindings.len() >= MAX_BINDINGS {
            return Err(BodyErrorKind::XmlLimit);
        }
        let namespace = match self.known.iter().position(|known| *known == &*uri) {
            Some(known) => known,
            None => self.known.len() + self.place_of_other(&uri)?,
        };
        self.scratch.bindings.push(Binding {
            prefix: span,
            namespace,
            depth,
        });
        Ok(())
    }

    fn place_of_other(&mut self, uri: &[u8]) -> Result<usize, BodyErrorKind> {
        let count = self.scratch.others.len();
        if let Some(index) = (0..count).find(|&index| self.other(index) == uri) {
            return Ok(index);
        }
        if count >= MAX_NAMESPACES {
            return Err(BodyErrorKind::XmlLimit);
        }
        let start = self.scratch.text.len() as u32;
        self.scratch.text.extend_from_slice(uri);
        let end = self.scratch.text.len() as u32;
        self.scratch.others.push((start, end));
        Ok(count)
    }

    /// Two attributes with prefixes must not have one name; their prefixes must be declared.
    fn check_attributes(&self, count: usize) -> Result<(), BodyErrorKind> {
        let name_at = |index| match split(self.reader.attribute_at(index).0) {
            (None, _) | (Some(b"xmlns"), _) => Ok(None),
            (Some(prefix), local) => match self.resolve(prefix) {
                Some(namespace) => Ok(Some((namespace, local))),
                None => Err(BodyErrorKind::Syntax),
            },
        };
        for index in 0..count {
            let Some(name) = name_at(index)? else {
                continue;
            };
            for before in 0..index {
                if name_at(before)? == Some(name) {
                    return Err(BodyErrorKind::Syntax);
                }
            }
        }
        Ok(())
    }
}

/// Prefix and local part.
#[inline]
fn split(name: &[u8]) -> (Option<&[u8]>, &[u8]) {
    match name.iter().position(|&byte| byte == b':') {
        Some(colon) => (name.get(..colon), name.get(colon + 1..).unwrap_or_default()),
        None => (None, name),
    }
}

/// What the raw value of an attribute stands for. The reader has checked its references.
pub(crate) fn attribute_text(raw: &[u8]) -> Cow<'_, [u8]> {
    if !raw
        .iter()
        .any(|byte| matches!(byte, b'&' | b'\t' | b'\n' | b'\r'))
    {
        return Cow::Borrowed(raw);
    }
    let mut text = Vec::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        match byte {
            b'&' => {
                let end = tail.iter().position(|&byte| byte == b';').unwrap_or(0);
                let (name, behind) = tail.split_at(end);
                rest = behind.get(1..).unwrap_or_default();
                let mut buffer = [0; 4];
                let character = super::markup::referred(name).unwrap_or('\u{fffd}');
                text.extend_from_slice(character.encode_utf8(&mut buffer).as_bytes());
            }
            b'\r' if tail.first() == Some(&b'\n') => {}
            b'\t' | b'\n' | b'\r' => text.push(b' '),
            _ => text.push(byte),
        }
    }
    Cow::Owned(text)
}
