//! What a client tells.

use super::ConnectionId;
use super::ExchangeError;
use super::ExchangeId;

/// One thing that happened. Of an exchange that was given up nothing is told any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientEvent {
    /// The head of a response that is streamed is there: [`super::Client::response_head`].
    Head(ExchangeId),
    /// Bytes of a streamed body are there: [`super::Client::take_body`]. Not told again before they are taken.
    Body(ExchangeId),
    /// A streamed request that was told to pause may go on.
    Writable(ExchangeId),
    /// The response is complete: [`super::Client::finish`].
    Complete(ExchangeId),
    /// There is no response, or only a part. The exchange is gone.
    Failed(ExchangeId, ExchangeError),
    /// A connection from [`super::Client::open`] that had been established has ended, whoever ended it. Told before what
    /// became of the exchange that ended with it.
    Closed(ConnectionId),
}
