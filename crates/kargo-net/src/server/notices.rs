//! What whoever works for a request should know about its client.

use std::collections::VecDeque;

use super::Server;
use super::handout::Place;
use crate::RequestId;

/// Notices that may pile up before those that are stale are looked for.
const UNTAKEN: usize = 64;

impl Server {
    /// A request whose connection ended for good while somebody was working for it: its answer would reach nobody.
    /// The request itself stays readable until it is answered or [`Self::abandon`]ed.
    pub fn take_disconnected(&mut self) -> Option<RequestId> {
        self.disconnected.pop_front()
    }

    /// A request whose client has ended its sending side while somebody was working for it. It may have gone away, or
    /// may still wait for the answer: TCP does not tell the two apart.
    pub fn take_half_closed(&mut self) -> Option<RequestId> {
        self.half_closed.pop_front()
    }

    /// A streamed answer that was told to pause and may go on.
    pub fn take_writable(&mut self) -> Option<RequestId> {
        self.writable.pop_front()
    }

    /// Notices nobody takes must not pile up: those of requests that were answered since are dropped.
    #[inline]
    pub(super) fn drop_stale_notices(&mut self) {
        let untaken = self.half_closed.len() + self.disconnected.len() + self.writable.len();
        if untaken > UNTAKEN && untaken > 2 * self.live {
            self.look_for_stale_notices();
        }
    }

    #[cold]
    fn look_for_stale_notices(&mut self) {
        let half_closed = std::mem::take(&mut self.half_closed);
        self.half_closed = self.without_stale(half_closed);
        let disconnected = std::mem::take(&mut self.disconnected);
        self.disconnected = self.without_stale(disconnected);
        let writable = std::mem::take(&mut self.writable);
        self.writable = self.without_stale(writable);
    }

    fn without_stale(&self, mut notices: VecDeque<RequestId>) -> VecDeque<RequestId> {
        notices.retain(|id| self.place_of(*id) != Place::Nowhere);
        notices
    }
}
