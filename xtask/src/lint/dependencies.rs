//! Who may use whom: docs/ARCHITECTURE.md as a check.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;

use super::output;

/// Each crate of the workspace and those of the workspace it may name. Nothing points back.
const MAY_USE: &[(&str, &[&str])] = &[
    ("kargo-loop", &[]),
    ("kargo-http", &[]),
    ("kargo-rpc", &[]),
    ("kargo-net", &["kargo-http", "kargo-loop"]),
    ("kargo-files", &["kargo-http"]),
    ("kargo-supervisor", &[]),
    ("kargo-policy", &[]),
    (
        "kargo-php",
        &[
            "kargo-supervisor",
            "kargo-policy",
            "kargo-net",
            "kargo-files",
            "kargo-rpc",
            "kargo-http",
            "kargo-loop",
        ],
    ),
    ("kargo-bench-limit", &[]),
    ("xtask", &[]),
];

/// Crates whose every line is safe Rust, by `#![forbid(unsafe_code)]`.
const WITHOUT_UNSAFE: &[&str] = &["kargo-http", "kargo-files", "kargo-rpc", "xtask"];

/// What only the extension may contain: the binding to PHP's headers.
const PHP_BINDINGS: &[&str] = &["bindgen", "cc", "ext-php-rs", "phper"];

/// Where the direction of docs/ARCHITECTURE.md is broken, tests and build scripts included.
pub(super) fn direction() -> io::Result<Vec<String>> {
    let mut problems = Vec::new();
    let members = workspace_members()?;
    for (name, folder) in &members {
        let Some((_, allowed)) = MAY_USE.iter().find(|(known, _)| known == name) else {
            problems.push(format!("{name}: unknown to this check: say what it may use, here and in docs/ARCHITECTURE.md"));
            continue;
        };
        for used in dependencies(name, "1")? {
            if members.iter().any(|(member, _)| *member == used)
                && !allowed.contains(&used.as_str())
            {
                problems.push(format!("{name} uses {used}, which points the wrong way"));
            }
        }
        let main = ["lib.rs", "main.rs"]
            .iter()
            .find_map(|file| fs::read_to_string(format!("{folder}/src/{file}")).ok());
        if WITHOUT_UNSAFE.contains(&name.as_str())
            && !main.unwrap_or_default().contains("#![forbid(unsafe_code)]")
        {
            problems.push(format!("{name}: #![forbid(unsafe_code)] is missing"));
        }
    }
    Ok(problems)
}

/// Where another crate than `kargo-php` could bind to PHP.
pub(super) fn php_in_one_crate() -> io::Result<Vec<String>> {
    let mut problems = Vec::new();
    for (name, folder) in workspace_members()?
        .into_iter()
        .filter(|(name, _)| name != "kargo-php")
    {
        let own = dependencies(&name, "1")?;
        for used in dependencies(&name, "100")? {
            // What a dependency compiles for itself, such as ring its assembly, binds to nothing of PHP's.
            let is_own = used != "cc" || own.contains(&used);
            if is_own && PHP_BINDINGS.contains(&used.as_str()) {
                problems.push(format!(
                    "{name} depends on {used}: only kargo-php binds to C"
                ));
            }
        }
        if Path::new(&folder).join("build.rs").exists() {
            problems.push(format!(
                "{folder}/build.rs: only kargo-php has a build script"
            ));
        }
    }
    Ok(problems)
}

/// Dependencies under licences that deny.toml does not allow.
pub(super) fn licences() -> io::Result<Vec<String>> {
    let rules = fs::read_to_string("deny.toml")?;
    let allowed: BTreeSet<&str> = rules
        .split_once("allow = [")
        .and_then(|(_, rest)| rest.split_once(']'))
        .map_or("", |(list, _)| list)
        .split('"')
        .skip(1)
        .step_by(2)
        .collect();
    let tree = output(
        "cargo",
        &[
            "tree",
            "--locked",
            "--workspace",
            "--edges",
            "normal,build,dev",
            "--prefix",
            "none",
            "--format",
            "{p}|{l}",
        ],
    )?;
    let crates: BTreeSet<(&str, &str)> = tree
        .lines()
        .filter_map(|line| line.split_once('|'))
        .collect();
    Ok(crates
        .into_iter()
        .filter(|(_, expression)| !is_allowed(expression.trim_end_matches(" (*)"), &allowed))
        .map(|(name, expression)| format!("{name}: licence {expression:?} is not in deny.toml"))
        .collect())
}

/// An SPDX expression without nesting: alternatives of which one, or conjunctions of which all, must be allowed.
fn is_allowed(expression: &str, allowed: &BTreeSet<&str>) -> bool {
    let expression = expression.replace(['(', ')'], "").replace('/', " OR ");
    let all = |part: &str| {
        part.split(" AND ")
            .all(|licence| allowed.contains(licence.trim()))
    };
    if expression.contains(" AND ") {
        // `(A OR B) AND C`, the one nesting that crates use: each factor needs one allowed alternative.
        return expression
            .split(" AND ")
            .all(|factor| factor.split(" OR ").any(all));
    }
    expression.split(" OR ").any(all)
}

/// Names and folders of the workspace's crates.
fn workspace_members() -> io::Result<Vec<(String, String)>> {
    let tree = output(
        "cargo",
        &[
            "tree",
            "--locked",
            "--workspace",
            "--depth",
            "0",
            "--prefix",
            "none",
            "--format",
            "{p}",
        ],
    )?;
    let member = |line: &str| {
        let (name, rest) = line.split_once(' ')?;
        let folder = rest.split_once('(')?.1.trim_end_matches(')');
        Some((name.to_owned(), folder.to_owned()))
    };
    Ok(tree.lines().filter_map(member).collect())
}

/// Names of what a crate depends on, down to a depth.
fn dependencies(name: &str, depth: &str) -> io::Result<BTreeSet<String>> {
    let tree = output(
        "cargo",
        &[
            "tree",
            "--locked",
            "--package",
            name,
            "--edges",
            "normal,build,dev",
            "--depth",
            depth,
            "--prefix",
            "none",
            "--format",
            "{p}",
        ],
    )?;
    let names = tree
        .lines()
        .skip(1)
        .filter_map(|line| line.split(' ').next());
    Ok(names
        .filter(|used| !used.is_empty() && *used != name)
        .map(str::to_owned)
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn licence_expressions() {
        let allowed = BTreeSet::from(["MIT", "Apache-2.0", "Unicode-3.0"]);
        assert!(is_allowed("MIT", &allowed));
        assert!(is_allowed("MIT OR GPL-3.0", &allowed));
        assert!(is_allowed("Unlicense/MIT", &allowed));
        assert!(is_allowed("(MIT OR GPL-3.0) AND Unicode-3.0", &allowed));
        assert!(!is_allowed("MIT AND GPL-3.0", &allowed));
        assert!(!is_allowed("", &allowed));
    }
}
