//! The Accept-Encoding header (RFC 9110 section 12.5.3), for answers that are stored in several codings.
//!
//! ```
//! use kargo_http::accept_encoding::{AcceptEncoding, Coding};
//!
//! let accepted = AcceptEncoding::parse(Some(b"gzip, br;q=0.5, deflate"));
//! let best_first: Vec<Coding> = accepted.codings().collect();
//! assert_eq!(best_first, [Coding::Gzip, Coding::Brotli]);
//! ```

use crate::accept::quality_of;
use crate::chars::trim_ows;
use crate::query::split_at_byte;

/// A content coding that a copy of a file may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    /// RFC 7932
    Brotli,
    /// RFC 8878
    Zstd,
    /// RFC 1952
    Gzip,
}

/// Those that compress most come first: they are taken where a client likes several equally.
const ALL: [Coding; 3] = [Coding::Brotli, Coding::Zstd, Coding::Gzip];

impl Coding {
    /// As Content-Encoding names it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Zstd => "zstd",
            Self::Gzip => "gzip",
        }
    }

    /// What is appended to the name of a file that has this coding.
    pub const fn suffix(self) -> &'static str {
        match self {
            Self::Brotli => ".br",
            Self::Zstd => ".zst",
            Self::Gzip => ".gz",
        }
    }
}

/// How much a client likes each coding, in thousandths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AcceptEncoding {
    codings: [u16; ALL.len()],
    /// Of a body without coding, if something was said about it.
    identity: Option<u16>,
}

impl AcceptEncoding {
    /// Reads the header; `None` where the request has none. Several header lines are one list.
    ///
    /// A client that sends no header may take anything, but is given what every client can read.
    pub fn parse(value: Option<&[u8]>) -> Self {
        let mut listed = [None; ALL.len()];
        let (mut identity, mut others) = (None, None);
        for element in value.unwrap_or_default().split(|byte| *byte == b',') {
            let (name, parameters) = split_at_byte(element, b';');
            let name = trim_ows(name);
            let quality = quality_of(parameters.unwrap_or_default());
            let is = |known: &str| name.eq_ignore_ascii_case(known.as_bytes());
            let slot = if name == b"*" {
                Some(&mut others)
            } else if is("identity") {
                Some(&mut identity)
            } else {
                ALL.iter()
                    .position(|coding| {
                        is(coding.name()) || (*coding == Coding::Gzip && is("x-gzip"))
                    })
                    .and_then(|at| listed.get_mut(at))
            };
            if let Some(slot) = slot {
                // Said twice: the better one.
                *slot = Some(slot.map_or(quality, |other: u16| other.max(quality)));
            }
        }
        Self {
            codings: listed.map(|quality| quality.or(others).unwrap_or(0)),
            // "*;q=0" leaves nothing but what is listed; any other "*" prefers nothing to identity.
            identity: identity.or(others.filter(|quality| *quality == 0)),
        }
    }

    /// The codings that the client takes and likes at least as much as none, best first.
    pub fn codings(&self) -> impl Iterator<Item = Coding> + use<> {
        let least = self.identity.unwrap_or(0).max(1);
        let mut liked: [(Coding, u16); ALL.len()] = [(Coding::Gzip, 0); ALL.len()];
        for (slot, entry) in liked.iter_mut().zip(ALL.into_iter().zip(self.codings)) {
            *slot = entry;
        }
        // Stable, so that the order of `ALL` decides between equals.
        liked.sort_by_key(|(_, quality)| std::cmp::Reverse(*quality));
        liked
            .into_iter()
            .filter(move |(_, quality)| *quality >= least)
            .map(|(coding, _)| coding)
    }

    /// Whether the client takes a body without coding. It does unless it said otherwise.
    pub fn takes_identity(&self) -> bool {
        self.identity != Some(0)
    }
}

#[cfg(test)]
mod tests {
    use super::Coding::Brotli;
    use super::Coding::Gzip;
    use super::Coding::Zstd;
    use super::*;

    #[track_caller]
    fn assert_codings(value: &str, expected: &[Coding]) {
        let accepted = AcceptEncoding::parse(Some(value.as_bytes()));
        assert_eq!(accepted.codings().collect::<Vec<_>>(), expected, "{value}");
    }

    #[test]
    fn the_client_decides_and_the_server_among_equals() {
        assert_codings("gzip, deflate, br, zstd", &[Brotli, Zstd, Gzip]);
        assert_codings("gzip;q=1.0, br;q=0.9, zstd;q=0.95", &[Gzip, Zstd, Brotli]);
        assert_codings("GZIP", &[Gzip]);
        assert_codings("x-gzip", &[Gzip]);
        assert_codings("gzip;q=0.001", &[Gzip]);
        assert_codings("gzip;q=0, x-gzip;q=0.5", &[Gzip]);
        assert_codings("*", &[Brotli, Zstd, Gzip]);
        assert_codings("*;q=0.5, br;q=0", &[Zstd, Gzip]);
    }

    #[test]
    fn what_is_refused_unknown_or_not_said_is_none() {
        assert_codings("", &[]);
        assert_codings("identity", &[]);
        assert_codings("gzip;q=0", &[]);
        assert_codings("gzip ; q=0.000", &[]);
        assert_codings("deflate, compress, gzipx, br2", &[]);
        assert_codings("\"gzip\"", &[]);
        let absent = AcceptEncoding::parse(None);
        assert_eq!(absent.codings().count(), 0);
        assert!(absent.takes_identity());
    }

    #[test]
    fn a_body_without_coding_may_be_liked_more_or_refused() {
        assert_codings("identity, gzip;q=0.5, br", &[Brotli]);
        assert_codings("identity;q=0.5, gzip;q=0.5", &[Gzip]);
        let takes = |value: &str| AcceptEncoding::parse(Some(value.as_bytes())).takes_identity();
        assert!(takes("gzip"));
        assert!(takes(""));
        assert!(takes("*;q=0.5"));
        assert!(!takes("identity;q=0"));
        assert!(!takes("gzip, *;q=0"));
        assert!(takes("gzip, identity;q=0.1, *;q=0"));
        assert_codings("identity;q=0, gzip", &[Gzip]);
    }
}
