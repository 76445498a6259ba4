use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use super::{FileError, FileStore, Lifetimes, Loaded, Sweep, lock};
use crate::session::{Changes, Id, Updated};

const LIFETIMES: Lifetimes = Lifetimes {
    idle: Duration::from_secs(600),
    absolute: Duration::from_secs(3600),
};

/// A directory that goes away with it.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Self {
        let id = Id::new().unwrap();
        Self(std::env::temp_dir().join(format!("kargo-sessions-{}", id.as_str())))
    }

    fn store(&self) -> FileStore {
        FileStore::open(&self.0, LIFETIMES).unwrap()
    }

    fn files(&self) -> Vec<String> {
        let names = fs::read_dir(&self.0).unwrap();
        names
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn set(key: &str, value: i64) -> Changes {
    let mut bytes = Vec::new();
    crate::session::value::Token::Int(value).write(&mut bytes);
    Changes {
        is_cleared: false,
        entries: [(key.into(), Some(bytes))].into(),
    }
}

fn keys(loaded: Loaded) -> Option<Vec<String>> {
    match loaded {
        Loaded::Record { record, .. } => Some(
            record
                .entries
                .into_keys()
                .map(|key| String::from_utf8(key).unwrap())
                .collect(),
        ),
        Loaded::Nothing | Loaded::Damaged => None,
    }
}

#[test]
fn sessions_are_made_changed_moved_and_ended() {
    let scratch = Scratch::new();
    let (store, now) = (scratch.store(), SystemTime::now());
    let (name, next) = (Id::new().unwrap().name(), Id::new().unwrap().name());
    assert_eq!(store.load(&name, now).unwrap(), Loaded::Nothing);
    assert!(!store.change(&name, &name, &set("a", 1), now).unwrap());
    store.create(&name, &set("a", 1), now).unwrap();
    assert!(store.change(&name, &name, &set("b", 2), now).unwrap());
    assert_eq!(keys(store.load(&name, now).unwrap()).unwrap(), ["a", "b"]);
    assert!(store.change(&name, &next, &set("c", 3), now).unwrap());
    assert_eq!(store.load(&name, now).unwrap(), Loaded::Nothing);
    assert!(!store.change(&name, &name, &set("d", 4), now).unwrap());
    assert_eq!(
        keys(store.load(&next, now).unwrap()).unwrap(),
        ["a", "b", "c"]
    );
    let path = scratch.0.join(next.as_str());
    assert_eq!(fs::metadata(path).unwrap().mode() & 0o777, 0o600);
    assert_eq!(fs::metadata(&scratch.0).unwrap().mode() & 0o777, 0o700);
    store.remove(&next).unwrap();
    store.remove(&next).unwrap();
    assert_eq!(scratch.files(), Vec::<String>::new());
}

#[test]
fn an_update_is_of_what_is_there() {
    let scratch = Scratch::new();
    let (store, now) = (scratch.store(), SystemTime::now());
    let name = Id::new().unwrap().name();
    let value = |int| set("n", int).entries.remove(&b"n"[..]).unwrap();
    let update = |from: Option<&[u8]>, to| store.update(&name, b"n", from, to, now).unwrap();
    assert_eq!(update(None, value(1)), Updated::Gone);
    store.create(&name, &Changes::default(), now).unwrap();
    assert_eq!(update(None, value(1)), Updated::Done);
    assert_eq!(update(None, value(2)), Updated::Other(value(1)));
    assert_eq!(update(value(1).as_deref(), value(2)), Updated::Done);
    assert_eq!(update(value(2).as_deref(), None), Updated::Done);
    assert_eq!(update(None, None), Updated::Done);
}

#[test]
fn nobody_waits_for_a_lock() {
    let scratch = Scratch::new();
    let (store, now) = (scratch.store(), SystemTime::now());
    let name = Id::new().unwrap().name();
    store.create(&name, &set("a", 1), now).unwrap();
    let held = lock(&scratch.0.join(name.as_str())).unwrap().unwrap();
    let busy = store.change(&name, &name, &set("b", 2), now);
    assert!(matches!(busy, Err(FileError::Busy)));
    assert!(matches!(store.remove(&name), Err(FileError::Busy)));
    // Reading needs none.
    assert!(keys(store.load(&name, now).unwrap()).is_some());
    drop(held);
    assert!(store.change(&name, &name, &set("b", 2), now).unwrap());
}

#[test]
fn time_passes() {
    let scratch = Scratch::new();
    let (store, now) = (scratch.store(), SystemTime::now());
    let name = Id::new().unwrap().name();
    store.create(&name, &set("a", 1), now).unwrap();
    let later = |seconds| now + Duration::from_secs(seconds);
    let stale = |seconds| match store.load(&name, later(seconds)).unwrap() {
        Loaded::Record { is_stale, .. } => Some(is_stale),
        _ => None,
    };
    assert_eq!(stale(50), Some(false));
    assert_eq!(stale(599), Some(true));
    // It was used, so it lives on: until it is too old.
    assert_eq!(stale(1190), Some(true));
    for use_at in (1190..3590).step_by(500) {
        assert!(stale(use_at).is_some(), "{use_at}");
    }
    assert_eq!(stale(3590), Some(true));
    assert_eq!(stale(3601), None);
}

#[test]
fn what_is_over_is_swept_in_steps_by_one() {
    let scratch = Scratch::new();
    let (store, now) = (scratch.store(), SystemTime::now());
    for _ in 0..10 {
        let name = Id::new().unwrap().name();
        store.create(&name, &set("a", 1), now).unwrap();
    }
    fs::write(scratch.0.join("README"), "not ours").unwrap();
    fs::write(scratch.0.join(".1-1.new"), "half").unwrap();
    let later = now + Duration::from_secs(700);
    let (mut mine, mut other) = (Sweep::default(), Sweep::default());
    assert!(store.sweep(&mut mine, 4, later) < Duration::from_millis(100));
    assert!(store.sweep(&mut other, 4, later) > Duration::from_secs(1));
    let mut steps = 1;
    while store.sweep(&mut mine, 4, later) < Duration::from_millis(100) {
        steps += 1;
    }
    assert!(steps >= 3, "{steps}");
    let mut left = scratch.files();
    left.sort();
    assert_eq!(left, [".1-1.new", ".sweep", "README"]);
    // It was done just now.
    store.sweep(&mut other, 100, later);
    assert!(other.under_way.is_none());
    let much_later = now + Duration::from_secs(5000);
    store.sweep(&mut other, 100, much_later);
    assert!(!scratch.files().contains(&".1-1.new".to_owned()));
}

#[test]
fn what_is_not_ours_is_no_session() {
    let scratch = Scratch::new();
    let (store, now) = (scratch.store(), SystemTime::now());
    let name = Id::new().unwrap().name();
    store.create(&name, &set("a", 1), now).unwrap();
    let path = scratch.0.join(name.as_str());
    let whole = fs::read(&path).unwrap();
    for bytes in [&b""[..], b"O:8:\"stdClass\"", &whole[..whole.len() - 1]] {
        fs::write(&path, bytes).unwrap();
        assert_eq!(store.load(&name, now).unwrap(), Loaded::Damaged);
        assert!(!path.exists());
    }
    let target = scratch.0.join("elsewhere");
    fs::write(&target, &whole).unwrap();
    symlink(&target, &path).unwrap();
    assert!(store.load(&name, now).is_err());
}

#[test]
fn a_directory_of_others_is_refused() {
    let scratch = Scratch::new();
    scratch.store();
    fs::set_permissions(&scratch.0, fs::Permissions::from_mode(0o770)).unwrap();
    assert!(FileStore::open(&scratch.0, LIFETIMES).is_err());
    let file = scratch.0.join("file");
    fs::write(&file, "").unwrap();
    assert!(FileStore::open(&file, LIFETIMES).is_err());
    assert!(FileStore::open(&file.join("below"), LIFETIMES).is_err());
}
