//! What there is to say of the picture.

use contracts_studio::master::{Check, Fields, Finding, Severity};

use super::{in_ms, seconds};
use crate::Report;
use crate::examine::picture::{Bars, JudgedLevels, Seen};
use crate::limits::MOST_DAMAGED;

pub(super) fn findings(report: &Report, seen: &Seen, fields: Option<Fields>) -> Vec<Finding> {
    if seen.frames == 0 {
        let sentence = "no frame of the picture could be decoded; the file is damaged; export it again and upload that";
        return vec![Finding::whole(Check::Decoding, Severity::Error, sentence)];
    }
    let mut found = spans(seen);
    found.extend(levels(seen.levels, report));
    found.extend(seen.bars.map(|bars| letterbox(&bars, report)));
    found.extend(repeats(seen));
    found.extend(of_fields(report, fields));
    found
}

/// Everything that has a time range.
fn spans(seen: &Seen) -> Vec<Finding> {
    let end = in_ms(seen.frames, seen.rate);
    let ranged = |check, severity, (from, to): &(u64, u64), sentence: &str| {
        let (from, to) = (in_ms(*from, seen.rate), in_ms(*to, seen.rate).min(end));
        let sentence = sentence.replace("{}", &seconds(to - from.min(to)));
        Finding::whole(check, severity, sentence).between(from, to)
    };
    if let [(0, to)] = seen.black[..]
        && to == seen.frames
    {
        let levels = seen.levels.levels;
        // Noise was seen by a camera, perhaps with its lid on; a single number was never seen by one.
        let (severity, sentence) = if levels.bright - levels.dark <= 1 {
            let sentence =
                "the picture is black from beginning to end; export it again and upload that";
            (Severity::Error, sentence)
        } else {
            let sentence = "the picture is all but black from beginning to end";
            (Severity::Warning, sentence)
        };
        return vec![ranged(Check::Black, severity, &(0, to), sentence)];
    }
    let black = seen.black.iter().map(|span| {
        let edge = span.0 == 0 || span.1 == seen.frames;
        let severity = if edge {
            Severity::Note
        } else {
            Severity::Warning
        };
        ranged(Check::Black, severity, span, "the picture is black for {}")
    });
    let freezes = seen.stills.freezes.iter().map(|span| {
        ranged(
            Check::Freeze,
            Severity::Warning,
            span,
            "the picture stands still for {}",
        )
    });
    let flashes = seen.flashes.iter().map(|span| {
        let sentence = "the picture flashes more than three times a second for {}, which can harm people with \
                        photosensitive epilepsy (ITU-R BT.1702)";
        ranged(Check::Flashes, Severity::Warning, span, sentence)
    });
    black
        .chain(freezes)
        .chain(flashes)
        .chain(damage(seen, &ranged))
        .collect()
}

fn damage(
    seen: &Seen,
    ranged: &impl Fn(Check, Severity, &(u64, u64), &str) -> Finding,
) -> Vec<Finding> {
    let within = |end: u64| end.min(seen.frames);
    let frames: u64 = seen
        .damaged
        .iter()
        .map(|(from, to)| within(*to) - within(*from))
        .sum();
    let sentence = "parts of the picture could not be decoded and were repaired as well as possible, about here";
    let mut found: Vec<_> = seen
        .damaged
        .iter()
        .map(|(from, to)| {
            // Complaints come before the frame they are about and after it: a range on both sides.
            let from = within(from.saturating_sub(to - from));
            ranged(
                Check::Decoding,
                Severity::Warning,
                &(from, within(*to)),
                sentence,
            )
        })
        .collect();
    if frames as f64 > seen.frames as f64 * MOST_DAMAGED {
        let sentence = "most of the picture is damaged; export it again and upload that";
        found.push(Finding::whole(Check::Decoding, Severity::Error, sentence));
    }
    found
}

fn levels(judged: JudgedLevels, report: &Report) -> Vec<Finding> {
    let declared = if report.video.colour.range.is_some() {
        "declares limited range (16 to 235)"
    } else {
        "does not declare its range, which means limited (16 to 235),"
    };
    let told = [
        (
            judged.full_in_limited,
            format!(
                "the file {declared} but its brightness runs from {} to {}; if it is full range, dark and bright \
                 parts lose their detail",
                judged.levels.dark, judged.levels.bright
            ),
        ),
        (
            judged.limited_in_full,
            "the file declares full range but its black and white lie where limited range has them; the picture \
             will look grey"
                .to_owned(),
        ),
        (
            judged.standard_in_hdr,
            "the file declares the PQ curve of high dynamic range but is brighter than any such film; it is \
             probably standard range with a wrong tag"
                .to_owned(),
        ),
    ];
    told.into_iter()
        .filter(|(holds, _)| *holds)
        .map(|(_, sentence)| Finding::whole(Check::Levels, Severity::Warning, sentence))
        .collect()
}

fn letterbox(bars: &Bars, report: &Report) -> Finding {
    let video = &report.video;
    // The bars were looked for in the picture as stored.
    let turned = !video.rotation.is_multiple_of(180);
    let (rows, columns) = if turned {
        (bars.columns, bars.rows)
    } else {
        (bars.rows, bars.columns)
    };
    let shape = f64::from(video.display_width) * (1.0 - columns)
        / (f64::from(video.display_height) * (1.0 - rows));
    let percent = |share: f64| (share * 100.0).round();
    let place = match (rows > 0.0, columns > 0.0) {
        (true, true) => format!(
            "all around, {} % of the height and {} % of the width",
            percent(rows),
            percent(columns)
        ),
        (true, false) => format!("above and below, {} % of the height", percent(rows)),
        _ => format!("left and right, {} % of the width", percent(columns)),
    };
    let sentence = format!(
        "black bars are part of the picture: {place}; the picture within is about {shape:.2}:1"
    );
    Finding::whole(Check::Letterbox, Severity::Note, sentence)
}

fn repeats(seen: &Seen) -> Option<Finding> {
    let every = seen.stills.repeat_every?;
    let (severity, why) = match every {
        2 | 3 => (Severity::Note, "usual in animation"),
        _ => (
            Severity::Warning,
            "the master was probably converted from a lower frame rate",
        ),
    };
    let sentence = format!("one frame in {every} repeats the one before; {why}");
    Some(Finding::whole(Check::RepeatedFrames, severity, sentence))
}

fn of_fields(report: &Report, fields: Option<Fields>) -> Option<Finding> {
    let sentence = match (fields?, report.video.interlaced) {
        (Fields::Telecine, _) => {
            "the picture is film at 24 frames a second spread over fields (2:3 pulldown); upload the film itself if \
             it can be had"
        }
        (Fields::Interlaced, false) => {
            "the picture is made of fields but the file does not say so; moving edges will show combs"
        }
        (Fields::Progressive, true) => {
            "the file says that the picture is made of fields, but it is made of whole frames"
        }
        _ => return None,
    };
    Some(Finding::whole(Check::Fields, Severity::Warning, sentence))
}
