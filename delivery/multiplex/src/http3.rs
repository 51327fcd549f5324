//! HTTP/3 (RFC 9114): connections over QUIC, and the streams of each.

use std::io;
use std::net::UdpSocket;
use std::sync::Arc;

use bytes::Bytes;
use delivery_edge::StreamService;
use delivery_edge::limits::{
    DRAIN, HANDSHAKE_TIMEOUT, HEAD_TIMEOUT, IDLE_TIMEOUT, MAX_HEAD_BYTES, STREAM_PIECE,
};
use h3::error::Code;
use h3::server::{Connection, RequestResolver, RequestStream};
use http::Response;
use platform_http::Shutdown;
use quinn::crypto::rustls::QuicServerConfig;
use quinn::{Endpoint, EndpointConfig, Incoming, TokioRuntime, TransportConfig, VarInt};
use rustls::ServerConfig;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::giving::{Gone, Outgoing, give};
use crate::life::{Due, Life};
use crate::limits::{
    BODY_WINDOW, LOOK_EVERY, MAX_GREETINGS, MAX_OPEN_CONTROL_STREAMS, MAX_STREAMS,
    QUIC_SEND_WINDOW, QUIC_WINDOW, UNPROVEN_GREETINGS,
};
use crate::narrow::{Narrow, NarrowStream};

type Quic = Narrow<h3_quinn::Connection>;
type Both = NarrowStream<h3_quinn::BidiStream<Bytes>>;

/// Listens on a socket; connections show the certificate of `tls`.
pub(crate) fn listen(socket: UdpSocket, mut tls: ServerConfig) -> io::Result<Endpoint> {
    tls.alpn_protocols = vec![b"h3".to_vec()];
    let crypto = QuicServerConfig::try_from(tls).map_err(io::Error::other)?;
    let mut config = quinn::ServerConfig::with_crypto(Arc::new(crypto));
    config.transport_config(Arc::new(settings()?));
    config.max_incoming(MAX_GREETINGS);
    let (own, runtime) = (EndpointConfig::default(), Arc::new(TokioRuntime));
    Endpoint::new(own, Some(config), socket, runtime)
}

fn settings() -> io::Result<TransportConfig> {
    let mut settings = TransportConfig::default();
    let idle = IDLE_TIMEOUT.try_into().map_err(io::Error::other)?;
    settings
        .max_concurrent_bidi_streams(MAX_STREAMS.into())
        .max_concurrent_uni_streams(MAX_OPEN_CONTROL_STREAMS.into())
        .max_idle_timeout(Some(idle))
        .stream_receive_window(BODY_WINDOW.into())
        .receive_window(QUIC_WINDOW.into())
        .send_window(QUIC_SEND_WINDOW)
        .datagram_receive_buffer_size(None);
    Ok(settings)
}

/// Serves connections as they come, until it is told to stop and their answers have gone out.
pub(crate) async fn serve(endpoint: Endpoint, service: Arc<StreamService>, shutdown: Shutdown) {
    let (mut greetings, mut connections) = (JoinSet::new(), JoinSet::new());
    loop {
        tokio::select! {
            () = shutdown.cancelled() => break,
            Some(incoming) = endpoint.accept() => {
                if let Some(incoming) = admit(incoming, greetings.len()) {
                    greetings.spawn(greet(incoming));
                }
            }
            Some(greeted) = greetings.join_next() => {
                if let Ok(Some(connection)) = greeted {
                    connections.spawn(hold(connection, Arc::clone(&service), shutdown.clone()));
                }
            }
            Some(_) = connections.join_next() => {}
        }
    }
    endpoint.set_server_config(None);
    greetings.shutdown().await;
    let ends = async { while connections.join_next().await.is_some() {} };
    if timeout(DRAIN, ends).await.is_err() {
        connections.shutdown().await;
    }
    endpoint.close(code(Code::H3_NO_ERROR), b"");
    // Nobody has to hear that it has ended.
    let _ = timeout(LOOK_EVERY, endpoint.wait_idle()).await;
}

/// Lets a connection begin. When many do at once, only one whose address has been proven, so that nobody can have
/// handshakes made in others' names.
fn admit(incoming: Incoming, greetings: usize) -> Option<Incoming> {
    if greetings >= MAX_GREETINGS {
        incoming.refuse();
        return None;
    }
    if greetings >= UNPROVEN_GREETINGS && !incoming.remote_address_validated() {
        // What cannot be asked to prove it is refused by being dropped.
        let _ = incoming.retry();
        return None;
    }
    Some(incoming)
}

async fn greet(incoming: Incoming) -> Option<quinn::Connection> {
    let connecting = incoming.accept().ok()?;
    timeout(HANDSHAKE_TIMEOUT, connecting).await.ok()?.ok()
}

/// One connection, from the end of its handshake on.
async fn hold(connection: quinn::Connection, service: Arc<StreamService>, shutdown: Shutdown) {
    let Some(_seat) = service.enter("h3") else {
        connection.close(code(Code::H3_EXCESSIVE_LOAD), b"");
        return;
    };
    let mut settings = h3::server::builder();
    settings.max_field_section_size(MAX_HEAD_BYTES as u64);
    let quic = Narrow::new(h3_quinn::Connection::new(connection));
    if let Ok(Ok(connection)) = timeout(HANDSHAKE_TIMEOUT, settings.build(quic)).await {
        let streams = Streams {
            life: Life::new(service.now()),
            connection,
            service,
            answers: JoinSet::new(),
        };
        streams.run(shutdown).await;
    }
}

/// A connection's streams, each a task.
struct Streams {
    connection: Connection<Quic, Bytes>,
    service: Arc<StreamService>,
    answers: JoinSet<Result<(), Gone>>,
    life: Life,
}

impl Streams {
    async fn run(mut self, shutdown: Shutdown) {
        let mut looks = tokio::time::interval(LOOK_EVERY);
        loop {
            tokio::select! {
                asked = self.connection.accept() => match asked {
                    Ok(Some(asked)) => {
                        self.answers.spawn(answer(asked, Arc::clone(&self.service)));
                    }
                    Ok(None) => return,
                    Err(error) => {
                        tracing::debug!(%error, "a connection of HTTP/3 has ended");
                        return;
                    }
                },
                Some(given) = self.answers.join_next() => {
                    let is_gone = !matches!(given, Ok(Ok(())));
                    if !self.life.has_given(is_gone, self.service.now()) {
                        tracing::debug!("a connection of HTTP/3 resets more streams than it may");
                        return;
                    }
                }
                () = shutdown.cancelled(), if !self.life.is_ending() => self.end().await,
                _ = looks.tick() => match self.life.due(!self.answers.is_empty(), self.service.now()) {
                    Due::Nothing => {}
                    Due::Farewell => self.end().await,
                    Due::End => return,
                },
            }
        }
    }

    async fn end(&mut self) {
        // Who does not take even that is gone before long.
        let _ = timeout(LOOK_EVERY, self.connection.shutdown(0)).await;
        self.life.ends(self.service.now());
    }
}

async fn answer(
    asked: RequestResolver<Quic, Bytes>,
    service: Arc<StreamService>,
) -> Result<(), Gone> {
    let asked = timeout(HEAD_TIMEOUT, asked.resolve_request()).await;
    let (request, stream) = asked.map_err(|_| Gone)?.map_err(|_| Gone)?;
    let (request, ()) = request.into_parts();
    give(service, request, Stream(stream)).await
}

fn code(code: Code) -> VarInt {
    VarInt::from_u64(code.value()).unwrap_or(VarInt::MAX)
}

/// The way out of one stream.
struct Stream(RequestStream<Both, Bytes>);

impl Outgoing for Stream {
    async fn head(&mut self, head: Response<()>, is_last: bool) -> Result<(), Gone> {
        self.0.send_response(head).await.map_err(|_| Gone)?;
        self.end(is_last).await
    }

    async fn room(&mut self) -> Result<usize, Gone> {
        // Sending is what waits.
        Ok(STREAM_PIECE)
    }

    async fn send(&mut self, piece: Bytes, is_last: bool) -> Result<(), Gone> {
        self.0.send_data(piece).await.map_err(|_| Gone)?;
        self.end(is_last).await
    }

    async fn gone(&mut self) {
        // It shows when something is sent.
        std::future::pending::<()>().await;
    }

    fn break_off(&mut self) {
        self.0.stop_stream(Code::H3_INTERNAL_ERROR);
    }
}

impl Stream {
    async fn end(&mut self, is_last: bool) -> Result<(), Gone> {
        if is_last {
            self.0.finish().await.map_err(|_| Gone)?;
        }
        Ok(())
    }
}
