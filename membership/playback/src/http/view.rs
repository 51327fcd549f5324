//! A session as its client sees it.

use contracts_delivery::{Download, Release, StoredFile, Tier};
use platform_clock::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::public_url::PublicUrl;
use crate::limits::RENEW_AFTER_PERCENT;
use crate::pathways::SignedPlace;
use crate::{Offer, Playback};

/// All that a player needs.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PlaybackSession)]
pub(super) struct SessionView {
    session_id: String,
    title_id: String,
    name: String,
    duration_ms: u64,
    /// When appliances begin to refuse the URLs.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
    /// Seconds after which to renew.
    renew_after_s: u64,
    manifests: Manifests,
    /// Best first.
    appliances: Vec<ApplianceView>,
    /// Thumbnails for the seek bar; null when there are none.
    #[schema(required)]
    tiles: Option<TilesView>,
    subtitles: Vec<SubtitleView>,
    /// Whole files for devices that play neither manifest; mostly none.
    downloads: Vec<DownloadView>,
    /// Where the viewer stopped, in milliseconds; null when nowhere.
    #[schema(required)]
    bookmark_ms: Option<u64>,
}

/// Absolute URLs that need no credential.
#[derive(Debug, Serialize, ToSchema)]
struct Manifests {
    hls: String,
    dash: String,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Appliance)]
struct ApplianceView {
    id: String,
    /// What file names are joined to; carries the token.
    base_url: String,
    /// `isp`, `exchange` or `origin`.
    #[schema(value_type = String, example = "isp")]
    tier: Tier,
    /// Why it has this place.
    reason: String,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Tiles)]
struct TilesView {
    /// Sheets in order of time.
    urls: Vec<String>,
    columns: u32,
    rows: u32,
    tile_width: u32,
    tile_height: u32,
    interval_ms: u64,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Subtitle)]
struct SubtitleView {
    /// BCP 47.
    language: String,
    label: String,
    /// A whole WebVTT file.
    url: String,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Download)]
struct DownloadView {
    /// The file.
    url: String,
    /// What it is, such as `video/mpeg`.
    content_type: &'static str,
    /// What its picture is encoded in: `vp8`, `mpeg2` or `cinepak`.
    codec: String,
    width: u32,
    height: u32,
    bytes: u64,
}

impl SessionView {
    pub(super) fn new(playback: &Playback, offer: Offer, public: &PublicUrl) -> Self {
        let Offer {
            session,
            release,
            bookmark_ms,
        } = offer;
        let places = playback.places(&session);
        let life = session.expires_at.since(session.seen_at);
        let (tiles, subtitles) = (tiles(&release, &places), subtitles(&release, &places));
        let downloads = downloads(&release, session.max_height, &places);
        let ranked = session.appliances.into_iter().zip(&places);
        Self {
            session_id: session.id.to_string(),
            title_id: session.title.0,
            name: session.title_name,
            duration_ms: session.duration_ms,
            expires_at: session.expires_at,
            renew_after_s: (life * RENEW_AFTER_PERCENT / 100).as_secs(),
            manifests: Manifests {
                hls: public.of_session(session.id, "master.m3u8"),
                dash: public.of_session(session.id, "manifest.mpd"),
            },
            appliances: ranked
                .map(|(ranked, place)| ApplianceView {
                    id: ranked.appliance.0,
                    base_url: place.base_url.to_string(),
                    tier: ranked.tier,
                    reason: ranked.reason,
                })
                .collect(),
            tiles,
            subtitles,
            downloads,
            bookmark_ms,
        }
    }
}

fn tiles(release: &Release, places: &[SignedPlace]) -> Option<TilesView> {
    let tiles = release.tiles.as_ref()?;
    Some(TilesView {
        urls: tiles
            .sheets
            .iter()
            .map(|sheet| url(sheet, places))
            .collect(),
        columns: tiles.columns,
        rows: tiles.rows,
        tile_width: tiles.tile_width,
        tile_height: tiles.tile_height,
        interval_ms: tiles.interval_ms,
    })
}

fn subtitles(release: &Release, places: &[SignedPlace]) -> Vec<SubtitleView> {
    let view = |track: &contracts_delivery::SubtitleTrack| SubtitleView {
        language: track.language.clone(),
        label: track.label.clone(),
        url: url(&track.file, places),
    };
    release.subtitles.iter().map(view).collect()
}

/// Those that the plan allows.
fn downloads(release: &Release, max_height: u32, places: &[SignedPlace]) -> Vec<DownloadView> {
    let view = |download: &Download| DownloadView {
        url: url(&download.file, places),
        content_type: download.file.name.extension.content_type(),
        codec: download.codec.clone(),
        width: download.width,
        height: download.height,
        bytes: download.file.bytes,
    };
    let allowed = release.downloads.iter();
    let allowed = allowed.filter(|it| it.height <= max_height);
    allowed.map(view).collect()
}

/// A file at the best place.
fn url(file: &StoredFile, places: &[SignedPlace]) -> String {
    let base = places.first().map_or("", |place| place.base_url.as_str());
    format!("{base}{}", file.name)
}
