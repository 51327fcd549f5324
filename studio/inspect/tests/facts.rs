//! Where a master comes from and how its colours are meant, read from clips made here.

use contracts_studio::master::{Chromaticity, ContentLight, SourceTerm};
use media_ffmpeg::testing::{make_clip, test_tools};
use studio_inspect::{Report, Warning, inspect};

async fn made(name: &str, arguments: &[&str]) -> Report {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let clip = make_clip(&folder.path().join(name), arguments).await;
    inspect(&test_tools().await, &clip)
        .await
        .expect("the clip made here is usable")
}

fn arguments(line: &str) -> Vec<&str> {
    line.split(' ').collect()
}

#[tokio::test]
async fn timecode_and_camera_tags_come_in_one_vocabulary() {
    let report = made(
        "camera.mov",
        &arguments(
            "-f lavfi -i testsrc2=d=1:s=64x48:r=30000/1001 -c:v libx264 -timecode 10:02:00;02 \
             -movflags use_metadata_tags -metadata com.arri.camera.ReelName=A001R2EC -metadata com.apple.quicktime.make=ARRI \
             -metadata com.arri.camera.ExposureIndexAsa=800 -metadata com.arri.camera.WhiteBalanceKelvin=5600",
        ),
    )
    .await;
    let timecode = report.timecode.map(|timecode| timecode.to_string());
    assert_eq!(timecode.as_deref(), Some("10:02:00;02"));
    let told = |term| {
        let fact = report.source.iter().find(|fact| fact.term == term);
        fact.map(|fact| fact.value.as_str())
    };
    assert_eq!(told(SourceTerm::Reel), Some("A001R2EC"));
    assert_eq!(told(SourceTerm::CameraMake), Some("ARRI"));
    assert_eq!(told(SourceTerm::Iso), Some("800"));
    assert_eq!(told(SourceTerm::WhiteBalance), Some("5600 K"));
}

#[tokio::test]
async fn mastering_metadata_is_read_from_the_first_frame() {
    let x265 = "log-level=none:colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc:max-cll=1000,400:\
                master-display=G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,50)";
    let mut line = arguments(
        "-f lavfi -i testsrc2=d=0.2:s=64x48,format=yuv420p10le -c:v libx265 -x265-params",
    );
    line.push(x265);
    let colour = made("hdr.mp4", &line).await.video.colour;
    let mastering = colour.mastering.expect("the clip was made with one");
    assert_eq!(
        mastering.red,
        Chromaticity {
            x: 34_000,
            y: 16_000
        }
    );
    assert_eq!(
        (mastering.min_luminance, mastering.max_luminance),
        (50, 10_000_000)
    );
    let light = ContentLight {
        max_pixel: 1000,
        max_frame_average: 400,
    };
    assert_eq!(colour.light, Some(light));
    assert!(!colour.hdr10_plus);
}

#[tokio::test]
async fn colour_tags_that_cannot_be_true_are_told() {
    let report = made(
        "lie.mp4",
        &arguments(
            "-f lavfi -i testsrc2=d=0.2:s=64x48 -c:v libx264 -pix_fmt yuv420p \
             -vf setparams=color_primaries=bt709:color_trc=smpte2084:colorspace=bt709",
        ),
    )
    .await;
    let told = |warning: &Warning| matches!(warning, Warning::ColoursContradict { .. });
    assert!(report.warnings.iter().any(told), "{:?}", report.warnings);
}
