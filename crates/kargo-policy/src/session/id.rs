//! What a visitor shows, and what his session is kept under.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::{SecureRandom as _, SystemRandom};

use crate::digest::Digest;

const ID_BYTES: usize = 24;
/// Characters of an id: 192 bits, six in each.
pub const ID_CHARS: usize = ID_BYTES / 3 * 4;

/// Random bytes of the system.
pub(super) fn random<const N: usize>() -> Option<[u8; N]> {
    let mut bytes = [0; N];
    SystemRandom::new().fill(&mut bytes).ok()?;
    Some(bytes)
}

/// What a visitor shows: 192 random bits in letters that cookies allow.
#[derive(Clone, PartialEq, Eq)]
pub struct Id(String);

impl Id {
    /// A new one. `None`: the system has no random numbers.
    #[must_use]
    pub fn new() -> Option<Self> {
        Some(Self(URL_SAFE_NO_PAD.encode(random::<ID_BYTES>()?)))
    }

    /// What a peer sent, if it can be one.
    #[must_use]
    pub fn parse(sent: &[u8]) -> Option<Self> {
        let is_letter = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        if sent.len() != ID_CHARS || !sent.iter().all(is_letter) {
            return None;
        }
        String::from_utf8(sent.to_vec()).ok().map(Self)
    }

    /// What is sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What it is kept under.
    #[must_use]
    pub fn name(&self) -> Name {
        Name(URL_SAFE_NO_PAD.encode(Digest::of(self.0.as_bytes()).0))
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Whoever reads it is that visitor.
        f.write_str("Id")
    }
}

/// What a session is kept under: the digest of its id, so the id can't be told from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name(String);

/// Characters of a name.
pub(super) const NAME_CHARS: usize = 43;

impl Name {
    /// Its letters, digits, `-` and `_`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::{ID_CHARS, Id, NAME_CHARS};

    #[test]
    fn ids_differ_and_come_back() {
        let (one, two) = (Id::new().unwrap(), Id::new().unwrap());
        assert_ne!(one, two);
        assert_ne!(one.name(), two.name());
        assert_eq!(one.as_str().len(), ID_CHARS);
        assert_eq!(one.name().as_str().len(), NAME_CHARS);
        assert_eq!(Id::parse(one.as_str().as_bytes()), Some(one.clone()));
        assert!(!one.name().as_str().contains(one.as_str()));
    }

    #[test]
    fn other_shapes_are_none() {
        let good = "abcdefghijklmnopqrstuvwxyzAB01-_";
        assert!(Id::parse(good.as_bytes()).is_some());
        for bad in [
            "",
            "a",
            &good[1..],
            &format!("{good}a"),
            &good.replace('a', "/"),
            &good.replace('a', "."),
            &good.replace('a', "\0"),
            &good.replace("ab", "ä"),
        ] {
            assert_eq!(Id::parse(bad.as_bytes()), None, "{bad}");
        }
    }
}
