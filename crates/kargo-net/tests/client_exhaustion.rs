//! No descriptors left: requests wait for a connection that is there. Alone in its process, for it lowers the process's
//! limit.
#![allow(unsafe_code, reason = "std has no setrlimit")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::io::BufRead;
use std::io::BufReader;
use std::io::Write;
use std::net::TcpListener;
use std::time::Duration;

use kargo_loop::EventLoop;
use kargo_net::client::Client;
use kargo_net::client::ClientEvent;
use kargo_net::client::ClientRequest;
use kargo_net::client::Destination;
use kargo_net::client::PoolOptions;
use kargo_net::client::Reason;

/// Answers requests without a body until the client goes away.
fn serve(stream: std::net::TcpStream) {
    let mut writer = stream.try_clone().unwrap();
    let lines = BufReader::new(stream).lines().map_while(Result::ok);
    for line in lines {
        if line.is_empty()
            && writer
                .write_all(b"HTTP/1.1 204 No Content\r\n\r\n")
                .is_err()
        {
            return;
        }
    }
}

fn limit_descriptors(count: u64) {
    let limit = libc::rlimit {
        rlim_cur: count,
        rlim_max: 4096,
    };
    // SAFETY: setrlimit(2) reads an rlimit, which outlives the call.
    let result = unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limit) };
    assert_eq!(result, 0);
}

#[test]
fn requests_wait_for_connections_where_there_are_no_descriptors() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    // The server is a process of its own, so that it has descriptors of its own.
    // SAFETY: fork(2); the child uses what it has inherited and ends by itself or with its parent.
    let child = unsafe { libc::fork() };
    if child == 0 {
        // SAFETY: prctl(2) with this command takes a number.
        unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) };
        for stream in listener.incoming().map_while(Result::ok) {
            std::thread::spawn(move || serve(stream));
        }
        // SAFETY: _exit(2) takes a number.
        unsafe { libc::_exit(0) };
    }
    drop(listener);

    let mut events = EventLoop::new().unwrap();
    let mut client = Client::new(1, 2);
    let pool = client.add_pool(PoolOptions::default());
    let to = Destination::host(address.ip().to_string(), address.port());
    let request = ClientRequest::new(b"GET", b"/", b"test");
    let held: Vec<_> = std::iter::from_fn(|| std::fs::File::open("/dev/null").ok())
        .take(20)
        .collect();
    let last = std::os::fd::AsRawFd::as_raw_fd(held.last().unwrap());
    limit_descriptors(last as u64 + 9);
    let ids: Vec<_> = (0..50)
        .map(|_| client.send(&mut events, pool, &to, &request).unwrap())
        .collect();
    let mut done = 0;
    while done < ids.len() {
        match client.next_event(&mut events) {
            Some(ClientEvent::Complete(id)) => {
                assert_eq!(client.finish(id).unwrap().status(), 204);
                done += 1;
            }
            Some(other) => panic!("{other:?}"),
            None => match events.next() {
                Some(event) => client.handle_event(&mut events, event),
                None => {
                    client.end_turn(&mut events);
                    if !client.has_events() {
                        events.poll(Some(Duration::from_secs(20))).unwrap();
                    }
                }
            },
        }
    }
    let counts = client.counts();
    assert!((1..=8).contains(&counts.connections), "{counts:?}");

    // Without a single connection there is nothing to wait for.
    client.remove_pool(&mut events, pool);
    let pool = client.add_pool(PoolOptions::default());
    limit_descriptors(last as u64 + 1);
    let id = client.send(&mut events, pool, &to, &request).unwrap();
    match client.next_event(&mut events) {
        Some(ClientEvent::Failed(failed, error)) => {
            assert_eq!((failed, error.reason), (id, Reason::System(libc::EMFILE)));
        }
        other => panic!("{other:?}"),
    }
    // SAFETY: kill(2) takes numbers.
    unsafe { libc::kill(child, libc::SIGKILL) };
}
