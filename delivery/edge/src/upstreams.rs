//! Where an appliance fills from: its neighbours, in the order the control plane named them, and then the origin.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use contracts_delivery::{ApplianceId, Neighbour, Upstream, UpstreamError};
use data_objects::ContentHash;
use parking_lot::{Mutex, RwLock};
use url::Url;

use crate::http_fill::FillClient;
use crate::limits::{ASIDE, LACKS_FOR, MAX_LACKING, MAX_NEIGHBOURS};

/// The sources of one appliance.
pub struct Upstreams {
    origin: Arc<dyn Upstream>,
    client: Option<FillClient>,
    near: RwLock<Vec<Arc<Near>>>,
}

/// A neighbour, and what was found out about it.
pub(crate) struct Near {
    appliance: ApplianceId,
    base_url: Url,
    upstream: Arc<dyn Upstream>,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    /// It failed or lied, and is not asked until then. Monotonic.
    aside_until: Duration,
    /// Files it did not have, each until when that is believed.
    lacks: HashMap<ContentHash, Duration>,
}

impl Upstreams {
    /// The origin alone.
    pub fn origin(origin: Arc<dyn Upstream>) -> Self {
        Self {
            origin,
            client: None,
            near: RwLock::default(),
        }
    }

    /// Neighbours are asked through `client`, and the origin for what none of them has.
    pub fn with_neighbours(origin: Arc<dyn Upstream>, client: FillClient) -> Self {
        Self {
            client: Some(client),
            ..Self::origin(origin)
        }
    }

    pub(crate) fn last(&self) -> &dyn Upstream {
        &*self.origin
    }

    /// These are the neighbours from now on. What was found out about those that stay is kept.
    pub(crate) fn replace(&self, neighbours: Vec<Neighbour>) {
        let Some(client) = &self.client else { return };
        let mut near = self.near.write();
        let same = |known: &Near, new: &Neighbour| {
            known.appliance == new.appliance && known.base_url == new.base_url
        };
        let is_as_before = near.len() == neighbours.len()
            && near
                .iter()
                .zip(&neighbours)
                .all(|(known, new)| same(known, new));
        if is_as_before {
            return;
        }
        let named = neighbours.into_iter().take(MAX_NEIGHBOURS).map(|new| {
            let known = near.iter().find(|known| same(known, &new));
            known.cloned().unwrap_or_else(|| {
                Arc::new(Near {
                    upstream: Arc::new(client.at(new.base_url.clone())),
                    appliance: new.appliance,
                    base_url: new.base_url,
                    known: Mutex::default(),
                })
            })
        });
        let named = named.collect();
        *near = named;
    }

    /// Those that may have a file, as far as is known `now`.
    pub(crate) fn near(&self, file: ContentHash, now: Duration) -> Vec<Arc<Near>> {
        let near = self.near.read();
        let asked = near.iter().filter(|near| near.is_asked(file, now));
        asked.cloned().collect()
    }
}

impl Near {
    pub(crate) fn upstream(&self) -> &dyn Upstream {
        &*self.upstream
    }

    fn is_asked(&self, file: ContentHash, now: Duration) -> bool {
        let known = self.known.lock();
        let lacks = known.lacks.get(&file).is_some_and(|until| now < *until);
        now >= known.aside_until && !lacks
    }

    /// It did not give what it was asked for. Lacking a file is no fault; whatever else puts it aside for a while.
    pub(crate) fn failed(&self, file: ContentHash, error: UpstreamError, now: Duration) {
        let mut known = self.known.lock();
        if error == UpstreamError::NotFound {
            if known.lacks.len() >= MAX_LACKING {
                known.lacks.retain(|_, until| now < *until);
            }
            if known.lacks.len() < MAX_LACKING {
                known.lacks.insert(file, now + LACKS_FOR);
            }
            return;
        }
        known.aside_until = now + ASIDE;
        tracing::warn!(neighbour = %self.appliance, %file, %error, "a neighbour is not asked for a while");
    }
}

#[cfg(test)]
mod tests {
    use contracts_delivery::{ByteRange, ClusterSecret, FileFacts};
    use platform_http::Trust;

    use super::*;

    /// Has nothing.
    struct Empty;

    #[async_trait::async_trait]
    impl Upstream for Empty {
        async fn facts(&self, _: ContentHash) -> Result<FileFacts, UpstreamError> {
            Err(UpstreamError::NotFound)
        }
        async fn read(&self, _: ContentHash, _: ByteRange) -> Result<bytes::Bytes, UpstreamError> {
            Err(UpstreamError::NotFound)
        }
    }

    fn neighbour(name: &str) -> Neighbour {
        Neighbour {
            appliance: ApplianceId(name.to_owned()),
            base_url: format!("http://{name}.example/").parse().unwrap(),
        }
    }

    fn upstreams() -> Upstreams {
        let secret = ClusterSecret::new("a-secret-of-the-cluster").unwrap();
        let client = FillClient::new(secret, &Trust::default()).unwrap();
        Upstreams::with_neighbours(Arc::new(Empty), client)
    }

    fn names(upstreams: &Upstreams, file: ContentHash, seconds: u64) -> Vec<String> {
        let near = upstreams.near(file, Duration::from_secs(seconds));
        near.iter().map(|near| near.appliance.0.clone()).collect()
    }

    #[test]
    fn one_that_lacks_a_file_is_asked_for_others_and_one_that_lies_for_none() {
        let (upstreams, film, other) = (
            upstreams(),
            ContentHash::of(b"film"),
            ContentHash::of(b"other"),
        );
        upstreams.replace(vec![neighbour("peer"), neighbour("above")]);
        assert_eq!(names(&upstreams, film, 1), ["peer", "above"]);
        let near = upstreams.near(film, Duration::from_secs(1));
        near[0].failed(film, UpstreamError::NotFound, Duration::from_secs(1));
        assert_eq!(names(&upstreams, film, 2), ["above"]);
        assert_eq!(names(&upstreams, other, 2), ["peer", "above"]);
        near[1].failed(film, UpstreamError::Wrong, Duration::from_secs(2));
        assert_eq!(names(&upstreams, other, 3), ["peer"]);
        // The order changed; what is known of them did not.
        upstreams.replace(vec![neighbour("above"), neighbour("peer")]);
        assert_eq!(names(&upstreams, other, 3), ["peer"]);
        let later = 3 + ASIDE.as_secs().max(LACKS_FOR.as_secs());
        assert_eq!(names(&upstreams, film, later), ["above", "peer"]);
    }

    #[test]
    fn without_a_client_nobody_but_the_origin_is_asked() {
        let upstreams = Upstreams::origin(Arc::new(Empty));
        upstreams.replace(vec![neighbour("peer")]);
        assert!(names(&upstreams, ContentHash::of(b"film"), 1).is_empty());
    }
}
