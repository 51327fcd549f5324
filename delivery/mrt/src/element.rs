//! The parser's words in ours.

use std::collections::HashSet;
use std::sync::Arc;

use bgpkit_parser::models::{BgpElem, Community as Parsed, MetaCommunity};
use delivery_routes::limits::MAX_COMMUNITIES;
use delivery_routes::{Community, Route};

/// Lists of communities seen so far: a dump repeats a few thousand of them a million times.
#[derive(Debug, Default)]
pub(crate) struct Communities {
    seen: HashSet<Arc<[Community]>>,
}

impl Communities {
    /// The route of an announcement.
    pub(crate) fn route(&mut self, element: &BgpElem) -> Route {
        let path = element.as_path.as_ref();
        let communities = element.communities.iter().flatten().filter_map(plain);
        let communities: Vec<Community> = communities.take(MAX_COMMUNITIES).collect();
        Route {
            path_len: path.map_or(0, |path| path.route_len().min(u16::MAX.into()) as u16),
            med: element.med.unwrap_or(0),
            communities: self.share(communities),
        }
    }

    fn share(&mut self, communities: Vec<Community>) -> Arc<[Community]> {
        if let Some(seen) = self.seen.get(communities.as_slice()) {
            return Arc::clone(seen);
        }
        let shared: Arc<[Community]> = communities.into();
        self.seen.insert(Arc::clone(&shared));
        shared
    }
}

/// Extended and large communities steer nothing here.
fn plain(community: &MetaCommunity) -> Option<Community> {
    let MetaCommunity::Plain(community) = community else {
        return None;
    };
    Some(match community {
        Parsed::NoExport => Community::new(0xFFFF, 0xFF01),
        Parsed::NoAdvertise => Community::new(0xFFFF, 0xFF02),
        Parsed::NoExportSubConfed => Community::new(0xFFFF, 0xFF03),
        Parsed::Custom(network, value) => Community::new(u32::from(*network) as u16, *value),
    })
}
