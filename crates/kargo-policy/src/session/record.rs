//! What is kept of a visitor, and what one request does to it.

use std::collections::BTreeMap;
use std::time::Duration;

use super::value::{Reader, is_value, write_bytes, write_number};

/// Longest key of a value.
pub const LONGEST_KEY: usize = 255;

/// Longest keys and values that one request may make of a session in a store.
pub const LONGEST_WRITTEN: usize = 1 << 20;
/// Longest ones that are read: requests at the same time may each have added something.
pub const LONGEST_READ: usize = 4 << 20;

/// How long a session lives.
#[derive(Clone, Copy, Debug)]
pub struct Lifetimes {
    /// Without being used.
    pub idle: Duration,
    /// At all.
    pub absolute: Duration,
}

impl Lifetimes {
    /// Until what age of the last use it is not noted that a session was used again: noting each use would be a write
    /// for each read.
    #[must_use]
    pub fn fresh(&self) -> Duration {
        (self.idle / 10).min(Duration::from_secs(60))
    }
}

/// What is kept: values by their keys, in the form of [`super::value`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// When it began, in seconds since 1970.
    pub created: u64,
    /// The values.
    pub entries: BTreeMap<Vec<u8>, Vec<u8>>,
}

impl Record {
    /// Appends it.
    pub fn write(&self, out: &mut Vec<u8>) {
        write_number(out, self.created);
        write_number(out, self.entries.len() as u64);
        for (key, value) in &self.entries {
            write_bytes(out, key);
            write_bytes(out, value);
        }
    }

    /// Reads what [`Self::write`] wrote, to the end.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        let created = reader.number()?;
        let count = reader.count(2)?;
        let mut record = Self {
            created,
            entries: BTreeMap::new(),
        };
        for _ in 0..count {
            let (key, value) = (reader.bytes()?, reader.bytes()?);
            record.add(key, value)?;
        }
        reader.is_at_end().then_some(record)
    }

    /// Adds a value that was read; `None` if it is none, or its key was there.
    pub(crate) fn add(&mut self, key: &[u8], value: &[u8]) -> Option<()> {
        if key.len() > LONGEST_KEY || !is_value(value) {
            return None;
        }
        let before = self.entries.insert(key.to_vec(), value.to_vec());
        before.is_none().then_some(())
    }

    /// Whether it is over at `now`.
    #[must_use]
    pub fn is_over(&self, now: u64, lifetimes: &Lifetimes) -> bool {
        now.saturating_sub(self.created) >= lifetimes.absolute.as_secs()
    }
}

/// What one request does to a record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Everything that was there goes first.
    pub is_cleared: bool,
    /// What becomes of each key; `None`: it goes.
    pub entries: BTreeMap<Vec<u8>, Option<Vec<u8>>>,
}

impl Changes {
    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        !self.is_cleared && self.entries.is_empty()
    }

    /// Whether a record that has nothing has something afterwards.
    #[must_use]
    pub fn adds(&self) -> bool {
        self.entries.values().any(Option::is_some)
    }

    /// Makes them.
    pub fn apply(&self, record: &mut Record) {
        if self.is_cleared {
            record.entries.clear();
        }
        for (key, value) in &self.entries {
            match value {
                Some(value) => record.entries.insert(key.clone(), value.clone()),
                None => record.entries.remove(key),
            };
        }
    }
}

/// What became of a change to one value that was made for what the value had been.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Updated {
    /// It is so.
    Done,
    /// The value is another one now, or gone.
    Other(Option<Vec<u8>>),
    /// The session has ended.
    Gone,
}

#[cfg(test)]
mod tests {
    use super::{Changes, Record};
    use crate::session::value::Token;

    fn value(int: i64) -> Vec<u8> {
        let mut out = Vec::new();
        Token::Int(int).write(&mut out);
        out
    }

    #[test]
    fn records_come_back_and_no_part_of_one_does() {
        let mut record = Record {
            created: 1_800_000_000,
            ..Record::default()
        };
        for key in ["", "a", "b"] {
            record.entries.insert(key.into(), value(5));
        }
        let mut bytes = Vec::new();
        record.write(&mut bytes);
        assert_eq!(Record::read(&bytes), Some(record));
        for cut in 0..bytes.len() {
            assert_eq!(Record::read(&bytes[..cut]), None, "{cut}");
        }
        bytes.push(0);
        assert_eq!(Record::read(&bytes), None);
    }

    #[test]
    fn changes_of_other_keys_stay() {
        let mut record = Record::default();
        let set = |key: &str, it: Option<i64>| Changes {
            is_cleared: false,
            entries: [(key.into(), it.map(value))].into(),
        };
        set("a", Some(1)).apply(&mut record);
        set("b", Some(2)).apply(&mut record);
        set("a", None).apply(&mut record);
        assert_eq!(record.entries, [(b"b".to_vec(), value(2))].into());
        let all = Changes {
            is_cleared: true,
            ..set("c", Some(3))
        };
        assert!(all.adds() && !set("a", None).adds());
        all.apply(&mut record);
        assert_eq!(record.entries, [(b"c".to_vec(), value(3))].into());
    }
}
