//! An inspection as a page for people.

use std::fmt::Write as _;

use contracts_studio::master::{Colour, Fields, Finding, Inspection, Report, Severity};
use indicatif::HumanBytes;

/// The facts, then the findings.
pub(crate) fn page(inspection: &Inspection) -> String {
    let mut lines = facts(&inspection.report);
    if let Some(fields) = inspection.examination.cadence.fields {
        let told = match fields {
            Fields::Progressive => "whole frames",
            Fields::Interlaced => "two fields a frame",
            Fields::Telecine => "film spread over fields",
        };
        lines.push(("fields".to_owned(), told.to_owned()));
    }
    let mut page = String::new();
    for (name, value) in lines {
        writeln!(page, "{name:<14} {value}").expect("a string takes any text");
    }
    page.push('\n');
    let findings = &inspection.examination.findings;
    if findings.is_empty() {
        page.push_str("Nothing is wrong with picture or sound.\n");
    }
    for finding in findings {
        writeln!(page, "{}", finding_line(finding)).expect("a string takes any text");
    }
    page
}

fn facts(report: &Report) -> Vec<(String, String)> {
    let video = &report.video;
    let rate = video.frame_rate.per_second();
    let named = |name: &str, value: String| (name.to_owned(), value);
    let mut lines = vec![
        named(
            "file",
            format!("{}, {}", report.container, HumanBytes(report.bytes)),
        ),
        named("length", clock(report.duration_ms)),
        named(
            "picture",
            format!(
                "{}, {}x{}, {} bit, {rate:.3} frames a second{}",
                video.codec,
                video.width,
                video.height,
                video.bit_depth,
                if video.variable_rate { ", uneven" } else { "" }
            ),
        ),
        named("colour", colour(&video.colour)),
    ];
    lines.extend(report.audio.iter().map(|track| {
        let value = format!(
            "{}, {} channels {}, {} Hz, {}",
            track.codec, track.channels, track.layout, track.sample_rate, track.language
        );
        (format!("sound {}", track.stream_index), value)
    }));
    lines.extend(report.text.iter().map(|track| {
        let value = format!("{}, {}", track.codec, track.language);
        (format!("subtitles {}", track.stream_index), value)
    }));
    lines.extend(
        report
            .timecode
            .map(|timecode| named("timecode", timecode.to_string())),
    );
    lines.extend(
        report
            .source
            .iter()
            .map(|fact| named(fact.term.name(), fact.value.clone())),
    );
    lines
}

fn colour(colour: &Colour) -> String {
    let tags = [
        &colour.primaries,
        &colour.transfer,
        &colour.matrix,
        &colour.range,
    ];
    let mut told = tags
        .map(|tag| tag.as_deref().unwrap_or("not declared"))
        .join(" / ");
    if let Some(mastering) = colour.mastering {
        let nits = |steps: u32| f64::from(steps) / 10_000.0;
        let (dark, bright) = (nits(mastering.min_luminance), nits(mastering.max_luminance));
        write!(told, ", graded on {dark} to {bright} cd/m²").expect("a string takes any text");
    }
    if let Some(light) = colour.light {
        let (pixel, frame) = (light.max_pixel, light.max_frame_average);
        write!(told, ", brightest {pixel} a pixel, {frame} a frame")
            .expect("a string takes any text");
    }
    told
}

/// One finding in one line.
pub(crate) fn finding_line(finding: &Finding) -> String {
    let severity = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    };
    let range = match (finding.start_ms, finding.end_ms) {
        (Some(start), Some(end)) => format!("{} - {}", clock(start), clock(end)),
        _ => "whole title".to_owned(),
    };
    format!("{severity:<8} {range:<23} {}", finding.sentence)
}

/// `0:02:05.3`.
fn clock(ms: u64) -> String {
    let tenths = (ms + 50) / 100;
    let seconds = tenths / 10;
    format!(
        "{}:{:02}:{:02}.{}",
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60,
        tenths % 10
    )
}

#[cfg(test)]
mod tests {
    use contracts_studio::master::Check;

    use super::*;

    #[test]
    fn a_finding_says_how_grave_where_and_what() {
        let finding = Finding::whole(Check::Black, Severity::Warning, "the picture is black");
        assert_eq!(
            finding_line(&finding),
            "warning  whole title             the picture is black"
        );
        assert_eq!(
            finding_line(&finding.between(125_320, 3_600_000)),
            "warning  0:02:05.3 - 1:00:00.0   the picture is black"
        );
    }
}
