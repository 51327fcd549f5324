//! The data path: event loops of their own, one a core, beside the asynchronous side.
//!
//! Each loop has its own listener on the shared address and its own connections, and never waits for anything
//! but events. What is stored and in the page cache goes from there to the socket. What the disk must be waited
//! for is brought by the threads of [`disk`]; what must be asked for (keys, releases, blocks) is asked for by
//! tasks of the asynchronous side. Both tell the loop's [`inbox`]. A connection that offers HTTP/2, where that is
//! switched on, is passed on to whoever speaks it, and its requests come back by [`stream`].

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::{io, net};

use axum::Router;
use contracts_delivery::AccessEvent;
use platform_http::Shutdown;
use rustls::ServerConfig;
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::access;
use crate::appliance::Appliance;
use crate::limits::{ACCESS_QUEUE, ARRIVALS, DRAIN};
use crate::multiplexed::{Entrance, Multiplexed};
use crate::scrub::scrub_loop;

use self::disk::Disk;
use self::inbox::Inbox;
pub(crate) use self::records::provider;
use self::shared::{Clients, Shared, total};
use self::worker::Worker;

mod answer;
mod answers;
mod asking;
mod connection;
mod conversation;
mod desk;
mod disk;
mod film;
mod hello;
mod inbox;
mod kernel;
mod notes;
mod pacing;
mod recent;
mod records;
mod sending;
mod session;
mod shared;
mod stream;
mod stream_answer;
mod timers;
mod transport;
mod worker;

pub use self::pacing::Pace;
pub use self::stream::{BrokenOff, Seat, StreamService};
pub use self::stream_answer::StreamAnswer;

/// An appliance's listeners, bound and not yet served.
pub struct Listeners {
    sockets: Vec<net::TcpListener>,
    address: SocketAddr,
    multiplexed: Option<Box<dyn Multiplexed>>,
}

/// Why an address cannot be listened on.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {address}: {source}; choose another address or stop what holds it")]
pub struct ListenError {
    /// The address.
    pub address: SocketAddr,
    /// What the system said.
    pub source: io::Error,
}

impl Listeners {
    /// Binds `address` once for each of `threads` event loops, or of as many as there are cores when that is 0;
    /// port 0 takes a free one.
    ///
    /// # Errors
    /// [`ListenError`].
    pub fn bind(address: SocketAddr, threads: u32) -> Result<Self, ListenError> {
        let bind = || {
            // Somebody else's listener on the address would share its connections unnoticed.
            let alone = net::TcpListener::bind(address)?;
            let address = alone.local_addr()?;
            drop(alone);
            let cores = std::thread::available_parallelism().map_or(1, usize::from);
            let threads = if threads == 0 {
                cores
            } else {
                threads as usize
            };
            let sockets = (0..threads)
                .map(|_| kernel::listen(address))
                .collect::<io::Result<_>>()?;
            Ok(Self {
                sockets,
                address,
                multiplexed: None,
            })
        };
        bind().map_err(|source| ListenError { address, source })
    }

    /// With somebody who speaks the protocols that [`EdgeConfig`](crate::EdgeConfig) switches on beside HTTP/1.1.
    #[must_use]
    pub fn with(self, multiplexed: Box<dyn Multiplexed>) -> Self {
        Self {
            multiplexed: Some(multiplexed),
            ..self
        }
    }

    /// Where they listen.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Appliance {
    /// Serves players, and whoever else asks, by the routes of `beside`, until `shutdown`; then lets answers
    /// that are under way go out for a few seconds.
    ///
    /// # Errors
    /// Those of the system when the event loops cannot be set up.
    pub async fn serve(
        self,
        listeners: Listeners,
        beside: Router,
        shutdown: Shutdown,
    ) -> io::Result<()> {
        let room = kernel::make_room().min(self.inner.max_connections as usize);
        if self.inner.tls.is_some() {
            self.look_for_kernel_tls();
        }
        let (told, events) = mpsc::channel(ACCESS_QUEUE);
        let (arrivals, arrived) = mpsc::channel(ARRIVALS);
        let shared = Arc::new(self.share(beside, told, arrivals, room)?);
        let Listeners {
            sockets,
            multiplexed,
            ..
        } = listeners;
        let multiplexing = self.multiplex(multiplexed, arrived, &shared, &shutdown)?;
        let disk = shared.disk.clone();
        let (library, stop) = (Arc::clone(&self.inner.library), shutdown.clone());
        let (serving, until) = (Arc::clone(&self.inner), shutdown.clone());
        let renewing = tokio::spawn(async move {
            if let Some(tls) = &serving.tls {
                tls.follow(&until).await;
            }
        });
        let scrubbing = tokio::spawn(scrub_loop(library, stop));
        let carrying = tokio::spawn(access::carry(Arc::clone(&self.inner), events));
        let mut inboxes = Vec::new();
        let mut loops = Vec::new();
        for socket in sockets {
            let (worker, inbox) = Worker::new(socket, Arc::clone(&shared))?;
            inboxes.push(inbox);
            let thread = std::thread::Builder::new().name("edge".to_owned());
            loops.push(thread.spawn(move || worker.run())?);
        }
        shutdown.cancelled().await;
        shared.is_draining.store(true, Ordering::Release);
        drop(shared);
        inboxes.iter().map(AsRef::as_ref).for_each(Inbox::wake);
        let ended = tokio::task::spawn_blocking(|| {
            loops
                .into_iter()
                .map(std::thread::JoinHandle::join)
                .collect()
        });
        let ended: Vec<_> = ended.await.map_err(io::Error::other)?;
        let multiplexed = multiplexing.await.map_err(io::Error::other)?;
        if let Some(disk) = disk {
            disk.stop();
        }
        let _ = tokio::join!(carrying, scrubbing, renewing);
        self.settle().await;
        ended
            .into_iter()
            .chain([Ok(multiplexed)])
            .try_for_each(|one| {
                one.unwrap_or_else(|_| Err(io::Error::other("an event loop panicked")))
            })
    }

    /// What event loops and streams share.
    fn share(
        &self,
        beside: Router,
        access: mpsc::Sender<Vec<AccessEvent>>,
        arrivals: mpsc::Sender<net::TcpStream>,
        max_connections: usize,
    ) -> io::Result<Shared> {
        let inner = Arc::clone(&self.inner);
        let stores = inner.library.stores();
        Ok(Shared {
            clock: Arc::clone(&inner.clock),
            runtime: Handle::current(),
            disk: stores.then(Disk::start).transpose()?,
            beside,
            total: total(inner.capacity_mbps),
            clients: Clients::new(inner.client_mbps),
            access,
            connections: AtomicUsize::new(0),
            max_connections,
            is_draining: AtomicBool::new(false),
            arrivals: inner.http2.then_some(arrivals),
            inner,
        })
    }

    /// Lets protocols beside the event loops be spoken, where they are switched on.
    fn multiplex(
        &self,
        multiplexed: Option<Box<dyn Multiplexed>>,
        arrivals: mpsc::Receiver<net::TcpStream>,
        shared: &Arc<Shared>,
        shutdown: &Shutdown,
    ) -> io::Result<JoinHandle<io::Result<()>>> {
        let inner = &self.inner;
        let Some(tls) = inner.tls.as_ref().filter(|_| inner.http2 || inner.http3) else {
            return Ok(tokio::spawn(async { Ok(()) }));
        };
        let multiplexed = multiplexed.ok_or_else(|| {
            let what =
                "HTTP/2 or HTTP/3 is switched on, and the listeners have nobody who speaks it";
            io::Error::new(io::ErrorKind::InvalidInput, what)
        })?;
        let entrance = Entrance {
            service: StreamService::new(Arc::clone(shared)),
            arrivals,
            tls: ServerConfig::clone(&tls.config),
            shutdown: shutdown.clone(),
        };
        let service = Arc::clone(&entrance.service);
        Ok(tokio::spawn(async move {
            let served = tokio::select! {
                served = multiplexed.serve(entrance) => served,
                () = service.hand_on_notes() => Ok(()),
            };
            service.hand_on();
            served
        }))
    }

    /// Lets fills that are under way come to their end.
    async fn settle(&self) {
        let settled = self.inner.library.filler.settle();
        if tokio::time::timeout(DRAIN, settled).await.is_err() {
            tracing::warn!(
                "blocks under way are given up, and filled again when they are asked for"
            );
        }
    }

    /// Says whether the system could seal what is sent; it is sealed here either way.
    fn look_for_kernel_tls(&self) {
        let found = kernel::try_kernel_tls();
        self.inner.metrics.kernel_tls.set(found.is_ok().into());
        match found {
            Ok(()) => tracing::info!("the system offers kernel TLS, which is not used yet"),
            Err(error) => tracing::info!(%error, "the system offers no kernel TLS"),
        }
    }
}
