//! AV1 by SVT-AV1.

use studio_inspect::VideoFacts;

use super::{Effort, PQ, factor, light};
use crate::Rendition;
use crate::limits::{AV1_CAP_PERCENT, AV1_FACTOR_MORE, SVT_AV1_PRESET};

const MOST: u8 = 63;

pub(super) fn arguments(rendition: &Rendition, video: &VideoFacts, effort: Effort) -> Vec<String> {
    let crf = factor(rendition, AV1_FACTOR_MORE, MOST);
    let kbps = (rendition.rung.max_kbps * AV1_CAP_PERCENT / 100).max(1);
    // One level of parallelism; key frames where they are forced and nowhere else.
    let mut own = format!("lp=1:keyint=-1:scd=0:mbr={kbps}");
    let grain = rendition.film_grain;
    if grain > 0 {
        own.extend([":film-grain=", &grain.to_string(), ":film-grain-denoise=1"]);
    }
    if effort == Effort::Safer {
        own.push_str(":asm=c");
    }
    if rendition.hdr && video.colour.transfer.as_deref() == Some(PQ) {
        own.push_str(&light::for_svt_av1(&video.colour));
    }
    let arguments = [
        "-c:v",
        "libsvtav1",
        "-preset",
        SVT_AV1_PRESET,
        "-crf",
        &crf,
        "-svtav1-params",
        &own,
    ];
    arguments.map(str::to_owned).to_vec()
}
