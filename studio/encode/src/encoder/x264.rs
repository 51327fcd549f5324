//! H.264 by x264.

use contracts_delivery::FrameRate;

use super::{Effort, capped, level};
use crate::limits::{THREADS, X264_PRESET};
use crate::{EncodeError, Rendition};

/// `stitchable` keeps x264 from fitting its parameter sets to the content; profile and level come from
/// the rung; a key frame stands where one is forced and nowhere else (`keyint=infinite`, no scene cuts).
const USUAL: &str = "stitchable=1:keyint=infinite:scenecut=0:open-gop=0";
/// What changes no parameter set; `subme` and `trellis` would, as the offset of chroma follows them.
const SAFER: &str = ":no-asm=1:me=dia:mbtree=0:rc-lookahead=10";

pub(super) fn arguments(
    rendition: &Rendition,
    rate: FrameRate,
    effort: Effort,
) -> Result<Vec<String>, EncodeError> {
    let level = level::of(&rendition.rung, rate)?;
    let (threads, crf) = (THREADS.to_string(), rendition.rung.crf.to_string());
    let (cap, buffer) = capped(rendition, 100);
    let own = match effort {
        Effort::Usual => USUAL.to_owned(),
        Effort::Safer => format!("{USUAL}{SAFER}"),
    };
    let arguments = [
        "-c:v",
        "libx264",
        "-preset",
        X264_PRESET,
        "-profile:v",
        "high",
        "-level:v",
        level,
        "-threads:v",
        &threads,
        "-crf",
        &crf,
        "-maxrate",
        &cap,
        "-bufsize",
        &buffer,
        "-forced-idr",
        "1",
        "-x264-params",
        &own,
    ];
    Ok(arguments.map(str::to_owned).to_vec())
}
