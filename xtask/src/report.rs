//! What a suite's output says: how many passed, what failed, what was skipped.

use crate::suite::Format;

/// The outcome of one suite.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Report {
    pub(crate) passed: usize,
    /// Names of what failed.
    pub(crate) failed: Vec<String>,
    /// Names and reasons of what was skipped.
    pub(crate) skipped: Vec<(String, String)>,
}

impl Report {
    /// Reads a suite's whole output. `exit` is `None` when it was ended by a signal or by its limit.
    ///
    /// A command that fails without a failed test, or that ran no test at all, is a failure of its own.
    pub(crate) fn read(format: Format, output: &str, exit: Option<i32>) -> Self {
        let mut report = match format {
            Format::Cargo => Self::read_cargo(output),
            Format::Lines => Self::read_lines(output),
            Format::ExitCode => Self {
                passed: usize::from(exit == Some(0)),
                ..Self::default()
            },
        };
        match exit {
            // What GNU timeout says when the time was up.
            Some(124 | 137) => report
                .failed
                .push("(took too long and was ended)".to_owned()),
            Some(0)
                if report.passed == 0 && report.failed.is_empty() && report.skipped.is_empty() =>
            {
                report.failed.push("(ran no test)".to_owned());
            }
            Some(0) => {}
            Some(code) if report.failed.is_empty() => {
                report.failed.push(format!("(exit code {code})"));
            }
            Some(_) => {}
            None => report.failed.push("(ended by a signal)".to_owned()),
        }
        report
    }

    /// The counts come from the summaries of the test binaries, the names from the lines of the tests.
    fn read_cargo(output: &str) -> Self {
        let mut report = Self::default();
        for line in output.lines() {
            if let Some(summary) = line.strip_prefix("test result: ") {
                report.passed += number_before(summary, " passed");
            } else if let Some((name, outcome)) = line
                .strip_prefix("test ")
                .and_then(|test| test.rsplit_once(" ... "))
            {
                if outcome == "FAILED" {
                    report.failed.push(name.to_owned());
                } else if let Some(reason) = outcome.strip_prefix("ignored") {
                    report.skipped.push((
                        name.to_owned(),
                        reason.trim_start_matches([',', ' ']).to_owned(),
                    ));
                }
            }
        }
        report
    }

    fn read_lines(output: &str) -> Self {
        let mut report = Self::default();
        for line in output.lines() {
            if line.starts_with("ok ") {
                report.passed += 1;
            } else if let Some(name) = line.strip_prefix("not ok ") {
                report.failed.push(name.trim().to_owned());
            } else if let Some(skip) = line.strip_prefix("skip ") {
                let (name, reason) = skip.split_once(" - ").unwrap_or((skip, ""));
                report
                    .skipped
                    .push((name.trim().to_owned(), reason.trim().to_owned()));
            }
        }
        report
    }
}

fn number_before(text: &str, word: &str) -> usize {
    let before = text.split_once(word).map_or("", |(before, _)| before);
    before
        .rsplit(' ')
        .next()
        .and_then(|number| number.parse().ok())
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cargo_output_is_summed_over_its_binaries() {
        let output = "running 2 tests\ntest a::b ... ok\ntest c ... FAILED\ntest d ... ignored, needs a disk\n\n\
            test result: FAILED. 1 passed; 1 failed; 1 ignored; 0 measured; 0 filtered out\n\
            test crates/x/src/lib.rs - f (line 3) ... ok\n\
            test result: ok. 12 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out\n";
        let report = Report::read(Format::Cargo, output, Some(101));
        assert_eq!(report.passed, 13);
        assert_eq!(report.failed, ["c"]);
        assert_eq!(
            report.skipped,
            [("d".to_owned(), "needs a disk".to_owned())]
        );
    }

    #[test]
    fn lines_count_only_at_the_beginning() {
        let output = "ok one\nnot ok two three\n  ok inside a difference\nskip four - no such database\nok: no\n";
        let report = Report::read(Format::Lines, output, Some(1));
        assert_eq!(report.passed, 1);
        assert_eq!(report.failed, ["two three"]);
        assert_eq!(
            report.skipped,
            [("four".to_owned(), "no such database".to_owned())]
        );
    }

    #[test]
    fn a_command_that_fails_or_runs_nothing_is_a_failure() {
        assert_eq!(
            Report::read(Format::Lines, "ok a\n", Some(2)).failed,
            ["(exit code 2)"]
        );
        assert_eq!(
            Report::read(Format::Lines, "", Some(0)).failed,
            ["(ran no test)"]
        );
        assert_eq!(
            Report::read(Format::Cargo, "error: could not compile", Some(101)).failed,
            ["(exit code 101)"]
        );
        assert_eq!(
            Report::read(Format::Lines, "ok a\n", None).failed,
            ["(ended by a signal)"]
        );
        assert_eq!(
            Report::read(Format::Lines, "ok a\n", Some(124)).failed,
            ["(took too long and was ended)"]
        );
    }

    #[test]
    fn an_exit_code_is_one_test() {
        assert_eq!(
            Report::read(Format::ExitCode, "", Some(0)),
            Report {
                passed: 1,
                ..Report::default()
            }
        );
        assert_eq!(
            Report::read(Format::ExitCode, "", Some(1)).failed,
            ["(exit code 1)"]
        );
    }
}
