//! What a build of ffmpeg can do, read from what it says of itself.

use std::collections::BTreeSet;

/// What the located ffmpeg is and has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capabilities {
    /// Its version, as it says it.
    pub version: String,
    /// Names of its encoders.
    pub encoders: BTreeSet<String>,
    /// Names of its filters.
    pub filters: BTreeSet<String>,
}

/// A filter that is absent, and what Marquee does without it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Missing {
    /// The filter.
    pub filter: &'static str,
    /// One sentence for the log.
    pub consequence: &'static str,
}

const WANTED_FILTERS: [Missing; 3] = [
    Missing {
        filter: "libvmaf",
        consequence: "picture quality is not scored with VMAF",
    },
    Missing {
        filter: "zscale",
        consequence: "wide-gamut and HDR masters keep their colours as they are",
    },
    Missing {
        filter: "drawtext",
        consequence: "test pictures carry no burnt-in text",
    },
];

impl Capabilities {
    /// From the outputs of `-version`, `-encoders` and `-filters`.
    pub fn from_output(version: &str, encoders: &str, filters: &str) -> Self {
        Self {
            version: parse_version(version),
            encoders: parse_names(encoders),
            filters: parse_names(filters),
        }
    }

    /// Whether an encoder is there.
    pub fn has_encoder(&self, name: &str) -> bool {
        self.encoders.contains(name)
    }

    /// Whether a filter is there.
    pub fn has_filter(&self, name: &str) -> bool {
        self.filters.contains(name)
    }

    /// Whether picture quality can be scored with VMAF.
    pub fn has_vmaf(&self) -> bool {
        self.has_filter("libvmaf")
    }

    /// The filters that are wanted and absent, for a warning at start.
    pub fn missing(&self) -> Vec<Missing> {
        WANTED_FILTERS
            .into_iter()
            .filter(|wanted| !self.has_filter(wanted.filter))
            .collect()
    }
}

/// The third word of `ffmpeg version 8.0 Copyright ...`.
fn parse_version(text: &str) -> String {
    text.split_whitespace()
        .nth(2)
        .unwrap_or("unknown")
        .to_owned()
}

/// The second word of each line after the rule of dashes that ends the legend.
fn parse_names(text: &str) -> BTreeSet<String> {
    text.lines()
        .skip_while(|line| !line.trim_start().starts_with("---"))
        .skip(1)
        .filter_map(|line| line.split_whitespace().nth(1))
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENCODERS: &str =
        "Encoders:\n V..... = Video\n ------\n V....D libx264  H.264\n A....D aac  AAC\n";
    const FILTERS: &str = "Filters:\n  T.. = Timeline\n  ------\n .. zscale  V->V  Scale.\n";

    #[test]
    fn names_come_from_below_the_legend() {
        let found = Capabilities::from_output("ffmpeg version n9.0 Copyright", ENCODERS, FILTERS);
        assert_eq!(found.version, "n9.0");
        assert!(found.has_encoder("libx264") && found.has_encoder("aac"));
        assert!(!found.has_encoder("="));
        let missing: Vec<_> = found
            .missing()
            .iter()
            .map(|missing| missing.filter)
            .collect();
        assert_eq!(missing, ["libvmaf", "drawtext"]);
    }

    #[test]
    fn output_that_is_not_ffmpegs_has_nothing() {
        let found = Capabilities::from_output("", "hello", "");
        assert_eq!(found.version, "unknown");
        assert!(found.encoders.is_empty());
        assert_eq!(found.missing().len(), 3);
    }
}
