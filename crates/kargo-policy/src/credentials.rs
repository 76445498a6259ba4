//! What a caller shows to say who he is: API keys, user names with passwords, tokens.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::digest::Digest;

/// Longest credentials that are looked at.
pub const LONGEST: usize = 16 << 10;

/// What an `Authorization` header has.
#[derive(Clone, PartialEq, Eq)]
pub enum Authorization {
    /// HTTP Basic: a user name and a password.
    Basic {
        /// The user name, without a colon.
        user: Vec<u8>,
        /// The password.
        password: Vec<u8>,
    },
    /// A token.
    Bearer(Vec<u8>),
}

impl std::fmt::Debug for Authorization {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Secrets must not end in a log.
        f.write_str(match self {
            Self::Basic { .. } => "Basic",
            Self::Bearer(_) => "Bearer",
        })
    }
}

impl Authorization {
    /// Reads the header's value; `None` where the scheme is another, or what follows is none of it.
    #[must_use]
    pub fn parse(value: &[u8]) -> Option<Self> {
        if value.len() > LONGEST {
            return None;
        }
        let value = value.trim_ascii();
        let space = value.iter().position(|byte| *byte == b' ')?;
        let (scheme, rest) = value.split_at(space);
        let rest = rest.trim_ascii();
        if scheme.eq_ignore_ascii_case(b"basic") {
            let pair = STANDARD.decode(rest).ok()?;
            let colon = pair.iter().position(|byte| *byte == b':')?;
            return Some(Self::Basic {
                user: pair.get(..colon)?.to_vec(),
                password: pair.get(colon + 1..)?.to_vec(),
            });
        }
        let is_token = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(byte);
        let is_bearer = scheme.eq_ignore_ascii_case(b"bearer");
        (is_bearer && !rest.is_empty() && rest.iter().all(is_token))
            .then(|| Self::Bearer(rest.to_vec()))
    }
}

/// API keys, known by their SHA-256 only.
#[derive(Clone, Debug, Default)]
pub struct ApiKeys(Vec<Digest>);

impl ApiKeys {
    /// Keys with these digests.
    #[must_use]
    pub fn new(digests: Vec<Digest>) -> Self {
        Self(digests)
    }

    /// The place of a key in the list. Takes the same time wherever it is, and if it is not there.
    #[must_use]
    pub fn find(&self, key: &[u8]) -> Option<usize> {
        if key.len() > LONGEST {
            return None;
        }
        let digest = Digest::of(key);
        let mut found = None;
        for (index, known) in self.0.iter().enumerate() {
            if known.matches(&digest) {
                found = Some(index);
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::{ApiKeys, Authorization, LONGEST};
    use crate::Digest;

    fn basic(user: &str, password: &str) -> Option<Authorization> {
        Some(Authorization::Basic {
            user: user.into(),
            password: password.into(),
        })
    }

    #[test]
    fn basic_credentials_are_read() {
        // The example of RFC 7617.
        let value = b"Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==";
        assert_eq!(Authorization::parse(value), basic("Aladdin", "open sesame"));
        let value = b"bAsIc  YTpiOmM= ";
        assert_eq!(Authorization::parse(value), basic("a", "b:c"));
        assert_eq!(Authorization::parse(b"Basic Og=="), basic("", ""));
    }

    #[test]
    fn tokens_are_read() {
        let token = Some(Authorization::Bearer(b"a.b-c_d~1+/=".to_vec()));
        assert_eq!(Authorization::parse(b"Bearer a.b-c_d~1+/="), token);
        assert_eq!(Authorization::parse(b"bearer a.b-c_d~1+/="), token);
    }

    #[test]
    fn what_is_neither_is_nothing() {
        for value in [
            &b""[..],
            b"Basic",
            b"Basic ",
            b"Basic QQ==",
            b"Basic !!!!",
            b"Bearer",
            b"Bearer ",
            b"Bearer a b",
            b"Bearer \xff",
            b"Digest a",
            b"BasicQWxhZGRpbjpvcGVuIHNlc2FtZQ==",
        ] {
            assert_eq!(Authorization::parse(value), None, "{value:?}");
        }
    }

    #[test]
    fn too_much_is_nothing() {
        let value = |length: usize| {
            let mut value = b"Bearer ".to_vec();
            value.resize(length, b'a');
            value
        };
        assert!(Authorization::parse(&value(LONGEST)).is_some());
        assert_eq!(Authorization::parse(&value(LONGEST + 1)), None);
    }

    #[test]
    fn keys_are_found_by_their_digest() {
        let keys = ApiKeys::new(vec![Digest::of(b"one"), Digest::of(b"two")]);
        assert_eq!(keys.find(b"one"), Some(0));
        assert_eq!(keys.find(b"two"), Some(1));
        assert_eq!(keys.find(b"three"), None);
        assert_eq!(keys.find(b""), None);
        assert_eq!(ApiKeys::default().find(b""), None);
    }
}
