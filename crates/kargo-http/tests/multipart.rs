//! Every case of `tests/vectors/multipart`, whole, cut at every position, and byte by byte.
#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "what can't be read fails the test"
)]

use std::fs;
use std::path::Path;

use kargo_http::multipart::Limits;
use kargo_http::multipart::transcript::transcript;

#[path = "support/escapes.rs"]
mod escapes;
use escapes::unescape;

/// A body, what is asked of it, and what must come of it.
#[derive(Debug)]
struct Case {
    name: String,
    content_type: String,
    limits: Limits,
    bytes: Vec<u8>,
    wanted: Vec<String>,
}

#[test]
fn every_case_has_its_outcome_however_it_is_cut() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors/multipart");
    let mut cases = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|it| it == "cases") {
            cases.extend(parse(&fs::read_to_string(&path).unwrap()));
        }
    }
    assert!(
        cases.len() > 70,
        "only {} cases: is the folder complete?",
        cases.len()
    );
    for case in &cases {
        let length = case.bytes.len();
        let run = |ends: &[usize]| {
            transcript(
                case.content_type.as_bytes(),
                &case.bytes,
                &case.limits,
                ends.iter().copied(),
            )
        };
        assert_eq!(run(&[length]), case.wanted, "{}", case.name);
        let bytewise: Vec<usize> = (0..=length).collect();
        assert_eq!(run(&bytewise), case.wanted, "{}: byte by byte", case.name);
        for cut in 0..=length {
            assert_eq!(
                run(&[cut, length]),
                case.wanted,
                "{}: cut at {cut}",
                case.name
            );
        }
    }
}

fn parse(text: &str) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    for line in text.lines() {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(name) = line.strip_prefix("== ") {
            cases.push(Case {
                name: name.to_owned(),
                content_type: "multipart/form-data; boundary=x".to_owned(),
                limits: Limits::default(),
                bytes: Vec::new(),
                wanted: Vec::new(),
            });
            continue;
        }
        let case = cases.last_mut().unwrap();
        let (kind, rest) = line.split_once(' ').unwrap();
        match kind {
            "type" => rest.clone_into(&mut case.content_type),
            "limit" => limit(&mut case.limits, rest),
            "<" => case.bytes.extend(unescape(rest).unwrap()),
            "<*" => {
                let (times, piece) = rest.split_once(' ').unwrap();
                let piece = unescape(piece).unwrap().repeat(times.parse().unwrap());
                case.bytes.extend(piece);
            }
            ">" => case.wanted.push(rest.to_owned()),
            _ => panic!("an unknown kind of line: {line}"),
        }
    }
    cases
}

fn limit(limits: &mut Limits, text: &str) {
    let (name, value) = text.split_once(' ').unwrap();
    let value: usize = value.parse().unwrap();
    match name {
        "total_bytes" => limits.total_bytes = value as u64,
        "parts" => limits.parts = value,
        "head_bytes" => limits.head_bytes = value,
        "name_bytes" => limits.name_bytes = value,
        "field_bytes" => limits.field_bytes = value as u64,
        "fields_bytes" => limits.fields_bytes = value as u64,
        "files" => limits.files = value,
        "file_bytes" => limits.file_bytes = value as u64,
        _ => panic!("no limit: {name}"),
    }
}
