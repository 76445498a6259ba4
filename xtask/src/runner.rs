//! Runs suites, each with its own log in `build/test-logs`, and says what came out.
//!
//! Those that need nothing of the others run beside those that need the extension: while one waits for a server or links on
//! one core, the other has something to do. What measures time comes after both, by itself, and then what takes long.

use std::collections::VecDeque;
use std::fs;
use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::thread;
use std::time::Duration;
use std::time::Instant;

use crate::report::Report;
use crate::skips::Skips;
use crate::suite::Stage;
use crate::suite::Suite;

type Outcomes = Vec<(Suite, Report)>;

const LOGS: &str = "build/test-logs";
/// How much of a failed suite's log is shown.
const TAIL_LINES: usize = 60;

/// Whether nothing failed. The last line printed is `N passed, M failed, K skipped`.
pub(crate) fn run(suites: &[Suite]) -> io::Result<bool> {
    let skips = Skips::load()?;
    fs::create_dir_all(LOGS)?;
    let preparation = prepare_other_php(suites)?;
    let of = |stage: Stage| -> VecDeque<Suite> {
        let of_stage = suites.iter().filter(|suite| suite.stage() == stage);
        of_stage.cloned().collect()
    };
    let independent = Mutex::new(of(Stage::Independent));
    let extension = Mutex::new(of(Stage::Extension));
    let alone = Mutex::new(of(Stage::Alone));
    let soaks = Mutex::new(of(Stage::Soak));
    let mut outcomes = run_beside([&independent, &extension], &skips)?;
    outcomes.extend(run_in_turn(&alone, &skips)?);
    outcomes.extend(run_beside([&soaks, &soaks], &skips)?);
    if let Some(mut child) = preparation {
        child.wait()?;
    }
    summarize(&outcomes)
}

/// Two queues beside each other, or one by two threads.
fn run_beside(queues: [&Mutex<VecDeque<Suite>>; 2], skips: &Skips) -> io::Result<Outcomes> {
    let [first, second] = queues;
    thread::scope(|scope| {
        let beside = scope.spawn(|| run_in_turn(first, skips));
        let others = run_in_turn(second, skips)?;
        let mut all = beside
            .join()
            .map_err(|_panic| io::Error::other("a thread of the test runner has panicked"))??;
        all.extend(others);
        Ok(all)
    })
}

/// One after the other, until the queue is empty.
fn run_in_turn(queue: &Mutex<VecDeque<Suite>>, skips: &Skips) -> io::Result<Outcomes> {
    let mut outcomes = Vec::new();
    while let Some(suite) = next_suite(queue) {
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

fn next_suite(queue: &Mutex<VecDeque<Suite>>) -> Option<Suite> {
    // A thread that panicked has left nothing half done in it.
    queue
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .pop_front()
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
