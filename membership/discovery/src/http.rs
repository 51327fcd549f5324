//! The routes of discovery.

mod artwork;
mod titles;

use std::sync::Arc;

use axum::extract::FromRef;
use contracts_delivery::Origin;
use contracts_membership::Account;
use membership_accounts::SharedAccounts;
use membership_catalog::{Asker, Territory, TitleCatalog};
use membership_viewing::{Viewing, ViewingError};
use platform_clock::SharedClock;
use platform_http::Problem;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::index::CachedIndex;
use crate::shelf::{Marks, Shelf};

/// What the handlers hold.
#[derive(Clone)]
pub struct DiscoveryApi {
    /// Who asks.
    pub accounts: SharedAccounts,
    /// Which titles there are.
    pub catalog: Arc<TitleCatalog>,
    /// Bookmarks and lists.
    pub viewing: Arc<Viewing>,
    /// Where artwork is read.
    pub origin: Arc<dyn Origin>,
    /// Decides windows.
    pub clock: SharedClock,
    /// Where viewers are who do not say; unknown when absent.
    pub default_territory: Option<Territory>,
}

#[derive(Clone)]
struct ApiState {
    parts: DiscoveryApi,
    index: Arc<CachedIndex>,
}

impl FromRef<ApiState> for SharedAccounts {
    fn from_ref(state: &ApiState) -> Self {
        Arc::clone(&state.parts.accounts)
    }
}

/// Home, title pages, search and artwork.
pub fn router(parts: DiscoveryApi) -> OpenApiRouter {
    let state = ApiState {
        parts,
        index: Arc::default(),
    };
    OpenApiRouter::new()
        .routes(routes!(titles::home))
        .routes(routes!(titles::title))
        .routes(routes!(titles::search))
        .routes(routes!(artwork::artwork))
        .with_state(state)
}

impl ApiState {
    /// What `account` may see from `location`, or from where viewers are who do not say.
    async fn shelf(&self, account: &Account, location: Option<&str>) -> Result<Shelf, Problem> {
        let territory = match location {
            Some(text) => Some(
                text.parse()
                    .map_err(|error| Problem::bad_request(format!("user-location: {error}")))?,
            ),
            None => self.parts.default_territory,
        };
        let asker = Asker {
            now: self.parts.clock.now(),
            territory,
            plan: &account.plan.name,
            max_maturity: account.max_maturity,
        };
        let viewing = &self.parts.viewing;
        let marks = futures::try_join!(viewing.bookmarks(&account.id), viewing.list(&account.id));
        let (bookmarks, list) = marks.map_err(|error: ViewingError| Problem::from(error))?;
        Ok(Shelf::new(
            &self.parts.catalog.snapshot(),
            &asker,
            Marks { bookmarks, list },
        ))
    }
}

#[cfg(test)]
pub(crate) mod fixture;
#[cfg(test)]
mod tests;
