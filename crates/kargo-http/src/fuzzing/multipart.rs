//! What a form with files means.

use crate::multipart::Decoder;
use crate::multipart::Event;
use crate::multipart::Limits;
use crate::multipart::safe_file_name;
use crate::multipart::transcript::transcript;

/// A form means the same however it is cut, and what it gives is within its limits. The first byte chooses where to cut,
/// the second the limits.
pub fn multipart(data: &[u8]) {
    let [seed, flags, bytes @ ..] = data else {
        return;
    };
    let small = u64::from(*flags % 64) + 1;
    let limits = Limits {
        total_bytes: small * 16,
        parts: 3,
        head_bytes: 64,
        name_bytes: 8,
        field_bytes: small,
        fields_bytes: small + 8,
        files: 1,
        file_bytes: small * 2,
    };
    for limits in [&limits, &Limits::default()] {
        assert_cuts_agree(b"multipart/form-data; boundary=x", bytes, *seed, limits);
        assert_cuts_agree(b"multipart/form-data; boundary=--", bytes, *seed, limits);
        assert_within(bytes, limits);
    }
    // As a Content-Type, and as names.
    let length = bytes.len();
    transcript(bytes, bytes, &limits, std::iter::once(length));
    let content_type = [&b"multipart/form-data;"[..], bytes].concat();
    transcript(&content_type, bytes, &limits, std::iter::once(length));
    let name = safe_file_name(bytes);
    assert!(!name.is_empty() && name.len() <= 255 && !name.starts_with('.'));
    assert!(!name.contains(['/', '\\', '\0', '\r', '\n']));
    assert_eq!(safe_file_name(name.as_bytes()), name, "it is safe already");
}

fn assert_cuts_agree(content_type: &[u8], bytes: &[u8], seed: u8, limits: &Limits) {
    let length = bytes.len();
    let run = |ends: &mut dyn Iterator<Item = usize>| transcript(content_type, bytes, limits, ends);
    let whole = run(&mut std::iter::once(length));
    assert_eq!(run(&mut (0..=length)), whole, "byte by byte");
    let cut = usize::from(seed).min(length);
    assert_eq!(run(&mut [cut, length].into_iter()), whole, "cut at {cut}");
    let step = usize::from(seed % 16) + 2;
    let mut ends = (1..length).step_by(step).chain([length]);
    assert_eq!(run(&mut ends), whole, "in steps of {step}");
}

/// Every call makes progress or asks for more, and gives no more than it was given.
fn assert_within(bytes: &[u8], limits: &Limits) {
    let mut decoder = Decoder::new(b"x", limits);
    let (mut at, mut data_bytes, mut calls) = (0, 0, 0);
    while let Ok(event) = decoder.decode(bytes.get(at..).unwrap_or_default()) {
        calls += 1;
        assert!(calls <= 4 * bytes.len() + 4, "it goes round in circles");
        match event {
            Event::Begin { consumed, head } => {
                assert!(head.name.len() <= limits.name_bytes);
                at += consumed;
            }
            Event::Data { consumed, data } => {
                assert!(!data.is_empty());
                data_bytes += data.len();
                at += consumed;
            }
            Event::End { consumed } => at += consumed,
            Event::More => {
                at = bytes.len();
                break;
            }
        }
    }
    assert!(data_bytes <= at && at <= bytes.len());
}
