//! What is wrong, where, and who says so.

use std::fmt;

use serde::Serialize;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Good to know.
    Note,
    /// Some players trip, or play worse than they could.
    Warning,
    /// Players fail, stall or show the wrong thing.
    Error,
}

macro_rules! rules {
    ($($name:ident $severity:ident $id:literal $by:literal,)*) => {
        /// What a stream is held against.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Rule {
            $(#[doc = concat!("`", $id, "`: ", $by, ".")] $name,)*
        }

        impl Rule {
            /// Every rule.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Its name in reports.
            pub const fn id(self) -> &'static str {
                match self { $(Self::$name => $id,)* }
            }

            /// The document and the part of it that asks for it.
            pub const fn by(self) -> &'static str {
                match self { $(Self::$name => $by,)* }
            }

            /// How bad a breach is.
            pub const fn severity(self) -> Severity {
                match self { $(Self::$name => Severity::$severity,)* }
            }
        }
    };
}

rules! {
    Unloadable Error "unloadable" "every file that a manifest names is there",
    Unreadable Error "unreadable" "RFC 8216bis, ISO/IEC 23009-1, ISO/IEC 14496-12",
    RangeIgnored Error "range-ignored" "RFC 9110, 14.2: a range asked for is answered by 206",
    CrossOrigin Warning "cross-origin" "Fetch, 3.2: without Access-Control-Allow-Origin browsers refuse",
    ContentType Warning "content-type" "RFC 8216bis, 4; ISO/IEC 23009-1, annex C",
    NothingToPlay Error "nothing-to-play" "a manifest names at least one rendition with segments",
    GroupMissing Error "group-missing" "RFC 8216bis, 4.4.6.2: a group that a variant names is there",
    NameRepeated Error "name-repeated" "RFC 8216bis, 4.4.6.1.1: names are unique in a group",
    CodecsMissing Warning "codecs-missing" "RFC 8216bis, 4.4.6.2; DASH-IF IOP: CODECS is stated",
    CodecsDiffer Error "codecs-differ" "RFC 6381: CODECS names what the sample entry holds",
    SizeMissing Warning "size-missing" "HLS Authoring Specification: RESOLUTION is stated",
    SizeDiffers Warning "size-differs" "the stated size is the sample entry's",
    RangeDiffers Error "video-range-differs" "RFC 8216bis, 4.4.6.2: VIDEO-RANGE is the transfer's",
    NoStandardRange Warning "no-standard-range" "HLS Authoring Specification: a set of standard range beside a high one",
    PeakExceeded Error "peak-exceeded" "HLS Authoring Specification: a segment stays within a tenth of the peak",
    TargetExceeded Error "target-exceeded" "RFC 8216bis, 4.4.3.1: no segment rounds to more than the target",
    SegmentLong Warning "segment-long" "HLS Authoring Specification: segments of about 6 s",
    NotIndependent Warning "not-independent" "HLS Authoring Specification: EXT-X-INDEPENDENT-SEGMENTS",
    IFramesUnsaid Error "i-frames-unsaid" "RFC 8216bis, 4.4.6.3: what an I-frame variant names says EXT-X-I-FRAMES-ONLY",
    Brand Warning "brand" "ISO/IEC 23000-19: a CMAF brand in ftyp",
    NotFragmented Error "not-fragmented" "ISO/IEC 14496-12, 8.8.1: mvex before fragments",
    SyncMissing Error "sync-missing" "ISO/IEC 23000-19: a segment begins with a sync sample",
    TimeDiffers Error "time-differs" "ISO/IEC 14496-12, 8.8.12: tfdt is the sum of what came before",
    LengthDiffers Error "length-differs" "RFC 8216bis, 4.4.4.1; ISO/IEC 14496-12, 8.16.3: stated lengths are real",
    ProtectionDiffers Error "protection-differs" "ISO/IEC 23001-7, 11: a manifest says what is encrypted, and by which key",
    Undecodable Error "undecodable" "every segment decodes, decrypted with its key where it is encrypted",
    Gap Error "gap" "fragments of one segment follow one another without a gap",
    Misaligned Error "misaligned" "ISO/IEC 23000-19: renditions of a switching set begin segments together",
    EndsApart Warning "ends-apart" "picture and sound end together",
    NotLookedInto Note "not-looked-into" "transport streams, and what is encrypted by a key that is not there, are not decoded",
}

impl Serialize for Rule {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id())
    }
}

/// A breach of a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// What is broken.
    pub rule: Rule,
    /// Where: a rendition, a segment, a line. Without the query and the token of a URL.
    pub place: String,
    /// What was found beside what should be.
    pub message: String,
}

impl Finding {
    pub(crate) fn new(rule: Rule, place: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            severity: rule.severity(),
            rule,
            place: place.into(),
            message: message.into(),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = match self.severity {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        };
        write!(
            f,
            "{severity:<8} {:<20} {}: {}",
            self.rule.id(),
            self.place,
            self.message
        )
    }
}
