//! Drives a play: the state machine's steps, carried out.

use std::time::Duration;

use async_trait::async_trait;
use platform_clock::SharedClock;
use platform_http::Trust;
use reqwest::Client;
use url::Url;

use crate::error::{Failure, PlayError};
use crate::fetch::{client, get};
use crate::limits::{MAX_MANIFEST_BYTES, MAX_SPEED};
use crate::player::{Player, Step};
use crate::presentation::Presentation;
use crate::report::Play;

/// How to play.
#[derive(Debug, Clone)]
pub struct Options {
    /// Stop after so many seconds of the title; play to the end when absent.
    pub max_seconds: Option<f64>,
    /// Times real time, above 0 and at most 1000.
    pub speed: f64,
    /// Whom to take for a server that is reached by TLS.
    pub trust: Trust,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            max_seconds: None,
            speed: 1.0,
            trust: Trust::default(),
        }
    }
}

impl Options {
    fn limit(&self) -> Result<Duration, PlayError> {
        if !(self.speed > 0.0 && self.speed <= MAX_SPEED) {
            return Err(PlayError::BadOption(
                "the speed must be above 0 and at most 1000",
            ));
        }
        match self.max_seconds {
            None => Ok(Duration::MAX),
            Some(seconds) => Duration::try_from_secs_f64(seconds)
                .ok()
                .filter(|limit| !limit.is_zero())
                .ok_or(PlayError::BadOption("the seconds to play must be above 0")),
        }
    }
}

/// Renews the session that is being played.
#[async_trait]
pub trait Renew: Send + Sync {
    /// Renews it and gives its manifest's URL, which may be the same as before.
    ///
    /// # Errors
    /// Says in a few words why the session could not be renewed; the play ends.
    async fn renew(&self) -> Result<Url, String>;
}

/// Plays the title whose HLS or DASH manifest is at `manifest`, and returns when it has been shown.
///
/// # Errors
/// See [`PlayError`]. An appliance that fails is no error while another serves.
pub async fn play(
    manifest: &Url,
    options: &Options,
    renew: Option<&dyn Renew>,
    clock: &SharedClock,
) -> Result<Play, PlayError> {
    let limit = options.limit()?;
    let started = clock.monotonic();
    let client = client(&options.trust).map_err(|failure| unfetched(manifest, failure))?;
    let presentation = load(&client, manifest).await?;
    let shape = presentation.clone();
    let mut player = Player::new(presentation, limit, options.speed);
    let now = || clock.monotonic().saturating_sub(started);
    loop {
        match player.next(now())? {
            Step::Finished => return Ok(player.into_play()),
            Step::Wait(time) => tokio::time::sleep(time).await,
            Step::Renew => {
                let fresh = renewed(&client, renew, &shape).await?;
                player.renewed(now(), fresh);
            }
            Step::Fetch(job) => {
                let asked = now();
                let result = get(&client, &job.url, job.range, job.max_bytes()).await;
                let result = result.map(|(bytes, _)| bytes);
                let ended = now();
                let bytes = result.as_deref().map_err(Clone::clone);
                player.finish(ended, &job, ended.saturating_sub(asked), bytes)?;
            }
        }
    }
}

async fn renewed(
    client: &Client,
    renew: Option<&dyn Renew>,
    shape: &Presentation,
) -> Result<Presentation, PlayError> {
    let Some(renew) = renew else {
        return Err(PlayError::Refused("there is no way to renew it".to_owned()));
    };
    let url = renew.renew().await.map_err(PlayError::Refused)?;
    let fresh = load(client, &url).await?;
    if !shape.is_like(&fresh) {
        let reason = "the renewed manifest is of another title".to_owned();
        return Err(PlayError::Manifest { url, reason });
    }
    tracing::debug!(places = fresh.places.len(), "the session was renewed");
    Ok(fresh)
}

async fn load(client: &Client, url: &Url) -> Result<Presentation, PlayError> {
    let fetched = get(client, url, None, MAX_MANIFEST_BYTES).await;
    let (bytes, url) = fetched.map_err(|failure| unfetched(url, failure))?;
    let text = std::str::from_utf8(&bytes).map_err(|_| "it is not UTF-8".to_owned());
    text.and_then(|text| Presentation::parse(text, &url))
        .map_err(|reason| PlayError::Manifest { url, reason })
}

fn unfetched(url: &Url, failure: Failure) -> PlayError {
    PlayError::ManifestFetch {
        url: url.clone(),
        failure,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_out_of_range_are_refused() {
        let options = |max_seconds, speed| Options {
            max_seconds,
            speed,
            ..Options::default()
        };
        assert_eq!(Options::default().limit(), Ok(Duration::MAX));
        assert_eq!(
            options(Some(2.5), 8.0).limit(),
            Ok(Duration::from_millis(2_500))
        );
        for wrong in [
            options(None, 0.0),
            options(None, f64::NAN),
            options(None, 1e9),
        ] {
            assert!(wrong.limit().is_err());
        }
        for seconds in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(options(Some(seconds), 1.0).limit().is_err());
        }
    }
}
