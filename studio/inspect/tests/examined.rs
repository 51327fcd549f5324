//! Whole masters examined: clips with one thing wrong each, and the real ones that have something.

use contracts_studio::master::{Check, DialogueSource, Examination, Fields, Finding, Severity};
use media_ffmpeg::MediaInput;
use media_ffmpeg::testing::{make_clip, shared_media, test_tools};
use studio_inspect::{examine, inspect};

async fn examined(input: &MediaInput) -> Examination {
    let tools = test_tools().await;
    let report = inspect(&tools, input).await.expect("the clip is usable");
    examine(&tools, input, &report, |_| {})
        .await
        .expect("the tools run to their ends")
}

async fn made(name: &str, line: &str) -> Examination {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let arguments: Vec<&str> = line.split(' ').collect();
    examined(&make_clip(&folder.path().join(name), &arguments).await).await
}

fn of(found: &Examination, check: Check) -> Vec<&Finding> {
    found
        .findings
        .iter()
        .filter(|finding| finding.check == check)
        .collect()
}

/// The one finding of a kind, and that it lies within a quarter of a second of where it should.
fn one_between(found: &Examination, check: Check, from: u64, to: u64) {
    let [finding] = of(found, check)[..] else {
        panic!("not one {check:?}: {:?}", found.findings);
    };
    let (start, end) = (
        finding.start_ms.expect("it has a range"),
        finding.end_ms.expect("it has a range"),
    );
    assert!(
        start.abs_diff(from) <= 250 && end.abs_diff(to) <= 250,
        "{finding:?}"
    );
}

#[tokio::test]
async fn a_sound_film_has_nothing_wrong() {
    let found = made(
        "good.mp4",
        "-f lavfi -i testsrc2=d=2:s=160x90:r=25,format=yuv420p -f lavfi -i sine=d=2 -c:v libx264 -bf 2 \
         -color_primaries bt709 -color_trc bt709 -colorspace bt709 -color_range tv -c:a aac",
    )
    .await;
    assert_eq!(found.findings, [], "nothing is wrong");
    assert_eq!(found.cadence.frames, 50);
    assert!(found.cpu_ms.is_some());
}

#[tokio::test]
async fn black_flashes_and_clipping_are_found_where_they_are() {
    let found = made(
        "marks.mkv",
        "-f lavfi -i testsrc2=d=10:s=160x90:r=25,drawbox=c=black:t=fill:enable='between(t,2,4.99)',\
         drawbox=c=white:t=fill:enable='between(t,6,8)*lt(mod(n,4),2)',format=yuv420p -f lavfi -i \
         aevalsrc='if(between(t,3,5),2,0.3)*sin(880*PI*t)':s=48000:d=10 -c:v ffv1 -c:a flac",
    )
    .await;
    one_between(&found, Check::Black, 2_000, 5_000);
    one_between(&found, Check::Flashes, 6_000, 8_000);
    one_between(&found, Check::Clipping, 3_000, 5_000);
    assert_eq!(found.stops(), None);
}

#[tokio::test]
async fn silence_still_pictures_and_unlike_lengths_are_found() {
    let found = made(
        "still.mkv",
        "-f lavfi -i testsrc2=d=12:s=160x90:r=25,loop=loop=149:size=1:start=75,trim=duration=12,format=yuv420p -f lavfi -i \
         aevalsrc='if(lt(t,4),0.3*sin(880*PI*t),0)':s=48000:d=14 -c:v ffv1 -c:a flac",
    )
    .await;
    one_between(&found, Check::Freeze, 3_000, 9_000);
    one_between(&found, Check::Silence, 4_000, 12_000);
    one_between(&found, Check::Lengths, 12_000, 14_000);
    assert_eq!(of(&found, Check::Silence)[0].stream_index, Some(1));
    // A sine of 0.3 in one channel; of the second step it fills three tenths.
    let loudness = found.loudness.expect("it is longer than a step");
    assert_eq!(loudness.steps, [Some(-14), Some(-19), None, None, None]);
}

#[tokio::test]
async fn dialogue_in_the_centre_that_noise_hides_is_told() {
    let swell = |hertz: u32, pace: f64| {
        format!("0.08*pow(0.5-0.5*cos(2*PI*{pace}*t),2)*sin(2*PI*{hertz}*t)")
    };
    let voice = [
        swell(200, 2.1),
        swell(450, 2.9),
        swell(900, 3.7),
        swell(2000, 4.3),
    ]
    .join("+");
    let noise = "if(gt(t,9.2),0.8*(random(0)-0.5),0)";
    let line = format!(
        "-f lavfi -i testsrc2=d=18:s=160x90:r=5,format=yuv420p -f lavfi -i \
         aevalsrc='{noise}|{noise}|{voice}|0|0|0':c=5.1:s=48000:d=18 -c:v ffv1 -c:a flac"
    );
    let found = made("centre.mkv", &line).await;
    let dialogue = found.dialogue.as_ref().expect("somebody speaks");
    assert_eq!(dialogue.source, DialogueSource::Centre);
    let (clean, hidden) = (dialogue.between(0, 9_200), dialogue.between(9_200, 18_000));
    assert!(clean > Some(90) && hidden < Some(40), "{dialogue:?}");
    let [told] = of(&found, Check::Dialogue)[..] else {
        panic!("not one: {:?}", found.findings);
    };
    assert_eq!(told.start_ms, Some(9_216));
}

#[tokio::test]
async fn a_black_film_is_an_error_in_one_sentence() {
    let found = made(
        "black.mkv",
        "-f lavfi -i color=black:d=3:s=160x90 -c:v ffv1",
    )
    .await;
    let stops = found.stops().expect("a black film is no title");
    assert_eq!(
        (stops.check, stops.severity),
        (Check::Black, Severity::Error)
    );
    assert!(!stops.sentence.contains('\n'));
}

#[tokio::test]
async fn a_range_that_lies_and_bars_are_told() {
    let found = made(
        "range.mp4",
        "-f lavfi -i gradients=d=2:s=160x90:c0=black:c1=white:x0=0:x1=159:y0=0:y1=0,scale=out_range=pc,format=yuv420p,setparams=range=tv \
         -c:v libx264 -crf 1 -color_range tv",
    )
    .await;
    assert_eq!(of(&found, Check::Levels).len(), 1, "{:?}", found.findings);
    let found = made(
        "bars.mkv",
        "-f lavfi -i testsrc2=d=2:s=160x68,pad=160:90:0:11:black,format=yuv420p -c:v ffv1",
    )
    .await;
    let bars = of(&found, Check::Letterbox);
    assert!(bars[0].sentence.contains("above and below"), "{bars:?}");
}

#[tokio::test]
async fn fields_and_pulldown_are_told_from_the_lines() {
    let fields = async |filters: &str| {
        let line = format!("-f lavfi -i testsrc2=d=3:s=320x240:{filters},setfield=prog -c:v ffv1");
        made("fields.mkv", &line).await
    };
    let woven = fields("r=50,tinterlace=4").await;
    assert_eq!(woven.cadence.fields, Some(Fields::Interlaced));
    assert_eq!(of(&woven, Check::Fields).len(), 1);
    assert_eq!(
        fields("r=24,telecine").await.cadence.fields,
        Some(Fields::Telecine)
    );
    assert_eq!(
        fields("r=25").await.cadence.fields,
        Some(Fields::Progressive)
    );
}

#[tokio::test]
async fn damage_is_found_about_where_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hurt.ts");
    let line = "-f lavfi -i testsrc2=d=20:s=160x90:r=25,noise=alls=20:allf=t -c:v libx264 -g 25 -threads 1";
    make_clip(&path, &line.split(' ').collect::<Vec<_>>()).await;
    let mut bytes = std::fs::read(&path).unwrap();
    let (from, to) = (bytes.len() / 2, bytes.len() / 2 + bytes.len() / 20);
    for (at, byte) in bytes[from..to].iter_mut().enumerate() {
        // The packets' own headers stay, so that the damage is the picture's, and most of the marks at which its parts
        // begin: without one nothing is missed, and encoders do not put them at the same bytes on every processor.
        if (from + at) % 188 > 12 && at % 100 == 0 {
            *byte ^= 0x5a;
        }
    }
    std::fs::write(&path, bytes).unwrap();
    let found = examined(&MediaInput::open(&path).unwrap()).await;
    let damage = of(&found, Check::Decoding);
    let covers = |at| {
        let within = |finding: &&&Finding| {
            finding.start_ms.is_some_and(|start| start <= at)
                && finding.end_ms.is_some_and(|end| at <= end)
        };
        damage.iter().any(|finding| within(&finding))
    };
    assert!(covers(10_500), "{damage:?}");
    assert!(
        damage.iter().all(|finding| finding.start_ms > Some(5_000)),
        "{damage:?}"
    );
    assert_eq!(found.stops(), None);
}

#[tokio::test]
async fn the_real_clips_with_something_wrong_are_told_apart() {
    if let Some(clip) = shared_media("qc-failing-audio.mp4") {
        let found = examined(&clip).await;
        let silent = of(&found, Check::Silence);
        assert!(!silent.is_empty(), "{:?}", found.findings);
        assert_eq!(found.stops(), None);
    }
    if let Some(clip) = shared_media("qc-no-duration.webm") {
        let found = examined(&clip).await;
        assert_eq!(found.stops(), None);
        assert!(found.cadence.frames > 70, "{:?}", found.cadence);
        assert_eq!(of(&found, Check::Black)[0].severity, Severity::Warning);
    }
    if let Some(clip) = shared_media("people-139s-768x432-silent.mp4") {
        let found = examined(&clip).await;
        assert_eq!(of(&found, Check::Freeze), Vec::<&Finding>::new());
    }
    if let Some(clip) = shared_media("sintel-26s-848x480.mp4") {
        let found = examined(&clip).await;
        assert_eq!(
            of(&found, Check::Letterbox).len(),
            1,
            "{:?}",
            found.findings
        );
        assert_eq!(of(&found, Check::Flashes), Vec::<&Finding>::new());
    }
}
