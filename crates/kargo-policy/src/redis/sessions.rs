//! Sessions in the server: a hash each, of when it began and of its values.

use std::time::Duration;

use super::command::{Command, Script, millis};
use super::resp::Reply;
use crate::session::{Changes, Lifetimes, Name, Record, Updated};

/// The field that says when a session began, in milliseconds. Fields of values begin with [`VALUE`].
const CREATED: &[u8] = b"@";
const VALUE: u8 = b'.';
/// What goes before a value that is there, and what stands for none.
const SOME: u8 = b'+';
const NONE: &[u8] = b"-";

/// The keys of one server's sessions.
#[derive(Clone, Debug)]
pub struct SessionKeys {
    prefix: String,
    lifetimes: Lifetimes,
}

/// What is there of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kept {
    /// Nothing.
    Nothing,
    /// This. `is_stale`: it was not used for so long that its use is worth to be noted elsewhere, too.
    Record {
        /// The values.
        record: Record,
        /// Whether its use is worth to be noted.
        is_stale: bool,
    },
    /// Something that nobody here has written.
    Damaged,
}

fn field(key: &[u8]) -> Vec<u8> {
    [&[VALUE][..], key].concat()
}

fn marked(value: Option<&[u8]>) -> Vec<u8> {
    value.map_or_else(|| NONE.to_vec(), |value| [&[SOME][..], value].concat())
}

impl SessionKeys {
    /// Keys that begin with `prefix`, of sessions that live so long.
    #[must_use]
    pub fn new(prefix: Option<&str>, lifetimes: Lifetimes) -> Self {
        Self {
            prefix: prefix.unwrap_or("kargo").to_owned(),
            lifetimes,
        }
    }

    fn key(&self, name: &Name) -> Vec<u8> {
        format!("{}:session:{}", self.prefix, name.as_str()).into_bytes()
    }

    fn times(&self) -> [Vec<u8>; 2] {
        [millis(self.lifetimes.idle), millis(self.lifetimes.absolute)]
    }

    /// Asks for a session, and notes that it is used.
    #[must_use]
    pub fn load(&self, name: &Name) -> Command {
        let [idle, absolute] = self.times();
        let fresh = millis(self.lifetimes.fresh());
        Command::new(
            Script::LoadSession,
            vec![self.key(name)],
            vec![idle, absolute, fresh],
        )
    }

    /// What the reply to [`Self::load`] says. `None`: it is none.
    #[must_use]
    pub fn loaded(reply: &Reply) -> Option<Kept> {
        match reply {
            Reply::Nothing => Some(Kept::Nothing),
            Reply::Bytes(bytes) => Some(record(bytes).unwrap_or(Kept::Damaged)),
            _ => None,
        }
    }

    /// Makes a session, in place of what may be there.
    #[must_use]
    pub fn create(&self, name: &Name, changes: &Changes) -> Command {
        self.save(name, name, changes, true)
    }

    /// Makes changes to a session, which has the name `next` from then on. [`Self::changed`] reads the reply.
    #[must_use]
    pub fn change(&self, name: &Name, next: &Name, changes: &Changes) -> Command {
        self.save(name, next, changes, false)
    }

    fn save(&self, name: &Name, next: &Name, changes: &Changes, is_new: bool) -> Command {
        let [idle, absolute] = self.times();
        let flag = |it: bool| if it { b"1".to_vec() } else { b"0".to_vec() };
        let mut arguments = vec![idle, absolute, flag(is_new), flag(changes.is_cleared)];
        for (key, value) in &changes.entries {
            arguments.push(field(key));
            arguments.push(marked(value.as_deref()));
        }
        let keys = vec![self.key(name), self.key(next)];
        Command::new(Script::SaveSession, keys, arguments)
    }

    /// Whether the session was there to be changed. `None`: the reply says nothing.
    #[must_use]
    pub const fn changed(reply: &Reply) -> Option<bool> {
        match reply {
            Reply::Integer(1) => Some(true),
            Reply::Integer(0) => Some(false),
            _ => None,
        }
    }

    /// Makes a value another one if it still is what it was.
    #[must_use]
    pub fn update(
        &self,
        name: &Name,
        key: &[u8],
        from: Option<&[u8]>,
        to: Option<&[u8]>,
    ) -> Command {
        let [idle, absolute] = self.times();
        let arguments = vec![idle, absolute, field(key), marked(from), marked(to)];
        Command::new(Script::UpdateSession, vec![self.key(name)], arguments)
    }

    /// What the reply to [`Self::update`] says. `None`: nothing.
    #[must_use]
    pub fn updated(reply: Reply) -> Option<Updated> {
        match reply {
            Reply::Integer(1) => Some(Updated::Done),
            Reply::Integer(0) => Some(Updated::Gone),
            Reply::Bytes(bytes) if bytes == NONE => Some(Updated::Other(None)),
            Reply::Bytes(bytes) => match bytes.split_first() {
                Some((&SOME, value)) if crate::session::value::is_value(value) => {
                    Some(Updated::Other(Some(value.to_vec())))
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// Ends a session.
    #[must_use]
    pub fn remove(&self, name: &Name) -> Command {
        Command::new(Script::EndSession, vec![self.key(name)], Vec::new())
    }

    /// For how long it is worth to say that one has ended.
    #[must_use]
    pub const fn patience(&self) -> Duration {
        self.lifetimes.idle
    }
}

/// A record as the script writes it: a flag, then each field and its value with their lengths in front.
fn record(bytes: &[u8]) -> Option<Kept> {
    let (flag, mut rest) = bytes.split_first()?;
    let mut text = || {
        let colon = rest.iter().take(12).position(|byte| *byte == b':')?;
        let (length, after) = rest.split_at_checked(colon)?;
        let length: usize = std::str::from_utf8(length).ok()?.parse().ok()?;
        let (text, after) = after.get(1..)?.split_at_checked(length)?;
        rest = after;
        Some((text, after.is_empty()))
    };
    let mut record = Record::default();
    let mut has_begun = false;
    loop {
        let (field, _) = text()?;
        let (value, is_last) = text()?;
        match field.split_first() {
            Some((&VALUE, key)) => record.add(key, value)?,
            _ if field == CREATED => {
                let millis: u64 = std::str::from_utf8(value).ok()?.parse().ok()?;
                record.created = millis / 1000;
                has_begun = true;
            }
            _ => return None,
        }
        if is_last {
            break;
        }
    }
    let is_stale = *flag == b'1';
    has_begun.then_some(Kept::Record { record, is_stale })
}

#[cfg(test)]
mod tests {
    use super::{Kept, SessionKeys};
    use crate::redis::Reply;
    use crate::session::{Record, Updated};

    fn loaded(bytes: &[u8]) -> Kept {
        SessionKeys::loaded(&Reply::Bytes(bytes.to_vec())).unwrap()
    }

    #[test]
    fn records_are_read() {
        let record = Record {
            created: 12,
            entries: [(b"a".to_vec(), b"\x02".to_vec())].into(),
        };
        let whole = b"11:@5:123452:.a1:\x02";
        let is_stale = true;
        assert_eq!(loaded(whole), Kept::Record { record, is_stale });
        for cut in 0..whole.len() {
            let part = loaded(&whole[..cut]);
            let is_whole = cut == b"11:@5:12345".len();
            assert_eq!(part != Kept::Damaged, is_whole, "{cut}");
        }
        assert_eq!(SessionKeys::loaded(&Reply::Nothing), Some(Kept::Nothing));
    }

    #[test]
    fn what_is_not_ours_is_damaged() {
        for bytes in [
            &b""[..],
            b"0",
            b"02:.a1:\x02",
            b"01:@1:x",
            b"01:@1:12:.a1:\x09",
            b"01:@1:11:x1:\x02",
            b"01:@99999999999:1",
            b"01:@-1:1",
            b"01:@1:12:.a1:\x022:.a1:\x02",
        ] {
            assert_eq!(loaded(bytes), Kept::Damaged, "{}", bytes.escape_ascii());
        }
    }

    #[test]
    fn updates_are_read() {
        let read = |bytes: &[u8]| SessionKeys::updated(Reply::Bytes(bytes.to_vec()));
        assert_eq!(read(b"-"), Some(Updated::Other(None)));
        assert_eq!(read(b"+\x02"), Some(Updated::Other(Some(b"\x02".to_vec()))));
        assert_eq!((read(b"+\x09"), read(b"")), (None, None));
        assert_eq!(SessionKeys::updated(Reply::Integer(0)), Some(Updated::Gone));
    }
}
