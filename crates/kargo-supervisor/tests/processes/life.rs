//! Start, drain, escalation, death and replacement of workers.

use std::time::{Duration, Instant};

use kargo_supervisor::{Event, RestartPolicy, Spec};

use crate::master::{Master, PATIENCE, kill, number_after, pid_in, spec};
use crate::server::{Endpoint, work};

pub(crate) fn workers_start_and_drain_on_sigterm() {
    let endpoint = Endpoint::tcp();
    let mut master = Master::start(spec(3), work(&endpoint));
    assert_eq!(master.wait_ready(3).len(), 3);
    let (code, lines) = master.drain();
    assert_eq!(code, 0, "{lines:?}");
    assert!(
        lines[0].starts_with("SIGTERM: draining, 10000 ms at most"),
        "{lines:?}"
    );
    assert_eq!(
        lines
            .iter()
            .filter(|line| line.contains("ended: exit code 0"))
            .count(),
        3
    );
    let report = "drained after SIGTERM: 3 workers started, 0 died, 0 killed";
    assert_eq!(lines.last().unwrap(), report);
}

pub(crate) fn sigint_drains_too() {
    let endpoint = Endpoint::tcp();
    let mut master = Master::start(spec(1), work(&endpoint));
    master.wait_ready(1);
    master.signal(libc::SIGINT);
    let (code, lines) = master.end();
    assert_eq!(code, 0);
    assert!(
        lines.last().unwrap().starts_with("drained after SIGINT"),
        "{lines:?}"
    );
}

pub(crate) fn a_request_in_flight_is_finished_before_the_worker_leaves() {
    let endpoint = Endpoint::tcp();
    let mut master = Master::start(spec(1), work(&endpoint));
    master.wait_ready(1);
    let mut busy = endpoint.connect();
    busy.accepted().unwrap();
    busy.send(b'w');
    assert_eq!(busy.byte(), Some(b'W'));
    let mut idle = endpoint.connect();
    idle.accepted().unwrap();
    master.signal(libc::SIGTERM);
    assert_eq!(idle.byte(), None, "an idle connection is closed");
    busy.send(b'd');
    assert_eq!(busy.byte(), Some(b'D'));
    let (code, lines) = master.end();
    assert_eq!(code, 0, "{lines:?}");
}

pub(crate) fn a_worker_that_does_not_drain_is_stopped_at_the_deadline() {
    let endpoint = Endpoint::tcp();
    let spec = Spec {
        drain_timeout: Duration::from_millis(200),
        ..spec(1)
    };
    let mut master = Master::start(spec, work(&endpoint));
    master.wait_ready(1);
    let mut busy = endpoint.connect();
    busy.accepted().unwrap();
    busy.send(b'w');
    assert_eq!(busy.byte(), Some(b'W'));
    let asked = Instant::now();
    let (code, lines) = master.drain();
    let took = asked.elapsed();
    assert!(
        took >= Duration::from_millis(200) && took < Duration::from_secs(5),
        "{took:?}"
    );
    assert!(
        lines.iter().any(|line| line.contains("must stop")),
        "{lines:?}"
    );
    assert!(
        lines.iter().any(|line| line.contains("ended: exit code 7")),
        "{lines:?}"
    );
    assert_eq!(code, 0, "{lines:?}");
}

pub(crate) fn a_worker_that_does_not_stop_is_killed_after_it() {
    for kill_after in [Duration::from_millis(150), Duration::ZERO] {
        let endpoint = Endpoint::tcp();
        let drain_timeout = Duration::from_millis(150);
        let spec = Spec {
            drain_timeout,
            kill_after,
            ..spec(2)
        };
        let mut master = Master::start(spec, work(&endpoint));
        master.wait_ready(2);
        let mut client = endpoint.connect();
        client.accepted().unwrap();
        client.send(b'w');
        client.send(b'i');
        master.wait_for("deaf");
        let asked = Instant::now();
        let (code, lines) = master.drain();
        let took = asked.elapsed();
        assert!(
            took >= drain_timeout + kill_after && took < Duration::from_secs(5),
            "{took:?}"
        );
        assert!(
            lines
                .iter()
                .any(|line| line.contains("did not stop, killed")),
            "{lines:?}"
        );
        assert!(
            lines
                .iter()
                .any(|line| line.contains("ended: signal 9 (SIGKILL)")),
            "{lines:?}"
        );
        assert!(
            lines.last().unwrap().ends_with("0 died, 1 killed"),
            "{lines:?}"
        );
        assert_eq!(code, 1);
    }
}

pub(crate) fn the_second_signal_stops_at_once() {
    let endpoint = Endpoint::tcp();
    let mut master = Master::start(spec(2), work(&endpoint));
    master.wait_ready(2);
    let mut busy = endpoint.connect();
    busy.accepted().unwrap();
    busy.send(b'w');
    assert_eq!(busy.byte(), Some(b'W'));
    let asked = Instant::now();
    master.signal(libc::SIGTERM);
    master.wait_for("SIGTERM: draining");
    master.signal(libc::SIGINT);
    master.wait_for("SIGINT: stopping now");
    let (code, lines) = master.end();
    assert!(asked.elapsed() < PATIENCE / 2);
    assert!(
        lines.last().unwrap().starts_with("stopped after SIGINT"),
        "{lines:?}"
    );
    assert_eq!(code, 1);
}

fn quick_restarts(workers: usize) -> Spec {
    let restart = RestartPolicy {
        first_delay: Duration::from_millis(20),
        max_delay: Duration::from_millis(50),
        stable_after: Duration::from_secs(60),
    };
    Spec {
        restart,
        ..spec(workers)
    }
}

pub(crate) fn the_exit_code_of_a_worker_is_told_and_restarts_back_off() {
    let began = Instant::now();
    let mut master = Master::start(quick_restarts(1), |_, _| 42);
    let mut waited_ms = 0;
    for delay in [20, 40, 50, 50] {
        master.wait_for("died: exit code 42 after 0 requests");
        let line = master.wait_for("a worker is started again in");
        assert!(line.ends_with(&format!("in {delay} ms")), "{line}");
        master.wait_for(" started (slot");
        waited_ms += delay;
        assert!(began.elapsed() >= Duration::from_millis(waited_ms));
    }
    let (_, lines) = master.drain();
    assert!(lines.last().unwrap().starts_with("drained"), "{lines:?}");
}

/// Workers fail until a file exists; a stand-in does the work of the small server meanwhile, as a real one would refuse.
pub(crate) fn while_no_worker_can_start_a_stand_in_answers() {
    let endpoint = Endpoint::tcp();
    let name = format!("kargo-start-{}", std::process::id());
    let path = std::env::temp_dir().join(name);
    let serve = work(&endpoint);
    let may_start = path.clone();
    let mut master = Master::start(quick_restarts(2), move |worker, log| {
        if worker.is_stand_in() || may_start.exists() {
            return serve(worker, log);
        }
        42
    });
    let line = master.wait_for("no worker could start");
    let stand_in = number_after(&line, "process ");
    let mut client = endpoint.connect();
    client.accepted().unwrap();
    // Workers go on failing, and one stand-in is enough.
    for _ in 0..6 {
        master.wait_for("died: exit code 42");
    }
    kill(stand_in, libc::SIGKILL);
    let line = master.wait_for("no worker could start");
    let second = number_after(&line, "process ");
    assert_ne!(stand_in, second, "one that dies is replaced");
    assert_eq!(client.byte(), None);
    let mut client = endpoint.connect();
    client.accepted().unwrap();
    std::fs::write(&path, "").unwrap();
    master.wait_ready(2);
    assert_eq!(client.byte(), None, "it drains when a worker is ready");
    let (code, lines) = master.drain();
    std::fs::remove_file(&path).unwrap();
    assert_eq!(code, 0, "{lines:?}");
    let all = lines
        .iter()
        .filter(|line| line.contains("no worker could start"));
    assert_eq!(all.count(), 0, "{lines:?}");
}

pub(crate) fn the_signal_that_killed_a_worker_is_told_by_name() {
    for (signal, name) in [
        (libc::SIGSEGV, "signal 11 (SIGSEGV)"),
        (libc::SIGABRT, "signal 6 (SIGABRT)"),
        (libc::SIGKILL, "signal 9 (SIGKILL)"),
    ] {
        let mut master = Master::start(quick_restarts(1), move |_, _| {
            // SAFETY: plain system calls; the Rust runtime has a handler of its own for SIGSEGV.
            unsafe {
                if signal != libc::SIGKILL {
                    libc::signal(signal, libc::SIG_DFL);
                }
                libc::raise(signal)
            }
        });
        let line = master.wait_for(" died: ");
        assert!(line.contains(name), "{line}");
    }
}

pub(crate) fn a_stable_worker_is_replaced_at_once() {
    let endpoint = Endpoint::tcp();
    let restart = RestartPolicy {
        stable_after: Duration::ZERO,
        ..RestartPolicy::default()
    };
    let mut master = Master::start(Spec { restart, ..spec(1) }, work(&endpoint));
    for _ in 0..3 {
        let pids = master.wait_ready(1);
        kill(pids[0], libc::SIGKILL);
        master.wait_for("a worker is started again at once");
    }
    master.wait_ready(1);
}

pub(crate) fn a_recycled_worker_is_replaced_before_it_drains() {
    let endpoint = Endpoint::tcp();
    let mut master = Master::start(spec(1), work(&endpoint));
    let old = master.wait_ready(1)[0];
    let mut client = endpoint.connect();
    client.accepted().unwrap();
    client.send(b'w');
    client.send(b'R');
    assert_eq!(pid_in(&master.wait_for("asks to be replaced")), old);
    assert_eq!(pid_in(&master.wait_for(" drains, ")), old);
    let new = master.wait_ready(1)[0];
    assert_ne!(new, old);
    // The old one still has a request in flight, and the new one serves.
    endpoint.connect().accepted().unwrap();
    client.send(b'd');
    assert_eq!((client.byte(), client.byte()), (Some(b'W'), Some(b'D')));
    let line = master.wait_for("ended: exit code 0");
    assert_eq!(pid_in(&line), old);
    assert_eq!(master.drain().0, 0);
}

pub(crate) fn a_worker_that_recycles_before_it_is_ready_is_held_back() {
    let mut master = Master::start(quick_restarts(1), |mut worker, _| {
        worker.recycle_me().unwrap();
        worker.recycle_me().unwrap();
        0
    });
    for delay in [20, 40, 50] {
        master.wait_for("asks to be replaced");
        let line = master.wait_for("a worker is started again in");
        assert!(line.ends_with(&format!("in {delay} ms")), "{line}");
    }
    assert_eq!(master.drain().0, 0);
}

pub(crate) fn a_worker_that_exits_by_itself_is_held_back() {
    let mut master = Master::start(quick_restarts(1), |mut worker, _| {
        worker.ready().unwrap();
        0
    });
    master.wait_for("died: exit code 0");
    master.wait_for("started again in 20 ms");
    master.wait_for("started again in 40 ms");
}

pub(crate) fn a_fork_that_fails_is_tried_again() {
    fn limit_descriptors(count: u64) {
        let mut limit = libc::rlimit {
            rlim_cur: 0,
            rlim_max: 0,
        };
        // SAFETY: `limit` is writable, then readable.
        unsafe {
            libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limit);
            limit.rlim_cur = count;
            assert_eq!(libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limit), 0);
        }
    }
    let endpoint = Endpoint::tcp();
    let mut master = Master::start_with(
        quick_restarts(1),
        |event, _| match event {
            Event::MasterStarted { .. } => limit_descriptors(3),
            Event::SpawnFailed { .. } => limit_descriptors(256),
            _ => {}
        },
        work(&endpoint),
        |_| {},
    );
    let line = master.wait_for("a worker could not be started");
    assert!(line.ends_with("tried again in 20 ms"), "{line}");
    master.wait_ready(1);
    assert_eq!(master.drain().0, 0);
}

pub(crate) fn a_slot_is_reset_for_its_next_worker() {
    let mut master = Master::start(quick_restarts(1), |mut worker, log| {
        let slot = worker.own_slot();
        let (pid, requests, counter) = (slot.pid(), slot.requests(), slot.counter(1));
        let is_own = pid == i32::try_from(std::process::id()).unwrap();
        log.line(format!(
            "slot {} own {is_own} requests {requests}, {counter}",
            worker.slot()
        ));
        slot.add_requests(17);
        slot.add_to_counter(1, 5);
        worker.accept_share().opened();
        worker.ready().unwrap();
        1
    });
    for _ in 0..2 {
        assert_eq!(master.wait_for("requests"), "slot 0 own true requests 0, 0");
        let line = master.wait_for(" died: ");
        assert_eq!(number_after(&line, "after "), 17, "{line}");
        assert!(line.contains("1 connections lost"), "{line}");
    }
}
