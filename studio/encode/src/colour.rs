//! Colour tags: what a title's numbers mean as colours, the same in every rung.

use studio_inspect::VideoFacts;

/// ffmpeg's names of the three tags.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tags {
    pub(crate) primaries: &'static str,
    pub(crate) transfer: &'static str,
    pub(crate) matrix: &'static str,
}

/// HD television: what untagged masters of its size mean, and what RGB and tone-mapped ones become.
pub(crate) const HD: Tags = Tags {
    primaries: "bt709",
    transfer: "bt709",
    matrix: "bt709",
};
const SD_625: Tags = Tags {
    primaries: "bt470bg",
    transfer: "smpte170m",
    matrix: "bt470bg",
};
const SD_525: Tags = Tags {
    primaries: "smpte170m",
    transfer: "smpte170m",
    matrix: "smpte170m",
};

/// Tags that are passed on. One that is not here is treated as absent; so no text of a file's reaches
/// a filter graph.
const PRIMARIES: [&str; 7] = [
    "bt709",
    "bt470m",
    "bt470bg",
    "smpte170m",
    "smpte240m",
    "bt2020",
    "smpte432",
];
const TRANSFERS: [&str; 11] = [
    "bt709",
    "bt470m",
    "bt470bg",
    "smpte170m",
    "smpte240m",
    "linear",
    "iec61966-2-1",
    "bt2020-10",
    "bt2020-12",
    "smpte2084",
    "arib-std-b67",
];
const MATRICES: [&str; 6] = [
    "bt709",
    "fcc",
    "bt470bg",
    "smpte170m",
    "smpte240m",
    "bt2020nc",
];

/// Picture heights of 625-line television, and of half of it.
const LINES_625: [u32; 2] = [576, 288];

/// The tags of a master: its own where it has them, those usual for its size elsewhere.
pub(crate) fn tags(video: &VideoFacts) -> Tags {
    let usual = usual(video);
    let colour = &video.colour;
    let own = |tag: &Option<String>, known: &[&'static str], otherwise| {
        known
            .iter()
            .copied()
            .find(|name| Some(*name) == tag.as_deref())
            .unwrap_or(otherwise)
    };
    Tags {
        primaries: own(&colour.primaries, &PRIMARIES, usual.primaries),
        transfer: own(&colour.transfer, &TRANSFERS, usual.transfer),
        matrix: own(&colour.matrix, &MATRICES, usual.matrix),
    }
}

fn usual(video: &VideoFacts) -> Tags {
    if video.width >= 1280 || video.height >= 720 || is_rgb(video) {
        HD
    } else if LINES_625.contains(&video.height) {
        SD_625
    } else {
        SD_525
    }
}

/// Whether the master's samples are red, green and blue rather than brightness and colour difference.
pub(crate) fn is_rgb(video: &VideoFacts) -> bool {
    let format = video.pixel_format.as_str();
    let families = ["rgb", "bgr", "gbr", "argb", "abgr", "0rgb", "0bgr", "pal8"];
    families.iter().any(|family| format.starts_with(family))
}
