//! Measures what setting and cancelling a timer costs while a million are pending.
//!
//! `cargo run --release -p kargo-loop --example timer_cost`
#![allow(clippy::print_stdout, reason = "a measuring tool")]

use std::time::Duration;
use std::time::Instant;

use kargo_loop::EventLoop;
use kargo_loop::Token;

const PENDING: u64 = 1_000_000;
const ROUNDS: usize = 1_000_000;

fn main() -> std::io::Result<()> {
    let mut events = EventLoop::new()?;
    let start = events.now();
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    let mut delay = || {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        Duration::from_micros(1_000_000 + random % 60_000_000)
    };

    let begin = Instant::now();
    let mut timers: Vec<_> = (0..PENDING)
        .map(|value| events.set_timer(start + delay(), Token::new(1, value)))
        .collect();
    report("first million, each", begin.elapsed(), PENDING as usize);

    // In an order that has nothing to do with the memory's.
    let mut at = 0;
    let begin = Instant::now();
    for _ in 0..ROUNDS {
        at = (at + 618_033) % timers.len();
        events.cancel_timer(timers[at]);
        timers[at] = events.set_timer(start + delay(), Token::new(1, 0));
    }
    report(
        "cancel and set among a million, each pair",
        begin.elapsed(),
        ROUNDS,
    );

    let begin = Instant::now();
    for timer in &timers {
        events.cancel_timer(*timer);
    }
    report("cancel all, each", begin.elapsed(), timers.len());
    Ok(())
}

fn report(what: &str, elapsed: Duration, count: usize) {
    println!("{what}: {} ns", elapsed.as_nanos() / count as u128);
}
