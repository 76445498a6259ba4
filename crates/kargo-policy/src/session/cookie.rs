//! Sessions that visitors keep themselves: readable by them, and signed, so that they can't change them.
//!
//! The value is base64url of a signature (HMAC-SHA256) and what it signs: the version, when the session began, when this
//! cookie was made, a random number, the record. The name of the cookie is signed with it: a cookie of one purpose is none
//! of another.

use std::fmt;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;

use super::id::random;
use super::record::{Lifetimes, Record};
use super::value::{Reader, write_number};

/// Bytes that a secret has at least.
pub const SHORTEST_SECRET: usize = 32;
/// Longest value that is looked at.
const LONGEST: usize = 4096;
const VERSION: u8 = 1;
const SIGNATURE: usize = 32;
const NONCE: usize = 16;
/// How far a clock of another machine may be ahead.
const SKEW: Duration = Duration::from_secs(60);

/// Signs and verifies.
pub struct SignedCookies {
    /// The first one signs, all verify.
    keys: Vec<hmac::Key>,
    name: Vec<u8>,
}

impl fmt::Debug for SignedCookies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Secrets must not end in a log.
        f.write_str("SignedCookies")
    }
}

/// What a cookie holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// The values.
    pub record: Record,
    /// When the cookie was made, in seconds since 1970.
    pub issued: u64,
    /// What tells it from others.
    pub nonce: [u8; NONCE],
    /// It was signed with a secret that is not the first one any more.
    pub is_of_old_secret: bool,
}

impl SignedCookies {
    /// Cookies of this name. The first secret signs, all verify. `None`: there is none, or one is too short.
    #[must_use]
    pub fn new<'a>(name: &[u8], secrets: impl IntoIterator<Item = &'a [u8]>) -> Option<Self> {
        let key = |secret: &[u8]| {
            (secret.len() >= SHORTEST_SECRET).then(|| hmac::Key::new(hmac::HMAC_SHA256, secret))
        };
        let keys: Vec<hmac::Key> = secrets.into_iter().map(key).collect::<Option<_>>()?;
        (!keys.is_empty()).then(|| Self {
            keys,
            name: name.to_vec(),
        })
    }

    /// Random bytes that tell a cookie from others. `None`: the system has none.
    #[must_use]
    pub fn nonce() -> Option<[u8; NONCE]> {
        random()
    }

    fn signed(&self, body: &[u8]) -> Vec<u8> {
        [&b"kargo session\0"[..], &self.name, b"\0", body].concat()
    }

    /// The value of a cookie.
    #[must_use]
    pub fn seal(&self, record: &Record, issued: u64, nonce: &[u8; NONCE]) -> String {
        let mut body = vec![VERSION];
        write_number(&mut body, issued);
        body.extend_from_slice(nonce);
        record.write(&mut body);
        let Some(key) = self.keys.first() else {
            return String::new();
        };
        let signature = hmac::sign(key, &self.signed(&body));
        URL_SAFE_NO_PAD.encode([signature.as_ref(), &body].concat())
    }

    /// How long the value of a cookie is at most whose entries have so many bytes.
    #[must_use]
    pub const fn sealed_length(entries: usize) -> usize {
        // Numbers have ten bytes at most.
        let bytes = SIGNATURE + 1 + 10 + NONCE + 10 + 10 + entries;
        bytes.div_ceil(3) * 4
    }

    /// What a cookie holds that was made here and is still good at `now`.
    #[must_use]
    pub fn open(&self, value: &[u8], now: u64, lifetimes: &Lifetimes) -> Option<Opened> {
        if value.len() > LONGEST {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(value).ok()?;
        let (signature, body) = bytes.split_at_checked(SIGNATURE)?;
        let signed = self.signed(body);
        // In constant time, each.
        let by = self
            .keys
            .iter()
            .position(|key| hmac::verify(key, &signed, signature).is_ok())?;
        let mut opened = Self::read(body)?;
        opened.is_of_old_secret = by != 0;
        let is_early = opened.issued > now.saturating_add(SKEW.as_secs());
        let is_late = now.saturating_sub(opened.issued) >= lifetimes.idle.as_secs();
        (!is_early && !is_late && !opened.record.is_over(now, lifetimes)).then_some(opened)
    }

    /// What was signed.
    pub(crate) fn read(body: &[u8]) -> Option<Opened> {
        let mut reader = Reader::new(body);
        if reader.byte()? != VERSION {
            return None;
        }
        let issued = reader.number()?;
        let nonce = *reader.take(NONCE)?.first_chunk()?;
        let record = Record::read(reader.rest())?;
        Some(Opened {
            record,
            issued,
            nonce,
            is_of_old_secret: false,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Lifetimes, Record, SignedCookies};

    const NOW: u64 = 1_800_000_000;
    const LIFETIMES: Lifetimes = Lifetimes {
        idle: Duration::from_secs(600),
        absolute: Duration::from_secs(3600),
    };
    const OLD: &[u8] = b"the old secret, which is long enough";
    const NEW: &[u8] = b"the new secret, which is long enough";

    fn cookies(secrets: &[&'static [u8]]) -> SignedCookies {
        SignedCookies::new(b"session", secrets.iter().copied()).unwrap()
    }

    fn record() -> Record {
        Record {
            created: NOW - 10,
            entries: [(b"user".to_vec(), b"\x03\x0e".to_vec())].into(),
        }
    }

    #[test]
    fn what_is_sealed_is_opened() {
        let cookies = cookies(&[NEW]);
        let sealed = cookies.seal(&record(), NOW, &[7; 16]);
        let opened = cookies.open(sealed.as_bytes(), NOW, &LIFETIMES).unwrap();
        assert_eq!(opened.record, record());
        assert_eq!((opened.issued, opened.nonce), (NOW, [7; 16]));
        assert!(!opened.is_of_old_secret);
        assert!(sealed.len() <= SignedCookies::sealed_length(8));
    }

    #[test]
    fn what_was_changed_is_refused() {
        let cookies = cookies(&[NEW]);
        let sealed = cookies.seal(&record(), NOW, &[7; 16]).into_bytes();
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            assert_eq!(cookies.open(&changed, NOW, &LIFETIMES), None, "{at}");
            assert_eq!(cookies.open(&sealed[..at], NOW, &LIFETIMES), None, "{at}");
        }
        let longer = [&sealed[..], b"AAAA"].concat();
        assert_eq!(cookies.open(&longer, NOW, &LIFETIMES), None);
        assert_eq!(cookies.open(&vec![b'A'; 100_000], NOW, &LIFETIMES), None);
        let other = SignedCookies::new(b"other", [NEW]).unwrap();
        assert_eq!(other.open(&sealed, NOW, &LIFETIMES), None);
    }

    #[test]
    fn secrets_change() {
        let sealed = cookies(&[OLD]).seal(&record(), NOW, &[7; 16]);
        let opened = cookies(&[NEW, OLD]).open(sealed.as_bytes(), NOW, &LIFETIMES);
        assert!(opened.unwrap().is_of_old_secret);
        assert_eq!(
            cookies(&[NEW]).open(sealed.as_bytes(), NOW, &LIFETIMES),
            None
        );
        assert!(SignedCookies::new(b"session", [&NEW[..31]]).is_none());
        assert!(SignedCookies::new(b"session", []).is_none());
    }

    #[test]
    fn time_passes() {
        let cookies = cookies(&[NEW]);
        let open = |issued: u64, now: u64| {
            let sealed = cookies.seal(&record(), issued, &[7; 16]);
            cookies.open(sealed.as_bytes(), now, &LIFETIMES).is_some()
        };
        assert!(open(NOW, NOW + 599) && !open(NOW, NOW + 600));
        assert!(open(NOW + 60, NOW) && !open(NOW + 61, NOW));
        // The session began ten seconds before.
        assert!(open(NOW + 3500, NOW + 3589) && !open(NOW + 3500, NOW + 3590));
    }
}
