//! No descriptors left: accepting pauses instead of spinning. Alone in its process, for it lowers the process's limit.
#![allow(unsafe_code, reason = "std has no setrlimit")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod common;

use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;

use kargo_loop::EventLoop;
use kargo_net::Answer;
use kargo_net::Handler;
use kargo_net::Listener;
use kargo_net::RequestId;
use kargo_net::Server;
use kargo_net::ServerOptions;
use kargo_net::serve;

struct Counting {
    turns: Arc<AtomicUsize>,
    answered: usize,
}

impl Handler for Counting {
    fn handle(&mut self, server: &mut Server, events: &mut EventLoop, id: RequestId) {
        let answer = Answer {
            close: true,
            ..Answer::new(200)
        };
        server.answer(events, id, &answer, b"served").unwrap();
        self.answered += 1;
    }

    fn end_turn(&mut self, server: &mut Server, _: &mut EventLoop) -> bool {
        self.turns.fetch_add(1, Ordering::SeqCst);
        self.answered < 6 || server.counts().connections > 0
    }
}

fn limit_descriptors(count: u64) {
    let limit = libc::rlimit {
        rlim_cur: count,
        rlim_max: count,
    };
    // SAFETY: setrlimit(2) reads an rlimit, which outlives the call.
    let result = unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limit) };
    assert_eq!(result, 0);
}

#[test]
fn accepting_pauses_while_there_are_no_descriptors() {
    let listener = Listener::bind(&"127.0.0.1:0".parse().unwrap()).unwrap();
    let kargo_net::ListenAddress::Inet(address) = *listener.address() else {
        unreachable!()
    };
    let mut clients: Vec<_> = (0..6)
        .map(|_| {
            let stream = TcpStream::connect(address).unwrap();
            stream.set_read_timeout(Some(common::DEADLINE)).unwrap();
            common::Client::new(stream)
        })
        .collect();
    let mut events = EventLoop::new().unwrap();
    let mut server = Server::new(1, ServerOptions::default());
    server.add_listener(&mut events, listener).unwrap();
    // Room for two of the six; the directory's own descriptor is not there any more.
    let open = std::fs::read_dir("/proc/self/fd").unwrap().count() as u64 - 1;
    limit_descriptors(open + 2);

    let turns = Arc::new(AtomicUsize::new(0));
    let clients = std::thread::spawn({
        let turns = Arc::clone(&turns);
        move || {
            // Nobody is served before a request comes: the server waits with four connections in its queue.
            while turns.load(Ordering::SeqCst) < 5 {
                std::thread::yield_now();
            }
            for client in &mut clients {
                client.send("GET / HTTP/1.1\r\nHost: t\r\n\r\n");
                assert_eq!(client.answer().text(), "served");
                client.stream.shutdown(std::net::Shutdown::Write).unwrap();
                client.assert_closed();
            }
        }
    });
    serve(
        &mut server,
        &mut events,
        &mut Counting {
            turns: Arc::clone(&turns),
            answered: 0,
        },
    )
    .unwrap();
    clients.join().unwrap();
    // Each connection costs a few turns, each pause of 100 ms one more; spinning would be tens of thousands.
    let turns = turns.load(Ordering::SeqCst);
    assert!(turns < 200, "{turns} turns");
}
