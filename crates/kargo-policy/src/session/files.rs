//! Sessions in a directory: one file each, named by the digest of its id.
//!
//! A file is never changed in place: a new one is renamed over it, so who reads has the one or the other, also when the
//! writer is killed in between. Who writes locks the file that is there (`flock`, which the kernel gives up with its
//! owner) and looks whether it still has the name; a lock that somebody has is never waited for here: the caller comes
//! again. The time of a file's last change is when the session was last used, so what is over is found without reading.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions, ReadDir, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{
    DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _,
};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::id::{NAME_CHARS, Name};
use super::record::{Changes, LONGEST_READ, Lifetimes, Record, Updated};

/// What a file begins with.
const MAGIC: &[u8] = b"kargo session 1\n";
/// The file that says when the directory was last swept, and by whom it is being swept.
const SWEEP: &str = ".sweep";
/// After so long a file that was not finished is nobody's.
const UNFINISHED: Duration = Duration::from_secs(3600);
/// How often a file is opened again that somebody has replaced meanwhile.
const TRIES: u32 = 16;

/// Why something was not done.
#[derive(Debug)]
pub enum FileError {
    /// Somebody is just changing this session: try again.
    Busy,
    /// The system refuses.
    System(io::Error),
}

impl From<io::Error> for FileError {
    fn from(error: io::Error) -> Self {
        Self::System(error)
    }
}

/// What is there of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Loaded {
    /// Nothing, or it is over.
    Nothing,
    /// This. `is_stale`: its last use was long enough ago to be noted anew, which was done.
    Record {
        /// The values.
        record: Record,
        /// Whether its use was noted.
        is_stale: bool,
    },
    /// Something that nobody here has written whole. It was removed.
    Damaged,
}

/// A directory of sessions.
#[derive(Debug)]
pub struct FileStore {
    directory: PathBuf,
    lifetimes: Lifetimes,
}

/// A walk through the directory that removes what is over.
#[derive(Debug, Default)]
pub struct Sweep {
    under_way: Option<(ReadDir, File)>,
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}

fn age(changed: SystemTime, now: SystemTime) -> Duration {
    now.duration_since(changed).unwrap_or_default()
}

impl FileStore {
    /// Sessions in `directory`, which is made if it is not there, for its owner alone.
    ///
    /// # Errors
    /// It can't be made, or others may write to it: they could make sessions.
    pub fn open(directory: &Path, lifetimes: Lifetimes) -> io::Result<Self> {
        let made = DirBuilder::new()
            .mode(0o700)
            .recursive(true)
            .create(directory);
        let found = fs::metadata(directory);
        let found = match (made, found) {
            (Err(error), Err(_)) => return Err(error),
            (_, found) => found?,
        };
        if !found.is_dir() {
            return Err(io::Error::new(
                io::ErrorKind::NotADirectory,
                "it is no directory",
            ));
        }
        if found.mode() & 0o022 != 0 {
            return Err(io::Error::new(
                io::ErrorKind::PermissionDenied,
                "others may write to it, and so make sessions: chmod 700",
            ));
        }
        // What is relative would move with the process's directory.
        let directory = fs::canonicalize(directory)?;
        let store = Self {
            directory,
            lifetimes,
        };
        // Says now what would be said at the first visit.
        let trial = store.temporary();
        store
            .write(&trial, b"")
            .and_then(|()| fs::remove_file(trial))?;
        Ok(store)
    }

    fn path(&self, name: &Name) -> PathBuf {
        self.directory.join(name.as_str())
    }

    /// A name that nobody else has.
    fn temporary(&self) -> PathBuf {
        static LAST: AtomicU64 = AtomicU64::new(0);
        let number = LAST.fetch_add(1, Ordering::Relaxed);
        let process = std::process::id();
        self.directory.join(format!(".{process}-{number}.new"))
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let open = || {
            OpenOptions::new()
                .write(true)
                .create_new(true)
                .mode(0o600)
                .open(path)
        };
        let mut file = match open() {
            // An earlier process of this number was killed.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                fs::remove_file(path)?;
                open()?
            }
            other => other?,
        };
        file.set_permissions(Permissions::from_mode(0o600))?;
        file.write_all(bytes)
    }

    fn put(&self, name: &Name, record: &Record) -> io::Result<()> {
        let mut bytes = MAGIC.to_vec();
        record.write(&mut bytes);
        let temporary = self.temporary();
        let written = self
            .write(&temporary, &bytes)
            .and_then(|()| fs::rename(&temporary, self.path(name)));
        if written.is_err() {
            // What could not be written whole is of no use; that it can't be removed either is no news.
            let _ = fs::remove_file(&temporary);
        }
        written
    }

    /// What a file holds: `None` if it is over, an error in `Some` if it is none of ours.
    fn read(
        &self,
        file: &File,
        now: SystemTime,
    ) -> io::Result<Option<Result<(Record, Duration), ()>>> {
        let found = file.metadata()?;
        let age = age(found.modified()?, now);
        if age >= self.lifetimes.idle {
            return Ok(None);
        }
        let mut bytes = Vec::new();
        let longest = 2 * LONGEST_READ as u64;
        file.take(longest).read_to_end(&mut bytes)?;
        let record = bytes.strip_prefix(MAGIC).and_then(Record::read);
        Ok(match record {
            Some(record) if record.is_over(seconds(now), &self.lifetimes) => None,
            Some(record) => Some(Ok((record, age))),
            None => Some(Err(())),
        })
    }

    /// Reads a session, and notes that it is used.
    ///
    /// # Errors
    /// The system refuses.
    pub fn load(&self, name: &Name, now: SystemTime) -> io::Result<Loaded> {
        let path = self.path(name);
        let Some(file) = open_existing(&path, false)? else {
            return Ok(Loaded::Nothing);
        };
        match self.read(&file, now)? {
            None => Ok(Loaded::Nothing),
            Some(Ok((record, age))) => {
                let is_stale = age >= self.lifetimes.fresh();
                if is_stale {
                    file.set_modified(now)?;
                }
                Ok(Loaded::Record { record, is_stale })
            }
            Some(Err(())) => {
                fs::remove_file(path)?;
                Ok(Loaded::Damaged)
            }
        }
    }

    /// Makes a session.
    ///
    /// # Errors
    /// The system refuses.
    pub fn create(&self, name: &Name, changes: &Changes, now: SystemTime) -> io::Result<()> {
        let mut record = Record {
            created: seconds(now),
            ..Record::default()
        };
        changes.apply(&mut record);
        self.put(name, &record)
    }

    /// Makes changes to what is there now, and keeps it under `next` from then on, if that is another name; the session
    /// begins anew then. `false`: it has ended, and nothing was done.
    ///
    /// # Errors
    /// Somebody else is at it, or the system refuses.
    pub fn change(
        &self,
        name: &Name,
        next: &Name,
        changes: &Changes,
        now: SystemTime,
    ) -> Result<bool, FileError> {
        let Some((_locked, mut record)) = self.locked(name, now)? else {
            return Ok(false);
        };
        changes.apply(&mut record);
        let is_moved = next != name;
        if is_moved {
            record.created = seconds(now);
        }
        self.put(next, &record)?;
        if is_moved {
            fs::remove_file(self.path(name))?;
        }
        Ok(true)
    }

    /// Makes a value another one if it still is what it was.
    ///
    /// # Errors
    /// As for [`Self::change`].
    pub fn update(
        &self,
        name: &Name,
        key: &[u8],
        from: Option<&[u8]>,
        to: Option<Vec<u8>>,
        now: SystemTime,
    ) -> Result<Updated, FileError> {
        let Some((_locked, mut record)) = self.locked(name, now)? else {
            return Ok(Updated::Gone);
        };
        let found = record.entries.get(key);
        if found.map(Vec::as_slice) != from {
            return Ok(Updated::Other(found.cloned()));
        }
        let changes = Changes {
            is_cleared: false,
            entries: [(key.to_vec(), to)].into(),
        };
        changes.apply(&mut record);
        self.put(name, &record)?;
        Ok(Updated::Done)
    }

    /// Ends a session.
    ///
    /// # Errors
    /// As for [`Self::change`].
    pub fn remove(&self, name: &Name) -> Result<(), FileError> {
        let path = self.path(name);
        if let Some(_locked) = lock(&path)? {
            fs::remove_file(path)?;
        }
        Ok(())
    }

    /// The file of a session that goes on, locked, and what it holds.
    fn locked(&self, name: &Name, now: SystemTime) -> Result<Option<(File, Record)>, FileError> {
        let Some(file) = lock(&self.path(name))? else {
            return Ok(None);
        };
        let record = self.read(&file, now)?.and_then(Result::ok);
        Ok(record.map(|(record, _)| (file, record)))
    }

    /// How often the directory is walked through.
    fn interval(&self) -> Duration {
        let (least, most) = (Duration::from_millis(500), Duration::from_secs(300));
        (self.lifetimes.idle / 4).clamp(least, most)
    }

    /// Looks at up to `most` files and removes those that are over; says when to come again. One process of all does so
    /// at a time. What it can't do is done the next time.
    pub fn sweep(&self, sweep: &mut Sweep, most: usize, now: SystemTime) -> Duration {
        const SOON: Duration = Duration::from_millis(20);
        if sweep.under_way.is_none() {
            sweep.under_way = self.begin_sweep(now).ok().flatten();
        }
        let Some((entries, _lock)) = &mut sweep.under_way else {
            return self.interval();
        };
        for _ in 0..most {
            match entries.next() {
                Some(Ok(entry)) => {
                    let name = entry.file_name();
                    let name = name.as_encoded_bytes();
                    let is_unfinished = name.starts_with(b".") && name.ends_with(b".new");
                    let limit = if is_unfinished {
                        UNFINISHED
                    } else if name.len() == NAME_CHARS {
                        self.lifetimes.idle
                    } else {
                        continue;
                    };
                    // One that is gone, or in use, is no trouble.
                    let _ = remove_if_over(&entry.path(), limit, now);
                }
                Some(Err(_)) | None => {
                    sweep.under_way = None;
                    return self.interval();
                }
            }
        }
        SOON
    }

    fn begin_sweep(&self, now: SystemTime) -> io::Result<Option<(ReadDir, File)>> {
        let path = self.directory.join(SWEEP);
        let is_new = !path.exists();
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(path)?;
        if file.try_lock().is_err() {
            return Ok(None);
        }
        let last = file.metadata()?.modified()?;
        if !is_new && age(last, now) < self.interval() / 2 {
            return Ok(None);
        }
        file.set_modified(now)?;
        Ok(Some((fs::read_dir(&self.directory)?, file)))
    }
}

/// A file that is there, and no symbolic link.
fn open_existing(path: &Path, is_written: bool) -> io::Result<Option<File>> {
    let opened = OpenOptions::new()
        .read(true)
        .write(is_written)
        .custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK)
        .open(path);
    match opened {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// The file that has this name, locked; `None` if there is none.
fn lock(path: &Path) -> Result<Option<File>, FileError> {
    for _ in 0..TRIES {
        let Some(file) = open_existing(path, true)? else {
            return Ok(None);
        };
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(FileError::Busy),
            Err(TryLockError::Error(error)) => return Err(error.into()),
        }
        let mine = file.metadata()?;
        match fs::symlink_metadata(path) {
            Ok(found) if (found.dev(), found.ino()) == (mine.dev(), mine.ino()) => {
                return Ok(Some(file));
            }
            // Another one has the name now.
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        }
    }
    Err(FileError::Busy)
}

fn remove_if_over(path: &Path, limit: Duration, now: SystemTime) -> Result<(), FileError> {
    let is_over = |changed: io::Result<SystemTime>| changed.map(|it| age(it, now) >= limit);
    if !is_over(fs::symlink_metadata(path)?.modified())? {
        return Ok(());
    }
    if let Some(file) = lock(path)?
        && is_over(file.metadata()?.modified())?
    {
        fs::remove_file(path)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
