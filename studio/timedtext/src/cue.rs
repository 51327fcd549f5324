//! The cue model every format is read into.

/// The cues of one subtitle file, in order of their start.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cues {
    /// By ascending start; cues that overlap keep the file's order.
    pub cues: Vec<Cue>,
}

/// One text and when it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cue {
    /// The file's own name for it, on one line.
    pub identifier: Option<String>,
    /// When it appears, in milliseconds from the title's first frame.
    pub start_ms: u64,
    /// When it disappears; after `start_ms`.
    pub end_ms: u64,
    /// WebVTT cue settings such as `line:0 align:start`; empty for none.
    pub settings: String,
    /// WebVTT cue text: lines parted by `\n`, none of them empty, markup in WebVTT's own tags.
    pub text: String,
}
