//! The doors for people, and user code that tampers with them.

use std::mem::MaybeUninit;
use std::time::Duration;

use kargo_supervisor::{Event, Spec, Supervisor};

use crate::master::{Master, fork, kill, pid_in, spec, wait};
use crate::server::{Endpoint, work};

fn handler_of(signal: i32) -> usize {
    let mut action = MaybeUninit::<libc::sigaction>::zeroed();
    // SAFETY: sigaction(2) without a new action fills in the present one.
    unsafe {
        assert_eq!(
            libc::sigaction(signal, std::ptr::null(), action.as_mut_ptr()),
            0
        );
        action.assume_init().sa_sigaction
    }
}

fn is_blocked(signal: i32) -> bool {
    let mut set = MaybeUninit::<libc::sigset_t>::zeroed();
    // SAFETY: pthread_sigmask without a new set fills in the present one.
    unsafe {
        libc::pthread_sigmask(libc::SIG_BLOCK, std::ptr::null(), set.as_mut_ptr());
        libc::sigismember(set.as_ptr(), signal) == 1
    }
}

fn set_handler(signal: i32, handler: usize) {
    // SAFETY: the handler is SIG_IGN or an extern "C" function that does nothing.
    unsafe { libc::signal(signal, handler) };
}

extern "C" fn users_handler(_: i32) {}

pub(crate) fn dispositions_and_mask_are_restored() {
    let endpoint = Endpoint::tcp();
    let users = users_handler as *const () as usize;
    let listener = endpoint.fd();
    // What a script set before it ran the server.
    let mut outer = Master::start_with(
        spec(1),
        |event, _| {
            if let Event::MasterStarted { .. } = event {
                assert_ne!(handler_of(libc::SIGHUP), libc::SIG_DFL);
            }
        },
        move |_, log| {
            set_handler(libc::SIGINT, users);
            set_handler(libc::SIGHUP, libc::SIG_IGN);
            // SAFETY: an empty set to which one valid signal is added.
            unsafe {
                let mut set = MaybeUninit::<libc::sigset_t>::zeroed();
                libc::sigemptyset(set.as_mut_ptr());
                libc::sigaddset(set.as_mut_ptr(), libc::SIGTERM);
                libc::pthread_sigmask(libc::SIG_BLOCK, set.as_ptr(), std::ptr::null_mut());
            }
            let term = handler_of(libc::SIGTERM);
            let chld = handler_of(libc::SIGCHLD);
            let inner = Supervisor::new(spec(1)).unwrap();
            let master = std::process::id();
            let role = inner.run(|event| {
                if let Event::WorkerReady { .. } = event {
                    assert!(!is_blocked(libc::SIGTERM));
                    // SAFETY: plain system call.
                    unsafe { libc::raise(libc::SIGTERM) };
                }
            });
            match role.unwrap() {
                kargo_supervisor::Role::Worker(mut worker) => {
                    assert_ne!(std::process::id(), master);
                    assert!(!is_blocked(libc::SIGTERM) && !is_blocked(libc::SIGUSR1));
                    assert_eq!(handler_of(libc::SIGCHLD), chld);
                    let _ = listener;
                    worker.ready().unwrap();
                    while worker.read_orders().next().is_none() {
                        let fd = std::os::fd::AsRawFd::as_raw_fd(&worker.control_fd());
                        let mut entry = libc::pollfd {
                            fd,
                            events: libc::POLLIN,
                            revents: 0,
                        };
                        // SAFETY: one valid entry.
                        unsafe { libc::poll(&raw mut entry, 1, -1) };
                    }
                    0
                }
                kargo_supervisor::Role::Ended(report) => {
                    assert!(report.is_clean(), "{report}");
                    assert_eq!(handler_of(libc::SIGTERM), term);
                    assert_eq!(handler_of(libc::SIGINT), users);
                    assert_eq!(handler_of(libc::SIGHUP), libc::SIG_IGN);
                    assert_eq!(handler_of(libc::SIGCHLD), chld);
                    assert!(is_blocked(libc::SIGTERM));
                    log.line("restored");
                    5
                }
            }
        },
        |_| {},
    );
    outer.wait_for("restored");
    outer.wait_for("died: exit code 5");
}

pub(crate) fn sigterm_to_a_worker_drains_and_replaces_it_alone() {
    let endpoint = Endpoint::tcp();
    let mut master = Master::start(spec(2), work(&endpoint));
    let pids = master.wait_ready(2);
    kill(pids[0], libc::SIGTERM);
    // The replacement is started without regard to when the old one ends.
    let [asked, ended, _] =
        master.wait_for_each(["asks to be replaced", "ended: exit code 0", " ready after "]);
    assert_eq!((pid_in(&asked), pid_in(&ended)), (pids[0], pids[0]));
    let (code, lines) = master.drain();
    assert_eq!(code, 0);
    assert!(
        lines
            .last()
            .unwrap()
            .contains("3 workers started, 0 died, 0 killed"),
        "{lines:?}"
    );
    assert!(
        lines
            .iter()
            .any(|line| line.contains(&format!("{} ended", pids[1]))),
        "{lines:?}"
    );
}

pub(crate) fn sigint_and_sighup_to_a_worker_change_nothing() {
    let endpoint = Endpoint::tcp();
    let mut master = Master::start(spec(1), work(&endpoint));
    let pids = master.wait_ready(1);
    kill(pids[0], libc::SIGINT);
    kill(pids[0], libc::SIGHUP);
    endpoint.connect().accepted().unwrap();
    let (code, lines) = master.drain();
    assert_eq!(code, 0);
    assert!(
        lines.last().unwrap().contains("1 workers started, 0 died"),
        "{lines:?}"
    );
}

pub(crate) fn a_worker_whose_sigterm_was_stolen_drains_all_the_same() {
    let endpoint = Endpoint::tcp();
    let serve = work(&endpoint);
    let mut master = Master::start(spec(2), |worker, log| {
        set_handler(libc::SIGTERM, libc::SIG_IGN);
        serve(worker, log)
    });
    let pids = master.wait_ready(2);
    pids.iter().for_each(|pid| kill(*pid, libc::SIGTERM));
    let (code, lines) = master.drain();
    assert_eq!(code, 0, "{lines:?}");
    assert!(
        lines.last().unwrap().contains("2 workers started, 0 died"),
        "{lines:?}"
    );
}

pub(crate) fn a_handler_stolen_from_the_master_is_taken_back() {
    let endpoint = Endpoint::tcp();
    let mut is_stolen = false;
    let mut master = Master::start_with(
        spec(1),
        |event, _| {
            if let Event::WorkerReady { .. } = event
                && !std::mem::replace(&mut is_stolen, true)
            {
                set_handler(libc::SIGTERM, libc::SIG_IGN);
                set_handler(libc::SIGCHLD, libc::SIG_IGN);
            }
        },
        work(&endpoint),
        |_| {},
    );
    // The kernel may have reaped this worker for the thief; its death is noticed all the same.
    kill(master.wait_ready(1)[0], libc::SIGKILL);
    master.wait_for(" died: ");
    master.wait_ready(1);
    assert_eq!(master.drain().0, 0);
}

pub(crate) fn children_of_the_script_are_not_reaped() {
    let endpoint = Endpoint::tcp();
    let mut child = 0;
    let seen = std::cell::Cell::new(0);
    let mut master = Master::start_with(
        spec(1),
        |event, _| {
            if let Event::MasterStarted { .. } = event {
                child = fork(|| 9);
                seen.set(child);
            }
        },
        work(&endpoint),
        |log| {
            let status = wait(seen.get()).expect("the status is still there");
            log.line(format!("own child: {}", libc::WEXITSTATUS(status)));
        },
    );
    master.wait_ready(1);
    let (code, lines) = master.drain();
    assert_eq!(code, 0);
    assert!(lines.iter().any(|line| line == "own child: 9"), "{lines:?}");
}

pub(crate) fn a_second_master_in_a_process_is_refused() {
    let endpoint = Endpoint::tcp();
    let mut master = Master::start_with(
        spec(1),
        |event, log| {
            if let Event::MasterStarted { .. } = event {
                let second = Supervisor::new(Spec {
                    workers: 1,
                    ..spec(1)
                })
                .unwrap();
                log.line(format!("second: {}", second.run(|_| {}).is_err()));
            }
        },
        work(&endpoint),
        |_| {},
    );
    master.wait_for("second: true");
    master.wait_ready(1);
    assert!(Duration::ZERO < spec(1).kill_after);
    assert_eq!(master.drain().0, 0);
}
