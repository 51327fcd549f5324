//! Encoded pieces in, a track file out.

use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

use media_isobmff::{Arrangement, ReadAt, ReadError, Track, WriteError, cut_audio, join_video};
use studio_shots::SegmentPlan;

use super::PackagedTrack;
use crate::PackageError;
use crate::file::{FileSet, Member, blocking};
use crate::limits::{AUDIO_SEGMENT_SECONDS, WRITE_BUFFER_BYTES};

/// Joins the chunks of a rendition, MP4 files with one H.264, HEVC, VP9 or AV1 track each, in order of
/// time, into the track file `out`, cut at the plan's segments. Whatever the chunks' own clocks say, frame
/// `n` of the result is shown at `n` frame times.
///
/// # Errors
/// [`PackageError::Unfit`] when frames are missing, parameter sets differ between chunks, or a segment
/// does not begin with a key frame; the message names the chunk and the segment, counted from 0.
pub async fn package_video(
    chunks: &[PathBuf],
    plan: &SegmentPlan,
    out: &Path,
) -> Result<PackagedTrack, PackageError> {
    pictures(chunks, plan, out, |whole| whole).await
}

/// Writes the first frame of every segment of a rendition, each as a segment as long, as the track file `out`: what
/// players show while winding. Takes what [`package_video`] takes.
///
/// # Errors
/// As [`package_video`].
pub async fn package_key_frames(
    chunks: &[PathBuf],
    plan: &SegmentPlan,
    out: &Path,
) -> Result<PackagedTrack, PackageError> {
    pictures(chunks, plan, out, |whole| whole.key_frames()).await
}

async fn pictures(
    chunks: &[PathBuf],
    plan: &SegmentPlan,
    out: &Path,
    kept: impl FnOnce(Arrangement) -> Arrangement + Send + 'static,
) -> Result<PackagedTrack, PackageError> {
    let (chunks, plan, out) = (chunks.to_vec(), plan.clone(), out.to_owned());
    blocking(move || {
        let set = FileSet::new(&chunks);
        let members = set.members();
        let mut tracks = Vec::with_capacity(chunks.len());
        for (member, path) in members.iter().zip(&chunks) {
            tracks.push(readable(path, Track::read_whole_video(member))?);
        }
        let rate = (plan.frame_rate.numerator, plan.frame_rate.denominator);
        let arrangement =
            join_video(&tracks, rate, &plan.starts, plan.frames).map_err(|source| {
                PackageError::Unfit {
                    path: out.clone(),
                    source,
                }
            })?;
        store(&kept(arrangement), &members, &out)
    })
    .await
}

/// Writes the one AAC or Opus track of an MP4 file as the track file `out`, in segments of about 4 s on a
/// grid of its own. The encoder's priming is left out, so that sound begins at 0 with the picture.
///
/// # Errors
/// As [`package_video`].
pub async fn package_audio(source: &Path, out: &Path) -> Result<PackagedTrack, PackageError> {
    let (source, out) = (source.to_owned(), out.to_owned());
    blocking(move || {
        let set = FileSet::new(std::slice::from_ref(&source));
        let members = set.members();
        let track = readable(&source, Track::read_audio(&members[0]))?;
        let arrangement =
            cut_audio(&track, AUDIO_SEGMENT_SECONDS).map_err(|source| PackageError::Unfit {
                path: out.clone(),
                source,
            })?;
        store(&arrangement, &members, &out)
    })
    .await
}

fn readable<T>(path: &Path, read: Result<T, ReadError>) -> Result<T, PackageError> {
    let path = path.to_owned();
    read.map_err(|error| match error {
        ReadError::Io(source) => PackageError::Open { path, source },
        source => PackageError::Unusable { path, source },
    })
}

/// Writes beside `out` and moves the finished file into its place.
fn store(
    arrangement: &Arrangement,
    members: &[Member<'_>],
    out: &Path,
) -> Result<PackagedTrack, PackageError> {
    let failed = |source| PackageError::Write {
        path: out.to_owned(),
        source,
    };
    let sources: Vec<&dyn ReadAt> = members.iter().map(|member| member as &dyn ReadAt).collect();
    let folder = out.parent().unwrap_or(Path::new("."));
    let beside = beside(folder).map_err(|error| failed(WriteError::Io(error)))?;
    let mut buffer = BufWriter::with_capacity(WRITE_BUFFER_BYTES, beside.as_file());
    let head = arrangement.write(&sources, &mut buffer).map_err(failed)?;
    drop(buffer);
    platform_files::persist_sync(beside.path(), out)
        .map_err(|error| failed(WriteError::Io(error)))?;
    Ok(PackagedTrack::describe(&head))
}

/// A file for what is being written, in the folder where it will stand.
pub(crate) fn beside(folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    tempfile::Builder::new()
        .prefix(".packaging-")
        .tempfile_in(folder)
}
