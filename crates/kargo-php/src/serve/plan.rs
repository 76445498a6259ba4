//! A server that is about to run: in this process, or in workers of a master.

use std::cell::RefCell;
use std::rc::Rc;

use kargo_http::router::Router;
use kargo_loop::EventLoop;
use kargo_net::Listener;
use kargo_supervisor::{Role, Spec, Supervisor, Worker};

use crate::app::Application;
use crate::classes::options::Options;
use crate::classes::server::shown;
use crate::engine::throw::{class, throw, throw_to_operator};
use crate::engine::{Callable, Outcome, Owned, Thrown, ffi};
use crate::isolation;
use crate::log::{self, Level};
use crate::scripts;
use crate::serve::route::Target;
use crate::serve::runtime::Runtime;
use crate::serve::server::Serving;
use crate::serve::{current, handler, runner, runtime};
use crate::sessions::Sessions;

/// A Server that is about to run: nothing of it changes any more.
pub(crate) struct Plan {
    pub(crate) options: Options,
    pub(crate) router: Rc<Router<Target>>,
    pub(crate) listeners: Vec<Listener>,
    pub(crate) start_callbacks: Vec<Rc<Callable>>,
    pub(crate) applications: Vec<Rc<Application>>,
    pub(crate) isolation: isolation::Settings,
    pub(crate) sessions: Option<Rc<Sessions>>,
    pub(crate) has_scripts: bool,
}

impl Plan {
    pub(crate) fn announce(&self, workers: i64) {
        let pid = std::process::id().to_string();
        for listener in &self.listeners {
            log::event(
                Level::Info,
                &format!("listening on {}", shown(listener.address())),
                &[("workers", &workers.to_string()), ("pid", &pid)],
            );
        }
        // SAFETY: reads and sets one ini value.
        if unsafe { ffi::kg_memory_limit() } < 0 {
            let limit = &self.options.memory_limit;
            // SAFETY: as above; the engine copies the text.
            unsafe { ffi::kg_set_memory_limit(limit.as_ptr().cast(), limit.len()) };
            log::event(
                Level::Info,
                "memory_limit is -1, so that one request could take the whole machine; it is set",
                &[("memory_limit", limit)],
            );
        }
    }

    /// Becomes the master of `count` workers. Returns in the master when all is over; a worker serves and ends.
    pub(crate) fn supervise(mut self, count: usize) -> Result<(), Thrown> {
        let mut spec = Spec::new(count);
        spec.drain_timeout = self.options.drain_timeout;
        let failed =
            |error: &dyn std::fmt::Display| throw(class::transport_exception(), &error.to_string());
        let supervisor = Supervisor::new(spec).map_err(|error| failed(&error))?;
        // Shared with the callback: when all is to end, new clients are to be refused at once, not left in a queue.
        let listeners = Rc::new(RefCell::new(std::mem::take(&mut self.listeners)));
        let held = Rc::clone(&listeners);
        let role = supervisor
            .run(move |event| {
                if matches!(event, kargo_supervisor::Event::DrainStarted { .. }) {
                    held.borrow_mut().clear();
                    runtime::with(Runtime::close_net_listeners);
                }
                log_event(&event);
            })
            .map_err(|error| failed(&error))?;
        match role {
            Role::Worker(worker) => {
                self.listeners = listeners.take();
                log::set_worker(u32::try_from(worker.slot()).unwrap_or(u32::MAX - 1));
                if worker.is_stand_in() {
                    self.start_nothing();
                }
                let result = self.serve(Some(worker));
                if result.is_ok() {
                    // SAFETY: what follows run() in the script is the master's; a worker ends here, as by exit().
                    unsafe { ffi::kg_throw_exit() };
                }
                Err(Thrown)
            }
            Role::Ended(report) => {
                log::info(&report.to_string());
                Ok(())
            }
        }
    }

    /// What a stand-in does: nothing that could fail as the workers' start did.
    fn start_nothing(&mut self) {
        self.has_scripts = false;
        self.sessions = None;
        self.start_callbacks.clear();
        self.applications.clear();
    }

    /// Serves in this process until the drain is over.
    pub(crate) fn serve(mut self, worker: Option<Worker>) -> Result<(), Thrown> {
        if self.has_scripts
            && let Err(message) = scripts::start(&self.options.memory_limit)
        {
            return Err(throw_to_operator(class::transport_exception(), &message));
        }
        // Given away, so that nobody holds them any more once the server has closed them.
        let listeners = std::mem::take(&mut self.listeners);
        let is_stand_in = worker.as_ref().is_some_and(Worker::is_stand_in);
        let prepared = runtime::with(|runtime| {
            if worker.is_some() {
                // A loop that ran before the fork is the master's.
                runtime.events = None;
            }
            if is_stand_in {
                // A new one, in which nothing that the script registered is armed.
                runtime.events = Some(EventLoop::new().map_err(|error| error.to_string())?);
            }
            runtime.start().map_err(|error| error.to_string())?;
            let Some(events) = runtime.events.as_mut() else {
                return Ok(());
            };
            let router = Rc::clone(&self.router);
            let mut serving = Serving::start(&self.options, router, listeners, worker, events)?;
            serving.sessions.clone_from(&self.sessions);
            if let Some(sessions) = &self.sessions {
                runtime.begin_sweeps(sessions);
            }
            runtime.serving = Some(Box::new(serving));
            if !is_stand_in {
                runtime.share_net();
                runtime.connect_redis();
            }
            Ok::<(), String>(())
        });
        if let Err(message) = prepared {
            return Err(throw_to_operator(class::transport_exception(), &message));
        }
        // SAFETY: replaces the engine's output and error hooks until kg_serving_end().
        unsafe { ffi::kg_serving_begin() };
        let started = self.call_start_callbacks()
            && self
                .applications
                .iter()
                .all(|application| application.boot());
        let result = if started {
            isolation::start(self.isolation.clone());
            runtime::with(|runtime| {
                if let Some(serving) = runtime.serving.as_mut() {
                    serving.ready();
                }
            });
            runner::run()
        } else {
            Err(throw(
                class::configuration_exception(),
                "a worker could not start; see the log",
            ))
        };
        isolation::stop();
        // SAFETY: undoes kg_serving_begin().
        unsafe { ffi::kg_serving_end() };
        let over = runtime::with(|runtime| {
            runtime.scripts = None;
            runtime.end_sweeps();
            let servers = runtime.end_net();
            let mut over = runtime.serving.take();
            if let (Some(serving), Some(events)) = (over.as_mut(), runtime.events.as_mut()) {
                serving.stop(events);
            }
            (over, servers)
        });
        // Handlers' objects may have destructors, which run PHP code.
        drop(over);
        result
    }

    fn call_start_callbacks(&self) -> bool {
        let slot =
            runtime::with(|runtime| runtime.serving.as_ref().map_or(0, |serving| serving.slot()));
        for callable in &self.start_callbacks {
            let mut argument = Owned::undefined();
            argument.zv().set_int(slot);
            let mut result = Owned::undefined();
            current::with(|current| current.is_busy = true);
            let outcome = callable.call(result.zv(), 1, argument.zv());
            handler::tidy();
            current::with(|current| current.is_busy = false);
            if outcome != Outcome::Returned {
                handler::log_outcome(outcome, "onWorkerStart");
                return false;
            }
        }
        true
    }
}

/// Tells the log what happens to the workers.
fn log_event(event: &kargo_supervisor::Event) {
    use kargo_supervisor::Event;
    let level = match event {
        Event::WorkerDied { .. }
        | Event::WorkerKilled { .. }
        | Event::SpawnFailed { .. }
        | Event::StandInStarted { .. } => Level::Error,
        _ => Level::Info,
    };
    log::event(level, &event.to_string(), &[]);
}
