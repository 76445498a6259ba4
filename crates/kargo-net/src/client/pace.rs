//! How fast connections are made.
//!
//! A server's queue may be as short as five connections (Python's is), and what does not fit is lost without a word: the
//! kernel has told our side already that it is connected, and only the timeout ends it. So connections to one
//! destination are begun a few at a time: at most [`MOST_YOUNG`] are *young*, which is younger than [`YOUTH`] without
//! having received anything. A server that is quick is never waited for, and one that thinks for long gets more than a
//! thousand connections in a second.

use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Duration;
use std::time::Instant;

use kargo_loop::EventLoop;

use super::Client;
use super::KIND_PACE_TIMER;
use super::connection::State;
use crate::slots::Place;

const MOST_YOUNG: usize = 8;
const YOUTH: Duration = Duration::from_millis(5);

/// Connections to one destination that are young, and that wait to be begun.
#[derive(Debug, Default)]
pub(super) struct Pace {
    /// The oldest first.
    young: VecDeque<(Instant, Place)>,
    /// Some may have been given up.
    waiting: VecDeque<Place>,
}

impl Client {
    /// Begins to connect, or waits for the turn.
    pub(super) fn connect_in_turn(&mut self, events: &mut EventLoop, place: Place) {
        let Some(connection) = self.connections.get_mut(place) else {
            return;
        };
        let destination = Rc::clone(&connection.destination);
        let pace = self.paces.entry(destination).or_default();
        if pace.young.len() < MOST_YOUNG && pace.waiting.is_empty() {
            return self.begin_young(events, place);
        }
        connection.state = State::InTurn;
        pace.waiting.push_back(place);
        self.set_pace_timer(events);
    }

    fn begin_young(&mut self, events: &mut EventLoop, place: Place) {
        let Some(connection) = self.connections.get_mut(place) else {
            return;
        };
        connection.is_young = true;
        if let Some(pace) = self.paces.get_mut(&connection.destination) {
            pace.young.push_back((Instant::now(), place));
        }
        self.connect(events, place);
    }

    /// A connection has received something, or is lost: it makes room for the next.
    pub(super) fn has_grown_up(&mut self, events: &mut EventLoop, place: Place) {
        let Some(connection) = self.connections.get_mut(place) else {
            return;
        };
        if !std::mem::take(&mut connection.is_young) {
            return;
        }
        let destination = Rc::clone(&connection.destination);
        if let Some(pace) = self.paces.get_mut(&destination) {
            pace.young.retain(|(_, young)| *young != place);
            if pace.waiting.is_empty() && pace.young.is_empty() {
                self.paces.remove(&destination);
            } else if !pace.waiting.is_empty() {
                // Not from here: whoever has lost a connection goes on with it.
                self.set_pace_timer(events);
            }
        }
    }

    /// Sees to it that the timer rings when somebody's turn comes.
    fn set_pace_timer(&mut self, events: &mut EventLoop) {
        let turn = |pace: &Pace| match pace.young.front() {
            _ if pace.waiting.is_empty() => None,
            Some((begun, _)) if pace.young.len() >= MOST_YOUNG => Some(*begun + YOUTH),
            _ => Some(events.now()),
        };
        let Some(next) = self.paces.values().filter_map(turn).min() else {
            return;
        };
        if let Some((timer, at)) = self.pace_timer {
            if at <= next {
                return;
            }
            events.cancel_timer(timer);
        }
        let token = self.token(KIND_PACE_TIMER, 0);
        self.pace_timer = Some((events.set_timer(next, token), next));
    }

    pub(super) fn pace_timer_rang(&mut self, events: &mut EventLoop) {
        self.pace_timer = None;
        let now = Instant::now();
        let mut next = Vec::new();
        for pace in self.paces.values_mut() {
            while let Some((begun, place)) = pace.young.front().copied()
                && begun + YOUTH <= now
            {
                pace.young.pop_front();
                if let Some(connection) = self.connections.get_mut(place) {
                    connection.is_young = false;
                }
            }
            let mut room = MOST_YOUNG.saturating_sub(pace.young.len());
            while room > 0
                && let Some(place) = pace.waiting.pop_front()
            {
                let is_waiting = self
                    .connections
                    .get(place)
                    .is_some_and(|connection| connection.state == State::InTurn);
                if is_waiting {
                    room -= 1;
                    next.push(place);
                }
            }
        }
        for place in next {
            // One that was given up while others were begun is begun by nobody.
            if let Some(connection) = self.connections.get_mut(place)
                && connection.state == State::InTurn
            {
                connection.state = State::Closed;
                self.begin_young(events, place);
            }
        }
        self.paces
            .retain(|_, pace| !(pace.young.is_empty() && pace.waiting.is_empty()));
        self.set_pace_timer(events);
    }
}
