//! What `make lint` checks: one line per check, `ok NAME` or `not ok NAME` below what is wrong.

mod dependencies;
mod files;

use std::io;
use std::path::Path;
use std::process::Command;
use std::process::Stdio;

/// Runs every check, also after one has failed. Whether all passed.
pub(crate) fn run() -> io::Result<bool> {
    let mut passed = true;
    let mut report = |name: &str, problems: &[String]| {
        for problem in problems {
            println!("    {problem}");
        }
        passed &= problems.is_empty();
        println!(
            "{} {name}",
            if problems.is_empty() { "ok" } else { "not ok" }
        );
    };

    report("format", &command("cargo", &["fmt", "--all", "--check"])?);
    if Path::new("fuzz/Cargo.toml").is_file() {
        let arguments = ["fmt", "--manifest-path", "fuzz/Cargo.toml", "--check"];
        report("format-fuzz", &command("cargo", &arguments)?);
    }
    report("files", &files::problems()?);
    report("dependencies", &dependencies::direction()?);
    report("php-in-one-crate", &dependencies::php_in_one_crate()?);
    report("licences", &dependencies::licences()?);
    report("shell-syntax", &files::shell_syntax()?);
    report("php-syntax", &files::php_syntax()?);
    report(
        "clippy",
        &command(
            "cargo",
            &[
                "clippy",
                "--quiet",
                "--locked",
                "--workspace",
                "--all-targets",
                "--",
                "-D",
                "warnings",
            ],
        )?,
    );
    report(
        "docs",
        &command(
            "cargo",
            &[
                "--config",
                "build.rustdocflags=['-D', 'warnings']",
                "doc",
                "--quiet",
                "--locked",
                "--workspace",
                "--no-deps",
                "--document-private-items",
            ],
        )?,
    );
    for (name, program, arguments) in [
        ("typos", "typos", ["--config", "typos.toml"].as_slice()),
        ("deny", "cargo-deny", &["check"]),
    ] {
        if is_installed(program) {
            report(name, &command(program, arguments)?);
        } else {
            println!("skip {name} - {program} is not installed");
        }
    }
    Ok(passed)
}

/// The lines a failing command printed; none when it succeeds.
fn command(program: &str, arguments: &[&str]) -> io::Result<Vec<String>> {
    let output = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .output()?;
    if output.status.success() {
        return Ok(Vec::new());
    }
    let text = [output.stdout, output.stderr].concat();
    let mut lines: Vec<String> = String::from_utf8_lossy(&text)
        .lines()
        .map(str::to_owned)
        .collect();
    lines.push(format!(
        "{program} {}: {}",
        arguments.join(" "),
        output.status
    ));
    Ok(lines)
}

/// What a command printed; its failure is an error.
fn output(program: &str, arguments: &[&str]) -> io::Result<String> {
    let output = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .output()?;
    if !output.status.success() {
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        return Err(io::Error::other(format!(
            "{program} {}: {error}",
            arguments.join(" ")
        )));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn is_installed(program: &str) -> bool {
    let version = Command::new(program)
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    version.is_ok_and(|status| status.success())
}
