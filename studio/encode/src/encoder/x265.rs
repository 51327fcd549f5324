//! HEVC by x265.

use studio_inspect::VideoFacts;

use super::{Effort, PQ, capped, factor, light};
use crate::Rendition;
use crate::limits::{HEVC_CAP_PERCENT, HEVC_FACTOR_MORE, X265_PRESET};

/// `info=0` leaves out the message with the options, which names the key frames; headers stand in the
/// sample entry alone; one thread; key frames where they are forced and nowhere else.
const USUAL: &str = "info=0:repeat-headers=0:pools=none:frame-threads=1:keyint=-1:scenecut=0:\
open-gop=0:log-level=error";
/// What changes no parameter set.
const SAFER: &str = ":asm=0:me=dia:subme=1:rd=2:rdoq-level=0:psy-rdoq=0:rc-lookahead=10";
const MOST: u8 = 51;

pub(super) fn arguments(
    rendition: &Rendition,
    video: &VideoFacts,
    effort: Effort,
    dynamic: Option<&str>,
) -> Vec<String> {
    let crf = factor(rendition, HEVC_FACTOR_MORE, MOST);
    let (cap, buffer) = capped(rendition, HEVC_CAP_PERCENT);
    let profile = if rendition.hdr { "main10" } else { "main" };
    let mut own = USUAL.to_owned();
    if effort == Effort::Safer {
        own.push_str(SAFER);
    }
    if rendition.hdr && video.colour.transfer.as_deref() == Some(PQ) {
        own.push_str(":hdr10=1:hdr10-opt=1");
        own.push_str(&light::for_x265(&video.colour));
        if let Some(file) = dynamic {
            own.extend([":dhdr10-info=", file]);
        }
    }
    let arguments = [
        "-c:v",
        "libx265",
        "-preset",
        X265_PRESET,
        "-profile:v",
        profile,
        "-crf",
        &crf,
        "-maxrate",
        &cap,
        "-bufsize",
        &buffer,
        "-forced-idr",
        "1",
        "-x265-params",
        &own,
        "-tag:v",
        "hvc1",
    ];
    arguments.map(str::to_owned).to_vec()
}
