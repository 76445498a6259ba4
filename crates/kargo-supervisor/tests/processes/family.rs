//! Parents, children, and those that user code forks.

use std::os::fd::AsRawFd;
use std::time::Instant;

use kargo_supervisor::{Event, ForeignChildGuard, Order, is_foreign_child};

use crate::master::{Master, PATIENCE, fork, kill, number_after, spec, wait, wait_any};
use crate::server::{Endpoint, work};

pub(crate) fn no_worker_survives_a_killed_master() {
    let endpoint = Endpoint::tcp();
    let mut master = Master::start(spec(4), work(&endpoint));
    let pids = master.wait_ready(4);
    master.kill();
    // The socket's end may reach a worker before the kernel's signal does: it then stops by itself.
    let ends = ends_of(pids);
    assert!(
        ends.iter()
            .all(|end| is_killed(*end) || libc::WEXITSTATUS(*end) == 7),
        "{ends:?}"
    );
}

pub(crate) fn a_deaf_worker_does_not_survive_either() {
    let mut master = Master::start(spec(4), |mut worker, _| {
        worker.ready().unwrap();
        // SAFETY: waits for a signal.
        unsafe { libc::pause() }
    });
    let pids = master.wait_ready(4);
    master.kill();
    let ends = ends_of(pids);
    assert!(ends.iter().all(|end| is_killed(*end)), "{ends:?}");
}

fn is_killed(status: i32) -> bool {
    libc::WIFSIGNALED(status) && libc::WTERMSIG(status) == libc::SIGKILL
}

/// The wait statuses of these orphans; no other process may be left.
fn ends_of(mut pids: Vec<i32>) -> Vec<i32> {
    let deadline = Instant::now() + PATIENCE;
    let mut ends = Vec::new();
    while !pids.is_empty() {
        let (pid, status) = wait_any(deadline).expect("an orphan that ends");
        pids.retain(|it| *it != pid);
        ends.push(status);
    }
    assert!(wait_any(deadline).is_none(), "no other process is left");
    ends
}

/// Blocks until a descriptor is readable.
fn wait_readable(fd: i32) {
    let mut entry = libc::pollfd {
        fd,
        events: libc::POLLIN,
        revents: 0,
    };
    // SAFETY: one valid entry.
    unsafe {
        libc::poll(
            &raw mut entry,
            1,
            i32::try_from(PATIENCE.as_millis()).unwrap(),
        )
    };
}

pub(crate) fn the_end_of_the_control_socket_is_an_order_to_stop() {
    let mut master = Master::start(spec(2), |mut worker, _| {
        // As if the kernel's help were not there.
        // SAFETY: plain system call.
        unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, 0) };
        worker.ready().unwrap();
        wait_readable(worker.control_fd().as_raw_fd());
        let orders: Vec<_> = worker.read_orders().collect();
        let again: Vec<_> = worker.read_orders().collect();
        if orders == [Order::Stop] && again == orders {
            77
        } else {
            1
        }
    });
    let pids = master.wait_ready(2);
    master.kill();
    for pid in pids {
        let status = wait(pid).expect("the worker ends");
        assert!(
            libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == 77,
            "{status:#x}"
        );
    }
}

pub(crate) fn a_process_forked_by_user_code_knows_it() {
    assert!(!is_foreign_child());
    let mut master = Master::start(spec(1), |mut worker, log| {
        worker.ready().unwrap();
        let guard = ForeignChildGuard::install().unwrap();
        let child = fork(|| {
            let grandchild = fork(|| i32::from(is_foreign_child()));
            let grandchild = libc::WEXITSTATUS(wait(grandchild).unwrap());
            i32::from(guard.is_foreign_child()) + 2 * grandchild
        });
        let child = libc::WEXITSTATUS(wait(child).unwrap());
        log.line(format!(
            "worker is foreign: {}, its child: {child}",
            is_foreign_child()
        ));
        3
    });
    assert_eq!(
        master.wait_for("foreign"),
        "worker is foreign: false, its child: 3"
    );
}

pub(crate) fn sigterm_to_a_foreign_child_ends_only_that_child() {
    let endpoint = Endpoint::tcp();
    let serve = work(&endpoint);
    let mut master = Master::start(spec(1), |worker, log| {
        let child = fork(|| {
            // SAFETY: waits for a signal.
            unsafe { libc::pause() };
            1
        });
        kill(child, libc::SIGTERM);
        let status = wait(child).unwrap();
        log.line(format!("child ended by signal {}", libc::WTERMSIG(status)));
        serve(worker, log)
    });
    assert_eq!(
        number_after(&master.wait_for("child ended"), "signal "),
        libc::SIGTERM
    );
    master.wait_ready(1);
    endpoint.connect().accepted().unwrap();
    let (code, lines) = master.drain();
    assert_eq!(code, 0);
    assert!(
        lines.last().unwrap().contains("1 workers started"),
        "{lines:?}"
    );
}

pub(crate) fn a_master_that_panics_leaves_no_worker() {
    let endpoint = Endpoint::tcp();
    let mut ready = 0;
    let mut master = Master::start_with(
        spec(2),
        |event, _| {
            if let Event::WorkerReady { .. } = event {
                ready += 1;
                if ready == 2 {
                    // Without the message that a panic prints.
                    std::panic::resume_unwind(Box::new("the callback fails"));
                }
            }
        },
        work(&endpoint),
        |_| {},
    );
    assert_eq!(master.end().0, 101);
    assert!(
        wait_any(Instant::now() + PATIENCE).is_none(),
        "no process is left"
    );
}
