//! What is too long for make: `cargo run -p xtask -- COMMAND`, called by the Makefile's doors.
//!
//! - `test [SUITE...]`: the suites of [`suite::all`], or the named ones; `test list` names them.
//! - `test-long [SUITE...]`: the same and what takes long.
//! - `lint`: the checks of [`lint`], one line each.
//!
//! Exit code 0 when nothing failed, 1 otherwise.
#![forbid(unsafe_code)]
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line program: its report is its output"
)]

mod lint;
mod report;
mod runner;
mod skips;
mod suite;

use std::env;
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("xtask: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Whether everything passed.
fn run(arguments: &[&str]) -> io::Result<bool> {
    env::set_current_dir(repository()?)?;
    match arguments {
        ["test", "list"] => {
            for suite in suite::all(suite::Length::Long)? {
                println!("{:<18} {}", suite.name, suite.about);
            }
            Ok(true)
        }
        ["test", names @ ..] => runner::run(&suite::named(suite::Length::Short, names)?),
        ["test-long", names @ ..] => runner::run(&suite::named(suite::Length::Long, names)?),
        ["lint"] => lint::run(),
        _ => Err(io::Error::other(
            "usage: xtask test [list | SUITE...] | test-long [SUITE...] | lint",
        )),
    }
}

/// The root of the repository: the parent of this crate's folder, wherever the command was called.
fn repository() -> io::Result<PathBuf> {
    let mut path = env::current_dir()?;
    while !path.join("xtask/Cargo.toml").is_file() {
        if !path.pop() {
            return Err(io::Error::other("call this inside the repository"));
        }
    }
    Ok(path)
}
