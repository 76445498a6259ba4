//! Which worker takes a connection, and that none is forgotten.

use std::time::{Duration, Instant};

use crate::master::{Master, kill, pid_in, spec};
use crate::server::{Client, Endpoint, work};

const MOST_TO_WAIT: Duration = Duration::from_millis(50);

fn four_workers(endpoint: &Endpoint) -> (Master, Vec<i32>) {
    let mut master = Master::start(spec(4), work(endpoint));
    let pids = master.wait_ready(4);
    (master, pids)
}

/// Opens connections all at once or one after the other, and counts them by worker.
fn open(endpoint: &Endpoint, count: usize, at_once: bool) -> (Vec<Client>, Vec<usize>) {
    let mut by_slot = vec![0; 8];
    let mut clients: Vec<Client> = Vec::new();
    let mut note = |client: &mut Client| by_slot[client.accepted().unwrap().0] += 1;
    for _ in 0..count {
        let mut client = endpoint.connect();
        if !at_once {
            note(&mut client);
        }
        clients.push(client);
    }
    if at_once {
        clients.iter_mut().for_each(note);
    }
    by_slot.retain(|count| *count > 0);
    (clients, by_slot)
}

pub(crate) fn eight_connections_leave_no_worker_idle() {
    for endpoint in Endpoint::both() {
        for at_once in [true, false] {
            reject_if_always_uneven(&endpoint, 8, at_once, |by_worker| by_worker.len() == 4);
        }
    }
}

pub(crate) fn sixty_four_connections_spread_evenly() {
    spread(64);
}

pub(crate) fn many_connections_spread_evenly() {
    spread(400);
}

fn spread(count: usize) {
    let fair = count / 4;
    let tolerated = fair - fair / 4..=fair + fair / 4;
    for endpoint in Endpoint::both() {
        for at_once in [true, false] {
            reject_if_always_uneven(&endpoint, count, at_once, |by_worker| {
                by_worker.len() == 4 && by_worker.iter().all(|count| tolerated.contains(count))
            });
        }
    }
}

/// Opens connections to four new workers and judges how they were shared, three times at most: a
/// worker that a busy machine gives no processor for some milliseconds is rightly passed over.
fn reject_if_always_uneven(
    endpoint: &Endpoint,
    count: usize,
    at_once: bool,
    is_even: impl Fn(&[usize]) -> bool,
) {
    let uneven: Vec<_> = (0..3)
        .map(|_| {
            let (_master, _) = four_workers(endpoint);
            open(endpoint, count, at_once).1
        })
        .inspect(|by_worker| println!("    {count}, at once: {at_once}, by worker {by_worker:?}"))
        .take_while(|by_worker| !is_even(by_worker))
        .collect();
    assert!(uneven.len() < 3, "at once: {at_once}, {uneven:?}");
}

/// Runs `round` until the longest wait it gives is in order, three times at most: a machine that is
/// busy with other things may delay any process now and then. What waits for a blocked worker does
/// so each time, and waits longer than `never`.
fn reject_if_waits_are_long(never: Duration, mut round: impl FnMut() -> Duration) {
    let waits: Vec<_> = (0..3)
        .map(|_| round())
        .inspect(|wait| assert!(*wait < never, "waited {wait:?} for a blocked worker"))
        .take_while(|wait| *wait >= MOST_TO_WAIT)
        .collect();
    assert!(waits.len() < 3, "{waits:?}");
}

pub(crate) fn a_blocked_worker_delays_no_new_connection() {
    for endpoint in Endpoint::both() {
        reject_if_waits_are_long(Duration::from_secs(1), || {
            let (_master, _) = four_workers(&endpoint);
            let (mut clients, _) = open(&endpoint, 8, false);
            clients[0].send(b'b');
            assert_eq!(clients[0].byte(), Some(b'B'));
            connect_for(Duration::from_secs(1), &endpoint, clients, "blocked")
        });
    }
}

pub(crate) fn a_stopped_worker_delays_no_new_connection() {
    for endpoint in Endpoint::both() {
        reject_if_waits_are_long(Duration::from_secs(1), || {
            let (_master, pids) = four_workers(&endpoint);
            let (clients, _) = open(&endpoint, 8, false);
            // It looks as if it waited for events, and has fewer connections than all others soon.
            kill(pids[1], libc::SIGSTOP);
            connect_for(Duration::from_secs(1), &endpoint, clients, "stopped")
        });
    }
}

/// Connects again and again; gives the longest wait for a worker.
fn connect_for(time: Duration, endpoint: &Endpoint, mut kept: Vec<Client>, what: &str) -> Duration {
    let until = Instant::now() + time;
    let mut longest = Duration::ZERO;
    let mut count = 0;
    while Instant::now() < until {
        let mut client = endpoint.connect();
        longest = longest.max(client.accepted().unwrap().1);
        count += 1;
        // Every tenth stays open, so that the numbers of connections move too.
        if count % 10 == 0 && kept.len() < 200 {
            kept.push(client);
        }
    }
    println!("    {count} connections beside a {what} worker, longest wait {longest:?}");
    longest
}

pub(crate) fn a_worker_that_blocks_while_connections_arrive_delays_none() {
    for endpoint in Endpoint::both() {
        reject_if_waits_are_long(Duration::from_millis(190), || {
            let (_master, _) = four_workers(&endpoint);
            let (mut clients, _) = open(&endpoint, 8, false);
            let mut longest = Duration::ZERO;
            for round in 0..16 {
                // The worker blocks in the very turn in which the connections arrive.
                clients[round % 8].send(b's');
                let mut burst: Vec<_> = (0..3).map(|_| endpoint.connect()).collect();
                for client in &mut burst {
                    longest = longest.max(client.accepted().unwrap().1);
                }
                // Until the worker answers again: never two blocked at a time.
                clients[round % 8].send(b'p');
                clients[round % 8].byte().unwrap();
            }
            println!("    3 connections with each of 16 blocks, longest wait {longest:?}");
            longest
        });
    }
}

pub(crate) fn connections_queued_at_the_death_of_the_only_worker_are_served() {
    for endpoint in Endpoint::both() {
        let mut master = Master::start(spec(1), work(&endpoint));
        let pids = master.wait_ready(1);
        let mut first = endpoint.connect();
        first.accepted().unwrap();
        first.send(b'b');
        assert_eq!(first.byte(), Some(b'B'));
        let mut queued: Vec<_> = (0..50).map(|_| endpoint.connect()).collect();
        kill(pids[0], libc::SIGKILL);
        master.wait_for("signal 9 (SIGKILL)");
        for client in &mut queued {
            client.accepted().expect("served by the replacement");
        }
    }
}

pub(crate) fn killed_workers_lose_no_queued_connection() {
    const KILLS: usize = 12;
    for endpoint in Endpoint::both() {
        let (mut master, mut pids) = four_workers(&endpoint);
        let mut lost = 0;
        let mut longest = Duration::ZERO;
        for kills in 0..KILLS {
            let mut burst: Vec<_> = (0..20).map(|_| endpoint.connect()).collect();
            kill(pids.remove(0), libc::SIGKILL);
            burst.extend((0..20).map(|_| endpoint.connect()));
            for client in &mut burst {
                match client.accepted() {
                    Some((_, waited)) => longest = longest.max(waited),
                    None => lost += 1,
                }
            }
            master.wait_for("signal 9 (SIGKILL)");
            if kills % 4 == 3 {
                pids.extend(master.wait_ready(4));
            }
        }
        println!(
            "    {KILLS} kills: {lost} ended between accept and greeting, longest {longest:?}"
        );
        // One that was accepted dies with its worker, and the client cannot tell; more cannot be,
        // as the greeting follows each accept at once.
        assert!(lost <= KILLS, "{lost}");
    }
}

pub(crate) fn replaced_workers_lose_no_connection() {
    for endpoint in Endpoint::both() {
        let (mut master, _) = four_workers(&endpoint);
        let mut count = 0;
        for _ in 0..3 {
            master.signal(libc::SIGHUP);
            let line = master.wait_for("replacing all workers");
            let generation = crate::master::number_after(&line, "generation ");
            let finished = format!("all workers replaced (generation {generation})");
            let mut replaced = 0;
            while replaced < 4 {
                let line = master.wait_for(" ready after ");
                assert!(pid_in(&line) > 0);
                replaced += 1;
                let mut burst: Vec<_> = (0..40).map(|_| endpoint.connect()).collect();
                for client in &mut burst {
                    let (_, waited) = client.accepted().expect("accepted in a reload");
                    assert!(waited < Duration::from_secs(1), "{waited:?}");
                    count += 1;
                }
            }
            master.wait_for(&finished);
        }
        let (code, lines) = master.drain();
        assert_eq!(code, 0, "{lines:?}");
        println!("    {count} connections during 3 reloads of 4 workers");
    }
}
