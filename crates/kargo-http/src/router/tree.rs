//! Patterns as a tree of segments.

use super::params::Captures;
use super::path::segment_equals;
use super::pattern::End;
use super::pattern::Pattern;
use super::pattern::Segment;
use crate::Span;

/// All patterns, those without parameters among them: their paths may come percent-encoded.
#[derive(Clone, Debug)]
pub(super) struct Tree {
    root: Node,
}

/// A place between two segments. The numbers are endpoints.
#[derive(Clone, Debug)]
struct Node {
    /// Sorted by the literal.
    literals: Vec<(String, Self)>,
    param: Option<Box<Self>>,
    exact: Option<usize>,
    rest: Option<usize>,
    mount: Option<usize>,
}

/// Told of each endpoint that matches, best first; answers whether the search is over.
type Visitor<'v> = dyn FnMut(usize, &Captures) -> bool + 'v;

impl Tree {
    pub(super) const fn new() -> Self {
        Self { root: Node::new() }
    }

    /// The place for the endpoint of `pattern`; patterns that match the same paths share it.
    pub(super) fn endpoint_slot(&mut self, pattern: &Pattern) -> &mut Option<usize> {
        let mut node = &mut self.root;
        for segment in pattern.segments() {
            node = match segment {
                Segment::Literal(text) => node.literal_child(text),
                Segment::Param => node.param.get_or_insert_with(|| Box::new(Node::new())),
            };
        }
        match pattern.end() {
            End::Exact => &mut node.exact,
            End::Rest => &mut node.rest,
            End::Mount => &mut node.mount,
        }
    }

    /// Visits the endpoints that match `path`, which begins with a slash.
    ///
    /// A node has one parent and one depth, so it is entered at most once: the work is bounded by
    /// the number of patterns, whatever the path.
    pub(super) fn search(&self, path: &[u8], has_escapes: bool, visitor: &mut Visitor<'_>) {
        let mut search = Search {
            path,
            has_escapes,
            captures: Captures::default(),
            visitor,
        };
        search.enter(&self.root, 0);
    }
}

struct Search<'s, 'v> {
    path: &'s [u8],
    has_escapes: bool,
    captures: Captures,
    visitor: &'s mut Visitor<'v>,
}

impl Search<'_, '_> {
    /// Searches below `node`; the path from `at` on is empty or begins with a slash.
    fn enter(&mut self, node: &Node, at: usize) -> bool {
        let length = self.path.len();
        if at >= length {
            return self.visit(node.exact) || self.visit_mount(node.mount, at);
        }
        let start = at + 1;
        let behind = self.path.get(start..).unwrap_or_default();
        let end = behind
            .iter()
            .position(|&byte| byte == b'/')
            .map_or(length, |slash| start + slash);
        let segment = self.path.get(start..end).unwrap_or_default();

        if let Some(child) = node.find_literal(segment, self.has_escapes)
            && self.enter(child, end)
        {
            return true;
        }
        if let Some(child) = &node.param
            && !segment.is_empty()
        {
            self.captures.push(Span::new(start, end));
            if self.enter(child, end) {
                return true;
            }
            self.captures.pop();
        }
        if node.rest.is_some() && start < length {
            self.captures.push(Span::new(start, length));
            if self.visit(node.rest) {
                return true;
            }
            self.captures.pop();
        }
        self.visit_mount(node.mount, at)
    }

    fn visit(&mut self, endpoint: Option<usize>) -> bool {
        endpoint.is_some_and(|endpoint| (self.visitor)(endpoint, &self.captures))
    }

    fn visit_mount(&mut self, endpoint: Option<usize>, at: usize) -> bool {
        self.captures
            .set_mounted(Some(Span::new(at, self.path.len())));
        let is_over = self.visit(endpoint);
        self.captures.set_mounted(None);
        is_over
    }
}

impl Node {
    const fn new() -> Self {
        Self {
            literals: Vec::new(),
            param: None,
            exact: None,
            rest: None,
            mount: None,
        }
    }

    fn literal_child(&mut self, text: &str) -> &mut Self {
        let at = match self
            .literals
            .binary_search_by(|(other, _)| other.as_str().cmp(text))
        {
            Ok(at) => at,
            Err(at) => {
                self.literals.insert(at, (text.to_owned(), Self::new()));
                at
            }
        };
        #[expect(
            clippy::indexing_slicing,
            reason = "the index was found or inserted just above"
        )]
        &mut self.literals[at].1
    }

    fn find_literal(&self, segment: &[u8], has_escapes: bool) -> Option<&Self> {
        if has_escapes {
            return self
                .literals
                .iter()
                .find(|(text, _)| segment_equals(segment, text.as_bytes()))
                .map(|(_, child)| child);
        }
        let at = self
            .literals
            .binary_search_by(|(text, _)| text.as_bytes().cmp(segment))
            .ok()?;
        self.literals.get(at).map(|(_, child)| child)
    }
}
