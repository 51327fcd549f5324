//! The packager beside `shaka-packager`: CPU time for the same track file out of the same encode.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context as _, ensure};
use contracts_delivery::FrameRate;
use media_ffmpeg::{MediaInput, Tools};
use media_isobmff::{Arrangement, ReadAt, Track};
use studio_package::package_video;
use studio_shots::SegmentPlan;
use tests_figures::{Plan, Report};

use crate::figure::Figure;
use crate::limits::{PACKAGING_BYTES, PACKAGING_GROUP, PACKAGING_ROUNDS, QUICK_PACKAGING_BYTES};

/// Where `./bench` says the other packager is.
const PEER: &str = "MARQUEE_TEST_PACKAGER";

/// Packages the same input by turns; both results hold the same samples.
pub(crate) async fn measure(
    tools: &Tools,
    folder: &Path,
    plan: &Plan<Figure>,
    report: &mut Report,
) -> anyhow::Result<()> {
    if !plan.wants(Figure::Packaging) {
        return Ok(());
    }
    let Some(peer) = std::env::var_os(PEER).map(PathBuf::from) else {
        report.leave_out(Figure::Packaging, "there is no packager to compare with");
        return Ok(());
    };
    let wanted = plan.pick(PACKAGING_BYTES, QUICK_PACKAGING_BYTES);
    let encode = encode(tools, folder, wanted).await?;
    let frames = frames(&encode)?;
    let plan = SegmentPlan {
        frame_rate: FrameRate {
            numerator: 24,
            denominator: 1,
        },
        frames,
        starts: (0..frames).step_by(PACKAGING_GROUP as usize).collect(),
    };
    let (own, others) = (folder.join("own.mp4"), folder.join("peer.mp4"));
    let mut spent = [Vec::new(), Vec::new()];
    for _ in 0..PACKAGING_ROUNDS {
        let before = cpu(Whose::Own)?;
        package_video(std::slice::from_ref(&encode), &plan, &own).await?;
        spent[0].push(cpu(Whose::Own)? - before);
        let before = cpu(Whose::Children)?;
        run(&peer, &encode, &others)?;
        spent[1].push(cpu(Whose::Children)? - before);
    }
    let (ours, samples) = samples(&own)?;
    ensure!(
        (ours, samples) == self::samples(&others)?,
        "the two packagers did not write the same samples"
    );
    let [own, other] = spent.map(median);
    let bytes = std::fs::metadata(&encode)?.len();
    let how = format!(
        "median of {PACKAGING_ROUNDS} rounds over {:.2} GB, {own:.2} s and {other:.2} s of CPU; {samples} samples alike",
        bytes as f64 / 1e9
    );
    report.add(Figure::Packaging, own / other, &how);
    Ok(())
}

/// An encode of at least so many bytes: a few seconds of noise in 1080p, over and over.
async fn encode(tools: &Tools, folder: &Path, wanted: u64) -> anyhow::Result<PathBuf> {
    let (once, whole) = (folder.join("once.mp4"), folder.join("whole.mp4"));
    let group = PACKAGING_GROUP.to_string();
    let source = "testsrc2=size=1920x1080:rate=24:duration=4,noise=alls=60:allf=t,format=yuv420p";
    tools
        .ffmpeg()
        .synthetic(source)
        .args(["-c:v", "libx264", "-preset", "ultrafast", "-qp", "12"])
        .args(["-g", &group, "-keyint_min", &group, "-sc_threshold", "0"])
        .output(&once)
        .run(|_| {})
        .await?;
    let times = wanted.div_ceil(std::fs::metadata(&once)?.len().max(1));
    tools
        .ffmpeg()
        .args(["-stream_loop", &times.saturating_sub(1).to_string()])
        .input(&MediaInput::open(&once)?)
        .args(["-c", "copy"])
        .output(&whole)
        .run(|_| {})
        .await?;
    Ok(whole)
}

fn frames(encode: &Path) -> anyhow::Result<u64> {
    let file = std::fs::read(encode)?;
    Ok(Track::read_video(&&file[..])?.samples.len() as u64)
}

#[expect(
    clippy::disallowed_methods,
    reason = "a peer is run as it is, without the limits of the tools"
)]
fn run(peer: &Path, encode: &Path, out: &Path) -> anyhow::Result<()> {
    let stream = format!(
        "in={},stream=video,output={}",
        encode.display(),
        out.display()
    );
    let manifest = format!("--mpd_output={}", out.with_extension("mpd").display());
    let mut child = std::process::Command::new(peer);
    let child = child.args([&stream, "--segment_duration=2", &manifest]);
    let done = child.stdin(Stdio::null()).output();
    let done = done.with_context(|| format!("cannot run {}", peer.display()))?;
    ensure!(
        done.status.success(),
        "{}: {}",
        peer.display(),
        String::from_utf8_lossy(&done.stderr)
    );
    Ok(())
}

/// A hash over the samples of a track file, and how many there are.
fn samples(path: &Path) -> anyhow::Result<([u8; 32], usize)> {
    let file = std::fs::read(path)?;
    let source = &&file[..];
    let arrangement = Arrangement::of_track_file(source)?;
    let (mut hasher, mut sample) = (blake3::Hasher::new(), Vec::new());
    for place in &arrangement.samples {
        sample.resize(place.size as usize, 0);
        source.read_exact_at(place.offset, &mut sample)?;
        hasher.update(&sample);
    }
    Ok((*hasher.finalize().as_bytes(), arrangement.samples.len()))
}

#[derive(Clone, Copy)]
enum Whose {
    Own,
    Children,
}

/// Seconds of CPU so far, of this process or of the children it has waited for (proc(5), `stat`).
fn cpu(whose: Whose) -> anyhow::Result<f64> {
    let text = std::fs::read_to_string("/proc/self/stat")?;
    // The program's name is in brackets and may hold spaces; the state follows it.
    let (_, fields) = text.rsplit_once(')').context("/proc/self/stat is odd")?;
    let fields: Vec<_> = fields.split_whitespace().collect();
    let first = match whose {
        Whose::Own => 11,
        Whose::Children => 13,
    };
    let ticks =
        |at: usize| -> anyhow::Result<f64> { Ok(fields.get(at).context("too few")?.parse()?) };
    Ok((ticks(first)? + ticks(first + 1)?) / TICKS_A_SECOND)
}

/// What Linux counts in, on every machine it runs on today.
const TICKS_A_SECOND: f64 = 100.0;

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values[values.len() / 2]
}
