//! `SIGHUP`: all workers replaced, one after the other, without a gap.

use std::cell::Cell;
use std::time::Duration;

use kargo_supervisor::{Event, RestartPolicy, Spec};

use crate::master::{Master, number_after, pid_in, spec};
use crate::server::{Endpoint, work};

pub(crate) fn sighup_replaces_every_worker_one_after_the_other() {
    let endpoint = Endpoint::tcp();
    let mut master = Master::start(spec(3), work(&endpoint));
    let old = master.wait_ready(3);
    master.signal(libc::SIGHUP);
    master.wait_for("replacing all workers (generation 1)");
    let before = master.seen().len();
    master.wait_for("all workers replaced (generation 1)");
    let lines = master.seen()[before..].to_vec();
    let started: Vec<_> = lines
        .iter()
        .filter(|line| line.contains(" started ("))
        .collect();
    assert_eq!(started.len(), 3, "{lines:?}");
    assert!(
        started
            .iter()
            .all(|line| number_after(line, "generation ") == 1),
        "{lines:?}"
    );
    // Each old one drains only when its replacement is ready, and before the next is started.
    let order: Vec<&str> = ["started (", "ready after", "drains"].repeat(3);
    let told: Vec<_> = lines
        .iter()
        .filter_map(|line| {
            ["started (", "ready after", "drains"]
                .into_iter()
                .find(|word| line.contains(word))
        })
        .collect();
    assert_eq!(told, order, "{lines:?}");
    let drained = lines
        .iter()
        .filter(|line| line.contains("drains"))
        .map(|line| pid_in(line));
    assert!(drained.into_iter().all(|pid| old.contains(&pid)));
    let (code, lines) = master.drain();
    assert_eq!(code, 0);
    assert!(
        lines
            .last()
            .unwrap()
            .contains("6 workers started, 0 died, 0 killed"),
        "{lines:?}"
    );
}

pub(crate) fn a_reload_whose_workers_fail_leaves_the_old_ones_serving() {
    let endpoint = Endpoint::tcp();
    let serve = work(&endpoint);
    let first_delay = Duration::from_millis(20);
    let restart = RestartPolicy {
        first_delay,
        ..RestartPolicy::default()
    };
    let failures = Cell::new(0);
    let mut master = Master::start_with(
        Spec { restart, ..spec(1) },
        |event, _| {
            if let Event::WorkerDied { .. } = event {
                failures.set(failures.get() + 1);
            }
        },
        |worker, log| {
            if worker.generation() == 1 && failures.get() < 3 {
                return 9;
            }
            serve(worker, log)
        },
        |_| {},
    );
    let old = master.wait_ready(1)[0];
    master.signal(libc::SIGHUP);
    for _ in 0..3 {
        let line = master.wait_for("died: exit code 9");
        assert_ne!(pid_in(&line), old);
        endpoint
            .connect()
            .accepted()
            .expect("the old worker serves");
    }
    master.wait_ready(1);
    assert_eq!(pid_in(&master.wait_for(" drains, ")), old);
    master.wait_for("all workers replaced");
    endpoint.connect().accepted().unwrap();
    assert_eq!(master.drain().0, 0);
}

pub(crate) fn a_reload_of_one_worker_refuses_no_connection() {
    for endpoint in Endpoint::both() {
        let mut master = Master::start(spec(1), work(&endpoint));
        master.wait_ready(1);
        let mut busy = endpoint.connect();
        busy.accepted().unwrap();
        busy.send(b'w');
        assert_eq!(busy.byte(), Some(b'W'));
        let mut longest = Duration::ZERO;
        // The first worker drains all the time: it has a request in flight.
        master.signal(libc::SIGHUP);
        for _ in 0..300 {
            let (_, waited) = endpoint.connect().accepted().expect("accepted in a reload");
            longest = longest.max(waited);
        }
        master.wait_for("all workers replaced");
        assert!(longest < Duration::from_secs(1), "{longest:?}");
        // A second reload finds both slots taken, and waits for the first worker to leave.
        master.signal(libc::SIGHUP);
        master.wait_for("replacing all workers (generation 2)");
        endpoint.connect().accepted().expect("still served");
        busy.send(b'd');
        assert_eq!(busy.byte(), Some(b'D'));
        master.wait_for("all workers replaced (generation 2)");
        assert_eq!(master.drain().0, 0);
    }
}
