//! Artwork from the best of a few frames, cut to the shapes in which titles are shown.

use std::path::Path;
use std::time::Duration;

use media_ffmpeg::{Command, Tools};

use super::crop::{Aspect, place};
use super::judge::{Judgement, choose, judge};
use super::{Artwork, Picture, PictureError, PictureSource, clear};
use crate::limits::{
    ARTWORK_CANDIDATES, ARTWORK_FRAMES, ARTWORK_SPAN, CANDIDATE_WIDTH, HERO_WIDTHS,
    OTHER_ART_WIDTHS, POSTER_WIDTHS, TILE_ART_WIDTHS,
};

/// The shapes of artwork, the best frame's, with their sizes.
const SHAPES: [(&str, Aspect, &[u32]); 3] = [
    ("tile", TILE, &TILE_ART_WIDTHS),
    ("poster", Aspect { across: 2, down: 3 }, &POSTER_WIDTHS),
    (
        "hero",
        Aspect {
            across: 21,
            down: 9,
        },
        &HERO_WIDTHS,
    ),
];

const TILE: Aspect = Aspect {
    across: 16,
    down: 9,
};

/// A frame that was chosen: when it is, and what is seen in it.
type Chosen = (Duration, Judgement);

/// Writes the artwork into `folder`, from the sharpest and most varied of a few frames; black, white and flat ones are
/// passed over while there is another. The best is cut to a tile (16:9), a poster (2:3) and a hero (21:9) in their
/// sizes, none larger than the source; of others that look different there is a tile each.
///
/// # Errors
/// [`PictureError`]; the title can be published without artwork.
pub async fn make_artwork(
    tools: &Tools,
    source: &PictureSource,
    folder: &Path,
) -> Result<Artwork, PictureError> {
    source.check()?;
    let chosen = choose(candidates(tools, source).await?, ARTWORK_FRAMES);
    let (best, others) = chosen.split_first().ok_or_else(|| source.no_frames())?;
    let maker = Maker {
        tools,
        source,
        folder,
    };
    let mut pictures = Vec::new();
    for (name, aspect, widths) in SHAPES {
        maker.cut(best, name, aspect, widths, &mut pictures).await?;
    }
    for (number, other) in others.iter().enumerate() {
        let name = format!("other-{}", number + 1);
        maker
            .cut(other, &name, TILE, &OTHER_ART_WIDTHS, &mut pictures)
            .await?;
    }
    let [red, green, blue] = best.1.colour;
    Ok(Artwork {
        pictures,
        colour: format!("#{red:02x}{green:02x}{blue:02x}"),
    })
}

struct Maker<'a> {
    tools: &'a Tools,
    source: &'a PictureSource,
    folder: &'a Path,
}

impl Maker<'_> {
    /// Writes the sizes of one shape of one frame.
    async fn cut(
        &self,
        (time, seen): &Chosen,
        name: &str,
        aspect: Aspect,
        sizes: &[u32],
        pictures: &mut Vec<Picture>,
    ) -> Result<(), PictureError> {
        let frame = (self.source.width, self.source.height);
        let crop = place(frame, aspect, &seen.luma, CANDIDATE_WIDTH as usize);
        for width in widths(sizes, crop.width) {
            let exact = u64::from(width) * u64::from(crop.height) / u64::from(crop.width);
            let height = (exact as u32).div_ceil(2) * 2;
            let path = self.folder.join(format!("artwork-{name}-{width}.jpg"));
            clear(&path).await?;
            let filters = format!(
                "crop={}:{}:{}:{},scale={width}:{height},setsar=1",
                crop.width, crop.height, crop.x, crop.y
            );
            frame_at(self.tools, self.source, *time, &filters)
                .args([
                    "-pix_fmt", "yuvj420p", "-q:v", "3", "-f", "image2", "-update", "1",
                ])
                .output(&path)
                .run(|_| {})
                .await
                .map_err(|error| self.source.tool_error(error))?;
            pictures.push(Picture {
                path,
                width,
                height,
            });
        }
        Ok(())
    }
}

async fn candidates(tools: &Tools, source: &PictureSource) -> Result<Vec<Chosen>, PictureError> {
    let (width, height) = (CANDIDATE_WIDTH, source.height_at(CANDIDATE_WIDTH));
    let frame_bytes = width as usize * height as usize * 3;
    let filters = format!("scale={width}:{height},setsar=1");
    let mut seen = Vec::new();
    for time in times(source.duration) {
        let frame = frame_at(tools, source, time, &filters)
            .args(["-pix_fmt", "rgb24", "-f", "rawvideo", "pipe:1"])
            .capture_stdout()
            .run(|_| {})
            .await
            .map_err(|error| source.tool_error(error))?;
        if frame.stdout.len() == frame_bytes {
            seen.push((time, judge(&frame.stdout, width as usize)));
        }
    }
    Ok(seen)
}

/// A run that gives one frame, its output's options to be added.
fn frame_at(tools: &Tools, source: &PictureSource, time: Duration, filters: &str) -> Command {
    let seconds = format!("{:.3}", time.as_secs_f64());
    tools
        .ffmpeg()
        .args(["-ss", &seconds])
        .input(&source.input)
        .args(["-map", "0:v:0", "-frames:v", "1", "-vf", filters])
}

/// The middles of equal parts of the span in which artwork is sought.
fn times(duration: Duration) -> impl Iterator<Item = Duration> {
    let part = (ARTWORK_SPAN.end - ARTWORK_SPAN.start) / f64::from(ARTWORK_CANDIDATES);
    (0..ARTWORK_CANDIDATES)
        .map(move |index| duration.mul_f64(ARTWORK_SPAN.start + part * (f64::from(index) + 0.5)))
}

/// The sizes that a part of a source can fill; one smaller than all of them gives its own.
fn widths(sizes: &[u32], source: u32) -> Vec<u32> {
    let fitting = sizes.iter().copied().filter(|width| *width <= source);
    let fitting: Vec<_> = fitting.collect();
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
        assert_eq!(widths(&TILE_ART_WIDTHS, 1920), [320, 640, 1280]);
        assert_eq!(widths(&TILE_ART_WIDTHS, 848), [320, 640]);
        assert_eq!(widths(&TILE_ART_WIDTHS, 177), [176]);
    }

    #[test]
    fn frames_are_sought_inside_the_title() {
        let times: Vec<_> = times(Duration::from_secs(100)).collect();
        assert_eq!(times.len(), ARTWORK_CANDIDATES as usize);
        assert!(times.is_sorted() && times[0].as_secs() >= 8 && times[11].as_secs() < 70);
    }
}
