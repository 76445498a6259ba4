//! The field lines of a head, as offsets into the bytes it was decoded from.

/// A range of the bytes a head was decoded from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// Offset of the first byte.
    pub start: u32,
    /// Offset behind the last byte.
    pub end: u32,
}

impl Span {
    /// From positions in a slice. Heads are limited to 4 GiB, so nothing is cut off.
    #[inline(always)]
    pub(crate) const fn new(start: usize, end: usize) -> Self {
        Self {
            start: start as u32,
            end: end as u32,
        }
    }

    /// The bytes of this range; empty if `bytes` are not those it was made from.
    #[inline]
    pub fn of(self, bytes: &[u8]) -> &[u8] {
        bytes
            .get(self.start as usize..self.end as usize)
            .unwrap_or_default()
    }

    /// Number of bytes.
    #[inline]
    pub const fn len(self) -> usize {
        (self.end as usize).saturating_sub(self.start as usize)
    }

    /// Whether there is no byte.
    #[inline]
    pub const fn is_empty(self) -> bool {
        self.end <= self.start
    }
}

/// Where the name and the value of one field line are, the value without the whitespace around.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct FieldSpans {
    pub(crate) name: Span,
    pub(crate) value: Span,
}

/// All field lines of a head, in their order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fields {
    lines: Vec<FieldSpans>,
}

impl Fields {
    pub(crate) fn clear(&mut self) {
        self.lines.clear();
    }

    #[inline(always)]
    pub(crate) fn push(&mut self, line: FieldSpans) {
        self.lines.push(line);
    }

    #[inline]
    pub(crate) fn count(&self) -> usize {
        self.lines.len()
    }

    /// Names as sent, and values.
    #[inline]
    pub(crate) fn iter<'h, 'b>(
        &'h self,
        bytes: &'b [u8],
    ) -> impl ExactSizeIterator<Item = (&'b [u8], &'b [u8])> + use<'h, 'b> {
        self.lines
            .iter()
            .map(|line| (line.name.of(bytes), line.value.of(bytes)))
    }

    /// Spans of names and values.
    #[inline]
    pub(crate) fn spans(&self) -> impl ExactSizeIterator<Item = (Span, Span)> + '_ {
        self.lines.iter().map(|line| (line.name, line.value))
    }

    /// The value of the first line named `name`, in any case.
    #[inline]
    pub(crate) fn first<'b>(&self, bytes: &'b [u8], name: &[u8]) -> Option<&'b [u8]> {
        self.lines
            .iter()
            .find(|line| line.is_named(bytes, name))
            .map(|line| line.value.of(bytes))
    }

    /// The values of all lines named `name`, in any case.
    #[inline]
    pub(crate) fn values<'h, 'b, 'n>(
        &'h self,
        bytes: &'b [u8],
        name: &'n str,
    ) -> impl Iterator<Item = &'b [u8]> + use<'h, 'b, 'n> {
        self.lines
            .iter()
            .filter(move |line| line.is_named(bytes, name.as_bytes()))
            .map(|line| line.value.of(bytes))
    }
}

impl FieldSpans {
    #[inline]
    fn is_named(self, bytes: &[u8], name: &[u8]) -> bool {
        self.name.len() == name.len() && self.name.of(bytes).eq_ignore_ascii_case(name)
    }
}
