//! House rules on the files themselves.

use std::env;
use std::fs;
use std::io;
use std::path::Path;

use super::command;
use super::output;

/// Lines at which a file has to be split; inline tests of Rust files do not count.
const MAX_LINES: &[(&str, usize)] = &[
    ("rs", 600),
    ("c", 600),
    ("h", 600),
    ("py", 600),
    ("php", 400),
    ("inc", 400),
    ("Makefile", 60),
];

/// Words that say that something is unfinished, written apart so that this file does not contain them.
const UNFINISHED: &[&str] = &[
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("X", "XX"),
    concat!("for", " now"),
];

/// What is not ours to judge: data of others, and what tools write.
const FOREIGN: &[&str] = &["tests/vectors/", "Cargo.lock", "fuzz/Cargo.lock"];

/// Files that are too long, remarks that say "unfinished", and paths of the machine they were written on.
pub(super) fn problems() -> io::Result<Vec<String>> {
    let machine_paths = machine_paths()?;
    let mut problems = Vec::new();
    for path in project_files()? {
        // Binary files and those deleted but not yet committed say nothing.
        let Ok(text) = fs::read_to_string(&path) else {
            continue;
        };
        if FOREIGN.iter().any(|foreign| path.starts_with(foreign)) {
            continue;
        }
        if let Some(problem) = too_long(&path, &text) {
            problems.push(problem);
        }
        for (number, line) in (1..).zip(text.lines()) {
            for word in UNFINISHED.iter().filter(|word| has_word(line, word)) {
                problems.push(format!(
                    "{path}:{number}: {word:?}: finish it, or delete the remark"
                ));
            }
            for found in machine_paths
                .iter()
                .filter(|found| line.contains(found.as_str()))
            {
                problems.push(format!(
                    "{path}:{number}: {found:?} is a path of this machine"
                ));
            }
        }
        if !text.is_empty() && !text.ends_with('\n') {
            problems.push(format!("{path}: no newline at the end"));
        }
    }
    Ok(problems)
}

/// Scripts that bash cannot parse.
pub(super) fn shell_syntax() -> io::Result<Vec<String>> {
    let mut problems = Vec::new();
    for path in project_files()? {
        let text = fs::read_to_string(&path).unwrap_or_default();
        if text.starts_with("#!")
            && text
                .lines()
                .next()
                .is_some_and(|line| line.ends_with("bash"))
        {
            problems.extend(command("bash", &["-n", &path])?);
        }
    }
    Ok(problems)
}

/// PHP files that PHP cannot parse.
pub(super) fn php_syntax() -> io::Result<Vec<String>> {
    let php = env::var("PHP").unwrap_or_else(|_| "php".to_owned());
    let mut problems = Vec::new();
    for path in project_files()? {
        if matches!(extension(&path), "php" | "inc") && Path::new(&path).is_file() {
            problems.extend(command(
                &php,
                &["-n", "-d", "display_errors=stderr", "-l", &path],
            )?);
        }
    }
    Ok(problems)
}

/// Everything that is, or would be, committed.
fn project_files() -> io::Result<Vec<String>> {
    let arguments = [
        "ls-files",
        "--cached",
        "--others",
        "--exclude-standard",
        "--deduplicate",
    ];
    Ok(output("git", &arguments)?
        .lines()
        .map(str::to_owned)
        .collect())
}

/// Folders that every machine has: that a clone lies there tells nothing.
const EVERYWHERE: &[&str] = &["/", "/home", "/mnt", "/opt", "/srv", "/tmp", "/usr/src"];

/// The folder this clone lies in, and the home of whoever works here.
fn machine_paths() -> io::Result<Vec<String>> {
    let clone = env::current_dir()?;
    let parent = clone.parent().map(|parent| parent.display().to_string());
    let home = env::var("HOME").ok();
    Ok(parent
        .into_iter()
        .chain(home)
        .filter(|path| !path.is_empty() && !EVERYWHERE.contains(&path.as_str()))
        .map(|path| format!("{path}/"))
        .collect())
}

fn too_long(path: &str, text: &str) -> Option<String> {
    // PHP's stub generator wants one file per extension.
    if path.ends_with(".stub.php") {
        return None;
    }
    let (_, most) = MAX_LINES
        .iter()
        .find(|(kind, _)| *kind == extension(path))?;
    let code = if extension(path) == "rs" {
        text.split("#[cfg(test)]\nmod ").next().unwrap_or(text)
    } else {
        text
    };
    let lines = code.lines().count();
    (lines > *most).then(|| format!("{path}: {lines} lines: split it (at most {most})"))
}

/// What follows the last dot; the whole name of a file without one.
fn extension(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit('.').next().unwrap_or(name)
}

/// Whether the word occurs and is no part of a longer one.
fn has_word(line: &str, word: &str) -> bool {
    let is_inner =
        |neighbour: Option<char>| neighbour.is_some_and(|c| c.is_alphanumeric() || c == '_');
    line.match_indices(word).any(|(start, found)| {
        let (before, after) = (&line[..start], &line[start + found.len()..]);
        !is_inner(before.chars().next_back()) && !is_inner(after.chars().next())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_whole() {
        let word = UNFINISHED[2];
        assert!(has_word(&format!("a {word}: b"), word));
        assert!(!has_word(&format!("mktemp {word}{word}"), word));
    }

    #[test]
    fn inline_tests_do_not_count() {
        let code = "//\n".repeat(600);
        assert_eq!(
            too_long("a.rs", &format!("{code}#[cfg(test)]\nmod tests {{\n}}\n")),
            None
        );
        assert!(too_long("a.rs", &format!("{code}//\n")).is_some());
        assert_eq!(too_long("a.md", &format!("{code}//\n")), None);
    }
}
