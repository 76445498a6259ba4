use std::time::Duration;

use super::{Bucket, Claim, Keys, Script};
use crate::redis::Reply;
use crate::{Begun, Contents, Digest, Rate};

fn keys() -> Keys {
    Keys::new(None, "Shop", "1.0")
}

fn claim(check: &[u8]) -> Claim {
    let key = keys().answer(&Digest::of(b"key"));
    Claim::new(key, Digest::of(check)).unwrap()
}

#[test]
fn keys_have_one_length_and_one_owner() {
    let long = vec![b'a'; 100_000];
    let bucket = |keys: &Keys| keys.bucket(&[&long, b"b"]);
    assert_eq!(bucket(&keys()).len(), keys().bucket(&[b"a"]).len());
    assert_ne!(bucket(&keys()), keys().bucket(&[&long, b"", b"b"]));
    assert_ne!(bucket(&keys()), bucket(&Keys::new(None, "Blog", "1.0")));
    let chosen = Keys::new(Some("shop"), "Blog", "1.0");
    assert!(bucket(&chosen).starts_with(b"shop:limit:"));
    // A new version makes its results anew, and knows what was answered.
    let (old, new) = (keys(), Keys::new(None, "Shop", "1.1"));
    let digest = Digest::of(b"a");
    assert_ne!(old.result(&digest), new.result(&digest));
    assert_eq!(old.answer(&digest), new.answer(&digest));
    assert_eq!(bucket(&old), bucket(&new));
}

#[test]
fn a_known_script_is_named() {
    let command = claim(b"").abandon();
    let (mut whole, mut named) = (Vec::new(), Vec::new());
    command.encode(&mut whole, false);
    command.encode(&mut named, true);
    assert!(whole.starts_with(b"*7\r\n$4\r\nEVAL\r\n"));
    assert!(named.starts_with(b"*7\r\n$7\r\nEVALSHA\r\n$40\r\n"));
    assert!(named.len() < whole.len());
    assert!(command.bytes() >= named.len() - 40);
    assert_eq!(command.script(), Script::End);
}

#[test]
fn rates_are_told_in_microseconds() {
    let rate = Rate::new(3, Duration::from_nanos(3_500)).unwrap();
    let limit = Bucket {
        key: b"k".to_vec(),
        rate,
    };
    let mut out = Vec::new();
    Bucket::take(&[limit.clone(), limit]).encode(&mut out, true);
    let text = String::from_utf8(out).unwrap();
    assert!(
        text.ends_with("$1\r\n1\r\n$5\r\n1.166\r\n$5\r\n3.498\r\n$5\r\n1.166\r\n$5\r\n3.498\r\n")
    );
}

#[test]
fn what_a_bucket_says() {
    assert_eq!(Bucket::taken(&Reply::Integer(0)), Some(Ok(())));
    let wait = Some(Err(Duration::from_micros(1_500_000)));
    assert_eq!(Bucket::taken(&Reply::Integer(1_500_000)), wait);
    for other in [
        Reply::Integer(-1),
        Reply::Nothing,
        Reply::Bytes(b"0".to_vec()),
    ] {
        assert_eq!(Bucket::taken(&other), None);
    }
}

#[test]
fn what_a_key_says() {
    let (mine, other) = (claim(b"a"), claim(b"a"));
    assert_ne!(mine, other);
    assert_eq!(
        mine.clone().begun(Reply::Nothing),
        Some(Begun::Mine(mine.clone()))
    );
    let kept = |value: &[u8]| Reply::Bytes(value.to_vec());
    assert_eq!(
        mine.clone().begun(kept(&mine.mark)),
        Some(Begun::Mine(mine.clone()))
    );
    assert_eq!(mine.clone().begun(kept(&other.mark)), Some(Begun::Busy));
    assert_eq!(
        mine.clone().begun(kept(&claim(b"b").mark)),
        Some(Begun::Mismatch)
    );
    let done = |claim: &Claim| kept(&claim.finish(b"answer", Duration::from_secs(1)).arguments[1]);
    assert_eq!(
        mine.clone().begun(done(&other)),
        Some(Begun::Done(Contents::Kept(b"answer".to_vec())))
    );
    assert_eq!(
        mine.clone().begun(done(&claim(b"b"))),
        Some(Begun::Mismatch)
    );
    let lost = &other.lose(Duration::from_secs(1)).arguments[1];
    assert_eq!(
        mine.clone().begun(kept(lost)),
        Some(Begun::Done(Contents::Lost))
    );
    // Values that are none of ours.
    let mut unknown = other.mark;
    unknown[0] = b'x';
    for value in [&b""[..], b"P", b"hello", &unknown] {
        assert_eq!(mine.clone().begun(kept(value)), None);
    }
    for reply in [Reply::Integer(1), Reply::Status(b"OK".to_vec())] {
        assert_eq!(mine.clone().begun(reply), None);
    }
}
