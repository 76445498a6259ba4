//! The suites, in the order they run. To add one, add an entry to [`all`]; to add a check that needs no entry, put an
//! executable into `tests/gates` (part of every run) or `tests/long` (part of `make test-long`).

use std::env;
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

/// How much is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Length {
    /// `make test`: at most 15 minutes on two cores.
    Short,
    /// `make test-long`: what takes long too.
    Long,
}

/// How a suite says what passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// The output of `cargo test`.
    Cargo,
    /// `ok NAME`, `not ok NAME`, `skip NAME - reason` at the beginning of a line, anything in between.
    Lines,
    /// One test, which passes when the command exits with 0.
    ExitCode,
}

/// A command that tests something.
#[derive(Clone, Debug)]
pub(crate) struct Suite {
    pub(crate) name: String,
    pub(crate) about: String,
    pub(crate) command: Vec<String>,
    pub(crate) format: Format,
    /// After so many seconds it is ended and has failed.
    pub(crate) limit_seconds: u32,
}

/// What may run beside a suite. The stages of a run follow each other in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Needs nothing that another suite makes, so it runs beside those of [`Stage::Extension`].
    Independent,
    /// Needs the extension for this PHP.
    Extension,
    /// Has the machine for itself, since it measures time or is a whole run of its own.
    Alone,
    /// Counts, and takes long: two of them at a time.
    Soak,
}

impl Suite {
    pub(crate) fn stage(&self) -> Stage {
        match self.name.as_str() {
            "lint" | "cargo" | "fuzz" | "phpt-other" => Stage::Independent,
            "long/chaos" | "long/chat" => Stage::Alone,
            name if name.ends_with("/process") || name.starts_with("stranger") => Stage::Alone,
            name if name.starts_with("long/") => Stage::Soak,
            _ => Stage::Extension,
        }
    }
}

/// All suites of a run, in order.
pub(crate) fn all(length: Length) -> io::Result<Vec<Suite>> {
    let xtask = env::current_exe()?.display().to_string();
    let mut suites = vec![
        suite(
            "lint",
            "format, clippy, docs, house rules",
            &[&xtask, "lint"],
            Format::Lines,
            900,
        ),
        suite(
            "cargo",
            "unit and integration tests of the crates, without PHP",
            &[
                "cargo",
                "test",
                "--quiet",
                "--locked",
                "--no-fail-fast",
                "--workspace",
                "--exclude",
                "kargo-php",
                "--",
                "--format=pretty",
            ],
            Format::Cargo,
            900,
        ),
        suite(
            "fuzz",
            "each parser, for some seconds",
            &["fuzz/run", "3"],
            Format::Lines,
            1800,
        ),
        suite(
            "build",
            "build/kargo_event.so",
            &["scripts/extension", "build"],
            Format::ExitCode,
            900,
        ),
        suite(
            "stubs",
            "the stubs say what the extension has",
            &["scripts/check-stubs"],
            Format::Lines,
            60,
        ),
        suite(
            "phpt",
            "the PHP-level tests on this PHP",
            &["tests/phpt/run", "--without", "process"],
            Format::Lines,
            900,
        ),
        suite(
            "phpt-other",
            "the same on the other Debian release's PHP, built there",
            &["scripts/other-php", "test", "--without", "process"],
            Format::Lines,
            1800,
        ),
        suite(
            "phpt/process",
            "those on how workers share connections in time",
            &["tests/phpt/run", "process"],
            Format::Lines,
            300,
        ),
        suite(
            "phpt-other/process",
            "the same on the other release's PHP",
            &["scripts/other-php", "test", "process"],
            Format::Lines,
            900,
        ),
        suite(
            "blackbox",
            "the demo and its databases, driven from outside",
            &["python3", "tests/blackbox/harness_run.py"],
            Format::Lines,
            900,
        ),
    ];
    suites.extend(executables("tests/gates", "gates", 600)?);
    if length == Length::Long {
        suites.extend(executables("tests/long", "long", 3600)?);
        for (name, about, script) in [
            (
                "stranger",
                "a bare Debian with make and Rust: make demo, then make test",
                r#"exec scripts/stranger "$(. /etc/os-release && echo "$VERSION_CODENAME")""#,
            ),
            (
                "stranger-other",
                "the same on the other release, with its frameworks, databases and clients, and this one as its other PHP",
                r#"exec scripts/stranger "$(scripts/other-php release)" phpt phpt-other blackbox"#,
            ),
        ] {
            suites.push(suite(
                name,
                about,
                &["bash", "-euc", script],
                Format::Lines,
                5400,
            ));
        }
    }
    Ok(suites)
}

/// The suites with these names (`gates` means all of `gates/...`), or all when there is no name. What they test is
/// built first.
pub(crate) fn named(length: Length, names: &[&str]) -> io::Result<Vec<Suite>> {
    let suites = all(length)?;
    if names.is_empty() {
        return Ok(suites);
    }
    // A suite asked for by name is run, however long it takes.
    let mut selected = suites;
    for suite in all(Length::Long)? {
        if !selected.iter().any(|known| known.name == suite.name) {
            selected.push(suite);
        }
    }
    let is_wanted = |suite: &Suite| names.iter().any(|name| is_named(suite, name));
    if let Some(name) = names
        .iter()
        .find(|name| !selected.iter().any(|suite| is_named(suite, name)))
    {
        let message = format!("no suite {name}: make test SUITE=list names them");
        return Err(io::Error::other(message));
    }
    let with_build = selected
        .iter()
        .any(|suite| is_wanted(suite) && loads_extension(&suite.name));
    selected.retain(|suite| is_wanted(suite) || (with_build && suite.name == "build"));
    Ok(selected)
}

/// Whether a suite uses `build/kargo_event.so`.
fn loads_extension(name: &str) -> bool {
    matches!(name, "stubs" | "phpt" | "phpt/process" | "blackbox")
        || name.starts_with("gates/")
        || name.starts_with("long/")
}

fn is_named(suite: &Suite, name: &str) -> bool {
    suite.name == name
        || suite
            .name
            .strip_prefix(name)
            .is_some_and(|rest| rest.starts_with('/'))
}

fn suite(name: &str, about: &str, command: &[&str], format: Format, limit_seconds: u32) -> Suite {
    Suite {
        name: name.to_owned(),
        about: about.to_owned(),
        command: command.iter().map(|&word| word.to_owned()).collect(),
        format,
        limit_seconds,
    }
}

/// A suite for each executable of a folder, by name.
fn executables(folder: &str, prefix: &str, limit_seconds: u32) -> io::Result<Vec<Suite>> {
    let mut paths: Vec<PathBuf> = match fs::read_dir(folder) {
        Ok(entries) => entries
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<Result<_, _>>()?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(error),
    };
    paths.retain(|path| {
        path.metadata()
            .is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
    });
    paths.sort();
    let as_suite = |path: &PathBuf| {
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        let path = path.display().to_string();
        suite(
            &format!("{prefix}/{stem}"),
            &format!("see {path}"),
            &[&path],
            Format::Lines,
            limit_seconds,
        )
    };
    Ok(paths.iter().map(as_suite).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_name_means_all_its_suites() {
        let gate = suite("gates/instructions", "", &[], Format::Lines, 1);
        assert!(is_named(&gate, "gates"));
        assert!(is_named(&gate, "gates/instructions"));
        assert!(!is_named(&gate, "gate"));
        assert!(!is_named(
            &suite("phpt-other", "", &[], Format::Lines, 1),
            "phpt"
        ));
    }
}
