//! Membership: accounts, catalogue, viewing, discovery and playback, as one set of routes.

use std::sync::Arc;

use anyhow::{Context as _, Result, anyhow};
use contracts_delivery::{ContentKeys, Origin, Steering, TokenSigner};
use contracts_membership::{Catalog, Plan};
use membership_accounts::{AccountService, AccountsConfig, SharedAccounts};
use membership_catalog::{Territory, TitleCatalog};
use membership_discovery::DiscoveryApi;
use membership_playback::{KeyVault, Playback, PlaybackApi, PlaybackConfig, PlaybackParts};
use membership_viewing::{Viewing, ViewingApi, ViewingParts};
use platform_clock::SharedClock;
use utoipa_axum::router::OpenApiRouter;

use super::delivery::Delivery;
use super::ground::Ground;
use crate::config::Config;

/// What the API and the studio get of membership.
pub(crate) struct Membership {
    pub(crate) accounts: Arc<AccountService>,
    pub(crate) catalog: Arc<TitleCatalog>,
    pub(crate) playback: Arc<Playback>,
    pub(crate) viewing: Arc<Viewing>,
    /// What encrypted titles are encrypted by.
    pub(crate) keys: Arc<dyn ContentKeys>,
    origin: Arc<dyn Origin>,
    clock: SharedClock,
    territory: Option<Territory>,
}

impl Membership {
    pub(crate) async fn open(
        config: &Config,
        ground: &Ground,
        delivery: &Delivery,
    ) -> Result<Self> {
        let territory = territory(config)?;
        let (engine, clock) = (&ground.engine, Arc::clone(&ground.clock));
        let entropy = Arc::clone(&ground.entropy);
        let accounts =
            AccountService::open(engine, Arc::clone(&clock), entropy, accounts_config(config))
                .await?;
        let catalog = Arc::new(TitleCatalog::open(ground.datasets.clone()).await?);
        catalog.take_over(engine).await?;
        let viewing = ViewingParts {
            records: Arc::clone(&ground.records),
            engine: Arc::clone(engine),
            cache: Arc::clone(&ground.cache),
            clock: Arc::clone(&clock),
            entropy: Arc::clone(&ground.entropy),
        };
        let viewing = Arc::new(Viewing::open(viewing).await?);
        let origin: Arc<dyn Origin> = Arc::new(delivery.origin.clone());
        let steering: Arc<dyn Steering> = Arc::new(delivery.steering.clone());
        let signer: Arc<dyn TokenSigner> = Arc::new(delivery.steering.clone());
        let keys = KeyVault::open(engine, &*ground.entropy).await?;
        let keys: Arc<dyn ContentKeys> = Arc::new(keys);
        let parts = PlaybackParts {
            keys: Arc::clone(&keys),
            catalog: Arc::clone(&catalog) as Arc<dyn Catalog>,
            origin: Arc::clone(&origin),
            steering,
            signer,
            viewing: Arc::clone(&viewing),
            log: Arc::clone(&ground.log),
            clock: Arc::clone(&clock),
            entropy: Arc::clone(&ground.entropy),
            config: PlaybackConfig {
                default_territory: territory,
                ..PlaybackConfig::default()
            },
        };
        let playback = Arc::new(Playback::open(engine, parts).await?);
        let accounts = Arc::new(accounts);
        Ok(Self {
            accounts,
            catalog,
            playback,
            viewing,
            keys,
            origin,
            clock,
            territory,
        })
    }

    /// Who asks, for other planes' routes.
    pub(crate) fn shared_accounts(&self) -> SharedAccounts {
        Arc::clone(&self.accounts) as SharedAccounts
    }

    /// Every route viewers use.
    pub(crate) fn router(&self, config: &Config) -> OpenApiRouter {
        let accounts = self.shared_accounts();
        let viewing = ViewingApi {
            accounts: Arc::clone(&accounts),
            catalog: Arc::clone(&self.catalog) as Arc<dyn Catalog>,
            viewing: Arc::clone(&self.viewing),
        };
        let discovery = DiscoveryApi {
            accounts: Arc::clone(&accounts),
            catalog: Arc::clone(&self.catalog),
            viewing: Arc::clone(&self.viewing),
            origin: Arc::clone(&self.origin),
            clock: Arc::clone(&self.clock),
            default_territory: self.territory,
        };
        let playback = PlaybackApi {
            accounts,
            playback: Arc::clone(&self.playback),
            public_url: config.server.public_url.clone(),
        };
        membership_accounts::router(Arc::clone(&self.accounts))
            .merge(membership_viewing::router(viewing))
            .merge(membership_discovery::router(discovery))
            .merge(membership_playback::router(playback))
    }
}

fn accounts_config(config: &Config) -> AccountsConfig {
    let membership = &config.membership;
    AccountsConfig {
        default_plan: Plan {
            max_streams: membership.max_streams,
            max_height: membership.max_height,
            ..AccountsConfig::default().default_plan
        },
        secure_cookie: membership.secure_cookie,
    }
}

fn territory(config: &Config) -> Result<Option<Territory>> {
    let Some(code) = &config.membership.default_territory else {
        return Ok(None);
    };
    let territory = code.parse().map_err(|error| anyhow!("{error}"));
    territory
        .map(Some)
        .context("membership.default_territory is wrong")
}
