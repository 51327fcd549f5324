//! A track encrypted, and decrypted by another program.

use std::path::Path;

use contracts_delivery::{ContentKey, KeyId};
use media_ffmpeg::MediaInput;
use media_ffmpeg::testing::test_tools;
use studio_package::{PackagedTrack, TitleKey, protect_track};

const KEY: [u8; 16] = *b"sixteen bytes of";
const KEY_HEX: &str = "7369787465656e206279746573206f66";

/// Encrypts a track file beside itself. ffmpeg, which decrypts by its own code, gets from it with the key what it gets
/// from the one in clear, and something else or nothing without the key.
pub(crate) async fn assert_protectable(clear: &Path) -> PackagedTrack {
    let out = clear.with_file_name("protected.mp4");
    let key = TitleKey {
        id: KeyId([5; 16]),
        key: ContentKey::new(KEY),
    };
    let track = protect_track(clear, key, [9; 16], &out).await.unwrap();
    assert_eq!(PackagedTrack::read(&out).await.unwrap(), track);
    let plain = PackagedTrack::read(clear).await.unwrap();
    assert_eq!((plain.key, track.key), (None, Some(key.id)));
    assert_eq!((&plain.codec, plain.colour), (&track.codec, track.colour));
    let times = |track: &PackagedTrack| -> Vec<_> {
        let times = track.segments.iter().map(|it| (it.start, it.duration));
        times.collect()
    };
    assert_eq!(times(&plain), times(&track));
    let decoded = decoded(clear, &[]).await.expect("the clear track decodes");
    let with_key = self::decoded(&out, &["-decryption_key", KEY_HEX]).await;
    assert_eq!(with_key.as_ref(), Some(&decoded));
    assert_ne!(self::decoded(&out, &[]).await, Some(decoded));
    track
}

/// A sum over everything that is decoded; absent when something does not.
async fn decoded(path: &Path, options: &[&str]) -> Option<String> {
    let input = MediaInput::open(path).unwrap();
    let command = test_tools()
        .await
        .ffmpeg()
        .args(["-xerror", "-err_detect", "explode"]);
    let command = command.args(options).input_as(&input, "mp4");
    let command = command.args(["-f", "md5", "pipe:1"]).capture_stdout();
    let finished = command.run(|_| {}).await.ok()?;
    String::from_utf8(finished.stdout).ok()
}
