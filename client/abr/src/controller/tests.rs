//! The rule by example, and what must hold whatever happens.

use proptest::prelude::*;

use super::*;

const RUNGS: [u64; 6] = [400_000, 800_000, 1_500_000, 2_500_000, 4_500_000, 8_000_000];

fn ladder() -> Ladder<'static> {
    Ladder::new(&RUNGS).unwrap()
}

/// A controller that has filled its buffer once, stands on `rung` and measured `rates`, in bits a second.
fn settled(rung: usize, rates: &[u64]) -> Controller {
    let mut controller = Controller {
        current: Some(rung),
        filled: true,
        ..Controller::default()
    };
    for rate in rates {
        controller.record(rate / 8 * 10, Duration::from_secs(10));
    }
    controller
}

fn decide(controller: &mut Controller, buffer_s: u64) -> (usize, Reason) {
    let decision = controller.decide(ladder(), Duration::from_secs(buffer_s));
    (decision.rung, decision.reason)
}

#[test]
fn a_play_starts_a_third_up_and_keeps_that_while_it_fills() {
    let mut controller = Controller::default();
    assert_eq!(decide(&mut controller, 0), (2, Reason::Start));
    controller.record(10_000_000, Duration::from_secs(4));
    assert_eq!(decide(&mut controller, 4), (2, Reason::Filling));
    assert_eq!(decide(&mut controller, 12), (2, Reason::BelowTarget));
}

#[test]
fn a_slow_network_lowers_the_rung_even_while_filling() {
    let mut controller = Controller::default();
    decide(&mut controller, 0);
    controller.record(500_000, Duration::from_secs(8));
    assert_eq!(decide(&mut controller, 4), (0, Reason::EstimateFell));
}

#[test]
fn a_draining_buffer_drops_two() {
    let mut controller = settled(5, &[20_000_000; 5]);
    assert_eq!(decide(&mut controller, 9), (3, Reason::BufferLow));
    assert_eq!(decide(&mut controller, 8), (1, Reason::BufferLow));
    assert_eq!(decide(&mut controller, 8), (0, Reason::BufferLow));
}

#[test]
fn a_seek_lets_the_buffer_fill_anew() {
    let mut controller = settled(4, &[20_000_000; 5]);
    controller.seeked();
    assert_eq!(decide(&mut controller, 0), (4, Reason::Filling));
}

#[test]
fn at_the_target_the_rung_rises_as_far_as_every_sample_sustains() {
    assert_eq!(
        decide(&mut settled(0, &[20_000_000; 5]), 31),
        (5, Reason::Sustained)
    );
    let one_slow = [20_000_000, 20_000_000, 2_000_000, 20_000_000, 20_000_000];
    assert_eq!(
        decide(&mut settled(0, &one_slow), 31),
        (2, Reason::Sustained)
    );
    assert_eq!(decide(&mut settled(2, &one_slow), 31), (2, Reason::Steady));
}

#[test]
fn a_long_buffer_goes_up_one_at_a_time() {
    let mut controller = settled(0, &[20_000_000; 5]);
    assert_eq!(decide(&mut controller, 46), (1, Reason::BufferHigh));
    assert_eq!(decide(&mut controller, 46), (2, Reason::BufferHigh));
    assert_eq!(
        decide(&mut settled(5, &[20_000_000; 5]), 46),
        (5, Reason::Steady)
    );
}

#[test]
fn fetching_waits_at_the_maximum() {
    let controller = Controller::default();
    assert!(controller.is_full(Duration::from_mins(1)));
    assert!(!controller.is_full(Duration::from_millis(59_999)));
}

fn rungs() -> impl Strategy<Value = Vec<u64>> {
    proptest::collection::vec(1..u64::MAX, 1..12).prop_map(|mut rungs| {
        rungs.sort_unstable();
        rungs
    })
}

proptest! {
    #[test]
    fn whatever_happens_the_rule_holds(
        rungs in rungs(),
        events in proptest::collection::vec((any::<u64>(), any::<u32>(), 0_u64..90_000), 1..40),
    ) {
        let ladder = Ladder::new(&rungs).unwrap();
        let mut controller = Controller::default();
        let mut before: Option<usize> = None;
        for (bytes, took_ms, buffer_ms) in events {
            controller.record(bytes, Duration::from_millis(u64::from(took_ms)));
            let buffer = Duration::from_millis(buffer_ms);
            let decision = controller.decide(ladder, buffer);
            prop_assert!(decision.rung < rungs.len());
            let Some(last) = before.replace(decision.rung) else { continue };
            if decision.rung > last {
                prop_assert!(buffer >= TARGET_BUFFER);
                prop_assert!(controller.samples().all_sustain(rungs[decision.rung]));
                prop_assert!(buffer <= TARGET_BUFFER * 3 / 2 || decision.rung == last + 1);
            }
            if decision.reason == Reason::BufferLow {
                prop_assert_eq!(decision.rung, last.saturating_sub(2));
            }
        }
    }

    #[test]
    fn more_bandwidth_never_chooses_a_lower_rung(
        rungs in rungs(), slow in 1_u64..1 << 40, more in 0_u64..1 << 40, buffer_ms in 0_u64..90_000,
        current in 0_usize..12,
    ) {
        let ladder = Ladder::new(&rungs).unwrap();
        let buffer = Duration::from_millis(buffer_ms);
        let current = current.min(ladder.top());
        let choose = |rate: u64| settled(current, &[rate * 8; 5]).decide(ladder, buffer).rung;
        let slow = slow.max(crate::limits::MIN_SAMPLE_BYTES);
        prop_assert!(choose(slow) <= choose(slow + more));
    }
}
