//! The media document over HTTP: events of a time and a place, and subtitles as files.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::IntoResponse;
use contracts_membership::TitleId;
use platform_http::{Problem, Result};
use serde::{Deserialize, Serialize};
use studio_timedtext::{Cue, Cues};
use studio_timeline::{Event, FULL, Interval, Payload, Region};
use utoipa::{IntoParams, ToSchema};

use super::answer::problem;
use crate::studio::Studio;

/// What is known of a title along its time.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Timeline {
    /// The title's length.
    duration_ms: u64,
    /// In order of their start. Each has `start_ms`, `end_ms` and `kind` (`subtitle`, `shot`, `finding`,
    /// `dialogue`, `loudness`, `picture-text`, `subtitle-move`), perhaps `region` in ten-thousandths of the frame, and what its
    /// kind says.
    #[schema(value_type = Vec<Object>)]
    events: Vec<Event>,
}

/// Which events are asked for; all of them where nothing is said.
#[derive(Debug, Deserialize, IntoParams)]
pub(super) struct Asked {
    /// The first moment.
    from_ms: Option<u64>,
    /// The first moment that is no longer wanted.
    to_ms: Option<u64>,
    /// Left edge of a region, in ten-thousandths of the frame; with a region, only events that meet it.
    x: Option<u16>,
    /// Its upper edge.
    y: Option<u16>,
    /// Its width.
    width: Option<u16>,
    /// Its height.
    height: Option<u16>,
    /// One kind of event.
    kind: Option<String>,
}

impl Asked {
    fn interval(&self) -> Result<Interval> {
        Interval::new(self.from_ms.unwrap_or(0), self.to_ms.unwrap_or(u64::MAX))
            .map_err(|error| Problem::bad_request(error.to_string()))
    }

    fn region(&self) -> Result<Option<Region>> {
        if self.x.or(self.y).or(self.width).or(self.height).is_none() {
            return Ok(None);
        }
        let (x, y) = (self.x.unwrap_or(0), self.y.unwrap_or(0));
        let rest = |at: u16, given: Option<u16>| given.unwrap_or(FULL.saturating_sub(at));
        Region::new(x, y, rest(x, self.width), rest(y, self.height))
            .map(Some)
            .map_err(|error| Problem::bad_request(error.to_string()))
    }
}

/// A title's events of a time and a place.
#[utoipa::path(
    get, path = "/studio/v1/titles/{id}/timeline", tag = "studio",
    params(("id" = String, Path), Asked),
    responses(
        (status = 200, body = Timeline),
        (status = 400, description = "A time or a region is not one"),
        (status = 404, description = "No such title"),
        (status = 409, description = "Not known yet"),
    )
)]
pub(super) async fn timeline(
    State(studio): State<Studio>,
    Path(id): Path<TitleId>,
    Query(asked): Query<Asked>,
) -> Result<Json<Timeline>> {
    let (interval, region) = (asked.interval()?, asked.region()?);
    let document = studio.document(&id).await.map_err(problem)?;
    let index = document.index();
    let mut found = match region {
        Some(region) => index.within(interval, region),
        None => index.during(interval),
    };
    if let Some(kind) = &asked.kind {
        found.retain(|event| event.payload.kind() == kind);
    }
    Ok(Json(Timeline {
        duration_ms: document.duration_ms(),
        events: found.into_iter().cloned().collect(),
    }))
}

/// The format subtitles are asked for in.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Format {
    /// WebVTT.
    #[default]
    Webvtt,
    /// IMSC 1.1 text profile.
    Imsc1,
}

#[derive(Debug, Deserialize, IntoParams)]
pub(super) struct As {
    #[serde(default)]
    #[param(inline)]
    format: Format,
}

/// One of a title's subtitle tracks as a file, by its number from 0.
#[utoipa::path(
    get, path = "/studio/v1/titles/{id}/subtitles/{track}", tag = "studio",
    params(("id" = String, Path), ("track" = u32, Path), As),
    responses(
        (status = 200, description = "The file", content_type = "text/vtt"),
        (status = 404, description = "No such title or track"),
        (status = 409, description = "Not known yet"),
    )
)]
pub(super) async fn subtitles(
    State(studio): State<Studio>,
    Path((id, track)): Path<(TitleId, u32)>,
    Query(As { format }): Query<As>,
) -> Result<impl IntoResponse> {
    let document = studio.document(&id).await.map_err(problem)?;
    let Some((language, cues)) = track_of(document.events(), track) else {
        return Err(Problem::not_found(format!(
            "the title has no subtitle track {track}"
        )));
    };
    let (kind, text) = match format {
        Format::Webvtt => ("text/vtt; charset=utf-8", cues.to_webvtt()),
        Format::Imsc1 => (
            "application/ttml+xml; charset=utf-8",
            cues.to_imsc1(&language),
        ),
    };
    Ok(([(header::CONTENT_TYPE, kind)], text))
}

/// A track's language and cues; nothing when it has none.
fn track_of(events: &[Event], track: u32) -> Option<(String, Cues)> {
    let mut language = None;
    let mut cues = Vec::new();
    for event in events {
        let Payload::Subtitle(said) = &event.payload else {
            continue;
        };
        if said.track == track {
            language.get_or_insert_with(|| said.language.clone());
            cues.push(Cue {
                identifier: None,
                start_ms: event.interval.start_ms(),
                end_ms: event.interval.end_ms(),
                settings: said.settings.clone(),
                text: said.text.clone(),
            });
        }
    }
    Some((language?, Cues { cues }))
}
