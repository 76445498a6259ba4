//! Runs suites, each with its own log in `build/test-logs`, and says what came out.
//!
//! Those that need nothing of the others run beside those that need the extension: while one waits for a server or links on
//! one core, the other has something to do. What measures or takes long comes after both, by itself.

use std::fs;
use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::thread;
use std::time::Duration;
use std::time::Instant;

use crate::report::Report;
use crate::skips::Skips;
use crate::suite::Suite;

const LOGS: &str = "build/test-logs";
/// How much of a failed suite's log is shown.
const TAIL_LINES: usize = 60;

/// Whether nothing failed. The last line printed is `N passed, M failed, K skipped`.
pub(crate) fn run(suites: Vec<Suite>) -> io::Result<bool> {
    let skips = Skips::load()?;
    fs::create_dir_all(LOGS)?;
    let preparation = prepare_other_php(&suites)?;
    let (alone, together): (Vec<Suite>, Vec<Suite>) =
        suites.into_iter().partition(|suite| suite.is_run_alone());
    let (beside, others): (Vec<Suite>, Vec<Suite>) = together
        .into_iter()
        .partition(|suite| suite.is_independent());
    let mut outcomes = thread::scope(|scope| {
        let beside = scope.spawn(|| run_in_turn(beside, &skips));
        let others = run_in_turn(others, &skips)?;
        let mut all = beside
            .join()
            .map_err(|_panic| io::Error::other("a thread of the test runner has panicked"))??;
        all.extend(others);
        Ok::<_, io::Error>(all)
    })?;
    outcomes.extend(run_in_turn(alone, &skips)?);
    if let Some(mut child) = preparation {
        child.wait()?;
    }
    summarize(&outcomes)
}

/// One after the other.
fn run_in_turn(suites: Vec<Suite>, skips: &Skips) -> io::Result<Vec<(Suite, Report)>> {
    let mut outcomes = Vec::new();
    for suite in suites {
        let (mut report, took) = run_one(&suite)?;
        reject_unlisted_skips(&mut report, &suite, skips);
        println!(
            "{:<20}{:>6} passed {:>4} failed {:>4} skipped {:>8.1} s",
            suite.name,
            report.passed,
            report.failed.len(),
            report.skipped.len(),
            took.as_secs_f64()
        );
        outcomes.push((suite, report));
    }
    Ok(outcomes)
}

/// The scratch root of the other PHP is mostly download and unpacking: it is made while the first suites compute.
/// The suite that needs it waits for it, and reports when it could not be made.
fn prepare_other_php(suites: &[Suite]) -> io::Result<Option<Child>> {
    if suites.len() < 2 || !suites.iter().any(|suite| suite.name == "phpt-other") {
        return Ok(None);
    }
    let log = File::create(format!("{LOGS}/other-php-root.log"))?;
    Command::new("scripts/other-php")
        .arg("prepare")
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        .spawn()
        .map(Some)
}

/// Runs a suite to its end or to its limit. All its processes end with this one.
fn run_one(suite: &Suite) -> io::Result<(Report, Duration)> {
    let path = log_path(suite);
    let log = File::create(&path)?;
    let start = Instant::now();
    let status = Command::new("setpriv")
        .args(["--pdeathsig", "TERM", "timeout", "--kill-after=10"])
        .arg(suite.limit_seconds.to_string())
        .args(&suite.command)
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        .status()?;
    let took = start.elapsed();
    let output = fs::read(&path)?;
    Ok((
        Report::read(
            suite.format,
            &String::from_utf8_lossy(&output),
            status.code(),
        ),
        took,
    ))
}

fn log_path(suite: &Suite) -> PathBuf {
    PathBuf::from(format!("{LOGS}/{}.log", suite.name.replace('/', "-")))
}

fn reject_unlisted_skips(report: &mut Report, suite: &Suite, skips: &Skips) {
    for (name, reason) in &report.skipped {
        if !skips.allows(&suite.name, name) {
            report.failed.push(format!(
                "{name} (skipped, which tests/SKIPS does not allow: {reason})"
            ));
        }
    }
    report
        .skipped
        .retain(|(name, _)| skips.allows(&suite.name, name));
}

fn summarize(outcomes: &[(Suite, Report)]) -> io::Result<bool> {
    let (mut passed, mut failed, mut skipped) = (0, 0, 0);
    for (suite, report) in outcomes {
        passed += report.passed;
        failed += report.failed.len();
        skipped += report.skipped.len();
        for (name, reason) in &report.skipped {
            println!("skipped: {} {name} - {reason}", suite.name);
        }
    }
    for (suite, report) in outcomes
        .iter()
        .filter(|(_, report)| !report.failed.is_empty())
    {
        let path = log_path(suite);
        println!(
            "\n--- {} failed; the end of {}:",
            suite.name,
            path.display()
        );
        print_tail(&fs::read(&path)?);
        for name in &report.failed {
            println!("failed: {} {name}", suite.name);
        }
    }
    println!("{passed} passed, {failed} failed, {skipped} skipped");
    Ok(failed == 0)
}

/// The last lines, indented, so that none of them can be taken for a line of this report.
fn print_tail(log: &[u8]) {
    let log = String::from_utf8_lossy(log);
    let lines: Vec<&str> = log.lines().collect();
    for line in &lines[lines.len().saturating_sub(TAIL_LINES)..] {
        println!("    {line}");
    }
}
