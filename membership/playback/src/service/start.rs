//! A play begins, or is given fresh tokens.

use std::net::IpAddr;

use contracts_delivery::{Ranking, Release, SessionId, SteeringRequest};
use contracts_membership::{Account, PlayEvent, TitleId};
use membership_catalog::Territory;

use super::Playback;
use crate::authorize::check_slots;
use crate::events::tell;
use crate::limits::CHANGE_TRIES;
use crate::manifest::nominal_bps;
use crate::session::Session;
use crate::store::{Held, Stored};
use crate::{DeviceKind, Facts, PlaybackError, RunningStream, authorize};

/// A play asked for.
#[derive(Debug, Clone)]
pub struct StartRequest {
    /// What.
    pub title: TitleId,
    /// On what.
    pub device: DeviceKind,
    /// From where, when the client says; the service's own territory otherwise.
    pub territory: Option<Territory>,
    /// The client's address, for steering.
    pub client: IpAddr,
}

/// A session and what its client needs beside it.
#[derive(Debug)]
pub struct Offer {
    pub(crate) session: Session,
    pub(crate) release: Release,
    pub(crate) bookmark_ms: Option<u64>,
}

impl Offer {
    /// The session's identifier.
    pub const fn id(&self) -> SessionId {
        self.session.id
    }
}

impl Playback {
    /// Begins a play: gathers what is known, decides, ranks the places and takes a slot.
    pub async fn start(
        &self,
        account: &Account,
        request: &StartRequest,
    ) -> Result<Offer, PlaybackError> {
        let (held, title, bookmark) = futures::try_join!(
            self.store.held(&account.id),
            async { Ok(self.parts.catalog.get(&request.title).await?) },
            async {
                Ok(self
                    .parts
                    .viewing
                    .bookmark(&account.id, &request.title)
                    .await?)
            },
        )?;
        let title = title.ok_or_else(|| PlaybackError::NoSuchTitle(request.title.clone()))?;
        let now = self.now();
        authorize(&Facts {
            account,
            title: &title,
            territory: request.territory.or(self.parts.config.default_territory),
            now,
            running: &self.running(&held, None),
        })?;
        let release = self.parts.origin.release(title.release).await?;
        let (id, max_height) = (self.fresh_id(), account.plan.max_height);
        let steering = SteeringRequest {
            client: Self::client(request.client),
            session: id,
            release: title.release,
            nominal_bps: nominal_bps(&release, max_height),
            using: None,
            measured_bps: None,
        };
        let Ranking { appliances, region } = self.parts.steering.rank(&steering).await?;
        let session = Session {
            id,
            account: account.id.clone(),
            title: title.id,
            title_name: title.name,
            release: title.release,
            duration_ms: release.duration_ms,
            device: request.device,
            client: request.client,
            max_height,
            appliances,
            started_at: now,
            expires_at: self.expiry(now),
            seen_at: now,
            position_ms: 0,
            viewed_at: None,
            heard: false,
        };
        self.store.point(&session).await?;
        self.take_slot(account, held, &session).await?;
        self.began(&session, region).await;
        let bookmark_ms = bookmark.map(|bookmark| bookmark.position_ms);
        Ok(Offer {
            session,
            release,
            bookmark_ms,
        })
    }

    /// Gives a session fresh tokens and a fresh ranking, and its slot back if it lost it. Asks again
    /// whether the play may go on, since a window may have closed meanwhile.
    pub async fn renew(
        &self,
        account: &Account,
        id: SessionId,
        territory: Option<Territory>,
        client: IpAddr,
    ) -> Result<Offer, PlaybackError> {
        let Stored { session, .. } = self.own(&account.id, id).await?;
        let (held, title, bookmark) = futures::try_join!(
            self.store.held(&account.id),
            async { Ok(self.parts.catalog.get(&session.title).await?) },
            async {
                Ok(self
                    .parts
                    .viewing
                    .bookmark(&account.id, &session.title)
                    .await?)
            },
        )?;
        let now = self.now();
        authorize(&Facts {
            account,
            title: &title.ok_or(PlaybackError::Over)?,
            territory: territory.or(self.parts.config.default_territory),
            now,
            running: &self.running(&held, Some(id)),
        })?;
        let release = self.release(&session).await?;
        let (expires_at, max_height) = (self.expiry(now), account.plan.max_height);
        let steering = SteeringRequest {
            client: Self::client(client),
            session: id,
            release: session.release,
            nominal_bps: nominal_bps(&release, max_height),
            using: session.appliances.first().map(|it| it.appliance.clone()),
            measured_bps: None,
        };
        let appliances = self.parts.steering.rank(&steering).await?.appliances;
        let renewed = Session {
            client,
            max_height,
            appliances,
            expires_at,
            seen_at: now,
            ..session
        };
        self.take_slot(account, held, &renewed).await?;
        let bookmark_ms = bookmark.map(|bookmark| bookmark.position_ms);
        Ok(Offer {
            session: renewed,
            release,
            bookmark_ms,
        })
    }

    /// Keeps `session` once the plan has a slot for it, looking again whenever another request was
    /// quicker.
    pub(super) async fn take_slot(
        &self,
        account: &Account,
        mut held: Held,
        session: &Session,
    ) -> Result<(), PlaybackError> {
        for _ in 0..CHANGE_TRIES {
            check_slots(account, &self.running(&held, Some(session.id)))?;
            if self.store.take(&held, session).await? {
                return Ok(());
            }
            held = self.store.held(&account.id).await?;
        }
        Err(PlaybackError::Contended)
    }

    /// The streams that hold a slot now, `except` for one.
    fn running(&self, held: &Held, except: Option<SessionId>) -> Vec<RunningStream> {
        let now = self.now();
        let sessions = held.sessions.iter().map(|stored| &stored.session);
        sessions
            .filter(|session| Some(session.id) != except && session.holds_slot(now))
            .map(Session::running)
            .collect()
    }

    fn fresh_id(&self) -> SessionId {
        let mut bytes = [0; 16];
        self.parts.entropy.fill(&mut bytes);
        SessionId::from_bytes(bytes)
    }

    async fn began(&self, session: &Session, region: String) {
        let event = PlayEvent::Started {
            session: session.id,
            account: session.account.clone(),
            title: session.title.clone(),
            release: session.release,
            appliances: session
                .appliances
                .iter()
                .map(|it| it.appliance.clone())
                .collect(),
            region,
        };
        tell(&*self.parts.log, session.id, &event).await;
    }
}
