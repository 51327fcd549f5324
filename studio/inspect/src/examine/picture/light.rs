//! From stored numbers to light on a screen.

use contracts_studio::master::VideoFacts;

/// The screen that limits for flashes are given for, in cd/m² at full white (ITU-R BT.1702).
const SCREEN_PEAK: f64 = 200.0;

/// The exponent of a screen that shows standard range.
const SCREEN_GAMMA: f64 = 2.2;

/// The peak of a screen that shows HLG, as ITU-R BT.2100 has it, and the system's exponent there.
const HLG_PEAK: f64 = 1000.0;
const HLG_GAMMA: f64 = 1.2;

/// The numbers of black and white, scaled to 8 bits.
pub(super) fn nominal(video: &VideoFacts) -> (u8, u8) {
    if video.colour.range.as_deref() == Some("pc") {
        (0, 255)
    } else {
        (16, 235)
    }
}

/// Luminance in cd/m² of every stored number.
pub(super) fn luminances(video: &VideoFacts) -> Box<[f32; 256]> {
    let (black, white) = nominal(video);
    let span = f64::from(white) - f64::from(black);
    let transfer = video.colour.transfer.as_deref();
    let mut table = Box::new([0.0; 256]);
    for (code, luminance) in (0_u8..=255).zip(table.iter_mut()) {
        let signal = ((f64::from(code) - f64::from(black)) / span).clamp(0.0, 1.0);
        let light = match transfer {
            Some("smpte2084") => perceptual_quantizer(signal),
            Some("arib-std-b67") => HLG_PEAK * hybrid_log_gamma(signal).powf(HLG_GAMMA),
            _ => SCREEN_PEAK * signal.powf(SCREEN_GAMMA),
        };
        *luminance = light as f32;
    }
    table
}

/// SMPTE ST 2084: cd/m² of a signal from 0 to 1.
fn perceptual_quantizer(signal: f64) -> f64 {
    const M1: f64 = 2610.0 / 16384.0;
    const M2: f64 = 2523.0 / 4096.0 * 128.0;
    const C1: f64 = 3424.0 / 4096.0;
    const C2: f64 = 2413.0 / 4096.0 * 32.0;
    const C3: f64 = 2392.0 / 4096.0 * 32.0;
    let power = signal.powf(1.0 / M2);
    10_000.0 * ((power - C1).max(0.0) / (C2 - C3 * power)).powf(1.0 / M1)
}

/// ARIB STD-B67: scene light from 0 to 1 of a signal from 0 to 1.
fn hybrid_log_gamma(signal: f64) -> f64 {
    const A: f64 = 0.178_832_77;
    const B: f64 = 1.0 - 4.0 * A;
    const C: f64 = 0.559_910_73;
    if signal <= 0.5 {
        signal * signal / 3.0
    } else {
        (((signal - C) / A).exp() + B) / 12.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_curves_meet_their_published_points() {
        assert!((perceptual_quantizer(0.508_078) - 100.0).abs() < 0.1);
        assert!((perceptual_quantizer(1.0) - 10_000.0).abs() < 1e-6);
        assert!((hybrid_log_gamma(1.0) - 1.0).abs() < 1e-6);
        assert!((hybrid_log_gamma(0.5) - 1.0 / 12.0).abs() < 1e-9);
    }
}
