//! Plays at work: begun, renewed, steered and ended.

mod keep;
mod start;
mod steer;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use contracts_delivery::{
    ClientFacts, ContentKeys, Origin, OriginError, Release, SessionId, Steering, TokenSigner,
};
use contracts_membership::{AccountId, Catalog, PLAYS_TOPIC, PlayEvent};
use data_engine::SharedEngine;
use data_events::{SharedLog, TopicSettings};
use membership_catalog::Territory;
use membership_viewing::Viewing;
use platform_clock::{SharedClock, Timestamp};
use platform_entropy::SharedEntropy;

pub use start::{Offer, StartRequest};
pub(crate) use steer::Asking;

use crate::PlaybackError;
use crate::events::tell;
use crate::limits::{PLAYS_KEPT, PLAYS_PARTITIONS, TOKEN_LIFE};
use crate::pathways::{SignedPlace, signed_places};
use crate::session::Session;
use crate::store::{Store, Stored};

/// What an operator chooses about plays.
#[derive(Debug, Clone)]
pub struct PlaybackConfig {
    /// How long a token lasts before it must be renewed.
    pub token_life: Duration,
    /// Where viewers are who do not say; unknown when absent.
    pub default_territory: Option<Territory>,
}

impl Default for PlaybackConfig {
    fn default() -> Self {
        Self {
            token_life: TOKEN_LIFE,
            default_territory: None,
        }
    }
}

/// What a play needs of others.
#[derive(Clone)]
pub struct PlaybackParts {
    /// Which titles there are.
    pub catalog: Arc<dyn Catalog>,
    /// Releases and their bytes.
    pub origin: Arc<dyn Origin>,
    /// Ranks appliances.
    pub steering: Arc<dyn Steering>,
    /// Signs the URLs that appliances accept.
    pub signer: Arc<dyn TokenSigner>,
    /// Keeps bookmarks.
    pub viewing: Arc<Viewing>,
    /// What encrypted titles are encrypted by.
    pub keys: Arc<dyn ContentKeys>,
    /// Told what happens, in the topic `plays`.
    pub log: SharedLog,
    /// Tells the time.
    pub clock: SharedClock,
    /// Draws session ids, which are capabilities: it must be fit for keys.
    pub entropy: SharedEntropy,
    /// What the operator chose.
    pub config: PlaybackConfig,
}

/// Every play of the service.
pub struct Playback {
    pub(crate) parts: PlaybackParts,
    store: Store,
}

impl Playback {
    /// Opens the tables. Sessions of an earlier process go on.
    pub async fn open(engine: &SharedEngine, parts: PlaybackParts) -> Result<Self, PlaybackError> {
        let plays = TopicSettings {
            retain_for: Some(PLAYS_KEPT),
            ..TopicSettings::partitions(PLAYS_PARTITIONS)
        };
        parts.log.create_if_absent(PLAYS_TOPIC, &plays).await?;
        Ok(Self {
            parts,
            store: Store::open(engine).await?,
        })
    }

    /// A session that is not over; its manifests may be fetched.
    pub(crate) async fn live(&self, id: SessionId) -> Result<Session, PlaybackError> {
        let stored = self.store.find(id).await?.ok_or(PlaybackError::Over)?;
        if stored.session.has_expired(self.now()) {
            return Err(PlaybackError::Over);
        }
        Ok(stored.session)
    }

    /// A session that `account` began.
    async fn own(&self, account: &AccountId, id: SessionId) -> Result<Stored, PlaybackError> {
        let stored = self.store.find(id).await?.ok_or(PlaybackError::Over)?;
        if stored.session.account == *account {
            Ok(stored)
        } else {
            Err(PlaybackError::Over)
        }
    }

    /// The release of a session; withdrawn ones end their plays.
    pub(crate) async fn release(&self, session: &Session) -> Result<Release, PlaybackError> {
        match self.parts.origin.release(session.release).await {
            Err(OriginError::NoSuchRelease(_)) => Err(PlaybackError::Over),
            release => Ok(release?),
        }
    }

    /// Where the files of a session are, its token in the URLs.
    pub(crate) fn places(&self, session: &Session) -> Vec<SignedPlace> {
        signed_places(session, &*self.parts.signer)
    }

    fn now(&self) -> Timestamp {
        self.parts.clock.now()
    }

    /// When a token given now runs out: on a whole second, as tokens have it.
    fn expiry(&self, now: Timestamp) -> Timestamp {
        let expires = now.plus(self.parts.config.token_life);
        Timestamp::from_millis(expires.seconds().saturating_mul(1_000))
    }

    fn client(address: IpAddr) -> ClientFacts {
        ClientFacts { address }
    }

    async fn ended(&self, session: &Session) {
        self.parts.steering.ended(session.id);
        let event = PlayEvent::Ended {
            session: session.id,
            position_ms: session.position_ms,
        };
        tell(&*self.parts.log, session.id, &event).await;
    }
}

#[cfg(test)]
mod tests;
