//! The master: one loop that sleeps, wakes, and acts on what came in a fixed order.

mod ending;
mod stand_in;

use std::io;
use std::os::fd::{AsFd, AsRawFd};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::error::Error;
use crate::event::Event;
use crate::exit::Exit;
use crate::orders::WorkerReport;
use crate::poke::Pokes;
use crate::report::{EndCause, Report};
use crate::scoreboard::Scoreboard;
use crate::seat::{Process, Seat, Stage};
use crate::spec::SLOTS_PER_WORKER;
use crate::spec::Spec;
use crate::sys::process::Fork;
use crate::sys::signals::{HeldSignals, MasterSignals};
use crate::sys::{fd, process};
use crate::worker::Worker;

/// What [`Supervisor::run`] returned in.
#[derive(Debug)]
#[must_use = "a worker that does not know it is one would go on as a second master"]
pub enum Role {
    /// This is a forked worker.
    Worker(Worker),
    /// This is the master, and all is over.
    Ended(Report),
}

/// A master that has not begun: the shared memory and the event counters are there, so that
/// everything forked from here on has them.
#[derive(Debug)]
pub struct Supervisor {
    spec: Spec,
    board: Arc<Scoreboard>,
    pokes: Arc<Pokes>,
}

impl Supervisor {
    /// Maps the scoreboard and makes the event counters; forks nothing yet.
    ///
    /// # Errors
    /// If the specification is not possible, or the system has no memory or descriptors left.
    pub fn new(spec: Spec) -> Result<Self, Error> {
        spec.check()?;
        let slots = spec.workers * SLOTS_PER_WORKER;
        let board = Arc::new(Scoreboard::new(slots)?);
        let pokes = Arc::new(Pokes::new(slots).map_err(Error::system("make event counters"))?);
        Ok(Self { spec, board, pokes })
    }

    /// What the workers do.
    pub fn scoreboard(&self) -> &Arc<Scoreboard> {
        &self.board
    }

    /// Runs the master until it was told to end and all workers have ended; returns in each forked
    /// worker too. `on_event` is called in the master only.
    ///
    /// The process must have one thread and, until this returns, leaves `SIGTERM`, `SIGINT`,
    /// `SIGHUP` and `SIGCHLD` to the master; their dispositions and the signal mask are then as
    /// they were before. Children that the script started itself are not touched.
    ///
    /// # Errors
    /// If this process has a running master already, or the system refuses what a master needs. A
    /// fork that fails is no error: it is told as an event and tried again.
    pub fn run(self, on_event: impl FnMut(Event)) -> Result<Role, Error> {
        process::install_foreign_child_guard().map_err(Error::system("watch for forks"))?;
        let signals = MasterSignals::install().map_err(Error::system("install signal handlers"))?;
        let now = Instant::now();
        let mut master = Master {
            pid: process::current_pid(),
            seats: (0..self.spec.workers).map(|_| Seat::default()).collect(),
            stand_in: None,
            processes: (0..self.spec.workers * SLOTS_PER_WORKER)
                .map(|_| None)
                .collect(),
            spec: self.spec,
            board: self.board,
            pokes: self.pokes,
            signals: Some(signals),
            phase: Phase::Running,
            generation: 0,
            reload_generation: None,
            now,
            started: 0,
            died: 0,
            killed: 0,
            on_event,
        };
        master.run()
    }
}

/// The life of the master.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Keeps every seat filled.
    Running,
    /// Was told to end: waits for the workers to drain.
    Draining { signal: i32 },
    /// Was told twice: waits for the workers to stop.
    Stopping { signal: i32 },
}

struct Master<F: FnMut(Event)> {
    pid: i32,
    spec: Spec,
    board: Arc<Scoreboard>,
    pokes: Arc<Pokes>,
    /// `None` once this process is a worker.
    signals: Option<MasterSignals>,
    phase: Phase,
    seats: Vec<Seat>,
    /// The slot of the process that refuses clients while no worker can start.
    stand_in: Option<usize>,
    /// By slot. Empty once this process is a worker.
    processes: Vec<Option<Process>>,
    generation: u32,
    /// The reload that is under way.
    reload_generation: Option<u32>,
    now: Instant,
    started: u64,
    died: u64,
    killed: u64,
    on_event: F,
}

impl<F: FnMut(Event)> Master<F> {
    fn run(&mut self) -> Result<Role, Error> {
        self.tell(Event::MasterStarted {
            pid: self.pid,
            workers: self.spec.workers,
        });
        loop {
            self.now = Instant::now();
            self.act_on_signals();
            self.read_reports();
            self.reap();
            self.escalate();
            self.advance_reload();
            if let Some(worker) = self.fill_seats()? {
                return Ok(Role::Worker(worker));
            }
            if let Some(worker) = self.fill_stand_in() {
                return Ok(Role::Worker(worker));
            }
            if let Some(report) = self.report_if_over() {
                return Ok(Role::Ended(report));
            }
            self.sleep()?;
        }
    }

    fn act_on_signals(&mut self) {
        let Some(signals) = &self.signals else { return };
        let flags = signals.take_flags();
        for _ in 0..flags.terminate.min(2) {
            self.terminate(flags.terminate_signal);
        }
        if flags.reload && self.phase == Phase::Running {
            self.begin_reload();
        }
    }

    fn terminate(&mut self, signal: i32) {
        match self.phase {
            Phase::Running => {
                self.phase = Phase::Draining { signal };
                self.reload_generation = None;
                self.tell(Event::DrainStarted {
                    signal,
                    timeout: self.spec.drain_timeout,
                });
                self.for_each_process(Self::drain);
            }
            Phase::Draining { .. } => {
                self.phase = Phase::Stopping { signal };
                self.tell(Event::StopStarted { signal });
                self.for_each_process(Self::stop);
            }
            Phase::Stopping { .. } => {}
        }
    }

    /// The workers are forked anew from this booted master. A reload that executes the script
    /// again begins here too: it passes its listeners on as [`Inherited`](crate::Inherited) reads
    /// them.
    fn begin_reload(&mut self) {
        self.generation += 1;
        self.reload_generation = Some(self.generation);
        self.tell(Event::ReloadStarted {
            generation: self.generation,
        });
    }

    /// Reads what the workers report, before they are reaped: a worker may ask to be replaced and
    /// end at once.
    fn read_reports(&mut self) {
        self.for_each_process(|master, slot| {
            while let Some(process) = &mut master.processes[slot] {
                let Some(control) = &process.control else {
                    return;
                };
                match WorkerReport::receive(control.as_fd()) {
                    None => return,
                    Some(WorkerReport::Ready) => master.note_ready(slot),
                    Some(WorkerReport::Recycle) => master.note_recycle(slot),
                    Some(WorkerReport::Closed) => process.control = None,
                }
            }
        });
    }

    fn note_ready(&mut self, slot: usize) {
        let Some(process) = &mut self.processes[slot] else {
            return;
        };
        if process.stage != Stage::Starting {
            return;
        }
        process.stage = Stage::Ready;
        let (pid, seat) = (process.pid, process.seat);
        let after = self.now.saturating_duration_since(process.started);
        self.tell(Event::WorkerReady { slot, pid, after });
        self.dismiss_stand_in();
        if let Some(seat) = seat
            && self.seats[seat].current == Some(slot)
            && let Some(outgoing) = self.seats[seat].outgoing.take()
        {
            self.drain(outgoing);
        }
    }

    fn note_recycle(&mut self, slot: usize) {
        let Some(process) = &mut self.processes[slot] else {
            return;
        };
        if process.was_told_to_end() {
            return;
        }
        process.asked_to_recycle = true;
        let (pid, seat, was_ready) = (process.pid, process.seat, process.stage == Stage::Ready);
        let lived = self.now.saturating_duration_since(process.started);
        self.tell(Event::RecycleRequested { slot, pid });
        if let Some(seat) = seat
            && self.seats[seat].leave(slot)
            && !was_ready
        {
            self.schedule_respawn(seat, lived);
        }
        self.drain(slot);
    }

    fn reap(&mut self) {
        self.for_each_process(|master, slot| {
            if let Some(process) = &master.processes[slot]
                && let Some(exit) = process::reap(process.pid)
            {
                master.bury(slot, exit);
            }
        });
    }

    fn bury(&mut self, slot: usize, exit: Exit) {
        let Some(process) = self.processes[slot].take() else {
            return;
        };
        let board_slot = &self.board.slots()[slot];
        let (requests, connections) = (board_slot.requests(), board_slot.connections());
        board_slot.vacate();
        // A connection may have been announced to it that it did not live to accept.
        self.pokes.poke_all(&self.board, slot);
        let left_seat = process.seat.filter(|seat| self.seats[*seat].leave(slot));
        if self.stand_in == Some(slot) {
            self.stand_in = None;
            // Not at once again: when the workers' starts have failed once more.
            self.forget_failed_starts();
        }
        let pid = process.pid;
        if process.was_told_to_end() {
            self.tell(Event::WorkerEnded {
                slot,
                pid,
                exit,
                requests,
            });
            return;
        }
        self.died += 1;
        if let Some(seat) = process.seat
            && process.stage == Stage::Starting
        {
            self.seats[seat].has_failed_start = true;
        }
        self.tell(Event::WorkerDied {
            slot,
            pid,
            exit,
            requests,
            connections,
        });
        if let Some(seat) = left_seat
            && self.phase == Phase::Running
        {
            let lived = self.now.saturating_duration_since(process.started);
            self.schedule_respawn(seat, lived);
        }
    }

    fn schedule_respawn(&mut self, seat: usize, lived: Duration) {
        let seat = &mut self.seats[seat];
        let delay = seat.backoff.delay_after_death(&self.spec.restart, lived);
        seat.spawn_at = Some(self.now + delay);
        self.tell(Event::RespawnScheduled { delay });
    }

    /// Begins to replace the next worker of an older generation, one at a time: only when the
    /// replacement serves is the old one drained, and the next one's turn come.
    fn advance_reload(&mut self) {
        let Some(generation) = self.reload_generation else {
            return;
        };
        if self.seats.iter().any(|seat| seat.outgoing.is_some()) {
            return;
        }
        let mut is_finished = true;
        for index in 0..self.seats.len() {
            let current = self.seats[index].current;
            let process = current.and_then(|slot| self.processes[slot].as_ref());
            match process {
                Some(process) if process.stage == Stage::Ready => {
                    if process.generation < generation {
                        self.seats[index].outgoing = self.seats[index].current.take();
                        return;
                    }
                }
                // Being started: nobody is there to be replaced yet.
                _ => is_finished = false,
            }
        }
        if is_finished {
            self.reload_generation = None;
            self.tell(Event::ReloadFinished { generation });
        }
    }

    /// Forks a worker for each seat that is free and due. Returns the worker in the forked process.
    fn fill_seats(&mut self) -> Result<Option<Worker>, Error> {
        if self.phase != Phase::Running {
            return Ok(None);
        }
        for index in 0..self.seats.len() {
            let seat = &self.seats[index];
            if seat.current.is_some() || seat.spawn_at.is_some_and(|at| at > self.now) {
                continue;
            }
            // All slots taken by processes that drain: somebody must accept, so the one that has had the longest time
            // gives up what it still waits for.
            let Some(slot) = self.processes.iter().position(Option::is_none) else {
                self.stop_oldest_drainer();
                break;
            };
            match self.spawn(Some(index), slot) {
                Ok(None) => {
                    self.seats[index].spawn_at = None;
                    self.seats[index].current = Some(slot);
                }
                Ok(worker) => return Ok(worker),
                Err(error) => {
                    self.board.slots()[slot].vacate();
                    let seat = &mut self.seats[index];
                    let delay = seat
                        .backoff
                        .delay_after_death(&self.spec.restart, Duration::ZERO);
                    seat.spawn_at = Some(self.now + delay);
                    self.tell(Event::SpawnFailed {
                        error,
                        retry_in: delay,
                    });
                }
            }
        }
        Ok(None)
    }

    /// Forks a process into a free slot, for a seat or as the stand-in.
    fn spawn(&mut self, seat: Option<usize>, slot: usize) -> io::Result<Option<Worker>> {
        let (control, workers_end) = fd::packet_pair()?;
        self.board.slots()[slot].occupy(self.generation);
        let held = HeldSignals::hold();
        match process::fork()? {
            Fork::Parent(pid) => {
                drop(held);
                self.board.slots()[slot].set_pid(pid);
                self.processes[slot] = Some(Process {
                    pid,
                    seat,
                    generation: self.generation,
                    stage: Stage::Starting,
                    control: Some(control),
                    started: self.now,
                    escalate_at: None,
                    asked_to_recycle: false,
                });
                self.started += 1;
                self.tell(match seat {
                    Some(_) => Event::WorkerStarted {
                        slot,
                        pid,
                        generation: self.generation,
                    },
                    None => Event::StandInStarted { slot, pid },
                });
                Ok(None)
            }
            Fork::Child => {
                // The siblings' control sockets are closed: the master alone shall hold them, so
                // that its death is their end.
                self.processes.clear();
                drop(control);
                if process::die_with(self.pid).is_err() {
                    process::exit_now(1);
                }
                if let Some(signals) = self.signals.take() {
                    signals.become_worker(workers_end.as_fd(), held);
                }
                self.board.slots()[slot].set_pid(process::current_pid());
                Ok(Some(Worker::new(
                    slot,
                    self.generation,
                    seat.is_none(),
                    workers_end,
                    Arc::clone(&self.board),
                    Arc::clone(&self.pokes),
                )))
            }
        }
    }

    fn report_if_over(&self) -> Option<Report> {
        let cause = match self.phase {
            Phase::Running => return None,
            Phase::Draining { signal } => EndCause::Drained { signal },
            Phase::Stopping { signal } => EndCause::Stopped { signal },
        };
        if self.processes.iter().any(Option::is_some) {
            return None;
        }
        Some(Report {
            cause,
            started: self.started,
            died: self.died,
            killed: self.killed,
        })
    }

    /// Sleeps until a signal, a report, or the next moment at which something is due.
    fn sleep(&self) -> Result<(), Error> {
        let Some(signals) = &self.signals else {
            return Ok(());
        };
        // Whoever is told of an event may run user code, which may have taken the signals. If it
        // has, the death of a worker may have gone unnoticed: look again before sleeping.
        if signals.reinstall() {
            return Ok(());
        }
        let processes = || self.processes.iter().flatten();
        let wake = signals.wake_fd().as_raw_fd();
        let controls = processes().filter_map(|process| process.control.as_ref());
        let mut watched: Vec<_> = std::iter::once(wake)
            .chain(controls.map(AsRawFd::as_raw_fd))
            .map(|fd| fd::pollfd {
                fd,
                events: fd::POLLIN,
                revents: 0,
            })
            .collect();
        let spawns = self
            .seats
            .iter()
            .filter(|seat| self.phase == Phase::Running && seat.current.is_none())
            .filter_map(|seat| seat.spawn_at.filter(|at| *at > self.now));
        let due = processes()
            .filter_map(|process| process.escalate_at)
            .chain(spawns)
            .min();
        let timeout_ms = due.map_or(-1, |at| {
            let left = at.saturating_duration_since(Instant::now());
            i32::try_from(left.as_nanos().div_ceil(1_000_000)).unwrap_or(i32::MAX)
        });
        fd::poll(&mut watched, timeout_ms).map_err(Error::system("wait for the workers"))
    }

    fn for_each_process(&mut self, mut action: impl FnMut(&mut Self, usize)) {
        for slot in 0..self.processes.len() {
            if self.processes[slot].is_some() {
                action(self, slot);
            }
        }
    }

    fn tell(&mut self, event: Event) {
        (self.on_event)(event);
    }
}

impl<F: FnMut(Event)> Drop for Master<F> {
    /// A master that ends by an error or a panic leaves no worker behind.
    fn drop(&mut self) {
        for process in self.processes.iter().flatten() {
            if process::kill(process.pid, libc::SIGKILL).is_ok() {
                process::reap_blocking(process.pid);
            }
        }
    }
}
