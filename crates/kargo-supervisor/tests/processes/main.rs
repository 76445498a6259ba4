//! What a supervisor promises, shown with real processes.
//!
//! No test harness: everything here forks, so the process must have a single thread. Orphans of any
//! case become children of this process (`PR_SET_CHILD_SUBREAPER`), which is how each case proves
//! that it left none. Arguments are filters on the cases' names.
#![allow(
    unsafe_code,
    reason = "tests of forks and signals make the system calls themselves"
)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test runner panics and prints"
)]

mod family;
mod fork_server;
mod life;
mod master;
mod reload;
mod server;
mod sharing;
mod signals;

use std::panic::catch_unwind;
use std::time::Instant;

/// No case takes longer than this; the kernel then ends the runner, and all its processes with it.
const SECONDS_FOR_ALL: u32 = 180;

type Case = (&'static str, fn());

/// Names each function by itself.
macro_rules! cases {
    ($($module:ident: $($case:ident),+;)+) => {
        &[$($((concat!(stringify!($module), "::", stringify!($case)), $module::$case),)+)+]
    };
}

const CASES: &[Case] = cases! {
    life:
        workers_start_and_drain_on_sigterm,
        sigint_drains_too,
        a_request_in_flight_is_finished_before_the_worker_leaves,
        a_worker_that_does_not_drain_is_stopped_at_the_deadline,
        a_worker_that_does_not_stop_is_killed_after_it,
        the_second_signal_stops_at_once,
        the_exit_code_of_a_worker_is_told_and_restarts_back_off,
        while_no_worker_can_start_a_stand_in_answers,
        the_signal_that_killed_a_worker_is_told_by_name,
        a_stable_worker_is_replaced_at_once,
        a_recycled_worker_is_replaced_before_it_drains,
        a_worker_that_recycles_before_it_is_ready_is_held_back,
        a_worker_that_exits_by_itself_is_held_back,
        a_fork_that_fails_is_tried_again,
        a_slot_is_reset_for_its_next_worker;
    signals:
        dispositions_and_mask_are_restored,
        sigterm_to_a_worker_drains_and_replaces_it_alone,
        sigint_and_sighup_to_a_worker_change_nothing,
        a_worker_whose_sigterm_was_stolen_drains_all_the_same,
        a_handler_stolen_from_the_master_is_taken_back,
        children_of_the_script_are_not_reaped,
        a_second_master_in_a_process_is_refused;
    family:
        no_worker_survives_a_killed_master,
        a_deaf_worker_does_not_survive_either,
        the_end_of_the_control_socket_is_an_order_to_stop,
        a_process_forked_by_user_code_knows_it,
        sigterm_to_a_foreign_child_ends_only_that_child,
        a_master_that_panics_leaves_no_worker;
    fork_server:
        a_forked_child_has_its_socket_and_nothing_of_its_parents,
        a_forked_child_has_files_without_a_name,
        a_forked_child_that_ends_or_is_killed_costs_no_other,
        forked_children_die_with_their_fork_server;
    reload:
        sighup_replaces_every_worker_one_after_the_other,
        a_reload_whose_workers_fail_leaves_the_old_ones_serving,
        a_reload_of_one_worker_refuses_no_connection;
    sharing:
        eight_connections_leave_no_worker_idle,
        sixty_four_connections_spread_evenly,
        many_connections_spread_evenly,
        a_blocked_worker_delays_no_new_connection,
        a_stopped_worker_delays_no_new_connection,
        a_worker_that_blocks_while_connections_arrive_delays_none,
        connections_queued_at_the_death_of_the_only_worker_are_served,
        killed_workers_lose_no_queued_connection,
        replaced_workers_lose_no_connection;
};

fn main() {
    // SAFETY: PR_SET_CHILD_SUBREAPER takes one integer; alarm(2) takes a number of seconds.
    unsafe {
        libc::prctl(libc::PR_SET_CHILD_SUBREAPER, 1);
        libc::alarm(SECONDS_FOR_ALL);
        // Cases end processes with signals that dump core by default.
        let none = libc::rlimit {
            rlim_cur: 0,
            rlim_max: 0,
        };
        libc::setrlimit(libc::RLIMIT_CORE, &raw const none);
    }
    let filters: Vec<String> = std::env::args()
        .skip(1)
        .filter(|it| !it.starts_with('-'))
        .collect();
    let is_chosen =
        |name: &str| filters.is_empty() || filters.iter().any(|filter| name.contains(filter));
    let mut failed = Vec::new();
    for (name, case) in CASES.iter().filter(|(name, _)| is_chosen(name)) {
        let began = Instant::now();
        let outcome = catch_unwind(case);
        let orphans = master::reap_orphans();
        let is_ok = outcome.is_ok() && orphans == 0;
        let verdict = if is_ok { "ok" } else { "FAILED" };
        println!(
            "case {name} ... {verdict} ({} ms)",
            began.elapsed().as_millis()
        );
        if orphans > 0 {
            println!("    {orphans} processes were left behind");
        }
        if !is_ok {
            failed.push(*name);
        }
    }
    assert!(failed.is_empty(), "failed: {}", failed.join(", "));
}
