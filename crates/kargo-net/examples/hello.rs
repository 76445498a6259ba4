//! The smallest server, without PHP: what the HTTP server itself costs.
//!
//! `cargo run --release -p kargo-net --example hello -- 8080`, then `wrk -t1 -c64 http://127.0.0.1:8080/`.
//! SIGTERM and SIGINT drain it.

use std::io;
use std::net::Ipv4Addr;
use std::net::SocketAddr;
use std::time::Duration;

use kargo_loop::EventKind;
use kargo_loop::EventLoop;
use kargo_loop::Token;
use kargo_net::ListenAddress;
use kargo_net::Listener;
use kargo_net::Server;
use kargo_net::ServerOptions;

const SERVER: u8 = 1;
const STOP: Token = Token::new(2, 0);

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let port = match std::env::args().nth(1) {
        Some(text) => text.parse()?,
        None => 8080,
    };
    let address = ListenAddress::Inet(SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    let mut events = EventLoop::new()?;
    for signum in [libc::SIGTERM, libc::SIGINT] {
        events.watch_signal(signum, STOP)?;
    }
    let mut server = Server::new(SERVER, ServerOptions::default());
    server.add_listener(&mut events, Listener::bind(&address)?)?;
    run(&mut server, &mut events)?;
    Ok(())
}

fn run(server: &mut Server, events: &mut EventLoop) -> io::Result<()> {
    while !server.is_drained() {
        while let Some(id) = server.next_request(events) {
            // Fails only if the client is gone.
            let _ = server.answer_plain_text(events, id, b"Hello, World!");
        }
        match events.next() {
            Some(event) if event.token.owner() == SERVER => server.handle_event(events, event),
            Some(event) if matches!(event.kind, EventKind::Signal(_)) => {
                let deadline = events.now() + Duration::from_secs(5);
                server.drain(events, deadline);
            }
            Some(_) => {}
            None => {
                server.end_turn(events);
                events.poll(None)?;
            }
        }
    }
    Ok(())
}
