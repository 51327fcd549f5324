//! Artwork from the best of a few frames.

use std::path::Path;
use std::time::Duration;

use media_ffmpeg::{Command, Tools};

use super::judge::{Judgement, judge};
use super::{Artwork, Picture, PictureError, PictureSource, clear};
use crate::limits::{ARTWORK_CANDIDATES, ARTWORK_SPAN, ARTWORK_WIDTHS, CANDIDATE_WIDTH};

/// Writes the artwork's sizes, none wider than the source, into `folder`, from the sharpest and most
/// varied of a few frames; black, white and flat ones are passed over while there is another.
///
/// # Errors
/// [`PictureError`]; the title can be published without artwork.
pub async fn make_artwork(
    tools: &Tools,
    source: &PictureSource,
    folder: &Path,
) -> Result<Artwork, PictureError> {
    source.check()?;
    let (time, best) = best_candidate(tools, source).await?;
    let mut pictures = Vec::new();
    for width in widths(source.width) {
        let height = source.height_at(width);
        let path = folder.join(format!("artwork-{width}.jpg"));
        clear(&path).await?;
        frame_at(tools, source, time, (width, height))
            .args([
                "-pix_fmt", "yuvj420p", "-q:v", "3", "-f", "image2", "-update", "1",
            ])
            .output(&path)
            .run(|_| {})
            .await
            .map_err(|error| source.tool_error(error))?;
        pictures.push(Picture {
            path,
            width,
            height,
        });
    }
    let [red, green, blue] = best.colour;
    Ok(Artwork {
        pictures,
        colour: format!("#{red:02x}{green:02x}{blue:02x}"),
    })
}

async fn best_candidate(
    tools: &Tools,
    source: &PictureSource,
) -> Result<(Duration, Judgement), PictureError> {
    let size = (CANDIDATE_WIDTH, source.height_at(CANDIDATE_WIDTH));
    let frame_bytes = size.0 as usize * size.1 as usize * 3;
    let mut best: Option<(Duration, Judgement)> = None;
    for time in times(source.duration) {
        let frame = frame_at(tools, source, time, size)
            .args(["-pix_fmt", "rgb24", "-f", "rawvideo", "pipe:1"])
            .capture_stdout()
            .run(|_| {})
            .await
            .map_err(|error| source.tool_error(error))?;
        if frame.stdout.len() != frame_bytes {
            continue;
        }
        let seen = judge(&frame.stdout, CANDIDATE_WIDTH as usize);
        let rank = |seen: &Judgement| (seen.usable, seen.score);
        if best
            .as_ref()
            .is_none_or(|(_, held)| rank(&seen) > rank(held))
        {
            best = Some((time, seen));
        }
    }
    best.ok_or_else(|| source.no_frames())
}

/// A run that gives one frame, its output's options to be added.
fn frame_at(tools: &Tools, source: &PictureSource, time: Duration, size: (u32, u32)) -> Command {
    let (width, height) = size;
    let seconds = format!("{:.3}", time.as_secs_f64());
    let filters = format!("scale={width}:{height},setsar=1");
    tools
        .ffmpeg()
        .args(["-ss", &seconds])
        .input(&source.input)
        .args(["-map", "0:v:0", "-frames:v", "1", "-vf", &filters])
}

/// The middles of equal parts of the span in which artwork is sought.
fn times(duration: Duration) -> impl Iterator<Item = Duration> {
    let part = (ARTWORK_SPAN.end - ARTWORK_SPAN.start) / f64::from(ARTWORK_CANDIDATES);
    (0..ARTWORK_CANDIDATES)
        .map(move |index| duration.mul_f64(ARTWORK_SPAN.start + part * (f64::from(index) + 0.5)))
}

/// The sizes a source can fill; a source smaller than all of them gives its own.
fn widths(source: u32) -> Vec<u32> {
    let fitting: Vec<_> = ARTWORK_WIDTHS
        .into_iter()
        .filter(|width| *width <= source)
        .collect();
    if fitting.is_empty() {
        vec![source / 2 * 2]
    } else {
        fitting
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_size_is_larger_than_the_source() {
        assert_eq!(widths(1920), [320, 640, 1280]);
        assert_eq!(widths(848), [320, 640]);
        assert_eq!(widths(177), [176]);
    }

    #[test]
    fn frames_are_sought_inside_the_title() {
        let times: Vec<_> = times(Duration::from_secs(100)).collect();
        assert_eq!(times.len(), ARTWORK_CANDIDATES as usize);
        assert!(times.is_sorted() && times[0].as_secs() >= 8 && times[11].as_secs() < 70);
    }
}
