//! Reads test cases; the format is described in `tests/vectors/http/README.md`.

use std::fs;
use std::io;
use std::path::Path;

use kargo_http::Limits;
use kargo_http::Method;
use kargo_http::transcript::Sender;

#[path = "escapes.rs"]
mod escapes;
use escapes::unescape;

/// Bytes, limits, and what must come of them.
#[derive(Debug)]
pub(crate) struct Case {
    /// File and name.
    pub(crate) name: String,
    /// What the peer sends.
    pub(crate) bytes: Vec<u8>,
    /// The limits the case asks for, else the defaults.
    pub(crate) limits: Limits,
    /// Who the peer is: a client, unless the case says what it answers.
    pub(crate) sender: Sender,
    /// The lines of the transcript; `None` if the case only wants to be looked at.
    pub(crate) wanted: Option<Vec<String>>,
}

impl Case {
    /// Whether each line of the transcript has all words of the wanted line, and there are as
    /// many lines.
    pub(crate) fn is_met_by(&self, transcript: &[String]) -> bool {
        self.wanted.as_ref().is_none_or(|wanted| {
            wanted.len() == transcript.len()
                && wanted.iter().zip(transcript).all(|(wanted, line)| {
                    wanted
                        .split_whitespace()
                        .all(|word| line.split_whitespace().any(|other| other == word))
                })
        })
    }
}

/// All cases below a folder, sorted by file.
pub(crate) fn read_folder(folder: &Path) -> io::Result<Vec<Case>> {
    let mut paths = fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<io::Result<Vec<_>>>()?;
    paths.sort();
    let mut cases = Vec::new();
    for path in paths {
        let problem = |text: String| {
            io::Error::new(
                io::ErrorKind::InvalidData,
                format!("{}: {text}", path.display()),
            )
        };
        let name = path.display().to_string();
        if path.is_dir() {
            cases.extend(read_folder(&path)?);
        } else if path
            .extension()
            .is_some_and(|extension| extension == "cases")
        {
            cases.extend(parse_cases(&fs::read_to_string(&path)?, &name).map_err(problem)?);
        } else if path.extension().is_some_and(|extension| extension == "raw") {
            let wanted = fs::read_to_string(path.with_extension("want")).ok();
            cases.push(Case {
                name,
                bytes: fs::read(&path)?,
                limits: Limits::default(),
                sender: Sender::Client,
                wanted: wanted.map(|text| text.lines().map(str::to_owned).collect()),
            });
        }
    }
    Ok(cases)
}

fn parse_cases(text: &str, file: &str) -> Result<Vec<Case>, String> {
    let mut cases: Vec<Case> = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let problem = |what: &str| format!("line {}: {what}", index + 1);
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(name) = line.strip_prefix("== ") {
            cases.push(Case {
                name: format!("{file}: {name}"),
                bytes: Vec::new(),
                limits: Limits::default(),
                sender: Sender::Client,
                wanted: Some(Vec::new()),
            });
            continue;
        }
        let case = cases
            .last_mut()
            .ok_or_else(|| problem("no case was begun"))?;
        let (kind, rest) = line.split_once(' ').unwrap_or((line, ""));
        match kind {
            "<" => case
                .bytes
                .extend(unescape(rest).ok_or_else(|| problem("bad escape"))?),
            "<*" => {
                let (times, piece) = rest.split_once(' ').ok_or_else(|| problem("no piece"))?;
                let times = times.parse().map_err(|_| problem("bad number"))?;
                let piece = unescape(piece).ok_or_else(|| problem("bad escape"))?;
                case.bytes.extend(piece.repeat(times));
            }
            ">" => case.wanted.get_or_insert_default().push(rest.to_owned()),
            "to" => {
                let to = rest
                    .split(' ')
                    .map(|name| Method::from_name(name.as_bytes()));
                case.sender = Sender::Server {
                    to: to.collect(),
                    closes: false,
                };
            }
            "closed" => match &mut case.sender {
                Sender::Server { closes, .. } => *closes = true,
                Sender::Client => return Err(problem("only a server closes")),
            },
            "limit" => set_limit(&mut case.limits, rest).ok_or_else(|| problem("bad limit"))?,
            _ => return Err(problem("unknown kind of line")),
        }
    }
    Ok(cases)
}

fn set_limit(limits: &mut Limits, text: &str) -> Option<()> {
    let (name, value) = text.split_once(' ')?;
    let value: usize = value.parse().ok()?;
    match name {
        "request_line_bytes" => limits.request_line_bytes = value,
        "header_bytes" => limits.header_bytes = value,
        "header_count" => limits.header_count = value,
        "body_bytes" => limits.body_bytes = value as u64,
        "chunk_extension_bytes" => limits.chunk_extension_bytes = value,
        "trailer_bytes" => limits.trailer_bytes = value,
        "interim_responses" => limits.interim_responses = value,
        _ => return None,
    }
    Some(())
}
