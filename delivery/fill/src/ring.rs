//! Consistent hashing biased by capacity: a box gets files in proportion to its weight, and when weights change or a
//! box comes or goes, little moves.

/// A number that stands for a name: the same in every process.
pub fn seed_of(name: &[u8]) -> u64 {
    // FNV-1a, then mixed: names that differ in their last letter must not lie side by side.
    let hash = name.iter().fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01B3)
    });
    mix(hash)
}

/// How much a box of that weight wants a file: the greatest of a site's scores has it. A box is first for a part of
/// the files that is its part of the sum of weights (weighted rendezvous hashing). Weights are positive; one of 0
/// is never first.
pub fn score(file: u64, shelf: u64, weight: f64) -> f64 {
    let mixed = mix(file ^ mix(shelf));
    // Half a step up, so that it is never 0.
    let unit = ((mixed >> 11) as f64 + 0.5) / (1_u64 << 53) as f64;
    if weight > 0.0 {
        -weight / unit.ln()
    } else {
        0.0
    }
}

const fn mix(number: u64) -> u64 {
    let mixed = (number ^ number >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ mixed >> 31
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILES: u64 = 30_000;

    fn first(file: u64, weights: &[f64]) -> usize {
        let scores = (0..)
            .zip(weights)
            .map(|(n, weight)| score(file, n, *weight));
        let best = scores.enumerate().max_by(|a, b| a.1.total_cmp(&b.1));
        best.unwrap().0
    }

    fn seeds() -> impl Iterator<Item = u64> {
        (0..FILES).map(|n| seed_of(&n.to_be_bytes()))
    }

    #[test]
    fn parts_are_those_of_the_weights() {
        let weights = [1.0, 2.0, 5.0, 0.0];
        let mut parts = [0_u64; 4];
        for file in seeds() {
            parts[first(file, &weights)] += 1;
        }
        for (part, weight) in parts.into_iter().zip(weights) {
            let wanted = FILES as f64 * weight / 8.0;
            assert!(
                (part as f64 - wanted).abs() <= FILES as f64 * 0.01,
                "{parts:?}"
            );
        }
    }

    #[test]
    fn little_moves_when_a_box_comes_or_grows() {
        let moved = |before: &[f64], after: &[f64]| {
            let moved = seeds().filter(|file| first(*file, before) != first(*file, after));
            moved.count() as f64 / FILES as f64
        };
        let came = moved(&[1.0, 1.0, 1.0], &[1.0, 1.0, 1.0, 1.0]);
        assert!((0.23..0.27).contains(&came), "a quarter goes to it: {came}");
        let grew = moved(&[1.0, 1.0, 1.0], &[1.0, 1.0, 1.2]);
        assert!(grew < 0.06, "{grew}");
    }
}
