//! The tracks that were verified, encrypted.

use std::path::{Path, PathBuf};

use contracts_delivery::{ContentKeys, KeyId};
use data_workflow::{Meter, StepError};
use platform_entropy::Entropy;
use studio_package::{PackagedTrack, ReleaseParts, TitleKey, protect_track};

use crate::outcome::failure;
use crate::workshop::Workshop;

/// Writes every track again under a new key.
pub(crate) async fn protect(
    workshop: &Workshop,
    keys: &dyn ContentKeys,
    parts: &ReleaseParts,
    meter: Meter,
) -> Result<ReleaseParts, StepError> {
    let mut parts = parts.clone();
    meter.set_total((parts.video.len() + parts.audio.len() + 1) as u64);
    let id = KeyId(random(&*workshop.entropy));
    let key = TitleKey {
        id,
        key: keys.key(id),
    };
    parts.key = Some(id);
    let video = parts.video.iter_mut().chain(&mut parts.key_frames);
    let video = video.map(|part| (&mut part.path, &mut part.track));
    let audio = parts.audio.iter_mut();
    let audio = audio.map(|part| (&mut part.path, &mut part.track));
    for (done, (path, track)) in (1..).zip(video.chain(audio)) {
        (*path, *track) = one(workshop, path, key).await?;
        meter.set_done(done);
    }
    Ok(parts)
}

async fn one(
    workshop: &Workshop,
    clear: &Path,
    key: TitleKey,
) -> Result<(PathBuf, PackagedTrack), StepError> {
    let name = clear.file_name().unwrap_or_default().to_string_lossy();
    let out = clear.with_file_name(format!("protected-{name}"));
    let vector = random(&*workshop.entropy);
    let track = protect_track(clear, key, vector, &out)
        .await
        .map_err(|error| failure(&error, error.is_transient()))?;
    Ok((out, track))
}

fn random(entropy: &dyn Entropy) -> [u8; 16] {
    let mut bytes = [0; 16];
    entropy.fill(&mut bytes);
    bytes
}
