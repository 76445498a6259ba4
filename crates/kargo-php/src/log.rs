//! The log: one line per event on stderr, written with one call so that lines of several workers never mix.
//!
//! `2026-11-23T07:00:00.123Z error worker=1 request=4f-2a message="…" file=/srv/app/main.php line=12`

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU32, Ordering};

use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;

/// How much a line matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Level {
    Info,
    Warning,
    Error,
}

impl Level {
    const fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

const STAMP: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");

/// Longest value of a field, in bytes: what is longer is cut, and says so.
const VALUE_LIMIT: usize = 8192;

/// 0: the master or a script without workers; else the worker's slot + 1.
static WORKER: AtomicU32 = AtomicU32::new(0);

/// Says in every further line that this process is the worker in `slot`.
pub(crate) fn set_worker(slot: u32) {
    WORKER.store(slot + 1, Ordering::Relaxed);
}

fn push_value(line: &mut String, value: &str) {
    let cut = value.len() > VALUE_LIMIT;
    let mut end = value.len().min(VALUE_LIMIT);
    while !value.is_char_boundary(end) {
        end -= 1;
    }
    let value = &value[..end];
    let plain = !value.is_empty()
        && !cut
        && value
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'=');
    if plain {
        line.push_str(value);
        return;
    }
    line.push('"');
    for character in value.chars() {
        match character {
            '"' => line.push_str("\\\""),
            '\\' => line.push_str("\\\\"),
            '\n' => line.push_str("\\n"),
            '\r' => line.push_str("\\r"),
            '\t' => line.push_str("\\t"),
            other if other.is_control() => {
                let _infallible = write!(line, "\\u{{{:x}}}", u32::from(other));
            }
            other => line.push(other),
        }
    }
    line.push_str(if cut { "…\"" } else { "\"" });
}

/// Writes one line: the message, then the fields as key=value.
pub(crate) fn event(level: Level, message: &str, fields: &[(&str, &str)]) {
    let mut line = String::with_capacity(160);
    if let Ok(stamp) = OffsetDateTime::now_utc().format(STAMP) {
        line.push_str(&stamp);
    }
    line.push(' ');
    line.push_str(level.name());
    let worker = WORKER.load(Ordering::Relaxed);
    if worker != 0 {
        let _infallible = write!(line, " worker={}", worker - 1);
    }
    line.push(' ');
    for character in message.chars() {
        match character {
            '\n' => line.push_str("\\n"),
            other if other.is_control() => line.push(' '),
            other => line.push(other),
        }
    }
    for (key, value) in fields {
        line.push(' ');
        line.push_str(key);
        line.push('=');
        push_value(&mut line, value);
    }
    line.push('\n');
    // SAFETY: plain write(2). If stderr is gone, there is nobody left to tell.
    unsafe { libc::write(libc::STDERR_FILENO, line.as_ptr().cast(), line.len()) };
}

pub(crate) fn info(message: &str) {
    event(Level::Info, message, &[]);
}

pub(crate) fn warning(message: &str) {
    event(Level::Warning, message, &[]);
}

pub(crate) fn error(message: &str) {
    event(Level::Error, message, &[]);
}
