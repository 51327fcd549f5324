//! The studio: where masters arrive and titles are made.

use std::sync::Arc;

use anyhow::{Context as _, Result};
use contracts_membership::Catalog;
use media_ffmpeg::Tools;
use studio_farm::Farm;
use studio_ingest::{UploadLimits, Uploads};
use studio_journey::{Studio, StudioParts};

use super::delivery::Delivery;
use super::ground::Ground;
use super::membership::Membership;
use crate::config::Config;

/// The studio and its way in.
pub(crate) struct Workplace {
    pub(crate) studio: Studio,
    pub(crate) uploads: Arc<Uploads>,
    pub(crate) tools: Arc<Tools>,
    pub(crate) farm: Farm,
}

impl Workplace {
    pub(crate) async fn open(
        config: &Config,
        ground: &Ground,
        delivery: &Delivery,
        membership: &Membership,
    ) -> Result<Self> {
        let (clock, entropy) = (&ground.clock, &ground.entropy);
        let tools = Arc::new(Tools::locate(&config.tools).await?);
        for missing in tools.capabilities().missing() {
            tracing::warn!(
                filter = missing.filter,
                "this ffmpeg lacks a filter: {}",
                missing.consequence
            );
        }
        if tools.tesseract().is_none() {
            tracing::warn!(
                "tesseract is not installed: subtitles are not moved off text in the picture"
            );
        }
        let uploads = Uploads::open(
            ground.data.join("uploads"),
            Arc::clone(clock),
            Arc::clone(entropy),
            UploadLimits::default(),
        )
        .await
        .context("cannot open the uploads folder")?;
        let farm = Farm::new(Arc::clone(clock));
        let studio = Studio::open(StudioParts {
            engine: Arc::clone(&ground.engine),
            clock: Arc::clone(clock),
            entropy: Arc::clone(entropy),
            tools: Arc::clone(&tools),
            uploads: Arc::clone(&uploads),
            origin: Arc::new(delivery.origin.clone()),
            catalog: Arc::clone(&membership.catalog) as Arc<dyn Catalog>,
            events: Arc::clone(&ground.log),
            folder: ground.data.join("studio"),
            encoders: encoders(config.studio.encoders),
            ladder: config.studio.ladder,
            screen: config.studio.screen,
            profile: config.studio.profile,
            loudness: config.studio.loudness()?,
            keys: config
                .studio
                .encrypted()?
                .then(|| Arc::clone(&membership.keys)),
            farm: farm.clone(),
        })
        .await?;
        Ok(Self {
            studio,
            uploads,
            tools,
            farm,
        })
    }
}

/// One encoder per core where nothing else is said.
pub(super) fn encoders(configured: usize) -> usize {
    match configured {
        0 => std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
        encoders => encoders,
    }
}
