//! Entry points for fuzzing, beside what they try. Each takes any bytes and must return; the assertions are properties
//! that hold for every input.
#![allow(
    clippy::missing_panics_doc,
    reason = "a panic is how a finding is told"
)]

use crate::redis::{Bucket, Claim, Location, Reply, decode};
use crate::session::{Lifetimes, SignedCookies};
use crate::{Begun, Contents, Digest};

/// Longest reply that is tried.
const LONGEST: usize = 64;

/// What a Redis server sends means the same however it is cut, and never more than was sent.
pub fn redis(data: &[u8]) {
    let mut rest = data;
    while let Ok(Some((reply, used))) = decode(rest, LONGEST) {
        assert!((3..=rest.len()).contains(&used), "a reply has an end");
        for cut in 0..used {
            let part = rest.get(..cut).unwrap_or_default();
            assert_eq!(decode(part, LONGEST), Ok(None), "the end was not there");
        }
        mean(reply);
        rest = rest.get(used..).unwrap_or_default();
    }
}

fn mean(reply: Reply) {
    let _waits = Bucket::taken(&reply);
    let length = match &reply {
        Reply::Bytes(bytes) => bytes.len(),
        _ => 0,
    };
    assert!(length <= LONGEST, "it was too long");
    let claim = Claim::new(b"key".to_vec(), Digest::of(b"check"));
    let begun = claim.and_then(|claim| claim.begun(reply));
    if let Some(Begun::Done(Contents::Kept(kept))) = begun {
        assert!(kept.len() < length, "more was kept than came");
    }
}

/// A location is read or refused, and what is said of it has no secret.
pub fn redis_location(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    if let Ok(location) = Location::parse(text) {
        let said = format!("{location:?}");
        assert!(!said.contains('@'), "credentials stand before the last @");
        location.greet(&mut Vec::new());
    }
}

/// A cookie of a session is opened only if it was signed here, and what was signed comes back as it was.
pub fn session_cookie(data: &[u8]) {
    const NOW: u64 = 1_000_000;
    let lifetimes = Lifetimes {
        idle: std::time::Duration::from_secs(100),
        absolute: std::time::Duration::from_secs(1000),
    };
    let Some(cookies) = SignedCookies::new(b"session", [&[7; 32][..]]) else {
        return;
    };
    assert_eq!(
        cookies.open(data, NOW, &lifetimes),
        None,
        "nobody signed it"
    );
    if let Some(opened) = SignedCookies::read(data) {
        let sealed = cookies.seal(&opened.record, NOW, &opened.nonce);
        let again = cookies.open(sealed.as_bytes(), NOW, &lifetimes);
        let is_alive = !opened.record.is_over(NOW, &lifetimes);
        let short = sealed.len() <= 4096;
        assert_eq!(
            again.is_some(),
            is_alive && short,
            "it is as old as it says"
        );
        assert!(again.is_none_or(|again| again.record == opened.record));
    }
}

#[cfg(test)]
mod tests {
    use ring::rand::{SecureRandom as _, SystemRandom};

    #[test]
    fn any_bytes_will_do() {
        let random = SystemRandom::new();
        for length in 0..2000 {
            let mut data = vec![0; length % 40];
            random.fill(&mut data).unwrap();
            for byte in &mut data {
                // Mostly what means something.
                if *byte > 60 {
                    *byte = b"+-:$*0123456789\r\n\r\n\r\n"[usize::from(*byte) % 21];
                }
            }
            super::redis(&data);
            super::redis_location(&data);
            data.insert(0, 1);
            super::session_cookie(&data);
        }
        super::redis(b"+OK\r\n$-1\r\n:17\r\n-ERR\r\n$2\r\nab\r\n");
        // A version, a time, sixteen random bytes, when it began, one value.
        super::session_cookie(b"\x01\x050123456789abcdef\x85\x80\x3d\x01\x01a\x01\x02");
        super::redis_location(b"redis://u:p@h:1/2?lease=3");
    }
}
