//! JSON in and out: vectors, PHP beside us, and round trips.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a failing test may panic"
)]

mod support;

use kargo_rpc::BodyErrorKind;
use kargo_rpc::DecodeError;
use kargo_rpc::Limits;
use kargo_rpc::json;
use kargo_rpc::json::JsonEncoder;
use kargo_rpc::json::JsonScratch;
use proptest::prelude::*;
use support::Random;
use support::Tree;
use support::Value;
use support::php_lines;
use support::unescaped;

const VECTORS: &str = include_str!("../../../tests/vectors/rpc/json/values.txt");

/// Decodes and encodes again, and decodes every text twice with the same scratch.
fn rewritten(text: &[u8]) -> Result<Vec<u8>, BodyErrorKind> {
    let value = decoded(text)?;
    let mut out = Vec::new();
    let mut encoder = JsonEncoder::new(&mut out);
    value
        .encode(&mut encoder)
        .expect("what was decoded can be encoded");
    encoder.finish();
    Ok(out)
}

fn decoded(text: &[u8]) -> Result<Value, BodyErrorKind> {
    let mut scratch = JsonScratch::new();
    let mut tree = Tree::default();
    match json::decode(text, &Limits::default(), &mut scratch, &mut tree) {
        Ok(()) => {
            assert_eq!(tree.values.len(), 1);
            Ok(tree.values.remove(0))
        }
        Err(DecodeError::Body(error)) => {
            assert!(error.offset <= text.len());
            Err(error.kind)
        }
        Err(DecodeError::Builder(error)) => panic!("{error}"),
    }
}

/// What PHP makes of each text: `None` where it is refused or can't be written again.
fn rewritten_by_php(texts: &[Vec<u8>]) -> Vec<Option<Vec<u8>>> {
    let code = r"
        $value = json_decode($text);
        $isGood = json_last_error() === JSON_ERROR_NONE;
        $flags = JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_PRESERVE_ZERO_FRACTION;
        $again = $isGood ? json_encode($value, $flags) : false;
        echo $again === false ? '!' : $again, PHP_EOL;";
    let lines = php_lines(code, texts);
    lines
        .into_iter()
        .map(|line| (line != b"!").then_some(line))
        .collect()
}

#[test]
fn every_vector_has_its_outcome_here_and_in_php() {
    let cases: Vec<Vec<&str>> = VECTORS
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.split('\t').collect())
        .collect();
    assert!(cases.len() > 200);
    let texts: Vec<Vec<u8>> = cases.iter().map(|case| unescaped(case[1])).collect();
    for ((case, text), php) in cases.iter().zip(&texts).zip(rewritten_by_php(&texts)) {
        let ours = rewritten(text).ok();
        let shown = String::from_utf8_lossy(text);
        match *case.as_slice() {
            ["accept", _, output] => {
                assert_eq!(ours, Some(unescaped(output)), "{shown}");
                assert_eq!(php, ours, "PHP: {shown}");
            }
            ["refuse", _] => {
                assert_eq!(ours, None, "{shown}");
                assert_eq!(php, None, "PHP: {shown}");
            }
            // PHP's INF can't be written, so it is refused there too, but later.
            ["differ", _] => {
                assert_eq!(rewritten(text), Err(BodyErrorKind::NumberRange), "{shown}");
                assert_eq!(php, None, "PHP: {shown}");
            }
            _ => panic!("{case:?}"),
        }
    }
}

#[test]
fn mutated_texts_are_what_they_are_in_php() {
    let seeds: Vec<Vec<u8>> = VECTORS
        .lines()
        .filter(|line| line.starts_with("accept") && line.len() < 500)
        .map(|line| unescaped(line.split('\t').nth(1).unwrap()))
        .chain([
            br#"{"jsonrpc":"2.0","method":"poll.getAllPolls","params":[1,-2.5e3,"a\u00e9\n"],"id":1}"#.to_vec(),
            br#"[{"id":1,"name":"User","tags":["x","y"],"score":0.25,"note":null},{"id":-7}]"#.to_vec(),
        ])
        .collect();
    let pieces: Vec<&[u8]> = vec![
        b"\"",
        b"\\",
        b"\\u",
        b"\\ud83d",
        b"\\ude00",
        b"\\u0000",
        b"[",
        b"]",
        b"{",
        b"}",
        b",",
        b":",
        b"-",
        b"+",
        b"0",
        b"1",
        b"9",
        b".",
        b"e",
        b"E5",
        b" ",
        b"\n",
        b"\0",
        b"\x1f",
        b"\x80",
        b"\xc3\xa9",
        b"\xe2\x80\xa8",
        b"\xed\xa0\x80",
        b"\xf0\x9f\x98\x80",
        b"true",
        b"null",
        b"\"a\":",
        b"[]",
        b"{}",
        b"9223372036854775807",
        b"123456789",
        b"e-30",
        b"e300",
        b"0.000001",
        b"\xef\xbb\xbf",
    ];
    let mut random = Random(0x1234_5678_9abc_def1);
    let texts: Vec<Vec<u8>> = (0..40_000)
        .map(|_| {
            let seed = random.below(seeds.len());
            random.mutated(&seeds[seed], &pieces)
        })
        .collect();
    let mut accepted = 0;
    for (text, php) in texts.iter().zip(rewritten_by_php(&texts)) {
        let ours = rewritten(text).ok();
        accepted += usize::from(ours.is_some());
        assert_eq!(ours, php, "{:?}", String::from_utf8_lossy(text));
    }
    assert!(
        (5_000..35_000).contains(&accepted),
        "{accepted} of the texts are JSON"
    );
}

#[test]
fn floats_are_written_as_php_writes_them() {
    let mut random = Random(0xfeed_beef_1234_5679);
    let numbers: Vec<f64> = (0..20_000)
        .map(|round| {
            let bits = random.0;
            random.below(2);
            match round % 4 {
                0 => f64::from_bits(bits),
                1 => (bits >> 11) as f64 / 1e3,
                2 => (bits % 1_000_000) as f64 / 1e7,
                _ => (bits % 1_000_000_007) as f64 * 10f64.powi((bits % 40) as i32 - 20),
            }
        })
        .filter(|number| number.is_finite())
        .collect();
    let inputs: Vec<Vec<u8>> = numbers
        .iter()
        .map(|number| number.to_le_bytes().into())
        .collect();
    let code = "echo json_encode(unpack('e', $text)[1], JSON_PRESERVE_ZERO_FRACTION), PHP_EOL;";
    for (number, php) in numbers.iter().zip(php_lines(code, &inputs)) {
        let mut out = Vec::new();
        let mut encoder = JsonEncoder::new(&mut out);
        Value::Float(*number).encode(&mut encoder).unwrap();
        encoder.finish();
        assert_eq!(String::from_utf8(out), String::from_utf8(php));
    }
}

#[test]
fn depth_is_limited_below_at_and_above() {
    let limits = Limits {
        max_depth: 3,
        ..Limits::default()
    };
    let mut scratch = JsonScratch::new();
    let mut outcome = |text: &str| {
        json::decode(text.as_bytes(), &limits, &mut scratch, &mut Tree::default()).is_ok()
    };
    assert!(outcome("[1]"));
    assert!(outcome("[[1],{}]"));
    assert!(!outcome("[[[]]]"));
    assert!(!outcome("[{\"a\":[1]}]"));
    // Closed ones don't count, and a failure leaves nothing behind.
    assert!(outcome("[[],[],[],[]]"));
}

#[test]
fn the_builder_can_give_up() {
    let mut scratch = JsonScratch::new();
    let result = json::decode(
        br#"[1,{"a":"the builder gives up"}]"#,
        &Limits::default(),
        &mut scratch,
        &mut Tree::default(),
    );
    assert_eq!(result, Err(DecodeError::Builder("gave up".into())));
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        any::<f64>()
            .prop_filter("finite", |number| number.is_finite())
            .prop_map(Value::Float),
        any::<String>().prop_map(|text| Value::String(text.into())),
        "[ -~\\x00-\\x1f\u{2028}é]*".prop_map(|text| Value::String(text.into())),
    ];
    leaf.prop_recursive(5, 60, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(Value::Array),
            prop::collection::btree_map("[^\\x00]?[a-z\\\\\"\\n]*", inner, 0..8).prop_map(
                |members| {
                    Value::Object(
                        members
                            .into_iter()
                            .map(|(key, value)| (key.into_bytes(), value))
                            .collect(),
                    )
                }
            ),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_value_round_trips(value in any_value()) {
        let mut out = Vec::new();
        let mut encoder = JsonEncoder::new(&mut out);
        value.encode(&mut encoder).unwrap();
        encoder.finish();
        prop_assert_eq!(decoded(&out), Ok(value));
        prop_assert!(serde_json::from_slice::<serde_json::Value>(&out).is_ok());
        // Records that repeat: what comes after a key can be guessed.
        kargo_rpc::fuzzing::json(&[b"[", &out[..], b",", &out[..], b",", &out[..], b"]"].concat());
    }

    #[test]
    fn any_bytes_end_well(bytes in prop::collection::vec(any::<u8>(), 0..100)) {
        kargo_rpc::fuzzing::json(&bytes);
        kargo_rpc::fuzzing::jsonrpc(&bytes);
    }

    #[test]
    fn any_json_like_text_ends_well(text in "[\\[\\]{}\",:0-9.eE+\\- tfn\\\\u]{0,60}") {
        kargo_rpc::fuzzing::json(text.as_bytes());
        kargo_rpc::fuzzing::jsonrpc(text.as_bytes());
    }
}
