//! A listener that serves a router and drains when told to stop.

use std::io;
use std::net::SocketAddr;

use axum::Router;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tower::{Service as _, ServiceExt as _};

use crate::limits::{DRAIN, HEADER_READ_TIMEOUT};

/// Told once, heard everywhere: the service is stopping.
pub type Shutdown = CancellationToken;

/// Why a server could not start.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}; choose another address or stop what holds it")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
}

/// A bound listener, not yet serving.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    http1_only: bool,
}

impl Server {
    /// Binds `address`; port 0 takes a free one.
    pub async fn bind(address: SocketAddr) -> Result<Self, ServerError> {
        let bind = async {
            let listener = TcpListener::bind(address).await?;
            let address = listener.local_addr()?;
            Ok((listener, address))
        };
        let (listener, address) = bind
            .await
            .map_err(|source| ServerError::Bind { address, source })?;
        Ok(Self {
            listener,
            address,
            http1_only: false,
        })
    }

    /// Speaks HTTP/1.1 alone, as appliances do: range requests over warm connections lose nothing.
    #[must_use]
    pub const fn http1_only(mut self) -> Self {
        self.http1_only = true;
        self
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `shutdown`, then lets open requests finish for a few seconds.
    /// Handlers find the peer as [`axum::extract::ConnectInfo`]`<SocketAddr>`.
    pub async fn serve(self, router: Router, shutdown: Shutdown) {
        let mut connections = auto::Builder::new(TokioExecutor::new());
        if self.http1_only {
            connections = connections.http1_only();
        }
        connections
            .http1()
            .timer(TokioTimer::new())
            .header_read_timeout(HEADER_READ_TIMEOUT);
        let mut make_service = router.into_make_service_with_connect_info::<SocketAddr>();
        let graceful = GracefulShutdown::new();
        while let Some((stream, peer)) = self.accept(&shutdown).await {
            let service = match make_service.call(peer).await {
                Ok(service) => service,
                Err(never) => match never {},
            };
            let service = hyper::service::service_fn(move |request: Request<Incoming>| {
                service.clone().oneshot(request.map(axum::body::Body::new))
            });
            let connection = connections
                .serve_connection(TokioIo::new(stream), service)
                .into_owned();
            let connection = graceful.watch(connection);
            tokio::spawn(async move {
                if let Err(error) = connection.await {
                    tracing::debug!(%peer, %error, "connection ended early");
                }
            });
        }
        drop(self.listener);
        let _ = tokio::time::timeout(DRAIN, graceful.shutdown()).await;
    }

    /// The next connection; `None` once the service is stopping.
    async fn accept(&self, shutdown: &Shutdown) -> Option<(TcpStream, SocketAddr)> {
        loop {
            tokio::select! {
                () = shutdown.cancelled() => return None,
                accepted = self.listener.accept() => match accepted {
                    Ok((stream, peer)) => {
                        // A small response must not wait for the next one; a peer already gone shows later.
                        let _ = stream.set_nodelay(true);
                        return Some((stream, peer));
                    }
                    Err(error) => pause_after(&error).await,
                },
            }
        }
    }
}

/// Running out of file descriptors must not spin the accept loop.
async fn pause_after(error: &io::Error) {
    tracing::warn!(%error, "cannot accept a connection");
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
}
