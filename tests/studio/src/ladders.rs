//! Whole ladders, encoded and scored.

use std::path::{Path, PathBuf};

use contracts_studio::VideoCodec;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use media_ffmpeg::MediaInput;
use studio_encode::{ChunkTask, Judged, Reference, Rendition, encode_chunk};
use studio_ladder::{Rung, harmonic};

use tests_figures::Report;

use crate::clip::Clip;
use crate::points::{Point, samples};
use crate::two_pass;

/// Encodes and scores run side by side, one to a core.
pub(crate) const AT_ONCE: usize = 2;

/// The files of each rung, in order.
pub(crate) type Files = Vec<Vec<PathBuf>>;

/// A published ladder, each rung in two passes.
pub(crate) async fn published(clip: &Clip, rungs: &[Rung], folder: &Path) -> anyhow::Result<Files> {
    let one = async |rung: &Rung| {
        Ok::<_, anyhow::Error>(vec![two_pass::encode(clip, rung, folder).await?])
    };
    stream::iter(rungs)
        .map(one)
        .buffered(AT_ONCE)
        .try_collect()
        .await
}

/// A title's own ladder as the studio makes it: chunk by chunk, each at the rate factor `crf` says for its
/// rung and itself.
pub(crate) async fn own(
    clip: &Clip,
    codec: VideoCodec,
    rungs: &[Rung],
    crf: impl Fn(usize, usize) -> u8,
    folder: &Path,
    at_once: usize,
) -> anyhow::Result<Files> {
    let mut tasks = Vec::new();
    for (place, rung) in rungs.iter().enumerate() {
        for (index, chunk) in clip.chunks.iter().enumerate() {
            let rung = Rung {
                crf: crf(place, index),
                ..rung.clone()
            };
            let rendition = Rendition {
                codec,
                ..Rendition::h264(rung)
            };
            let task = ChunkTask::new(&clip.report, &clip.plan, chunk, &rendition)?;
            let name = format!("{}-{index}.mp4", rendition.name());
            tasks.push((task, folder.join(name)));
        }
    }
    let one = async |(place, (task, path)): (usize, (ChunkTask, PathBuf))| {
        let made = encode_chunk(&clip.tools, &clip.input, &task, &path, |_| {}).await?;
        Ok::<_, anyhow::Error>((place, path, made.cpu_ms))
    };
    // In any order, as workers take them: one that is done does not wait for the chunk before.
    let mut made: Vec<(usize, PathBuf, u64)> = stream::iter(tasks.into_iter().enumerate())
        .map(one)
        .buffer_unordered(at_once)
        .try_collect()
        .await?;
    made.sort_unstable_by_key(|(place, ..)| *place);
    let cpu_ms: u64 = made.iter().map(|(.., cpu_ms)| cpu_ms).sum();
    let (name, seconds) = (clip.name, cpu_ms as f64 / 1000.0);
    Report::say([format!("{name}: {codec} took {seconds:.1} s of CPU")]);
    let made: Vec<PathBuf> = made.into_iter().map(|(_, path, _)| path).collect();
    let each = made.chunks(clip.chunks.len().max(1));
    Ok(each.map(<[PathBuf]>::to_vec).collect())
}

/// Rate and quality of each rung over the whole clip.
pub(crate) async fn score(
    clip: &Clip,
    reference: &Reference,
    rungs: &Files,
    every: u64,
    folder: &Path,
) -> anyhow::Result<Vec<Point>> {
    let one = async |(index, files): (usize, &Vec<PathBuf>)| {
        let room = folder.join(format!("score-{index}"));
        std::fs::create_dir_all(&room)?;
        let (mut bytes, mut frames, mut inputs) = (0, 0, Vec::new());
        for file in files {
            let (of_file, count) = samples(file)?;
            bytes += of_file;
            frames += count;
            inputs.push(MediaInput::open(file)?);
        }
        anyhow::ensure!(frames == clip.plan.frames, "{frames} frames were made");
        let judged = Judged {
            files: inputs,
            from: None,
            skip: 0,
        };
        let scores = clip
            .judge()
            .score(reference, &[judged], every, &room)
            .await?;
        Ok(Point {
            kbps: bytes as f64 * 8.0 / 1000.0 / clip.plan.duration().as_secs_f64(),
            quality: harmonic(&scores.each[0]),
        })
    };
    stream::iter(rungs.iter().enumerate())
        .map(one)
        .buffered(AT_ONCE)
        .try_collect()
        .await
}
