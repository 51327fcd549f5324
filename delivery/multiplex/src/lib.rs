//! HTTP/2 and HTTP/3 for an appliance: connections of many streams, spoken beside its event loops where that is
//! switched on.
//!
//! A connection that offers HTTP/2 comes from an event loop with nothing of it taken ([`delivery_edge::Entrance`]) and
//! is greeted by TLS; one of HTTP/3 comes by QUIC, on the UDP port of the listeners' number. From then on each of its
//! streams is a task: the request goes to the appliance's own [`delivery_edge::StreamService`], and the answer's body
//! comes back piece by piece, one whenever the other side has room for it. So little lies in memory for whoever does
//! not read.
//!
//! This crate must not know what a request means: tokens, ranges, pacing and fills are the appliance's.

use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;

use async_trait::async_trait;
use delivery_edge::{EdgeConfig, Entrance, ListenError, Multiplexed};

mod giving;
mod http2;
mod http3;
mod life;
pub mod limits;
mod narrow;

/// The protocols an appliance speaks beside HTTP/1.1.
#[derive(Debug)]
pub struct Protocols {
    /// Absent where HTTP/3 is off.
    udp: Option<UdpSocket>,
}

impl Protocols {
    /// Those that `config` switches on, for listeners at `address`; `None` where it switches on none.
    ///
    /// # Errors
    /// [`ListenError`] when the UDP port is taken.
    pub fn bind(config: &EdgeConfig, address: SocketAddr) -> Result<Option<Self>, ListenError> {
        let udp = config.http3.then(|| UdpSocket::bind(address)).transpose();
        let udp = udp.map_err(|source| ListenError { address, source })?;
        Ok((config.http2 || udp.is_some()).then_some(Self { udp }))
    }
}

#[async_trait]
impl Multiplexed for Protocols {
    async fn serve(self: Box<Self>, entrance: Entrance) -> io::Result<()> {
        let Entrance {
            service,
            arrivals,
            tls,
            shutdown,
        } = entrance;
        let listen = |socket| http3::listen(socket, tls.clone());
        let endpoint = self.udp.map(listen).transpose()?;
        let by_tcp = http2::serve(arrivals, tls, Arc::clone(&service), shutdown.clone());
        let by_udp = async {
            if let Some(endpoint) = endpoint {
                http3::serve(endpoint, service, shutdown).await;
            }
        };
        tokio::join!(by_tcp, by_udp);
        Ok(())
    }
}
