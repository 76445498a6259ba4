use std::io::Read;
use std::io::Seek;
use std::io::SeekFrom;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::fs::symlink;
use std::time::Duration;

use kargo_http::HeadDecoder;
use kargo_http::Limits;

use super::*;
use crate::Settings;
use crate::SettingsError;
use crate::tests::Folder;

/// When all files of a site were written.
const MODIFIED: u64 = 784_111_777;
const DATE: &str = "Sun, 06 Nov 1994 08:49:37 GMT";

struct Site {
    folder: Folder,
    files: Files,
}

/// An answer with its body read.
#[derive(Debug)]
struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    content_type: String,
    body: String,
    has_problem: bool,
}

impl Answer {
    fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }
}

impl Site {
    fn new(files: &[(&str, &str)]) -> Self {
        Self::with(files, |_| {})
    }

    fn with(files: &[(&str, &str)], set: impl FnOnce(&mut Settings)) -> Self {
        let folder = Folder::new();
        for (name, content) in files {
            folder.write(name, content);
            touch(&folder, name, MODIFIED);
        }
        let mut settings = Settings::new(folder.path(""));
        set(&mut settings);
        let files = Files::new(settings).unwrap();
        Self { folder, files }
    }

    fn ask(&self, line: &str, headers: &[&str]) -> Option<Answer> {
        self.ask_with(line, headers, false)
    }

    fn ask_with(&self, line: &str, headers: &[&str], is_optional: bool) -> Option<Answer> {
        let mut text = format!("{line} HTTP/1.1\r\nHost: a\r\n");
        for header in headers {
            text.push_str(header);
            text.push_str("\r\n");
        }
        text.push_str("\r\n");
        let mut head = RequestHead::new();
        let decoded = HeadDecoder::new().decode(text.as_bytes(), &Limits::default(), &mut head);
        assert_eq!(decoded, Ok(Some(text.len())), "{text}");
        let bytes = text.as_bytes();
        let reply = self.files.answer(&Request {
            head: &head,
            bytes,
            path: head.path(bytes),
            is_optional,
            now: UNIX_EPOCH + Duration::from_secs(MODIFIED + 1000),
        })?;
        let headers = reply.headers.iter().map(|(name, value)| {
            let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
            (text(name), text(value))
        });
        Some(Answer {
            status: reply.status,
            headers: headers.collect(),
            content_type: reply.content_type.unwrap_or_default().into_owned(),
            has_problem: reply.problem.is_some(),
            body: reply.body.map(read).unwrap_or_default(),
        })
    }

    #[track_caller]
    fn get(&self, path: &str, headers: &[&str]) -> Answer {
        self.ask(&format!("GET {path}"), headers).unwrap()
    }

    #[track_caller]
    fn assert_nothing(&self, path: &str) {
        let answer = self.ask(&format!("GET {path}"), &[]);
        assert!(answer.is_none(), "{path}: {answer:?}");
    }
}

fn read(mut body: Body) -> String {
    let len = body.len();
    let mut all = Vec::new();
    for (head, range) in body.parts {
        all.extend_from_slice(&head);
        body.file.seek(SeekFrom::Start(range.start)).unwrap();
        (&body.file)
            .take(range.len())
            .read_to_end(&mut all)
            .unwrap();
    }
    all.extend_from_slice(&body.end);
    assert_eq!(all.len() as u64, len);
    String::from_utf8(all).unwrap()
}

fn touch(folder: &Folder, name: &str, seconds: u64) {
    let file = File::options()
        .append(true)
        .open(folder.path(name))
        .unwrap();
    file.set_modified(UNIX_EPOCH + Duration::from_secs(seconds))
        .unwrap();
}

#[test]
fn a_file_is_sent_with_what_is_known_of_it() {
    let site = Site::new(&[("a/style.css", "body {}"), ("x.png", "png")]);
    let answer = site.get("/a/style.css", &[]);
    assert_eq!((answer.status, &*answer.body), (200, "body {}"));
    assert_eq!(answer.content_type, "text/css; charset=utf-8");
    assert_eq!(answer.header("Last-Modified"), Some(DATE));
    assert_eq!(answer.header("Accept-Ranges"), Some("bytes"));
    assert_eq!(answer.header("X-Content-Type-Options"), Some("nosniff"));
    assert_eq!(answer.header("Vary"), Some("Accept-Encoding"));
    assert_eq!(answer.header("Cache-Control"), None);
    let tag = answer.header("ETag").unwrap();
    assert!(tag.starts_with("\"2ebc98a1") && tag.ends_with('"'), "{tag}");
    // What no copy would make smaller is not negotiated.
    assert_eq!(site.get("/x.png", &[]).header("Vary"), None);
    assert_eq!(site.ask("HEAD /x.png", &[]).unwrap().body, "png");
}

#[test]
fn other_methods_are_refused_or_left_to_others() {
    let site = Site::new(&[("a", "a")]);
    for (line, status) in [("POST /a", 405), ("OPTIONS /a", 204), ("PURGE /none", 405)] {
        let answer = site.ask(line, &[]).unwrap();
        assert_eq!(answer.status, status, "{line}");
        assert_eq!(answer.header("Allow"), Some("GET, HEAD, OPTIONS"));
        assert!(site.ask_with(line, &[], true).is_none(), "{line}");
    }
    assert_eq!(site.ask_with("GET /a", &[], true).unwrap().status, 200);
}

#[test]
fn what_must_not_be_seen_is_not_there() {
    let site = Site::new(&[
        ("index.php", "<?php"),
        ("config.php.bak", "<?php"),
        ("lib.inc", "<?php"),
        (".env", "SECRET"),
        (".git/config", "git"),
        ("a/.hidden", "x"),
        (".well-known/security.txt", "Contact"),
        ("folder/file", "x"),
    ]);
    for path in [
        "/index.php",
        "/INDEX.php",
        "/config.php.bak",
        "/lib.inc",
        "/.env",
        "/%2eenv",
        "/.git/config",
        "/a/.hidden",
        "/folder",
        "/folder/",
        "/",
        "/folder/..%2f.env",
        "/%2e%2e/x",
        "/none",
        "/folder/file/",
        "/folder//file",
        "/index.php/x",
        "/.well-known/",
    ] {
        site.assert_nothing(path);
    }
    assert_eq!(site.get("/.well-known/security.txt", &[]).body, "Contact");
    std::fs::write(site.folder.path("secret"), "").unwrap();
    let mode = std::fs::Permissions::from_mode(0o000);
    std::fs::set_permissions(site.folder.path("secret"), mode).unwrap();
    if File::open(site.folder.path("secret")).is_err() {
        let answer = site.get("/secret", &[]);
        assert_eq!((answer.status, answer.has_problem), (403, true));
    }
}

#[test]
fn only_regular_files_are_sent() {
    let site = Site::new(&[("a", "a")]);
    let status = std::process::Command::new("mkfifo")
        .arg(site.folder.path("fifo"))
        .status();
    assert!(status.unwrap().success());
    let _socket = std::os::unix::net::UnixListener::bind(site.folder.path("socket")).unwrap();
    symlink("/dev/null", site.folder.path("null")).unwrap();
    for path in ["/fifo", "/socket", "/null"] {
        site.assert_nothing(path);
    }
    let trusting = Site::with(&[], |settings| {
        settings.directory = site.folder.path("");
        settings.outside_links = true;
    });
    trusting.assert_nothing("/null");
}

#[test]
fn directories_have_an_index_and_a_slash() {
    let site = Site::with(
        &[("index.html", "root"), ("a b/start.htm", "a")],
        |settings| {
            settings.index = vec!["index.html".to_owned(), "start.htm".to_owned()];
        },
    );
    assert_eq!(site.get("/", &[]).body, "root");
    assert_eq!(site.get("/", &[]).content_type, "text/html; charset=utf-8");
    assert_eq!(site.get("/a%20b/", &[]).body, "a");
    let answer = site.get("/a%20b?x=1&y=%2F", &[]);
    assert_eq!((answer.status, &*answer.body), (301, ""));
    assert_eq!(answer.header("Location"), Some("/a%20b/?x=1&y=%2F"));
    site.assert_nothing("//a%20b");
}

#[test]
fn conditions_are_weighed() {
    let site = Site::with(&[("a.txt", "0123456789")], |settings| {
        settings.max_age = Some(60);
        settings.headers = vec![(b"X-Own".to_vec(), b"1".to_vec())];
    });
    let tag = site.get("/a.txt", &[]).header("ETag").unwrap().to_owned();
    let answer = site.get("/a.txt", &[&format!("If-None-Match: {tag}")]);
    assert_eq!((answer.status, &*answer.body), (304, ""));
    assert_eq!(answer.content_type, "");
    assert_eq!(answer.header("ETag"), Some(&*tag));
    assert_eq!(answer.header("Cache-Control"), Some("max-age=60"));
    assert_eq!(answer.header("Vary"), Some("Accept-Encoding"));
    assert_eq!(answer.header("X-Own"), Some("1"));
    let since = format!("If-Modified-Since: {DATE}");
    assert_eq!(site.get("/a.txt", &[&since]).status, 304);
    let answer = site.get("/a.txt", &["If-Match: \"other\""]);
    assert_eq!((answer.status, &*answer.body), (412, ""));
    // Knowing it is enough, whatever part was asked for.
    let both = [&*format!("If-None-Match: {tag}"), "Range: bytes=0-1"];
    assert_eq!(site.get("/a.txt", &both).status, 304);
    let resumed = [&*format!("If-Range: {tag}"), "Range: bytes=8-"];
    assert_eq!(site.get("/a.txt", &resumed).body, "89");
    let changed = ["If-Range: \"other\"", "Range: bytes=8-"];
    assert_eq!(site.get("/a.txt", &changed).status, 200);
}

#[test]
fn ranges_are_parts_of_the_file() {
    let content: String = (0..100).map(|at| format!("{at:09} ")).collect();
    let site = Site::new(&[("a.txt", &content), ("empty", "")]);
    let answer = site.get("/a.txt", &["Range: bytes=990-"]);
    assert_eq!((answer.status, &*answer.body), (206, "000000099 "));
    assert_eq!(answer.header("Content-Range"), Some("bytes 990-999/1000"));
    assert_eq!(answer.content_type, "text/plain; charset=utf-8");

    let answer = site.get("/a.txt", &["Range: bytes=0-9, -10"]);
    assert_eq!((answer.status, answer.header("Content-Range")), (206, None));
    let boundary = answer
        .content_type
        .strip_prefix("multipart/byteranges; boundary=")
        .unwrap();
    assert_eq!(boundary.len(), 32);
    let part = |range: &str, text: &str| {
        format!(
            "\r\n--{boundary}\r\nContent-Type: text/plain; charset=utf-8\r\n\
             Content-Range: bytes {range}/1000\r\n\r\n{text}"
        )
    };
    let parts = part("0-9", "000000000 ") + &part("990-999", "000000099 ");
    assert_eq!(answer.body, format!("{parts}\r\n--{boundary}--\r\n"));

    let answer = site.get("/a.txt", &["Range: bytes=1000-"]);
    assert_eq!((answer.status, &*answer.body), (416, ""));
    assert_eq!(answer.header("Content-Range"), Some("bytes */1000"));
    // Ranges belong to GET, and to one header.
    let head = site.ask("HEAD /a.txt", &["Range: bytes=0-9"]).unwrap();
    assert_eq!((head.status, head.body.len()), (200, 1000));
    let twice = ["Range: bytes=0-9", "Range: bytes=0-9"];
    assert_eq!(site.get("/a.txt", &twice).status, 200);
    assert_eq!(site.get("/empty", &["Range: bytes=0-"]).status, 200);
}

#[test]
fn copies_are_sent_to_who_takes_them() {
    let site = Site::new(&[
        ("a.js", "plain"),
        ("a.js.br", "brotli"),
        ("a.js.gz", "gzip"),
        ("b.js", "plain"),
        ("b.js.gz", "stale"),
        ("c.png", "plain"),
        ("c.png.gz", "gzip"),
        ("d.js.gz", "alone"),
    ]);
    touch(&site.folder, "b.js.gz", MODIFIED - 1);
    let answer = site.get("/a.js", &["Accept-Encoding: gzip, br"]);
    assert_eq!(answer.body, "brotli");
    assert_eq!(answer.header("Content-Encoding"), Some("br"));
    assert_eq!(answer.header("Vary"), Some("Accept-Encoding"));
    assert_eq!(answer.content_type, "text/javascript; charset=utf-8");
    let tags: Vec<String> = ["br", "gzip", "identity"]
        .map(|coding| {
            let answer = site.get("/a.js", &[&format!("Accept-Encoding: {coding}")]);
            answer.header("ETag").unwrap().to_owned()
        })
        .into();
    assert!(tags[0].ends_with("-br\"") && tags[1].ends_with("-gzip\""));
    assert!(tags[0] != tags[1] && tags[1] != tags[2]);
    // A range is one of the coded bytes, whose tag tells which.
    let part = ["Accept-Encoding: br", "Range: bytes=2-3"];
    let answer = site.get("/a.js", &part);
    assert_eq!((answer.status, &*answer.body), (206, "ot"));
    assert_eq!(answer.header("Content-Encoding"), Some("br"));
    assert_eq!(site.get("/a.js", &["Accept-Encoding: zstd"]).body, "plain");
    assert_eq!(site.get("/b.js", &["Accept-Encoding: gzip"]).body, "plain");
    assert_eq!(site.get("/c.png", &["Accept-Encoding: gzip"]).body, "plain");
    let refused = site.get("/b.js", &["Accept-Encoding: identity;q=0"]);
    assert_eq!(refused.status, 406);
    site.assert_nothing("/d.js");
    let without = Site::with(&[("a.js", "plain"), ("a.js.gz", "gzip")], |settings| {
        settings.precompressed = false;
    });
    let answer = without.get("/a.js", &["Accept-Encoding: gzip"]);
    assert_eq!((&*answer.body, answer.header("Vary")), ("plain", None));
}

#[test]
fn a_time_in_the_future_is_not_told() {
    let site = Site::new(&[("a", "a")]);
    touch(&site.folder, "a", MODIFIED + 5000);
    let answer = site.get("/a", &[]);
    assert_eq!(
        answer.header("Last-Modified"),
        Some("Sun, 06 Nov 1994 09:06:17 GMT")
    );
}

#[test]
fn settings_that_make_no_sense_are_refused() {
    let folder = Folder::new();
    let refused = |set: &dyn Fn(&mut Settings)| {
        let mut settings = Settings::new(folder.path(""));
        set(&mut settings);
        Files::new(settings).unwrap_err()
    };
    for index in [
        "index.php",
        "a/b.html",
        "",
        "..",
        ".hidden",
        "a%20b.html/",
        "/x",
    ] {
        let error = refused(&|settings| settings.index = vec![index.to_owned()]);
        assert!(matches!(error, SettingsError::Index(_)), "{index}");
    }
    let error = refused(&|settings| settings.directory = folder.path("gone"));
    assert!(error.to_string().contains("gone: No such file"), "{error}");
}
