//! VP9 by libvpx.

use super::{Effort, capped, factor};
use crate::Rendition;
use crate::limits::{THREADS, VP9_CAP_PERCENT, VP9_FACTOR_MORE, VP9_SPEED, VP9_SPEED_SAFER};

const MOST: u8 = 63;
/// Frames between key frames, more than any chunk has. Least and most are the same, which ends the
/// encoder's own choice of key frames.
const NEVER: &str = "9999";

pub(super) fn arguments(rendition: &Rendition, effort: Effort) -> Vec<String> {
    let crf = factor(rendition, VP9_FACTOR_MORE, MOST);
    let (cap, buffer) = capped(rendition, VP9_CAP_PERCENT);
    let threads = THREADS.to_string();
    let speed = match effort {
        Effort::Usual => VP9_SPEED,
        Effort::Safer => VP9_SPEED_SAFER,
    };
    let arguments = [
        "-c:v",
        "libvpx-vp9",
        "-deadline",
        "good",
        "-cpu-used",
        speed,
        "-row-mt",
        "0",
        "-threads:v",
        &threads,
        "-crf",
        &crf,
        "-b:v",
        &cap,
        "-bufsize",
        &buffer,
        "-g",
        NEVER,
        "-keyint_min",
        NEVER,
    ];
    arguments.map(str::to_owned).to_vec()
}
