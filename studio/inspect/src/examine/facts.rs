//! The warnings of the facts as findings, and the colours that cannot be as declared.

use contracts_studio::master::{Check, Finding, Severity};

use crate::{Report, Warning};

/// One finding for each warning. Unlike lengths are left out: they are measured.
pub(super) fn findings(report: &Report) -> impl Iterator<Item = Finding> + '_ {
    report
        .warnings
        .iter()
        .filter(|warning| !matches!(warning, Warning::LengthsDiffer { .. }))
        .map(|warning| {
            let found = Finding::whole(Check::Facts, severity(warning), warning.to_string());
            match warning {
                Warning::UnreadableSound { stream_index }
                | Warning::MixedDown { stream_index, .. }
                | Warning::PictureSubtitles { stream_index } => found.in_stream(*stream_index),
                _ => found,
            }
        })
}

fn severity(warning: &Warning) -> Severity {
    match warning {
        Warning::BitDepthReduced { .. }
        | Warning::MixedDown { .. }
        | Warning::ColourUntagged
        | Warning::HighDynamicRange
        | Warning::LengthCounted
        | Warning::Interlaced => Severity::Note,
        _ => Severity::Warning,
    }
}
