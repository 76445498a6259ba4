use std::fs;
use std::io::Read;
use std::os::unix::fs::symlink;

use super::*;
use crate::tests::Folder;

/// A directory with a secret beside it, opened in both ways.
fn site() -> (Folder, [Directory; 2]) {
    let folder = Folder::new();
    folder.write("site/a/b.txt", "b");
    folder.write("secret.txt", "secret");
    let root = folder.path("site");
    let both = [
        Directory::new(&root, false).unwrap(),
        Directory::without_openat2(&root).unwrap(),
    ];
    (folder, both)
}

fn read(directory: &Directory, name: &str) -> Result<String, Errno> {
    let mut text = String::new();
    let mut file = fs::File::from(directory.open(name, 1)?);
    file.read_to_string(&mut text).unwrap();
    Ok(text)
}

#[test]
fn files_are_opened_and_what_is_not_there_is_not() {
    let (_folder, both) = site();
    for directory in both {
        assert_eq!(read(&directory, "a/b.txt").as_deref(), Ok("b"));
        assert_eq!(read(&directory, "a/c.txt"), Err(Errno::NOENT));
        assert_eq!(read(&directory, "a/b.txt/c"), Err(Errno::NOTDIR));
        assert!(directory.open("a", 1).is_ok());
        assert!(read(&directory, "../secret.txt").is_err());
        assert!(read(&directory, "a/../../secret.txt").is_err());
        assert!(read(&directory, &"x".repeat(300)).is_err());
    }
}

#[test]
fn links_that_stay_inside_are_followed() {
    let (folder, both) = site();
    let site = folder.path("site");
    symlink("b.txt", site.join("a/near")).unwrap();
    symlink("a", site.join("folder")).unwrap();
    symlink("../a/./b.txt", site.join("a/up")).unwrap();
    symlink(site.join("a/b.txt"), site.join("absolute")).unwrap();
    symlink(&site, site.join("self")).unwrap();
    for directory in both {
        for name in [
            "a/near",
            "folder/b.txt",
            "folder/near",
            "a/up",
            "absolute",
            "self/self/absolute",
        ] {
            assert_eq!(read(&directory, name).as_deref(), Ok("b"), "{name}");
        }
        assert!(directory.open("folder", 1).is_ok());
        assert!(directory.open("self", 1).is_ok());
    }
}

#[test]
fn links_that_lead_out_are_refused_and_followed_on_demand() {
    let (folder, both) = site();
    let site = folder.path("site");
    symlink("../secret.txt", site.join("relative")).unwrap();
    symlink(folder.path("secret.txt"), site.join("absolute")).unwrap();
    symlink("/etc/passwd", site.join("passwd")).unwrap();
    symlink("..", site.join("up")).unwrap();
    symlink("a/../../secret.txt", site.join("hidden")).unwrap();
    // Begins with the directory's path, but is another's.
    fs::create_dir(folder.path("site2")).unwrap();
    folder.write("site2/x", "x");
    symlink(folder.path("site2/x"), site.join("neighbour")).unwrap();
    for directory in both {
        for name in [
            "relative",
            "absolute",
            "passwd",
            "up/secret.txt",
            "up",
            "hidden",
            "neighbour",
        ] {
            assert_eq!(read(&directory, name), Err(Errno::XDEV), "{name}");
        }
    }
    let trusting = Directory::new(&site, true).unwrap();
    assert_eq!(read(&trusting, "relative").as_deref(), Ok("secret"));
    assert_eq!(read(&trusting, "absolute").as_deref(), Ok("secret"));
}

#[test]
fn links_that_lead_nowhere_end() {
    let (folder, both) = site();
    let site = folder.path("site");
    symlink("loop", site.join("loop")).unwrap();
    symlink("two/x", site.join("one")).unwrap();
    symlink("one/x", site.join("two")).unwrap();
    symlink("gone", site.join("broken")).unwrap();
    for directory in both {
        assert_eq!(read(&directory, "loop"), Err(Errno::LOOP));
        assert_eq!(read(&directory, "one"), Err(Errno::LOOP));
        assert_eq!(read(&directory, "broken"), Err(Errno::NOENT));
    }
}

#[test]
fn a_directory_that_takes_the_place_of_another_is_seen_in_the_next_second() {
    let folder = Folder::new();
    folder.write("one/x", "one");
    folder.write("two/x", "two");
    symlink("one", folder.path("current")).unwrap();
    let directory = Directory::new(&folder.path("current"), false).unwrap();
    let read_at = |now| {
        let mut text = String::new();
        let found = directory.open("x", now).unwrap();
        fs::File::from(found).read_to_string(&mut text).unwrap();
        text
    };
    assert_eq!(read_at(1), "one");
    symlink("two", folder.path("next")).unwrap();
    fs::rename(folder.path("next"), folder.path("current")).unwrap();
    assert_eq!(read_at(1), "one");
    assert_eq!(read_at(2), "two");
    fs::remove_file(folder.path("current")).unwrap();
    assert_eq!(read_at(3), "two");
}

#[test]
fn what_is_no_directory_is_refused_at_once() {
    let folder = Folder::new();
    folder.write("file", "");
    assert!(Directory::new(&folder.path("file"), false).is_err());
    assert!(Directory::new(&folder.path("gone"), false).is_err());
}
