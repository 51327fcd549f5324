//! The state machine against its invariants, over any order of events.

use proptest::prelude::*;

use super::*;

const NEVER: Timestamp = Timestamp::from_millis(u64::MAX);
const NOW: Timestamp = Timestamp::from_millis(1_000);

fn standing(length: u64, offset: u64) -> Standing {
    Standing {
        length,
        offset,
        expires_at: NEVER,
        kept: false,
    }
}

fn wish(at: u64, bytes: Option<u64>) -> Wish {
    Wish {
        at,
        bytes,
        checked: false,
    }
}

#[test]
fn a_request_begins_only_where_the_upload_ends() {
    let at = |at| Transfer::begin(standing(10, 4), wish(at, None), NOW).err();
    assert_eq!(
        (at(4), at(3), at(5)),
        (None, Some(Refusal::WrongOffset), Some(Refusal::WrongOffset))
    );
}

#[test]
fn length_expiry_and_use_are_checked_before_a_byte_is_read() {
    let begin = |standing, bytes| Transfer::begin(standing, wish(4, Some(bytes)), NOW).err();
    assert_eq!(begin(standing(10, 4), 6), None);
    assert_eq!(begin(standing(10, 4), 7), Some(Refusal::TooLong));
    assert_eq!(
        begin(
            Standing {
                expires_at: NOW,
                ..standing(10, 4)
            },
            1
        ),
        Some(Refusal::Expired)
    );
    assert_eq!(
        begin(
            Standing {
                kept: true,
                ..standing(10, 4)
            },
            1
        ),
        Some(Refusal::InUse)
    );
}

fn ends() -> impl Strategy<Value = End> {
    prop_oneof![
        any::<bool>().prop_map(|checksum_holds| End::Whole { checksum_holds }),
        Just(End::Interrupted),
        Just(End::DiskFailed),
    ]
}

proptest! {
    #[test]
    fn the_invariants_hold_over_any_requests(
        length in 0_u64..5_000,
        requests in prop::collection::vec(
            (prop::collection::vec(0_u64..2_000, 0..6), any::<bool>(), ends(), 0_u64..3), 0..20),
    ) {
        let (mut offset, mut acknowledged) = (0, 0);
        for (pieces, checked, end, off_by) in requests {
            // Without a checksum there is none that could fail.
            let end = match end {
                End::Whole { .. } if !checked => End::Whole { checksum_holds: true },
                other => other,
            };
            let asked = Wish { at: offset + off_by, bytes: None, checked };
            let begun = Transfer::begin(standing(length, offset), asked, NOW);
            prop_assert_eq!(begun.is_ok(), off_by == 0);
            let Ok(mut transfer) = begun else { continue };
            let mut written = 0;
            for piece in pieces {
                if !transfer.accept(piece) {
                    break;
                }
                written += piece;
                prop_assert!(transfer.offset() <= length);
                prop_assert_eq!(transfer.lacking(), length - transfer.offset());
            }
            let settled = transfer.settle(end);
            prop_assert!(settled.offset == offset || settled.offset == offset + written);
            if checked && settled.verdict != Verdict::Accepted {
                prop_assert_eq!(settled.offset, offset);
            }
            offset = settled.offset;
            prop_assert!(offset <= length && offset >= acknowledged);
            if settled.verdict == Verdict::Accepted {
                acknowledged = offset;
            }
        }
    }

    #[test]
    fn declared_sizes_never_overflow(length: u64, offset: u64, bytes: u64) {
        let begun = Transfer::begin(standing(length, offset), wish(offset, Some(bytes)), NOW);
        let fits = bytes <= length.saturating_sub(offset);
        prop_assert_eq!(begun.is_ok(), fits);
        if let Ok(mut transfer) = begun {
            prop_assert!(transfer.accept(bytes));
            prop_assert!(!transfer.accept(u64::MAX) || transfer.lacking() == u64::MAX);
        }
    }
}
