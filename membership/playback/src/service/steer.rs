//! A player asks where to go on: the standard document of HLS and DASH Content Steering.

use contracts_delivery::{ApplianceId, RankedAppliance, SessionId, SteeringRequest};
use media_manifest::steering::{PathwayClone, SteeringManifest, UriReplacement};
use url::{Position, Url};

use super::Playback;
use crate::PlaybackError;
use crate::manifest::nominal_bps;
use crate::session::Session;

/// What a player says with its question.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asking {
    /// The pathway it uses.
    pub(crate) pathway: Option<String>,
    /// What it measured of it, in bits a second.
    pub(crate) throughput_bps: Option<u64>,
}

impl Playback {
    /// The steering document of a session: the places that are up, as they rank now. Places that its
    /// presentation does not name are described as copies of one that it does.
    pub(crate) async fn steer(
        &self,
        id: SessionId,
        asking: Asking,
        reload_uri: String,
    ) -> Result<SteeringManifest, PlaybackError> {
        let session = self.live(id).await?;
        let release = self.release(&session).await?;
        let using = asking.pathway.map(ApplianceId);
        let given = || session.appliances.first().map(|it| it.appliance.clone());
        let request = SteeringRequest {
            client: Self::client(session.client),
            session: id,
            release: session.release,
            nominal_bps: nominal_bps(&release, session.max_height),
            // What was measured is of the pathway that was named.
            measured_bps: asking.throughput_bps.filter(|_| using.is_some()),
            using: using.or_else(given),
        };
        let ranked = self.parts.steering.rank(&request).await?.appliances;
        let ttl = ranked.first().map_or(0, |best| best.tier.ttl_seconds());
        Ok(document(&session, &ranked, ttl, reload_uri))
    }
}

fn document(
    session: &Session,
    ranked: &[RankedAppliance],
    ttl_s: u32,
    reload_uri: String,
) -> SteeringManifest {
    let (mut priority, mut clones) = (Vec::new(), Vec::new());
    for place in ranked {
        let name = &place.appliance;
        if session.appliances.iter().any(|it| it.appliance == *name) {
            priority.push(name.0.clone());
        } else if let Some(clone) = clone_of(session, place) {
            priority.push(name.0.clone());
            clones.push(clone);
        }
    }
    if priority.is_empty() {
        // Every place this play knows is down; its own order is as good a guess as any.
        let given = session.appliances.iter();
        priority = given.map(|it| it.appliance.0.clone()).collect();
    }
    SteeringManifest {
        pathway_clones: clones,
        ..SteeringManifest::new(ttl_s.into(), Some(reload_uri), priority)
    }
}

/// A place as a copy of one that differs by its host alone: no other difference can be told to every player.
fn clone_of(session: &Session, place: &RankedAppliance) -> Option<PathwayClone> {
    let apart = |url: &Url| (url.scheme().to_owned(), url.path().to_owned());
    let mut given = session.appliances.iter();
    let base = given.find(|it| apart(&it.base_url) == apart(&place.base_url))?;
    let host = &place.base_url[Position::BeforeHost..Position::AfterPort];
    Some(PathwayClone {
        base_id: base.appliance.0.clone(),
        id: place.appliance.0.clone(),
        uri_replacement: UriReplacement {
            host: Some(host.to_owned()),
        },
    })
}

#[cfg(test)]
mod tests {
    use contracts_delivery::Tier;

    use super::*;
    use crate::http::fixture::session;

    #[test]
    fn a_place_the_play_does_not_know_is_a_copy_of_one_it_does() {
        let session = session();
        let place = |name: &str, url: &str| RankedAppliance {
            appliance: ApplianceId(name.to_owned()),
            base_url: url.parse().unwrap(),
            tier: Tier::Isp,
            reason: String::new(),
        };
        let ranked = [
            place("new", "http://new.example:8443/"),
            session.appliances[0].clone(),
            place("elsewhere", "http://shared.example/under/"),
            place("secure", "https://secure.example/"),
        ];
        let document = document(&session, &ranked, 60, "/again".into());
        let known = &session.appliances[0].appliance.0;
        assert_eq!(document.pathway_priority, ["new", known.as_str()]);
        assert_eq!(document.pathway_clones.len(), 1);
        let clone = &document.pathway_clones[0];
        assert_eq!((&clone.base_id, clone.id.as_str()), (known, "new"));
        let host = clone.uri_replacement.host.as_deref();
        assert_eq!(host, Some("new.example:8443"));
    }
}
