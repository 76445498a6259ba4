//! A file as it is stored, or its copy in another coding.

use std::fs::File;
use std::os::fd::OwnedFd;

use kargo_http::accept_encoding::Coding;
use rustix::fs::FileType;
use rustix::fs::Stat;
use rustix::fs::fstat;
use rustix::io::Errno;

/// How long a change of the file might not show in its time: the clock of most file systems ticks every few
/// milliseconds, some keep whole seconds only. A tag that is made within that time is weak.
const TICK_NANOSECONDS: u64 = 20_000_000;
const WHOLE_SECONDS_TICK_NANOSECONDS: u64 = 2_000_000_000;

/// What is at a path.
#[derive(Debug)]
pub(crate) enum Found {
    File(Stored),
    Directory,
    /// A device, a socket, a FIFO: nothing to be sent.
    Other,
}

/// An open file.
#[derive(Debug)]
pub(crate) struct Stored {
    pub(crate) file: File,
    pub(crate) size: u64,
    /// Seconds and nanoseconds since 1970.
    modified: (i64, u64),
    inode: u64,
    /// The coding of its content.
    pub(crate) coding: Option<Coding>,
}

impl Found {
    pub(crate) fn of(opened: OwnedFd) -> Result<Self, Errno> {
        let status = fstat(&opened)?;
        Ok(match FileType::from_raw_mode(status.st_mode) {
            FileType::RegularFile => Self::File(Stored::new(opened, &status)),
            FileType::Directory => Self::Directory,
            _ => Self::Other,
        })
    }
}

impl Stored {
    fn new(opened: OwnedFd, status: &Stat) -> Self {
        Self {
            file: File::from(opened),
            size: u64::try_from(status.st_size).unwrap_or(0),
            modified: (status.st_mtime, status.st_mtime_nsec),
            inode: status.st_ino,
            coding: None,
        }
    }

    /// The same, as a copy in this coding of the file `of`. `None`: it is older, so it may be a copy of what the file was
    /// before.
    pub(crate) fn into_copy(mut self, coding: Coding, of: &Self) -> Option<Self> {
        self.coding = Some(coding);
        (self.modified.0 >= of.modified.0).then_some(self)
    }

    /// Its entity tag at the time `now`, nanoseconds since 1970: time of the last change, size and inode, and the coding.
    pub(crate) fn tag(&self, now: u64) -> String {
        let (seconds, nanoseconds) = self.modified;
        let tick = if nanoseconds == 0 {
            WHOLE_SECONDS_TICK_NANOSECONDS
        } else {
            TICK_NANOSECONDS
        };
        let changed = u64::try_from(seconds)
            .unwrap_or(0)
            .saturating_mul(1_000_000_000)
            .saturating_add(nanoseconds);
        // A time in the future says nothing about how long ago the last change was.
        let is_settled = changed.saturating_add(tick) <= now || changed > now.saturating_add(tick);
        format!(
            "{}\"{:x}{nanoseconds:08x}-{:x}-{:x}{}{}\"",
            if is_settled { "" } else { "W/" },
            seconds.cast_unsigned(),
            self.size,
            self.inode,
            if self.coding.is_some() { "-" } else { "" },
            self.coding.map_or("", Coding::name),
        )
    }

    /// When it was last changed, in seconds since 1970.
    pub(crate) fn modified(&self) -> u64 {
        u64::try_from(self.modified.0).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::Folder;

    const SECOND: u64 = 1_000_000_000;

    fn stored(modified: (i64, u64)) -> Stored {
        let folder = Folder::new();
        folder.write("x", "content");
        let file = File::open(folder.path("x")).unwrap();
        let Found::File(mut stored) = Found::of(file.into()).unwrap() else {
            panic!("a file is a file");
        };
        stored.modified = modified;
        stored.inode = 0xabc;
        stored
    }

    #[test]
    fn the_tag_changes_with_what_tells_a_change() {
        let now = 2000 * SECOND;
        let mut file = stored((1000, 5));
        assert_eq!(file.tag(now), "\"3e800000005-7-abc\"");
        file.coding = Some(Coding::Brotli);
        assert_eq!(file.tag(now), "\"3e800000005-7-abc-br\"");
        assert_ne!(stored((1000, 6)).tag(now), stored((1000, 5)).tag(now));
        assert_ne!(stored((1001, 5)).tag(now), stored((1000, 5)).tag(now));
        assert_eq!(stored((-1, 0)).modified(), 0);
    }

    #[test]
    fn the_tag_of_what_has_just_changed_is_weak() {
        let at = 1000 * SECOND;
        let is_weak =
            |nanoseconds: u64, now: u64| stored((1000, nanoseconds)).tag(now).starts_with("W/");
        assert!(is_weak(5, at + 5));
        assert!(is_weak(5, at + TICK_NANOSECONDS));
        assert!(!is_weak(5, at + 5 + TICK_NANOSECONDS));
        assert!(is_weak(0, at + 2 * SECOND - 1));
        assert!(!is_weak(0, at + 2 * SECOND));
        assert!(!is_weak(0, at - 10 * SECOND));
    }

    #[test]
    fn a_copy_that_is_older_is_none() {
        let original = stored((1000, 5));
        assert!(
            stored((1000, 0))
                .into_copy(Coding::Gzip, &original)
                .is_some()
        );
        assert!(
            stored((999, 9))
                .into_copy(Coding::Gzip, &original)
                .is_none()
        );
    }
}
