//! Whether a play may begin: a pure rule over facts gathered before.

use contracts_membership::{Account, CatalogEntry};
use membership_catalog::{Asker, NotOffered, Territory, offered};
use platform_clock::Timestamp;
use serde::{Deserialize, Serialize};

use crate::DeviceKind;

/// All that is known when a play is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// Who asks.
    pub account: &'a Account,
    /// For what.
    pub title: &'a CatalogEntry,
    /// From where, if that is known.
    pub territory: Option<Territory>,
    /// When.
    pub now: Timestamp,
    /// The account's plays that hold a slot now.
    pub running: &'a [RunningStream],
}

/// A play that holds a slot, as shown to the account that has too many.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunningStream {
    /// What is played.
    pub title_name: String,
    /// On what.
    pub device: DeviceKind,
    /// Since when.
    pub started_at: Timestamp,
}

/// Why a play may not begin.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The title is not offered at this time.
    #[error("this title is not available at this time")]
    Window,
    /// The title is not offered here.
    #[error("this title is not available where you are")]
    Territory,
    /// The title is above the account's rating.
    #[error("this account may not watch titles with this rating")]
    Maturity,
    /// The plan does not include the title.
    #[error("this title is not part of your plan")]
    Plan,
    /// The plan's slots are taken.
    #[error("your plan's streams are all in use; stop one of them to go on")]
    TooManyStreams(Vec<RunningStream>),
}

impl From<NotOffered> for Refusal {
    fn from(reason: NotOffered) -> Self {
        match reason {
            NotOffered::Window => Self::Window,
            NotOffered::Territory => Self::Territory,
            NotOffered::Maturity => Self::Maturity,
            NotOffered::Plan => Self::Plan,
        }
    }
}

/// Decides. What lies in the title is said before what the viewer could change by stopping a stream.
pub fn authorize(facts: &Facts<'_>) -> Result<(), Refusal> {
    let asker = Asker {
        now: facts.now,
        territory: facts.territory,
        plan: &facts.account.plan.name,
        max_maturity: facts.account.max_maturity,
    };
    offered(facts.title, &asker)?;
    check_slots(facts.account, facts.running)
}

/// Whether the plan has a slot left.
pub(crate) fn check_slots(account: &Account, running: &[RunningStream]) -> Result<(), Refusal> {
    if running.len() < account.plan.max_streams as usize {
        return Ok(());
    }
    Err(Refusal::TooManyStreams(running.to_vec()))
}

#[cfg(test)]
mod tests {
    use contracts_membership::Maturity;

    use super::*;
    use crate::http::fixture::{account, entry};

    fn stream() -> RunningStream {
        RunningStream {
            title_name: "Sintel".into(),
            device: DeviceKind::Tv,
            started_at: Timestamp::default(),
        }
    }

    #[test]
    fn the_title_is_judged_before_the_slots() {
        let (account, mut title) = (account("ada"), entry());
        let full = [stream(), stream()];
        let decide = |title: &CatalogEntry, running: &[RunningStream]| {
            let now = Timestamp::from_millis(5);
            authorize(&Facts {
                account: &account,
                title,
                territory: None,
                now,
                running,
            })
        };
        assert_eq!(decide(&title, &full[..1]), Ok(()));
        assert_eq!(
            decide(&title, &full),
            Err(Refusal::TooManyStreams(full.to_vec()))
        );
        title.availability.plans = vec!["premium".into()];
        assert_eq!(decide(&title, &full), Err(Refusal::Plan));
        title.maturity = Maturity::Eighteen;
        assert_eq!(decide(&title, &full), Err(Refusal::Maturity));
        title.availability.territories = vec!["DE".into()];
        assert_eq!(decide(&title, &full), Err(Refusal::Territory));
        title.availability.window.until = Some(Timestamp::from_millis(5));
        assert_eq!(decide(&title, &full), Err(Refusal::Window));
    }
}
