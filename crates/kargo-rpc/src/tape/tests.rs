use proptest::prelude::*;

use super::{TapeEncoder, TapeError, play};
use crate::json::{self, JsonEncoder, JsonScratch};
use crate::{Builder, DateTime, EncodeError, Encoder, Limits};

/// Hands on what it is told to an encoder.
struct To<E>(E);

impl<E: Encoder> Builder for To<E> {
    type Error = EncodeError;

    fn null(&mut self) -> Result<(), EncodeError> {
        self.0.null()
    }
    fn bool(&mut self, value: bool) -> Result<(), EncodeError> {
        self.0.bool(value)
    }
    fn int(&mut self, value: i64) -> Result<(), EncodeError> {
        self.0.int(value)
    }
    fn float(&mut self, value: f64) -> Result<(), EncodeError> {
        self.0.float(value)
    }
    fn string(&mut self, utf8: &[u8]) -> Result<(), EncodeError> {
        self.0.string(utf8)
    }
    fn binary(&mut self, bytes: &[u8]) -> Result<(), EncodeError> {
        self.0.binary(bytes)
    }
    fn date_time(&mut self, value: &DateTime) -> Result<(), EncodeError> {
        self.0.date_time(value)
    }
    fn begin_array(&mut self) -> Result<(), EncodeError> {
        self.0.begin_array()
    }
    fn end_array(&mut self, _len: usize) -> Result<(), EncodeError> {
        self.0.end_array()
    }
    fn begin_object(&mut self) -> Result<(), EncodeError> {
        self.0.begin_object()
    }
    fn key(&mut self, utf8: &[u8]) -> Result<(), EncodeError> {
        self.0.key(utf8)
    }
    fn end_object(&mut self, _len: usize) -> Result<(), EncodeError> {
        self.0.end_object()
    }
}

fn tape_of(text: &str) -> Vec<u8> {
    let mut tape = Vec::new();
    let mut to = To(TapeEncoder::new(&mut tape, false));
    json::decode(
        text.as_bytes(),
        &Limits::default(),
        &mut JsonScratch::new(),
        &mut to,
    )
    .unwrap();
    tape
}

fn json_of(tape: &[u8]) -> Result<String, TapeError<EncodeError>> {
    let mut text = Vec::new();
    let mut to = To(JsonEncoder::new(&mut text));
    play(tape, &mut to)?;
    to.0.finish();
    Ok(String::from_utf8(text).unwrap())
}

#[test]
fn json_comes_back_as_it_was() {
    for text in [
        "null",
        "true",
        "false",
        "0",
        "-9223372036854775808",
        "1.0",
        "1.5e+300",
        "\"\"",
        "\"é\\\"\"",
        "[]",
        "{}",
        "[[],{},[{}]]",
        "{\"\":null,\"a\":[1,2,{\"b\":\"c\"}],\"0\":false}",
    ] {
        assert_eq!(json_of(&tape_of(text)).as_deref(), Ok(text));
    }
}

#[test]
fn bytes_and_dates_come_back() {
    let date = DateTime::parse(b"2026-11-23T10:20:30.5+01:00").unwrap();
    let local = DateTime::parse(b"20261123T10:20:30").unwrap();
    let mut tape = Vec::new();
    let mut encoder = TapeEncoder::new(&mut tape, false);
    encoder.begin_array().unwrap();
    encoder.binary(b"\xff\x00").unwrap();
    encoder.date_time(&date).unwrap();
    encoder.date_time(&local).unwrap();
    encoder.end_array().unwrap();
    assert_eq!(
        json_of(&tape).as_deref(),
        Ok("[\"/wA=\",\"2026-11-23T10:20:30.500000+01:00\",\"2026-11-23T10:20:30\"]")
    );
}

#[test]
fn different_values_have_different_tapes() {
    let texts = [
        "null",
        "false",
        "0",
        "0.0",
        "\"\"",
        "\"0\"",
        "[]",
        "{}",
        "[[],[]]",
        "[[[]]]",
        "[\"ab\",\"c\"]",
        "[\"a\",\"bc\"]",
        "{\"a\":\"b\"}",
        "[\"a\",\"b\"]",
    ];
    for (at, one) in texts.iter().enumerate() {
        for other in texts.iter().skip(at + 1) {
            assert_ne!(tape_of(one), tape_of(other), "{one} {other}");
        }
    }
}

#[test]
fn what_has_no_form_is_refused() {
    let mut tape = Vec::new();
    let mut encoder = TapeEncoder::new(&mut tape, false);
    assert_eq!(encoder.float(f64::NAN), Err(EncodeError::NotFinite));
    assert_eq!(encoder.string(b"\xff"), Err(EncodeError::InvalidUtf8));
    assert_eq!(encoder.key(b"\xff"), Err(EncodeError::InvalidUtf8));
    for _ in 0..512 {
        encoder.begin_array().unwrap();
    }
    assert_eq!(encoder.begin_object(), Err(EncodeError::TooDeep));
    assert_eq!(TapeEncoder::new(&mut tape, true).string(b"\xff"), Ok(()));
}

#[test]
fn a_tape_that_is_cut_or_goes_on_is_damaged() {
    let tape = tape_of("{\"a\":[1,2.5,\"x\",null],\"b\":{}}");
    assert!(json_of(&tape).is_ok());
    for end in 0..tape.len() {
        assert_eq!(json_of(&tape[..end]), Err(TapeError::Damaged), "{end}");
    }
    assert_eq!(
        json_of(&[&tape[..], b"n"].concat()),
        Err(TapeError::Damaged)
    );
}

#[test]
fn events_out_of_order_are_damage() {
    for tape in [
        &b"]"[..],
        b"}",
        b"[}",
        b"{]",
        b"{n}",
        b"k\0\0\0\0",
        b"[k\0\0\0\0]",
        b"{k\0\0\0\0}",
        b"{k\0\0\0\0k\0\0\0\0n}",
        b"x",
    ] {
        assert_eq!(json_of(tape), Err(TapeError::Damaged), "{tape:?}");
    }
    assert_eq!(json_of(&[b'['; 100_000]), Err(TapeError::Damaged));
}

proptest! {
    #[test]
    fn any_bytes_are_played_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        crate::fuzzing::tape(&bytes);
    }

    #[test]
    fn a_changed_tape_is_played_or_refused(at in 0_usize..60, byte in any::<u8>()) {
        let mut tape = tape_of("{\"a\":[1,2.5,\"x\",null],\"b\":{\"c\":true}}");
        if let Some(slot) = tape.get_mut(at) {
            *slot = byte;
        }
        crate::fuzzing::tape(&tape);
    }
}
