//! Paths without parameters, found by one comparison.

use std::ops::Range;

/// Endpoints by path. Paths are grouped by length, so that in most groups there is one to
/// compare with; large groups are sorted and searched by halves.
#[derive(Clone, Debug, Default)]
pub(super) struct StaticPaths {
    /// Sorted by length, then by bytes.
    paths: Vec<(Box<[u8]>, usize)>,
    /// Where in `paths` those of a length are.
    by_length: Vec<Range<usize>>,
}

/// Groups up to this size are searched one by one.
const SMALL_GROUP: usize = 4;

impl StaticPaths {
    pub(super) const fn new() -> Self {
        Self {
            paths: Vec::new(),
            by_length: Vec::new(),
        }
    }

    /// Adds a path that is not there yet.
    pub(super) fn insert(&mut self, path: Vec<u8>, endpoint: usize) {
        let at = self
            .paths
            .partition_point(|(other, _)| (other.len(), &other[..]) < (path.len(), &path[..]));
        self.paths.insert(at, (path.into_boxed_slice(), endpoint));
        self.by_length = self.ranges_by_length();
    }

    #[inline]
    pub(super) fn find(&self, path: &[u8]) -> Option<usize> {
        let range = self.by_length.get(path.len())?;
        let group = self.paths.get(range.start..range.end)?;
        if group.len() <= SMALL_GROUP {
            return group
                .iter()
                .find(|(other, _)| **other == *path)
                .map(|(_, endpoint)| *endpoint);
        }
        let at = group
            .binary_search_by(|(other, _)| (**other).cmp(path))
            .ok()?;
        group.get(at).map(|(_, endpoint)| *endpoint)
    }

    fn ranges_by_length(&self) -> Vec<Range<usize>> {
        let longest = self.paths.last().map_or(0, |(path, _)| path.len());
        (0..=longest)
            .map(|length| {
                self.paths.partition_point(|(path, _)| path.len() < length)
                    ..self.paths.partition_point(|(path, _)| path.len() <= length)
            })
            .collect()
    }
}
