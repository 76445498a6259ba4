//! The worker's side: orders from the master, reports to it.

use std::fmt;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;

use crate::accept_share::AcceptShare;
use crate::error::Error;
use crate::orders::{self, Orders};
use crate::poke::Pokes;
use crate::scoreboard::{Scoreboard, Slot, WorkerPhase};
use crate::sys::signals;

/// What a forked worker holds: its place in the family and its line to the master.
///
/// It ends by ending its process. If the master dies the kernel kills the worker.
pub struct Worker {
    slot: usize,
    generation: u32,
    is_stand_in: bool,
    control: OwnedFd,
    board: Arc<Scoreboard>,
    pokes: Arc<Pokes>,
    is_recycled: bool,
}

impl Worker {
    pub(crate) fn new(
        slot: usize,
        generation: u32,
        is_stand_in: bool,
        control: OwnedFd,
        board: Arc<Scoreboard>,
        pokes: Arc<Pokes>,
    ) -> Self {
        // A poke meant for the slot's last process is of no use to this one.
        pokes.clear(slot);
        Self {
            slot,
            generation,
            is_stand_in,
            control,
            board,
            pokes,
            is_recycled: false,
        }
    }

    /// This process's index in the scoreboard: below four times the number of workers, and no other
    /// living worker's.
    pub fn slot(&self) -> usize {
        self.slot
    }

    /// How often the master had been asked to replace all workers when this one was forked.
    pub fn generation(&self) -> u32 {
        self.generation
    }

    /// Whether this process is to refuse all clients, as no worker can start: it boots nothing,
    /// and drains when a worker is [`ready`](Self::ready).
    pub fn is_stand_in(&self) -> bool {
        self.is_stand_in
    }

    /// Readable when there are orders, or the master is gone. The worker's event loop watches it.
    pub fn control_fd(&self) -> BorrowedFd<'_> {
        self.control.as_fd()
    }

    /// The orders that wait, oldest first; does not block. Once the master is gone each call gives
    /// [`Order::Stop`](crate::Order::Stop), and [`control_fd`](Self::control_fd) stays readable.
    pub fn read_orders(&mut self) -> Orders<'_> {
        Orders::new(self.control.as_fd())
    }

    /// Tells the master and the other workers that this one now accepts connections. A stand-in is
    /// never ready: nothing is told.
    ///
    /// # Errors
    /// If the master is gone.
    pub fn ready(&mut self) -> Result<(), Error> {
        if self.is_stand_in {
            return Ok(());
        }
        self.own_slot().set_phase(WorkerPhase::Ready);
        orders::send_ready(self.control.as_fd()).map_err(Error::system("report to the master"))
    }

    /// Asks the master to be replaced. The master starts another worker and then orders this one
    /// to drain, so the caller goes on until it reads that order. Asking again changes nothing.
    ///
    /// A worker that asks before it was [`ready`](Self::ready) is replaced with the delay of one
    /// that died.
    ///
    /// # Errors
    /// If the master is gone.
    pub fn recycle_me(&mut self) -> Result<(), Error> {
        if self.is_recycled {
            return Ok(());
        }
        orders::send_recycle(self.control.as_fd())
            .map_err(Error::system("report to the master"))?;
        self.is_recycled = true;
        Ok(())
    }

    /// This worker's part in the sharing of connections. One per worker: it counts.
    pub fn accept_share(&self) -> AcceptShare {
        AcceptShare::new(self.board.clone(), self.pokes.clone(), self.slot)
    }

    /// What all workers do.
    pub fn scoreboard(&self) -> &Arc<Scoreboard> {
        &self.board
    }

    /// This worker's own slot in the scoreboard.
    #[inline]
    pub fn own_slot(&self) -> &Slot {
        &self.board.slots()[self.slot]
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        signals::forget_worker(self.control.as_fd());
    }
}

impl fmt::Debug for Worker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Worker")
            .field("slot", &self.slot)
            .field("generation", &self.generation)
            .finish_non_exhaustive()
    }
}
