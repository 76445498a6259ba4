use super::*;

fn token(value: u64) -> Token {
    Token::new(1, value)
}

fn due(wheel: &mut TimerWheel) -> Vec<u64> {
    std::iter::from_fn(|| wheel.next_due())
        .map(|(_, token)| token.value())
        .collect()
}

/// A small generator, so that the sequence is the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }
}

#[test]
fn a_timer_is_never_early_and_at_most_a_tick_late() {
    let origin = Instant::now();
    let mut wheel = TimerWheel::new(origin);
    wheel.insert(origin + Duration::from_micros(1500), token(1));
    wheel.advance(origin + Duration::from_micros(1999));
    assert!(due(&mut wheel).is_empty());
    wheel.advance(origin + Duration::from_millis(2));
    assert_eq!(due(&mut wheel), [1]);
    assert!(wheel.is_empty());
}

#[test]
fn one_that_is_cancelled_while_due_is_not_handed_over() {
    let origin = Instant::now();
    let mut wheel = TimerWheel::new(origin);
    let first = wheel.insert(origin, token(1));
    wheel.insert(origin, token(2));
    wheel.advance(origin + Duration::from_millis(1));
    assert!(wheel.cancel(first));
    assert!(!wheel.cancel(first));
    assert_eq!(due(&mut wheel), [2]);
}

#[test]
fn an_old_id_never_cancels_a_new_timer() {
    let origin = Instant::now();
    let mut wheel = TimerWheel::new(origin);
    let old = wheel.insert(origin, token(1));
    assert!(wheel.cancel(old));
    let new = wheel.insert(origin, token(2));
    assert!(!wheel.cancel(old));
    assert!(!wheel.contains(old));
    assert!(wheel.contains(new));
    assert_eq!(TimerId::from_u64(new.as_u64()), new);
}

#[test]
fn equal_deadlines_keep_the_order_of_their_setting() {
    let origin = Instant::now();
    let mut wheel = TimerWheel::new(origin);
    let at = origin + Duration::from_millis(70_000);
    for value in 0..5 {
        wheel.insert(at, token(value));
        wheel.advance(origin + Duration::from_millis(value * 15_000));
    }
    wheel.insert(at - Duration::from_nanos(1), token(9));
    wheel.advance(at);
    assert_eq!(due(&mut wheel), [9, 0, 1, 2, 3, 4]);
}

#[test]
fn deadlines_beyond_the_horizon_wait() {
    let origin = Instant::now();
    let mut wheel = TimerWheel::new(origin);
    let years = Duration::from_secs(6 * 365 * 86_400);
    wheel.advance(origin + Duration::from_millis(12_345));
    wheel.insert(origin + years, token(1));
    for part in 1..7 {
        wheel.advance(origin + years / 7 * part);
        assert!(due(&mut wheel).is_empty());
    }
    wheel.advance(origin + years - Duration::from_millis(1));
    assert!(due(&mut wheel).is_empty());
    wheel.advance(origin + years);
    assert_eq!(due(&mut wheel), [1]);
}

#[test]
fn behaves_like_a_sorted_list() {
    let origin = Instant::now();
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    for scale in [100, 10_000, 20_000_000] {
        let mut wheel = TimerWheel::new(origin);
        let mut model: Vec<(u64, u64, TimerId)> = Vec::new();
        let mut now = 0;
        for value in 0..4000 {
            match random.below(4) {
                0 | 1 => {
                    let at = now + random.below(scale);
                    let id = wheel.insert(origin + Duration::from_micros(at), token(value));
                    model.push((at, value, id));
                }
                2 if !model.is_empty() => {
                    let (_, _, id) = model.swap_remove(random.below(model.len() as u64) as usize);
                    assert!(wheel.cancel(id));
                }
                _ => {
                    now += random.below(scale / 4);
                    let reached = now / 1000 * 1000;
                    wheel.advance(origin + Duration::from_micros(now));
                    model.sort_by_key(|&(at, value, _)| (at.div_ceil(1000) * 1000, at, value));
                    let expired = model.iter().take_while(|(at, ..)| *at <= reached).count();
                    let expected: Vec<(u64, u64)> = model
                        .drain(..expired)
                        .map(|(at, value, _)| (at, value))
                        .collect();
                    let got = due(&mut wheel);
                    assert_eq!(got.len(), expected.len());
                    let mut sorted = got.clone();
                    sorted.sort_unstable();
                    let mut values: Vec<u64> = expected.iter().map(|it| it.1).collect();
                    values.sort_unstable();
                    assert_eq!(sorted, values);
                }
            }
            assert_eq!(wheel.len(), model.len());
            if let Some(wake) = wheel.next_wake() {
                let first = model.iter().map(|it| it.0).min().unwrap_or(0);
                assert!(
                    wake <= origin
                        + Duration::from_micros(first.max(now).div_ceil(1000) * 1000 + 1000)
                );
            }
        }
    }
}
