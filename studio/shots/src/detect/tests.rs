//! The detector on pictures made here.

use proptest::prelude::*;

use super::*;

/// Stripes that move, so that shots have motion; `shot` chooses which.
fn picture(shot: u8, frame: usize) -> Vec<u8> {
    let pixel = |index: usize| {
        let (x, y) = (index % WIDTH + frame / 4, index / WIDTH);
        let wave = match shot % 3 {
            0 => x / 8 + y / 6,
            1 => y / 9 + 1,
            _ => x / 3,
        };
        if wave % 2 == 0 { 40 + shot } else { 190 + shot }
    };
    (0..BYTES).map(pixel).collect()
}

fn found(film: &[Vec<u8>]) -> Vec<(u64, Change)> {
    let mut detector = Detector::default();
    for bytes in film.concat().chunks(1000) {
        detector.feed(bytes);
    }
    let found = detector.finish(film.len() as u64);
    found.iter().map(|it| (it.frame, it.change)).collect()
}

fn two_shots() -> Vec<Vec<u8>> {
    let shot = |frame: usize| u8::from(frame >= 30);
    (0..60).map(|frame| picture(shot(frame), frame)).collect()
}

#[test]
fn a_cut_is_one_frame_and_a_flash_is_none() {
    let mut film = two_shots();
    assert_eq!(found(&film), [(30, Change::Cut)]);
    for pixel in film[12..15].iter_mut().flatten() {
        *pixel = pixel.saturating_add(120);
    }
    film[45] = vec![255; BYTES];
    assert_eq!(found(&film), [(30, Change::Cut)]);
}

#[test]
fn black_between_shots_ends_where_the_next_begins() {
    let mut film = two_shots();
    film[25..30].fill(vec![0; BYTES]);
    assert_eq!(found(&film), [(30, Change::Fade)]);
    film[..10].fill(vec![0; BYTES]);
    film[50..].fill(vec![0; BYTES]);
    assert_eq!(found(&film), [(30, Change::Fade)]);
}

#[test]
fn a_dissolve_is_found_half_way() {
    // Half of the pixels of two striped pictures would be the same.
    let ramp = || (0..BYTES).map(|index| (index % WIDTH * 4) as u8);
    let mix = |frame: usize| {
        let share = (frame as f32 - 30.0).clamp(0.0, 20.0) / 20.0;
        let pairs = picture(0, 0).into_iter().zip(ramp());
        pairs
            .map(|(a, b)| (f32::from(a) * (1.0 - share) + f32::from(b) * share) as u8)
            .collect()
    };
    let film: Vec<Vec<u8>> = (0..90).map(mix).collect();
    let found = found(&film);
    assert!(
        matches!(found[..], [(38..=42, Change::Dissolve)]),
        "{found:?}"
    );
}

#[test]
fn a_film_shorter_than_the_window_is_judged_too() {
    assert_eq!(found(&[]), []);
    assert_eq!(found(&two_shots()[28..33]), [(2, Change::Cut)]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn any_pictures_give_ascending_boundaries_within_the_film(
        shades in proptest::collection::vec(any::<u8>(), 0..150),
    ) {
        let film: Vec<_> = shades.iter().enumerate()
            .map(|(frame, shade)| picture(*shade % 60, frame * usize::from(*shade)))
            .collect();
        let found = found(&film);
        prop_assert!(found.iter().all(|(frame, _)| (1..film.len() as u64).contains(frame)));
        prop_assert!(found.windows(2).all(|pair| pair[0].0 + SHORTEST_SHOT <= pair[1].0));
    }
}
