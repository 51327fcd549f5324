//! Films made of numbers, shown to the finders frame by frame.

use contracts_studio::master::Colour;
use proptest::prelude::*;

use super::*;

const SIDE: usize = 16;

fn video(range: &str, transfer: &str) -> VideoFacts {
    VideoFacts {
        stream_index: 0,
        codec: "h264".into(),
        width: 160,
        height: 160,
        display_width: 160,
        display_height: 160,
        sar: (1, 1),
        rotation: 0,
        frame_rate: FrameRate {
            numerator: 25,
            denominator: 1,
        },
        variable_rate: false,
        bit_depth: 8,
        pixel_format: "yuv420p".into(),
        colour: Colour {
            range: Some(range.into()),
            transfer: Some(transfer.into()),
            ..Colour::default()
        },
        interlaced: false,
        start_ms: 0,
        declared_duration_ms: None,
    }
}

/// What is seen of `frames` frames whose pixels `code(frame, row, column)` gives.
fn seen(video: &VideoFacts, frames: u64, code: impl Fn(u64, usize, usize) -> u8) -> Seen {
    let mut watcher = Watcher::new(video, SIDE, SIDE);
    for frame in 0..frames {
        let luma: Vec<u8> = (0..SIDE * SIDE)
            .map(|pixel| code(frame, pixel / SIDE, pixel % SIDE))
            .collect();
        let (head, tail) = luma.split_at(frame as usize % luma.len());
        watcher.feed(head);
        watcher.feed(tail);
    }
    watcher.finish(Vec::new(), None)
}

/// Bright for the first half of each period.
fn blinking(period: u64) -> impl Fn(u64, usize, usize) -> u8 {
    move |frame, _, _| if frame % period < period / 2 { 200 } else { 20 }
}

fn noise(frame: u64, row: usize, column: usize) -> u8 {
    let mixed = (frame * 7919 + row as u64 * 104_729 + column as u64 * 1_299_709) ^ (frame << 3);
    60 + (mixed.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 57) as u8
}

#[test]
fn more_than_three_flashes_a_second_are_told_and_three_are_not() {
    let limited = video("tv", "bt709");
    // Six a second, five a second; three a second and two.
    for period in [4, 5] {
        let found = seen(&limited, 75, blinking(period)).flashes;
        assert_eq!(found.len(), 1, "every {period} frames: {found:?}");
        assert!(found[0].0 < 10 && found[0].1 > 65, "{found:?}");
    }
    for period in [9, 12, 25] {
        let found = seen(&limited, 75, blinking(period)).flashes;
        assert_eq!(found, [], "every {period} frames");
    }
}

#[test]
fn small_dim_and_moving_changes_are_no_flashes() {
    let limited = video("tv", "bt709");
    let small = |frame, row, _| {
        if row < 3 {
            blinking(4)(frame, 0, 0)
        } else {
            100
        }
    };
    let dim = |frame: u64, _, _| if frame.is_multiple_of(2) { 60 } else { 50 };
    let stripes = |frame: u64, _, column: usize| {
        if ((column + frame as usize) / 4).is_multiple_of(2) {
            200
        } else {
            20
        }
    };
    assert_eq!(seen(&limited, 75, small).flashes, []);
    assert_eq!(seen(&limited, 75, dim).flashes, []);
    assert_eq!(seen(&limited, 75, stripes).flashes, []);
    let quarter = |frame, row, _| {
        if row < 4 {
            blinking(4)(frame, 0, 0)
        } else {
            100
        }
    };
    assert_eq!(seen(&limited, 75, quarter).flashes.len(), 1);
}

#[test]
fn flashes_end_where_they_end() {
    let limited = video("tv", "bt709");
    let burst = |frame, _, _| {
        if (50..100).contains(&frame) {
            blinking(4)(frame, 0, 0)
        } else {
            100
        }
    };
    let found = seen(&limited, 200, burst).flashes;
    assert_eq!(found.len(), 1);
    assert!(
        (49..56).contains(&found[0].0) && (97..104).contains(&found[0].1),
        "{found:?}"
    );
}

#[test]
fn black_and_frozen_stretches_are_found_where_they_are() {
    let limited = video("tv", "bt709");
    let film = |frame, row, column| match frame {
        100..160 => 16,
        200..350 => noise(7, row, column),
        _ => noise(frame, row, column),
    };
    let found = seen(&limited, 400, film);
    assert_eq!(found.black, [(100, 160)]);
    assert_eq!(found.stills.freezes, [(200, 350)]);
    assert_eq!(found.stills.repeat_every, None);
}

#[test]
fn slow_movement_is_no_freeze() {
    let limited = video("tv", "bt709");
    // One pixel of 256 changes by 40 every frame: each is like the one before, none like the fourth.
    let slow = |frame: u64, row: usize, column: usize| {
        let pixel = row * SIDE + column;
        if (pixel as u64) < frame { 140 } else { 100 }
    };
    assert_eq!(seen(&limited, 250, slow).stills.freezes, []);
}

#[test]
fn repeats_in_a_rhythm_are_counted() {
    let limited = video("tv", "bt709");
    let thirty_from_24 = |frame: u64, row, column| noise(frame * 4 / 5, row, column);
    let found = seen(&limited, 100, thirty_from_24).stills;
    assert_eq!((found.repeated, found.repeat_every), (20, Some(5)));
    let on_twos = seen(&limited, 100, |frame, row, column| {
        noise(frame / 2, row, column)
    })
    .stills;
    assert_eq!(on_twos.repeat_every, Some(2));
}

#[test]
fn bars_are_measured() {
    let limited = video("tv", "bt709");
    let scope = |frame, row, column| {
        if (2..14).contains(&row) {
            noise(frame, row, column)
        } else {
            16
        }
    };
    let found = seen(&limited, 50, scope).bars.unwrap();
    assert!((found.rows - 0.25).abs() < 1e-9 && found.columns == 0.0);
    assert_eq!(seen(&limited, 50, noise).bars, None);
}

#[test]
fn ranges_that_are_not_as_declared_are_doubted() {
    let full_picture = |_, row: usize, column: usize| (row * SIDE + column) as u8;
    let limited_picture = |_, row: usize, column: usize| 16 + (row * 13 + column) as u8;
    let judged = |declared: &str, picture: &dyn Fn(u64, usize, usize) -> u8| {
        let levels = seen(&video(declared, "bt709"), 5, picture).levels;
        (levels.full_in_limited, levels.limited_in_full)
    };
    assert_eq!(judged("tv", &full_picture), (true, false));
    assert_eq!(judged("pc", &full_picture), (false, false));
    assert_eq!(judged("tv", &limited_picture), (false, false));
    let grey_black = |frame, row, column| {
        if row < 2 {
            16
        } else {
            limited_picture(frame, row, column)
        }
    };
    assert_eq!(judged("pc", &grey_black), (false, true));
}

#[test]
fn standard_range_under_a_pq_tag_is_doubted() {
    let bright = |frame, row, column| 120 + noise(frame, row, column) / 2 * 2 / 3 + 60;
    assert!(
        seen(&video("tv", "smpte2084"), 5, bright)
            .levels
            .standard_in_hdr
    );
    assert!(
        !seen(&video("tv", "bt709"), 5, bright)
            .levels
            .standard_in_hdr
    );
    assert!(
        !seen(&video("tv", "smpte2084"), 5, noise)
            .levels
            .standard_in_hdr
    );
}

proptest! {
    #[test]
    fn any_numbers_in_any_pieces_are_survived(
        pieces in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..700), 0..12),
    ) {
        let mut watcher = Watcher::new(&video("tv", "bt709"), SIDE, SIDE);
        let bytes: usize = pieces.iter().map(Vec::len).sum();
        for piece in &pieces {
            watcher.feed(piece);
        }
        let seen = watcher.finish(Vec::new(), None);
        prop_assert_eq!(seen.frames, (bytes / (SIDE * SIDE)) as u64);
    }
}
