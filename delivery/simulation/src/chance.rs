//! Numbers drawn by chance, the same from the same seed, some hundred million a minute.

use std::f64::consts::TAU;

/// From this mean on a Poisson number is drawn as a normal one.
const MANY: f64 = 30.0;

/// A generator (`SplitMix64`); never for keys.
#[derive(Debug, Clone)]
pub struct Chance(u64);

impl Chance {
    /// From a seed and what it is for: two purposes draw differently.
    pub const fn of(seed: u64, purpose: u64) -> Self {
        Self(mix(seed ^ mix(purpose)))
    }

    /// Any number.
    pub const fn any(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        mix(self.0)
    }

    /// A number from 0 to below 1.
    pub fn unit(&mut self) -> f64 {
        (self.any() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A whole number below `count`, which is not 0.
    pub fn below(&mut self, count: u32) -> u32 {
        ((u128::from(self.any()) * u128::from(count)) >> 64) as u32
    }

    /// A number around 0, of standard deviation 1.
    pub fn normal(&mut self) -> f64 {
        let (far, angle) = (1.0 - self.unit(), self.unit());
        (-2.0 * far.ln()).sqrt() * (TAU * angle).cos()
    }

    /// How long until the next of events that come one in `mean` on average.
    pub fn exponential(&mut self, mean: f64) -> f64 {
        -mean * (1.0 - self.unit()).ln()
    }

    /// How many events there are where `mean` are expected.
    pub fn poisson(&mut self, mean: f64) -> u32 {
        if mean >= MANY {
            let drawn = mean + mean.sqrt() * self.normal();
            return drawn.round().max(0.0) as u32;
        }
        let (least, mut product, mut count) = ((-mean).exp(), self.unit(), 0);
        while product > least {
            product *= self.unit();
            count += 1;
        }
        count
    }
}

/// A number that looks drawn by chance, the same for the same number.
pub(crate) const fn mix(number: u64) -> u64 {
    let mixed = (number ^ number >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ mixed >> 31
}

/// Draws one of many by their weights in one step (Walker's alias method).
#[derive(Debug, Clone)]
pub struct Weighted {
    /// Of each column how much is its own, and whose the rest is.
    columns: Vec<(f32, u32)>,
}

impl Weighted {
    /// Of weights that are not negative; some are more than 0.
    pub fn of(weights: &[f64]) -> Self {
        let mean = weights.iter().sum::<f64>() / weights.len().max(1) as f64;
        let mut left: Vec<f64> = weights.iter().map(|weight| weight / mean).collect();
        let (mut poor, mut rich) = (Vec::new(), Vec::new());
        for (at, weight) in (0_u32..).zip(&left) {
            if *weight < 1.0 {
                poor.push(at);
            } else {
                rich.push(at);
            }
        }
        let mut columns: Vec<(f32, u32)> = (0_u32..).map(|at| (1.0, at)).take(left.len()).collect();
        while let (Some(low), Some(high)) = (poor.pop(), rich.last().copied()) {
            columns[low as usize] = (left[low as usize] as f32, high);
            left[high as usize] -= 1.0 - left[low as usize];
            if left[high as usize] < 1.0 {
                rich.pop();
                poor.push(high);
            }
        }
        Self { columns }
    }

    /// One of them, by its number.
    pub fn draw(&self, chance: &mut Chance) -> u32 {
        let at = chance.below(self.columns.len() as u32);
        let (own, other) = self.columns[at as usize];
        if chance.unit() < f64::from(own) {
            at
        } else {
            other
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DRAWS: u32 = 200_000;

    #[test]
    fn parts_are_those_of_the_weights() {
        let weights = [0.0, 1.0, 7.0, 2.0];
        let (weighted, mut chance) = (Weighted::of(&weights), Chance::of(1, 2));
        let mut parts = [0_u32; 4];
        for _ in 0..DRAWS {
            parts[weighted.draw(&mut chance) as usize] += 1;
        }
        for (part, weight) in parts.into_iter().zip(weights) {
            let off = f64::from(part) / f64::from(DRAWS) - weight / 10.0;
            assert!(off.abs() < 0.005, "{parts:?}");
        }
    }

    #[test]
    fn means_are_what_was_asked_for() {
        let mut chance = Chance::of(3, 4);
        let mut mean = |mut draw: Box<dyn FnMut(&mut Chance) -> f64>| {
            (0..DRAWS).map(|_| draw(&mut chance)).sum::<f64>() / f64::from(DRAWS)
        };
        for wanted in [0.3, 4.0, 80.0] {
            let found = mean(Box::new(move |chance| f64::from(chance.poisson(wanted))));
            assert!((found / wanted - 1.0).abs() < 0.02, "{found} for {wanted}");
        }
        let found = mean(Box::new(|chance| chance.exponential(5.0)));
        assert!((found / 5.0 - 1.0).abs() < 0.02, "{found}");
        assert!(mean(Box::new(Chance::normal)).abs() < 0.02);
    }
}
