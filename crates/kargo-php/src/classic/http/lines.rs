//! Header lines.

use kargo_http::check_header;

/// Header lines in the order in which they were added.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    /// Names and values, one behind the other.
    bytes: Vec<u8>,
    /// Where each name and each value ends.
    ends: Vec<(usize, usize)>,
}

impl Lines {
    /// Adds a line behind the others. `false`: it could not be sent, for it has a CR, an LF or another control character,
    /// or a name that is none.
    pub(crate) fn add(&mut self, name: &[u8], value: &[u8]) -> bool {
        if check_header(name, value).is_err() {
            return false;
        }
        self.bytes.extend_from_slice(name);
        let name_end = self.bytes.len();
        self.bytes.extend_from_slice(value);
        self.ends.push((name_end, self.bytes.len()));
        true
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        let mut start = 0;
        self.ends.iter().map(move |&(name_end, end)| {
            let name = &self.bytes[start..name_end];
            start = end;
            (name, &self.bytes[name_end..end])
        })
    }

    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
    }
}
