//! Runs a folder of cases: `cargo run -p kargo-http --example vectors -- FOLDER`
//!
//! `FOLDER` is searched for `*.cases` files, and for `NAME.raw` (bytes as they go over the wire)
//! with `NAME.want` beside it (lines of the transcript). Both are described in
//! `tests/vectors/http/README.md`. A `.raw` without `.want` has its transcript printed. Every case
//! is decoded whole and byte by byte; exit code 1 if one differs from what is wanted.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for the command line"
)]

#[path = "../tests/support/cases.rs"]
mod cases;

use std::path::Path;
use std::process::ExitCode;

use cases::Case;
use kargo_http::transcript::transcript;

fn main() -> ExitCode {
    let Some(folder) = std::env::args().nth(1) else {
        eprintln!("usage: vectors FOLDER");
        return ExitCode::FAILURE;
    };
    let cases = match cases::read_folder(Path::new(&folder)) {
        Ok(cases) => cases,
        Err(error) => {
            eprintln!("{folder}: {error}");
            return ExitCode::FAILURE;
        }
    };
    let passed = cases.iter().filter(|case| passes(case)).count();
    println!("{passed} of {} cases passed", cases.len());
    if passed == cases.len() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn passes(case: &Case) -> bool {
    let length = case.bytes.len();
    let whole = transcript(
        &case.bytes,
        &case.limits,
        &case.sender,
        std::iter::once(length),
    );
    let bytewise = transcript(&case.bytes, &case.limits, &case.sender, 1..=length);
    let passes = case.is_met_by(&whole) && whole == bytewise;
    if !passes || case.wanted.is_none() {
        println!("{}", case.name);
        whole.iter().for_each(|line| println!("  {line}"));
    }
    if !passes {
        for line in case.wanted.iter().flatten() {
            println!("  wanted: {line}");
        }
    }
    if whole != bytewise {
        bytewise
            .iter()
            .for_each(|line| println!("  byte by byte: {line}"));
    }
    passes
}
