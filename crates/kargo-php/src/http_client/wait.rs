//! Waiting for news, and sending what a Traversable gives.

use std::io;

use kargo_loop::EventLoop;
use kargo_net::StreamState;
use kargo_net::client::RequestError;

use super::Exchanges;
use super::flight::Landed;
use crate::engine::iteration::Iteration;
use crate::engine::throw::{class, throw};
use crate::engine::{Thrown, Zv};
use crate::serve::runner;
use crate::serve::runtime;
use crate::serve::wait;

/// Runs `body` on the client, which is made if there is none. PHP must not be called inside.
pub(crate) fn with<R>(body: impl FnOnce(&mut Exchanges, &mut EventLoop) -> R) -> Result<R, Thrown> {
    let result: io::Result<R> = runtime::with(|runtime| {
        let (exchanges, events) = runtime.client()?;
        Ok(body(exchanges, events))
    });
    result.map_err(|error| runner::cannot_start(&error))
}

/// Gives up a listener with all its flights, if they are still there.
pub(crate) fn give_up(listener: u64) {
    runtime::with(|runtime| {
        if let Some((exchanges, events)) = runtime.present_client() {
            exchanges.give_up(events, listener);
        }
        // Somebody else may wait for it.
        runtime.tell_news();
    });
}

enum Step {
    News(u64),
    Wait(u64),
    Lost,
}

/// Waits for the next news of a listener: the number of a flight. Fails if an exception is pending; then the listener was
/// given up.
pub(crate) fn for_news(listener: u64) -> Result<u64, Thrown> {
    loop {
        let step = runtime::with(|runtime| {
            let key = runtime.new_key();
            let Some((exchanges, _)) = runtime.present_client() else {
                return Step::Lost;
            };
            let Some(entry) = exchanges.listeners.get_mut(&listener) else {
                return Step::Lost;
            };
            let Some(number) = entry.news.pop_front() else {
                entry.key = Some(key);
                return Step::Wait(key);
            };
            if let Some(flight) = exchanges.flights.get_mut(&number) {
                flight.is_told = false;
            }
            Step::News(number)
        });
        match step {
            Step::News(number) => return Ok(number),
            // Its end is certain, since the client has its own limits: so Loop::stop() lets it end first, as it does with
            // every wait that has a timeout.
            Step::Wait(key) => {
                if let Err(thrown) = wait::wait_to_end(key, runner::LONGEST) {
                    give_up(listener);
                    return Err(thrown);
                }
                if is_still_waiting(listener, key) {
                    give_up(listener);
                    let message = "the loop can't wait any more; the log says why";
                    return Err(throw(class::error(), message));
                }
            }
            Step::Lost => {
                return Err(throw(
                    class::connection_closed_exception(),
                    "the request was given up while it was waited for: its stream was closed, or this process was forked \
                     while it was in flight",
                ));
            }
        }
    }
}

/// Whether nobody has ended this wait: it came back because the loop could not go on.
fn is_still_waiting(listener: u64, key: u64) -> bool {
    runtime::with(|runtime| {
        runtime.present_client().is_some_and(|(exchanges, _)| {
            exchanges
                .listeners
                .get(&listener)
                .is_some_and(|listener| listener.key == Some(key))
        })
    })
}

/// Waits until a flight is over, which must be the only one of its listener, and takes what came of it. The listener is
/// gone then.
pub(crate) fn for_end(listener: u64, number: u64) -> Result<Landed, Thrown> {
    loop {
        let landed = runtime::with(|runtime| {
            let (exchanges, events) = runtime.present_client()?;
            let landed = exchanges.take(number)?;
            exchanges.give_up(events, listener);
            Some(landed)
        });
        if let Some(landed) = landed {
            return Ok(landed);
        }
        for_news(listener)?;
    }
}

/// What an upload should do next.
enum Next {
    GoOn,
    Wait,
    /// The request is over, and wants no more.
    Over,
    Refused(RequestError),
}

/// Sends what `pieces` gives as the body of a flight, as its server takes it. Ends early if the response does not wait for
/// all of it.
pub(crate) fn upload(listener: u64, number: u64, pieces: Zv) -> Result<(), Thrown> {
    let sent = send_pieces(listener, number, pieces);
    if sent.is_err() {
        give_up(listener);
    }
    sent
}

fn send_pieces(listener: u64, number: u64, pieces: Zv) -> Result<(), Thrown> {
    let mut iteration = Iteration::begin(pieces)?;
    while let Some(piece) = iteration.current()? {
        let Some(bytes) = piece.dereferenced().bytes() else {
            let kind = piece.dereferenced().type_name();
            let message = format!("a request's body must give strings, not {kind}");
            return Err(throw(class::type_error(), &message));
        };
        let mut next = write(number, bytes);
        while matches!(next, Next::Wait) {
            for_news(listener)?;
            next = may_go_on(number);
        }
        match next {
            Next::GoOn | Next::Wait => iteration.next(),
            Next::Over => return Ok(()),
            Next::Refused(error) => {
                return Err(throw(class::value_error(), &error.to_string()));
            }
        }
    }
    runtime::with(|runtime| {
        let (exchanges, events) = runtime.present_client()?;
        let exchange = exchanges.flight(number)?.exchange?;
        // If it is over already, its end is told.
        exchanges.net.end(events, exchange).ok()
    });
    Ok(())
}

fn write(number: u64, bytes: &[u8]) -> Next {
    runtime::with(|runtime| {
        let Some((exchanges, events)) = runtime.present_client() else {
            return Next::Over;
        };
        let Some(flight) = exchanges.flights.get_mut(&number) else {
            return Next::Over;
        };
        let Some(exchange) = flight.exchange else {
            return Next::Over;
        };
        flight.is_writable = false;
        match exchanges.net.write(events, exchange, bytes) {
            Ok(StreamState::Ready) => Next::GoOn,
            Ok(StreamState::Full) => Next::Wait,
            Err(RequestError::Gone) => Next::Over,
            Err(error) => Next::Refused(error),
        }
    })
}

/// Whether an upload that was told to wait may go on.
fn may_go_on(number: u64) -> Next {
    runtime::with(|runtime| {
        let Some((exchanges, _)) = runtime.present_client() else {
            return Next::Over;
        };
        match exchanges.flight(number) {
            Some(flight) if flight.exchange.is_none() => Next::Over,
            Some(flight) if flight.is_writable => Next::GoOn,
            Some(_) => Next::Wait,
            None => Next::Over,
        }
    })
}
