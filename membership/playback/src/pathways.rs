//! Signed places: where a play's files are fetched, best first.

use contracts_delivery::{Claims, TokenSigner};
use url::Url;

use crate::session::Session;

/// An appliance with the play's token in its URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SignedPlace {
    /// The appliance's name, which steering uses.
    pub(crate) id: String,
    /// What file names are joined to; ends with `/`.
    pub(crate) base_url: Url,
}

/// The places of a session, in its ranking's order.
pub(crate) fn signed_places(session: &Session, signer: &dyn TokenSigner) -> Vec<SignedPlace> {
    let claims = Claims {
        session: session.id,
        expires: session.expires_at,
        release: session.release,
    };
    let token = signer.sign(&claims);
    let place = |ranked: &contracts_delivery::RankedAppliance| {
        let mut base_url = ranked.base_url.clone();
        let path = format!("{}/p/{token}/", base_url.path().trim_end_matches('/'));
        base_url.set_path(&path);
        SignedPlace {
            id: ranked.appliance.0.clone(),
            base_url,
        }
    };
    session.appliances.iter().map(place).collect()
}
