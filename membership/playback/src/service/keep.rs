//! A play goes on, and ends.

use contracts_delivery::SessionId;
use contracts_membership::{Account, AccountId, PlayEvent};

use super::Playback;
use crate::PlaybackError;
use crate::events::tell;
use crate::limits::{BOOKMARK_FROM_MS, CHANGE_TRIES, VIEW_TOLD_FOR};
use crate::session::Session;

impl Playback {
    /// A client tells where it is: its slot is kept, or taken again when the plan has one left, and the
    /// bookmark follows.
    pub async fn heartbeat(
        &self,
        account: &Account,
        id: SessionId,
        position_ms: u64,
    ) -> Result<(), PlaybackError> {
        let session = self.hear(account, id, Some(position_ms)).await?;
        self.parts.steering.heard(id);
        let position_ms = session.position_ms;
        if position_ms >= BOOKMARK_FROM_MS {
            let duration_ms = session.duration_ms;
            let viewing = &self.parts.viewing;
            viewing
                .set_bookmark(&account.id, &session.title, position_ms, duration_ms)
                .await?;
        }
        self.count_view(&session).await;
        let event = PlayEvent::Progressed {
            session: id,
            position_ms,
        };
        tell(&*self.parts.log, id, &event).await;
        Ok(())
    }

    /// Counts a play that has become a view. Every heartbeat of the next minute tells of it again, so that
    /// one that fails is made up for; the counter takes it once.
    async fn count_view(&self, session: &Session) {
        let Some(viewed_at) = session.viewed_at else {
            return;
        };
        if self.now().since(viewed_at) > VIEW_TOLD_FOR {
            return;
        }
        let views = self.parts.viewing.views();
        let play = session.id.to_string();
        if let Err(error) = views.count(&session.title, viewed_at, &play).await {
            tracing::warn!(session = play, %error, "a view is not counted yet");
        }
    }

    /// Keeps the slot of a session whose client takes bytes and says nothing.
    pub(crate) async fn touch(
        &self,
        account: &Account,
        id: SessionId,
    ) -> Result<(), PlaybackError> {
        self.hear(account, id, None).await.map(drop)
    }

    async fn hear(
        &self,
        account: &Account,
        id: SessionId,
        position_ms: Option<u64>,
    ) -> Result<Session, PlaybackError> {
        for _ in 0..CHANGE_TRIES {
            let stored = self.own(&account.id, id).await?;
            let now = self.now();
            let mut next = stored.session.clone();
            next.seen_at = now;
            if let Some(position_ms) = position_ms {
                next.progress(position_ms, now);
            }
            if !stored.session.holds_slot(now) {
                let held = self.store.held(&account.id).await?;
                self.take_slot(account, held, &next).await?;
                return Ok(next);
            }
            if self.store.replace(&stored, Some(&next)).await? {
                return Ok(next);
            }
        }
        Err(PlaybackError::Contended)
    }

    /// Ends a session and frees its slot; ending one that is over is fine.
    pub async fn end(&self, account: &AccountId, id: SessionId) -> Result<(), PlaybackError> {
        for _ in 0..CHANGE_TRIES {
            let stored = match self.own(account, id).await {
                Err(PlaybackError::Over) => return Ok(()),
                stored => stored?,
            };
            if self.store.replace(&stored, None).await? {
                self.ended(&stored.session).await;
                return Ok(());
            }
        }
        Err(PlaybackError::Contended)
    }

    /// Ends the sessions nobody will come back to; returns how many. For a task that runs now and then.
    pub async fn sweep(&self) -> Result<u64, PlaybackError> {
        let mut ended = 0;
        let mut accounts = self.store.accounts(None).await?;
        while let Some(last) = accounts.last().cloned() {
            for account in &accounts {
                let account = AccountId(String::from_utf8_lossy(account).into_owned());
                ended += self.sweep_account(&account).await?;
            }
            accounts = self.store.accounts(Some(&last)).await?;
        }
        Ok(ended)
    }

    async fn sweep_account(&self, account: &AccountId) -> Result<u64, PlaybackError> {
        let now = self.now();
        let mut ended = 0;
        for stored in self.store.held(account).await?.sessions {
            if stored.session.is_abandoned(now) && self.store.replace(&stored, None).await? {
                self.ended(&stored.session).await;
                ended += 1;
            }
        }
        Ok(ended)
    }
}
