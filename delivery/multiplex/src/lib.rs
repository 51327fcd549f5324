//! HTTP/2 for an appliance: connections of many streams, spoken beside its event loops where that is switched on.
//!
//! A connection that offers HTTP/2 comes from an event loop with nothing of it taken ([`delivery_edge::Entrance`]),
//! is greeted by TLS, and from then on each of its streams is a task: the request goes to the appliance's own
//! [`delivery_edge::StreamService`], and the answer's body comes back piece by piece, one whenever the other side has
//! room for it. So nothing lies in memory for whoever does not read.
//!
//! This crate must not know what a request means: tokens, ranges, pacing and fills are the appliance's.

use std::io;

use async_trait::async_trait;
use delivery_edge::{EdgeConfig, Entrance, Multiplexed};

mod giving;
mod http2;
pub mod limits;
mod resets;

/// The protocols an appliance speaks beside HTTP/1.1.
#[derive(Debug)]
pub struct Protocols {
    _private: (),
}

impl Protocols {
    /// Those that `config` switches on; `None` where it switches on none.
    pub fn of(config: &EdgeConfig) -> Option<Self> {
        config.http2.then_some(Self { _private: () })
    }
}

#[async_trait]
impl Multiplexed for Protocols {
    async fn serve(self: Box<Self>, entrance: Entrance) -> io::Result<()> {
        http2::serve(entrance).await;
        Ok(())
    }
}
