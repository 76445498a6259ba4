//! Forms with files: spooled as they come, refused as other bodies are, and nothing left of them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod common;

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::path::PathBuf;
use std::rc::Rc;

use common::DEADLINE;
use common::Running;
use common::impatient;
use kargo_http::RequestHead;
use kargo_http::multipart::Limits;
use kargo_http::multipart::is_form_data;
use kargo_loop::EventLoop;
use kargo_net::Answer;
use kargo_net::BodyGate;
use kargo_net::BodyPlace;
use kargo_net::OwnedRequest;
use kargo_net::PeerAddress;
use kargo_net::RequestId;
use kargo_net::Server;
use kargo_net::ServerOptions;
use kargo_net::UploadSettings;
use kargo_net::WholeSpool;

/// Forms are spooled, but to /memory, and any body to /disk as it is.
#[derive(Debug)]
struct Gate(Rc<UploadSettings>);

impl BodyGate for Gate {
    fn place(&mut self, head: &RequestHead, bytes: &[u8]) -> BodyPlace {
        let is_form = head.header(bytes, "content-type").is_some_and(is_form_data);
        if head.path(bytes) == b"/disk" {
            BodyPlace::Disk(Rc::clone(&self.0))
        } else if is_form && head.path(bytes) != b"/memory" {
            BodyPlace::Upload(Rc::clone(&self.0))
        } else {
            BodyPlace::Memory
        }
    }
}

/// A folder of its own, removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("kargo-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn names(&self) -> Vec<String> {
        std::fs::read_dir(&self.0)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn limits() -> Limits {
    Limits {
        total_bytes: 64 << 20,
        file_bytes: 32 << 20,
        ..Limits::default()
    }
}

fn start(options: ServerOptions, limits: Limits, disk_bytes: u64, folder: &Path) -> Running {
    let server = Running::start(options);
    let folder = folder.to_owned();
    server.with(move |server, _, _| {
        let settings = UploadSettings::new(limits, folder, disk_bytes);
        server.set_body_gate(Box::new(Gate(Rc::new(settings))));
    });
    server
}

fn started(folder: &Folder) -> Running {
    start(ServerOptions::default(), limits(), 1 << 30, &folder.0)
}

fn field(name: &str, value: &str) -> String {
    format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
}

fn file(name: &str, file_name: &str, value: &str) -> String {
    format!(
        "--b\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{file_name}\"\r\nContent-Type: a/b\r\n\r\n{value}\r\n"
    )
}

const TYPE: &str = "Content-Type: multipart/form-data; boundary=b\r\n";

fn post(target: &str, body: &str) -> String {
    format!(
        "POST {target} HTTP/1.1\r\nHost: t\r\n{TYPE}Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// What a parked request brought: fields, files, the length of its body.
fn told(server: &mut Server, id: RequestId) -> String {
    let request = server.request(id).unwrap();
    let upload = request.upload().expect("it was spooled");
    let mut told = String::new();
    for (name, value) in upload.fields() {
        told += &format!("{}={} ", name.escape_ascii(), value.escape_ascii());
    }
    for file in upload.files() {
        let mut start = vec![0; 16];
        let got = file.read_at(&mut start, 0).unwrap();
        told += &format!(
            "{}:{}:{}:{}:{} ",
            file.field().escape_ascii(),
            file.file_name().escape_ascii(),
            file.content_type().unwrap_or(b"-").escape_ascii(),
            file.size(),
            start[..got].escape_ascii()
        );
    }
    told + &request.body().len().to_string()
}

fn answer(server: &mut Server, events: &mut EventLoop, id: RequestId) {
    let text = told(server, id);
    // The client may be gone.
    let _ = server.answer(events, id, &Answer::new(200), text.as_bytes());
}

/// Answers `count` parked requests with what they brought.
fn answer_parked(server: &Running, count: usize) {
    let ids = server.parked(count);
    server.with(move |server, events, _| {
        for id in ids {
            answer(server, events, id);
        }
    });
}

/// Waits until no byte of any file is left on disk.
fn until_nothing_is_left(server: &Running) {
    server.until("no file without a name is open", |_, _| open_files() == 0);
}

/// Descriptors of this thread's process that are files without a name.
fn open_files() -> usize {
    std::fs::read_dir("/proc/self/fd")
        .unwrap()
        .filter_map(|entry| std::fs::read_link(entry.unwrap().path()).ok())
        .filter(|target| {
            let target = target.to_string_lossy();
            target.contains("kargo-net-uploads") && target.ends_with("(deleted)")
        })
        .count()
}

/// The tests look at the descriptors of their process: one after the other.
fn alone() -> std::sync::MutexGuard<'static, ()> {
    static ALONE: std::sync::Mutex<()> = std::sync::Mutex::new(());
    ALONE
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

#[test]
fn fields_and_files_arrive_however_the_body_comes() {
    let _alone = alone();
    let folder = Folder::new("net-uploads-arrive");
    let server = started(&folder);
    let body = field("a", "1") + &file("f", "x.txt", "content") + &field("a", "2") + "--b--\r\n";
    let wanted = "a=1 a=2 f:x.txt:a/b:7:content 0";

    let mut client = server.client();
    client.send(post("/park", &body));
    answer_parked(&server, 1);
    assert_eq!(client.answer().text(), wanted, "in one piece");

    // On the same connection, byte by byte.
    for byte in post("/park", &body).bytes() {
        client.send([byte]);
    }
    answer_parked(&server, 1);
    assert_eq!(client.answer().text(), wanted, "byte by byte");

    // In chunks of one byte.
    let head =
        format!("POST /park HTTP/1.1\r\nHost: t\r\n{TYPE}Transfer-Encoding: chunked\r\n\r\n");
    let chunks: String = body
        .chars()
        .map(|char| format!("1;x=y\r\n{char}\r\n"))
        .collect();
    client.send(format!("{head}{chunks}0\r\nTrailer: x\r\n\r\n"));
    answer_parked(&server, 1);
    assert_eq!(client.answer().text(), wanted, "in chunks");
    assert!(folder.names().is_empty());
    until_nothing_is_left(&server);
}

#[test]
fn pipelined_requests_around_a_form_are_answered_in_order() {
    let _alone = alone();
    let folder = Folder::new("net-uploads-pipeline");
    let server = started(&folder);
    let mut client = server.client();
    let get = "GET /first HTTP/1.1\r\nHost: t\r\n\r\n";
    let form = post("/park", &(file("f", "x", "y") + "--b--"));
    let large = post("/park", &(file("f", "x", &"z".repeat(300_000)) + "--b--"));
    let last = "GET /last HTTP/1.1\r\nHost: t\r\n\r\n";
    client.send(format!("{get}{form}{get}{large}{large}{last}"));
    assert_eq!(client.answer().text(), "GET /first ");
    for wanted in [
        "f:x:a/b:1:y 0",
        "",
        "f:x:a/b:300000:zzzzzzzzzzzzzzzz 0",
        "f:x:a/b:300000:zzzzzzzzzzzzzzzz 0",
    ] {
        if wanted.is_empty() {
            assert_eq!(client.answer().text(), "GET /first ");
        } else {
            answer_parked(&server, 1);
            assert_eq!(client.answer().text(), wanted);
        }
    }
    assert_eq!(client.answer().text(), "GET /last ");
    // What goes to memory goes there still, within its limit.
    let mut other = server.client();
    other.send(post("/memory", "--b--"));
    assert_eq!(other.answer().text(), "POST /memory --b--");
    other.send(post("/memory", &"x".repeat((1 << 20) + 1)));
    assert_eq!(other.answer().status, 413);
    until_nothing_is_left(&server);
}

#[test]
fn a_body_is_continued_only_where_it_is_taken() {
    let _alone = alone();
    let folder = Folder::new("net-uploads-continue");
    let server = started(&folder);
    let body = file("f", "x", "y") + "--b--";
    let head = |length: usize| {
        format!(
            "POST /park HTTP/1.1\r\nHost: t\r\n{TYPE}Expect: 100-continue\r\nContent-Length: {length}\r\n\r\n"
        )
    };
    let mut client = server.client();
    client.send(head(body.len()));
    assert_eq!(client.answer().status, 100);
    client.send(&body);
    answer_parked(&server, 1);
    assert_eq!(client.answer().text(), "f:x:a/b:1:y 0");
    // Not if something came with the head.
    client.send(head(body.len()) + &body);
    answer_parked(&server, 1);
    assert_eq!(client.answer().status, 200);
    let mut client = server.client();
    client.send(head((64 << 20) + 1));
    assert_eq!(client.answer().status, 413);
    client.stream.shutdown_write();
    client.assert_closed();
}

#[test]
fn what_is_wrong_or_too_much_is_refused_and_nothing_is_left() {
    let _alone = alone();
    let folder = Folder::new("net-uploads-refused");
    let limits = Limits {
        total_bytes: 200_000,
        file_bytes: 100_000,
        parts: 3,
        ..Limits::default()
    };
    let server = start(ServerOptions::default(), limits, 150_000, &folder.0);
    let file_of = |len: usize| file("f", "x", &"x".repeat(len));
    let chunked = |body: &str| {
        format!(
            "POST /park HTTP/1.1\r\nHost: t\r\n{TYPE}Transfer-Encoding: chunked\r\n\r\n{:x}\r\n{body}\r\n0\r\n\r\n",
            body.len()
        )
    };
    let wrong_type =
        |value: &str| post("/park", "--b--").replace("multipart/form-data; boundary=b", value);
    for (request, status) in [
        (post("/park", "--c--"), 400),
        (post("/park", &field("a", "1")), 400),
        (post("/park", &file_of(90_000)), 400),
        (wrong_type("multipart/form-data"), 400),
        (wrong_type("multipart/form-data; boundary=\"a"), 400),
        (post("/park", &(file_of(100_001) + "--b--")), 413),
        (post("/park", &(field("a", "1").repeat(4) + "--b--")), 413),
        (post("/park", &(file_of(90_000).repeat(2) + "--b--")), 503),
        (post("/park", &"x".repeat(200_001)), 413),
        (chunked(&"x".repeat(200_001)), 413),
        (chunked("--b--").replace("5\r\n--b", "z\r\n--b"), 400),
    ] {
        let mut client = server.client();
        client.send(&request);
        let answer = client.answer();
        assert_eq!(
            answer.status,
            status,
            "{}",
            &request[..request.len().min(200)]
        );
        assert_eq!(answer.header("connection"), Some("close"));
        client.stream.shutdown_write();
        client.assert_closed();
    }
    let error = server.with(|server, _, _| server.take_upload_error());
    assert!(error.unwrap().to_string().contains("space"));
    until_nothing_is_left(&server);
    // And the server goes on.
    let mut client = server.client();
    client.send(post("/park", &(file_of(100_000) + "--b--")));
    answer_parked(&server, 1);
    assert_eq!(client.answer().text(), "f:x:a/b:100000:xxxxxxxxxxxxxxxx 0");
}

#[test]
fn a_client_that_stops_leaves_nothing() {
    let _alone = alone();
    let folder = Folder::new("net-uploads-stops");
    let server = started(&folder);
    let half = format!(
        "POST /park HTTP/1.1\r\nHost: t\r\n{TYPE}Content-Length: 1000000\r\n\r\n{}",
        file("f", "x", &"x".repeat(200_000))
    );
    for close in [false, true] {
        let mut client = server.client();
        client.send(&half);
        server.until("a file", |_, _| open_files() == 1);
        if close {
            drop(client);
        } else {
            client.stream.shutdown_write();
            client.assert_closed();
        }
        until_nothing_is_left(&server);
    }
    // While its request is worked on.
    let mut client = server.client();
    client.send(post("/park", &(file("f", "x", "y") + "--b--")));
    let ids = server.parked(1);
    drop(client);
    server.until("the notice", |server, _| {
        server.take_half_closed().is_some()
    });
    server.with(move |server, events, _| {
        assert_eq!(told(server, ids[0]), "f:x:a/b:1:y 0");
        answer(server, events, ids[0]);
    });
    until_nothing_is_left(&server);
}

#[test]
fn a_body_that_does_not_come_is_timed_out() {
    let _alone = alone();
    let folder = Folder::new("net-uploads-slow");
    let server = start(impatient(), limits(), 1 << 30, &folder.0);
    let mut client = server.client();
    client.send(format!(
        "POST /park HTTP/1.1\r\nHost: t\r\n{TYPE}Content-Length: 1000000\r\n\r\n{}",
        file("f", "x", "y")
    ));
    assert_eq!(client.answer().status, 408);
    until_nothing_is_left(&server);
}

#[test]
fn a_drain_waits_for_bodies_that_come() {
    let _alone = alone();
    let folder = Folder::new("net-uploads-drain");
    let server = started(&folder);
    let mut client = server.client();
    let request = post("/park", &(file("f", "x", "y") + "--b--"));
    let (first, second) = request.split_at(request.len() - 7);
    client.send(first);
    server.until("a file", |_, _| open_files() == 1);
    server.with(|server, events, _| {
        let deadline = events.now() + DEADLINE;
        server.drain(events, deadline);
    });
    client.send(second);
    answer_parked(&server, 1);
    let answer = client.answer();
    assert_eq!(answer.text(), "f:x:a/b:1:y 0");
    assert_eq!(answer.header("connection"), Some("close"));
    client.stream.shutdown_write();
    client.assert_closed();
}

#[test]
fn a_folder_that_is_gone_costs_one_request() {
    let _alone = alone();
    let folder = Folder::new("net-uploads-gone");
    let server = started(&folder);
    let form = post("/park", &(file("f", "x", "y") + "--b--"));
    std::fs::remove_dir(&folder.0).unwrap();
    let mut client = server.client();
    client.send(&form);
    assert_eq!(client.answer().status, 500);
    let error = server.with(|server, _, _| server.take_upload_error());
    assert!(error.unwrap().to_string().contains("No such file"));
    std::fs::create_dir(&folder.0).unwrap();
    let mut client = server.client();
    client.send(&form);
    answer_parked(&server, 1);
    assert_eq!(client.answer().status, 200);
}

#[test]
fn files_are_moved_as_a_whole_or_not_at_all() {
    let _alone = alone();
    let folder = Folder::new("net-uploads-move");
    let server = started(&folder);
    let mut client = server.client();
    let content = "0123456789".repeat(20_000);
    let form = file("f", "x", &content) + &file("g", "y", "small") + "--b--";
    client.send(post("/park", &form));
    let id = server.parked(1)[0];
    let target = folder.0.join("moved");
    // Another file system, where there is one.
    let elsewhere = Path::new("/dev/shm").join(format!("kargo-moved-{}", std::process::id()));
    let (to, far) = (target.clone(), elsewhere.clone());
    server.with(move |server, events, _| {
        let upload = Rc::clone(server.request(id).unwrap().upload().unwrap());
        let [large, small] = upload.files() else {
            panic!("two files");
        };
        large.move_to(&to, false).unwrap();
        assert!(large.raw_fd().is_none() && large.reopen().is_err());
        let again = large.move_to(&to, true).unwrap_err();
        assert_eq!(again.kind(), std::io::ErrorKind::NotFound);
        let taken = small.move_to(&to, false).unwrap_err();
        assert_eq!(taken.kind(), std::io::ErrorKind::AlreadyExists);
        assert!(small.move_to(&to.join("below"), true).is_err());
        assert!(small.move_to(&to.with_file_name("no/such"), true).is_err());
        assert_eq!(small.size(), 5);
        if far.parent().is_some_and(Path::is_dir) {
            std::fs::write(&far, "old").unwrap();
            let taken = small.move_to(&far, false).unwrap_err();
            assert_eq!(taken.kind(), std::io::ErrorKind::AlreadyExists);
            assert_eq!(std::fs::read(&far).unwrap(), b"old");
            small.move_to(&far, true).unwrap();
        }
        answer_gone(server, events, id);
    });
    assert_eq!(client.answer().status, 200);
    assert_eq!(std::fs::read(&target).unwrap(), content.as_bytes());
    assert_eq!(folder.names(), ["moved"]);
    let usual = folder.0.join("usual");
    std::fs::write(&usual, "").unwrap();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode();
    assert_eq!(mode(&target), mode(&usual));
    if elsewhere.exists() {
        assert_eq!(std::fs::read(&elsewhere).unwrap(), b"small");
        assert_eq!(mode(&elsewhere), mode(&usual));
        std::fs::remove_file(&elsewhere).unwrap();
    }
    until_nothing_is_left(&server);
}

fn answer_gone(server: &mut Server, events: &mut EventLoop, id: RequestId) {
    server
        .answer(events, id, &Answer::new(200), b"moved")
        .unwrap();
}

#[test]
fn what_the_system_says_becomes_a_status() {
    // ENOSPC, EFBIG, EMFILE, EACCES, on every architecture of Linux.
    for (code, status) in [(28, 507), (27, 507), (24, 503), (13, 500)] {
        let error = std::io::Error::from_raw_os_error(code);
        assert_eq!(kargo_net::UploadError::Disk(error).status(), status);
    }
}

#[test]
fn a_body_goes_to_disk_as_it_is() {
    let _alone = alone();
    let folder = Folder::new("net-uploads-whole");
    let limits = Limits {
        total_bytes: 300_000,
        ..Limits::default()
    };
    let server = start(ServerOptions::default(), limits, 400_000, &folder.0);
    let body = "0123456789".repeat(30_000);
    let chunked = format!(
        "POST /disk HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n{body}\r\n0\r\n\r\n",
        body.len()
    );
    let mut client = server.client();
    client.send(post("/disk", &body) + &chunked + "GET /last HTTP/1.1\r\nHost: t\r\n\r\n");
    assert_eq!(client.answer().text(), "POST /disk ");
    assert_eq!(client.answer().text(), "POST /disk ");
    assert_eq!(client.answer().text(), "GET /last ");
    until_nothing_is_left(&server);
    for too_much in [
        post("/disk", &(body + "x")),
        chunked.replace("0\r\n\r\n", "1\r\nx\r\n0\r\n\r\n"),
    ] {
        let mut client = server.client();
        client.send(too_much);
        assert_eq!(client.answer().status, 413);
        client.stream.shutdown_write();
        client.assert_closed();
    }
    until_nothing_is_left(&server);
}

#[test]
fn a_spooled_body_is_read_as_others_are() {
    let _alone = alone();
    let folder = Folder::new("net-uploads-read");
    let settings = UploadSettings::new(limits(), folder.0.clone(), 1 << 20);
    let settings = Rc::new(settings);
    let mut spool = WholeSpool::new(Rc::clone(&settings)).unwrap();
    for piece in ["one ", "two ", "", "three"] {
        spool.write(piece.as_bytes()).unwrap();
    }
    let upload = Rc::new(spool.finish().unwrap());
    assert_eq!(settings.used_bytes(), 13);
    let peer = PeerAddress::Unix;
    let request = OwnedRequest::new(RequestHead::new(), Vec::new(), 0..0, peer, peer);
    let in_memory = OwnedRequest::new(
        RequestHead::new(),
        b"one two three".to_vec(),
        0..13,
        peer,
        peer,
    );
    for request in [request.with_upload(Rc::clone(&upload)), in_memory] {
        let request = request.as_ref();
        assert_eq!(request.body_bytes(), 13);
        assert_eq!(*request.whole_body().unwrap(), *b"one two three");
        let mut buffer = [0; 6];
        assert_eq!(request.read_body_at(&mut buffer, 4).unwrap(), 6);
        assert_eq!(&buffer, b"two th");
        assert_eq!(request.read_body_at(&mut buffer, 10).unwrap(), 3);
        assert_eq!(request.read_body_at(&mut buffer, 13).unwrap(), 0);
        assert_eq!(request.read_body_at(&mut buffer, 99).unwrap(), 0);
    }
    drop(upload);
    assert_eq!(settings.used_bytes(), 0);
}

#[test]
fn large_files_pass_through_little_memory() {
    let _alone = alone();
    let folder = Folder::new("net-uploads-memory");
    let server = started(&folder);
    let size = 30 << 20;
    let mut client = server.client();
    let begin = file("f", "x", "");
    let (begin, _) = begin.split_at(begin.len() - 2);
    let end = "\r\n--b--";
    client.send(format!(
        "POST /park HTTP/1.1\r\nHost: t\r\n{TYPE}Content-Length: {}\r\n\r\n{begin}",
        begin.len() + size + end.len()
    ));
    // What the process had at most since it began, in KiB.
    let peak = || -> usize {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let line = status
            .lines()
            .find(|line| line.starts_with("VmHWM:"))
            .unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    };
    let piece = vec![b'p'; 1 << 20];
    client.send(&piece);
    server.until("a file", |_, _| open_files() == 1);
    let before = peak();
    for _ in 1..30 {
        client.send(&piece);
    }
    client.send(end);
    answer_parked(&server, 1);
    assert_eq!(
        client.answer().text(),
        format!("f:x:a/b:{size}:pppppppppppppppp 0")
    );
    let grown = peak() - before;
    assert!(grown < 4 << 10, "{grown} KiB for {size} bytes");
}
