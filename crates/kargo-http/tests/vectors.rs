//! Every case of `tests/vectors/http`, whole, cut at every position, and byte by byte.

#[path = "support/cases.rs"]
mod cases;

use std::path::Path;

use cases::Case;
use kargo_http::transcript::transcript;

#[test]
fn every_case_has_its_outcome_however_it_is_cut() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors/http");
    let cases = cases::read_folder(&folder).unwrap();
    assert!(
        cases.len() > 150,
        "only {} cases: is the folder complete?",
        cases.len()
    );
    let failures: Vec<String> = cases.iter().filter_map(failure).collect();
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

fn failure(case: &Case) -> Option<String> {
    let length = case.bytes.len();
    let run = |ends: &[usize]| {
        let ends = ends.iter().copied();
        transcript(&case.bytes, &case.limits, &case.sender, ends)
    };
    let whole = run(&[length]);
    if !case.is_met_by(&whole) {
        return Some(format!(
            "{}\n  wanted {:#?}\n  got {whole:#?}",
            case.name, case.wanted
        ));
    }
    let bytewise: Vec<usize> = (1..=length).collect();
    let got = run(&bytewise);
    if got != whole {
        return Some(format!(
            "{}\n  whole {whole:#?}\n  byte by byte {got:#?}",
            case.name
        ));
    }
    cuts(length).find_map(|cut| {
        let got = run(&[cut, length]);
        (got != whole)
            .then(|| format!("{}\n  whole {whole:#?}\n  cut at {cut} {got:#?}", case.name))
    })
}

/// All positions; of long cases those near both ends and some between.
fn cuts(length: usize) -> impl Iterator<Item = usize> {
    (0..=length)
        .filter(move |&cut| length < 3_000 || cut < 300 || length - cut < 300 || cut % 509 == 0)
}
