//! Pairs of neighbouring frames read from a master, and what they say of its grain.

use media_ffmpeg::{MediaInput, ToolError, Tools};
use studio_inspect::Report;
use studio_shots::seconds;

use super::Grain;
use crate::EncodeError;
use crate::limits::{GRAIN_FRAME, GRAIN_MOMENTS};

/// Looks at a master's grain at moments spread over its length, each in the middle of the picture.
/// Moments that cannot be read are passed over.
///
/// # Errors
/// [`EncodeError::Tool`] when no moment can be read.
pub async fn measure_grain(
    tools: &Tools,
    input: &MediaInput,
    report: &Report,
) -> Result<Grain, EncodeError> {
    let video = &report.video;
    let (width, height) = (
        video.width.min(GRAIN_FRAME.0) as usize,
        video.height.min(GRAIN_FRAME.1) as usize,
    );
    let (mut pairs, mut lost) = (Vec::new(), None);
    for moment in 0..GRAIN_MOMENTS {
        let ms = report.duration_ms * (2 * moment + 1) / (2 * GRAIN_MOMENTS);
        let frames = match pair(tools, input, report, ms).await {
            Ok(frames) => frames,
            Err(error) => {
                lost = Some(error);
                continue;
            }
        };
        if let Some((one, next)) = frames.split_at_checked(width * height) {
            pairs.push((one.to_vec(), next.to_vec()));
        }
    }
    if let Some(source) = lost.filter(|_| pairs.is_empty()) {
        let what = "the look at the picture's grain".to_owned();
        return Err(EncodeError::Tool { what, source });
    }
    pairs.retain(|(one, next)| one.len() == next.len());
    Ok(Grain::of(&pairs, width))
}

async fn pair(
    tools: &Tools,
    input: &MediaInput,
    report: &Report,
    ms: u64,
) -> Result<Vec<u8>, ToolError> {
    let (width, height) = GRAIN_FRAME;
    let crop = format!("crop='min(iw,{width})':'min(ih,{height})',format=gray");
    let stream = format!("0:{}", report.video.stream_index);
    let at = seconds(i64::try_from(ms).unwrap_or(0));
    let finished = tools
        .ffmpeg()
        .args(["-threads", "1", "-noautorotate", "-ss", &at])
        .input(input)
        .args(["-map", &stream, "-vf", &crop, "-fps_mode", "passthrough"])
        .args(["-frames:v", "2", "-f", "rawvideo", "pipe:1"])
        .capture_stdout()
        .run(|_| {})
        .await?;
    Ok(finished.stdout)
}

#[cfg(test)]
mod tests {
    use media_ffmpeg::testing::{make_clip, test_tools};
    use studio_inspect::inspect;

    use super::*;

    async fn sigma(filter: &str) -> f64 {
        let folder = tempfile::tempdir().unwrap();
        let source = format!("smptebars=s=160x96:r=10:d=2{filter}");
        let made = ["-f", "lavfi", "-i", &source, "-c:v", "ffv1"];
        let input = make_clip(&folder.path().join("clip.mkv"), &made).await;
        let tools = test_tools().await;
        let report = inspect(&tools, &input).await.unwrap();
        measure_grain(&tools, &input, &report).await.unwrap().sigma
    }

    #[tokio::test]
    async fn only_a_grainy_master_has_grain() {
        assert!(sigma("").await < 0.5);
        let found = sigma(",noise=c0s=20:c0f=t").await;
        assert!((2.0..12.0).contains(&found), "{found}");
    }
}
