//! A server without PHP.

use std::io;

use kargo_loop::EventLoop;

use crate::RequestId;
use crate::Server;

/// Answers requests, at once or later. The seam by which the whole server runs and is tested without PHP.
pub trait Handler {
    /// Answers `id`, or keeps it: then the next call finds it detached, and it is answered later.
    fn handle(&mut self, server: &mut Server, events: &mut EventLoop, id: RequestId);

    /// Called once per turn, before the loop waits. Ends [`serve`] by returning `false`.
    fn end_turn(&mut self, server: &mut Server, events: &mut EventLoop) -> bool {
        let _ = events;
        !server.is_drained()
    }
}

impl<F: FnMut(&mut Server, &mut EventLoop, RequestId)> Handler for F {
    fn handle(&mut self, server: &mut Server, events: &mut EventLoop, id: RequestId) {
        self(server, events, id);
    }
}

/// Runs the server until the handler ends it; by default until it is drained. Events of others are dropped.
pub fn serve(
    server: &mut Server,
    events: &mut EventLoop,
    handler: &mut dyn Handler,
) -> io::Result<()> {
    loop {
        while let Some(id) = server.next_request(events) {
            handler.handle(server, events, id);
        }
        if let Some(event) = events.next() {
            if event.token.owner() == server.owner() {
                server.handle_event(events, event);
            }
            continue;
        }
        server.end_turn(events);
        if !handler.end_turn(server, events) {
            return Ok(());
        }
        events.poll(None)?;
    }
}
