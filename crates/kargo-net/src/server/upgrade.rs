//! Connections that leave the server for another protocol.

use kargo_http::BodyLength;
use kargo_http::encode_head;
use kargo_loop::EventLoop;

use super::Server;
use super::handout::Place;
use super::respond::response_head;
use crate::Answer;
use crate::AnswerError;
use crate::PeerAddress;
use crate::RequestId;
use crate::Transport;

/// What is left of a connection that has left the server. It is in no loop any more.
#[derive(Debug)]
pub struct UpgradedConnection {
    /// The transport, non-blocking.
    pub transport: Transport,
    /// What the peer has sent behind its request and nobody has decoded.
    pub unread: Vec<u8>,
    /// What the socket did not take of the answer: to be sent first.
    pub unsent: Vec<u8>,
    /// Who is at the other end.
    pub peer: PeerAddress,
}

/// Another protocol.
pub trait UpgradeTarget {
    /// Takes the connection over. Called with the server borrowed: it must not call back.
    fn take_over(&mut self, events: &mut EventLoop, connection: UpgradedConnection);
}

impl Server {
    /// Answers a request, with 101 and an Upgrade header usually, and hands its connection to another protocol.
    pub fn upgrade(
        &mut self,
        events: &mut EventLoop,
        id: RequestId,
        answer: &Answer<'_>,
        target: &mut dyn UpgradeTarget,
    ) -> Result<(), AnswerError> {
        self.detach(events, id);
        self.refresh_date(events);
        if self.place_of(id) != Place::Exchange {
            return Err(AnswerError::Gone);
        }
        self.reject_unless_unanswered(id)?;
        let connection = self
            .connections
            .get_mut(id.connection)
            .ok_or(AnswerError::Gone)?;
        let facts = connection.facts;
        let head = response_head(
            answer,
            facts,
            true,
            &self.date,
            self.options.echo_version,
            BodyLength::Known(0),
        );
        let headers = answer.headers.iter().copied();
        encode_head(&mut connection.output, &head, headers)?
            .body
            .finish(&mut connection.output)?;
        self.send_pending(events, id.connection);
        self.reject_if_gone(id)?;
        let connection = self
            .connections
            .get_mut(id.connection)
            .ok_or(AnswerError::Gone)?;
        let transport = std::mem::replace(&mut connection.transport, Transport::Closed);
        let unsent = connection
            .output
            .split_off(connection.sent.min(connection.output.len()));
        let upgraded = UpgradedConnection {
            unread: std::mem::take(&mut connection.input),
            unsent,
            peer: connection.peer,
            transport,
        };
        // Cannot fail for a descriptor that is watched.
        let _ = events.remove(upgraded.transport.raw_fd());
        self.connections.remove(id.connection);
        self.connection_ended(events);
        target.take_over(events, upgraded);
        Ok(())
    }
}
