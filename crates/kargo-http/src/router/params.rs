//! What a path has in the places of a pattern's parameters.

use std::borrow::Cow;

use super::pattern::End;
use super::pattern::MAX_PARAMS;
use super::pattern::Pattern;
use crate::Span;
use crate::percent;

/// The parameters of a route that was found.
#[derive(Clone, Debug)]
pub struct Params<'r, 'p> {
    pattern: &'r Pattern,
    path: &'p [u8],
    captures: Captures,
}

/// Places in the path, collected while the tree is searched.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Captures {
    spans: [Span; MAX_PARAMS],
    count: usize,
    mounted: Option<Span>,
}

impl<'r, 'p> Params<'r, 'p> {
    #[inline]
    pub(super) const fn new(pattern: &'r Pattern, path: &'p [u8], captures: &Captures) -> Self {
        Self {
            pattern,
            path,
            captures: *captures,
        }
    }

    /// Number of parameters.
    pub fn len(&self) -> usize {
        self.pattern.names().len()
    }

    /// Whether the pattern has no parameters.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value of the parameter `name`, decoded.
    ///
    /// In a rest parameter (`{path...}`) the slashes are borders of segments, so an encoded slash
    /// inside a segment is left as it came, `%2F`: no segment can grow a border.
    pub fn get(&self, name: &str) -> Option<Cow<'p, [u8]>> {
        let index = self
            .pattern
            .names()
            .iter()
            .position(|other| other == name)?;
        Some(self.decoded(index))
    }

    /// The value of the parameter `name` as it was sent.
    pub fn raw(&self, name: &str) -> Option<&'p [u8]> {
        let index = self
            .pattern
            .names()
            .iter()
            .position(|other| other == name)?;
        Some(self.raw_at(index))
    }

    /// All names and decoded values, from left to right.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&'r str, Cow<'p, [u8]>)> + '_ {
        self.pattern
            .names()
            .iter()
            .enumerate()
            .map(|(index, name)| (name.as_str(), self.decoded(index)))
    }

    /// What is below the prefix of a mount, still encoded: empty, or beginning with a slash.
    /// `None` if the route is no mount.
    pub fn mounted_path(&self) -> Option<&'p [u8]> {
        self.captures.mounted.map(|span| span.of(self.path))
    }

    /// The pattern of the route, as it was added.
    pub fn pattern(&self) -> &'r str {
        self.pattern.text()
    }

    fn raw_at(&self, index: usize) -> &'p [u8] {
        self.captures
            .spans
            .get(index)
            .map_or(&[][..], |span| span.of(self.path))
    }

    fn decoded(&self, index: usize) -> Cow<'p, [u8]> {
        let raw = self.raw_at(index);
        if self.pattern.end() == End::Rest && index + 1 == self.len() {
            percent::decode_keeping_slashes(raw)
        } else {
            percent::decode(raw)
        }
    }
}

impl Captures {
    pub(super) fn push(&mut self, span: Span) {
        if let Some(slot) = self.spans.get_mut(self.count) {
            *slot = span;
        }
        self.count += 1;
    }

    pub(super) const fn pop(&mut self) {
        self.count -= 1;
    }

    pub(super) const fn set_mounted(&mut self, span: Option<Span>) {
        self.mounted = span;
    }
}
