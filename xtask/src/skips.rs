//! `tests/SKIPS`: the only tests that may be skipped, one per line: `SUITE NAME - reason`.

use std::fs;
use std::io;

/// The skips that are allowed.
#[derive(Debug, Default)]
pub(crate) struct Skips {
    allowed: Vec<String>,
}

impl Skips {
    pub(crate) fn load() -> io::Result<Self> {
        Self::parse(&fs::read_to_string("tests/SKIPS")?)
    }

    pub(crate) fn allows(&self, suite: &str, test: &str) -> bool {
        self.allowed.iter().any(|entry| {
            entry
                .strip_prefix(suite)
                .is_some_and(|rest| rest.trim() == test)
        })
    }

    fn parse(text: &str) -> io::Result<Self> {
        let mut allowed = Vec::new();
        for line in text
            .lines()
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
        {
            match line.split_once(" - ") {
                Some((entry, reason)) if !reason.trim().is_empty() => {
                    allowed.push(entry.trim().to_owned());
                }
                _ => {
                    return Err(io::Error::other(format!(
                        "tests/SKIPS: no reason given: {line}"
                    )));
                }
            }
        }
        Ok(Self { allowed })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_listed_with_a_reason_may_be_skipped() {
        let skips = Skips::parse("# comment\n\nphpt loop/001-signals - no signals here\n").unwrap();
        assert!(skips.allows("phpt", "loop/001-signals"));
        assert!(!skips.allows("phpt", "loop/002"));
        assert!(!skips.allows("phpt-other", "loop/001-signals"));
        assert!(Skips::parse("phpt loop/001-signals\n").is_err());
    }
}
