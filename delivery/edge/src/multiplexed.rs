//! Where whoever speaks HTTP/2 and HTTP/3 meets an appliance, which does not know how.

use std::io;
use std::net::TcpStream;
use std::sync::Arc;

use async_trait::async_trait;
use platform_http::Shutdown;
use rustls::ServerConfig;
use tokio::sync::mpsc;

use crate::serve::StreamService;

/// Who speaks protocols of many requests on a connection, beside the event loops.
#[async_trait]
pub trait Multiplexed: Send {
    /// Serves until the entrance's `shutdown`, then lets answers under way go out for
    /// [`DRAIN`](crate::limits::DRAIN).
    ///
    /// # Errors
    /// Those of the system when serving cannot begin.
    async fn serve(self: Box<Self>, entrance: Entrance) -> io::Result<()>;
}

/// What it works with.
pub struct Entrance {
    /// Answers requests.
    pub service: Arc<StreamService>,
    /// Connections that offer HTTP/2, of which nothing was taken yet; their calls do not wait.
    pub arrivals: mpsc::Receiver<TcpStream>,
    /// How the appliance speaks TLS; who uses it enters the protocols it offers.
    pub tls: ServerConfig,
    /// When it ends.
    pub shutdown: Shutdown,
}
