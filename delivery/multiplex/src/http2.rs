//! HTTP/2 (RFC 9113): connections, and the streams of each.

use std::future::poll_fn;
use std::net::TcpStream as StdStream;
use std::sync::Arc;

use bytes::Bytes;
use delivery_edge::StreamService;
use delivery_edge::limits::{DRAIN, HANDSHAKE_TIMEOUT, MAX_HEAD_BYTES, STREAM_PIECE};
use h2::server::{Builder, Connection, SendResponse};
use h2::{Reason, SendStream};
use http::Response;
use platform_http::Shutdown;
use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use crate::giving::{Gone, Outgoing, give};
use crate::life::{Due, Life};
use crate::limits::{BODY_WINDOW, LOOK_EVERY, MAX_STREAMS, SEND_BUFFER, UNSEEN_RESETS};

/// Serves connections as they come, until it is told to stop and their answers have gone out.
pub(crate) async fn serve(
    mut arrivals: mpsc::Receiver<StdStream>,
    mut tls: ServerConfig,
    service: Arc<StreamService>,
    shutdown: Shutdown,
) {
    tls.alpn_protocols = vec![b"h2".to_vec()];
    let acceptor = TlsAcceptor::from(Arc::new(tls));
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            () = shutdown.cancelled() => break,
            Some(socket) = arrivals.recv() => {
                let hold = hold(socket, acceptor.clone(), Arc::clone(&service), shutdown.clone());
                connections.spawn(hold);
            }
            Some(_) = connections.join_next() => {}
        }
    }
    let ends = async { while connections.join_next().await.is_some() {} };
    if timeout(DRAIN, ends).await.is_err() {
        connections.shutdown().await;
    }
}

/// One connection, from its first byte to its last.
async fn hold(
    socket: StdStream,
    acceptor: TlsAcceptor,
    service: Arc<StreamService>,
    shutdown: Shutdown,
) {
    let Some(_seat) = service.enter("h2") else {
        return;
    };
    let greeting = async { acceptor.accept(TcpStream::from_std(socket)?).await };
    let Ok(Ok(tls)) = timeout(HANDSHAKE_TIMEOUT, greeting).await else {
        service.greeted(None);
        return;
    };
    service.greeted(tls.get_ref().1.handshake_kind());
    let opened = settings().handshake(tls);
    if let Ok(Ok(connection)) = timeout(HANDSHAKE_TIMEOUT, opened).await {
        let streams = Streams {
            life: Life::new(service.now()),
            connection,
            service,
            answers: JoinSet::new(),
        };
        streams.run(shutdown).await;
    }
}

fn settings() -> Builder {
    let mut settings = Builder::new();
    settings
        .max_concurrent_streams(MAX_STREAMS)
        .max_header_list_size(MAX_HEAD_BYTES as u32)
        .initial_window_size(BODY_WINDOW)
        .max_send_buffer_size(SEND_BUFFER)
        .max_concurrent_reset_streams(UNSEEN_RESETS)
        .max_pending_accept_reset_streams(UNSEEN_RESETS);
    settings
}

/// A connection's streams, each a task.
struct Streams<T> {
    connection: Connection<T, Bytes>,
    service: Arc<StreamService>,
    answers: JoinSet<Result<(), Gone>>,
    life: Life,
}

impl<T: AsyncRead + AsyncWrite + Unpin> Streams<T> {
    async fn run(mut self, shutdown: Shutdown) {
        let mut looks = tokio::time::interval(LOOK_EVERY);
        loop {
            tokio::select! {
                asked = self.connection.accept() => match asked {
                    Some(Ok((request, respond))) => {
                        let (request, _) = request.into_parts();
                        let out = Stream { respond, body: None };
                        self.answers.spawn(give(Arc::clone(&self.service), request, out));
                    }
                    Some(Err(error)) => {
                        tracing::debug!(%error, "a connection of HTTP/2 has failed");
                        return;
                    }
                    None => return,
                },
                Some(given) = self.answers.join_next() => {
                    let is_gone = !matches!(given, Ok(Ok(())));
                    if !self.life.has_given(is_gone, self.service.now()) {
                        tracing::debug!("a connection of HTTP/2 resets more streams than it may");
                        self.connection.abrupt_shutdown(Reason::ENHANCE_YOUR_CALM);
                    }
                }
                () = shutdown.cancelled(), if !self.life.is_ending() => self.end(),
                _ = looks.tick() => match self.life.due(!self.answers.is_empty(), self.service.now()) {
                    Due::Nothing => {}
                    Due::Farewell => self.end(),
                    Due::End => return,
                },
            }
        }
    }

    fn end(&mut self) {
        self.connection.graceful_shutdown();
        self.life.ends(self.service.now());
    }
}

/// The way out of one stream.
struct Stream {
    respond: SendResponse<Bytes>,
    /// Once the head has gone out.
    body: Option<SendStream<Bytes>>,
}

impl Outgoing for Stream {
    async fn head(&mut self, head: Response<()>, is_last: bool) -> Result<(), Gone> {
        let body = self.respond.send_response(head, is_last);
        self.body = Some(body.map_err(|_| Gone)?);
        Ok(())
    }

    async fn room(&mut self) -> Result<usize, Gone> {
        let body = self.body.as_mut().ok_or(Gone)?;
        body.reserve_capacity(STREAM_PIECE);
        while body.capacity() == 0 {
            match poll_fn(|context| body.poll_capacity(context)).await {
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Err(Gone),
            }
        }
        Ok(body.capacity())
    }

    async fn send(&mut self, piece: Bytes, is_last: bool) -> Result<(), Gone> {
        let body = self.body.as_mut().ok_or(Gone)?;
        body.send_data(piece, is_last).map_err(|_| Gone)
    }

    async fn gone(&mut self) {
        // Whatever is said of it, it is over.
        let _ = match &mut self.body {
            None => poll_fn(|context| self.respond.poll_reset(context)).await,
            Some(body) => poll_fn(|context| body.poll_reset(context)).await,
        };
    }

    fn break_off(&mut self) {
        match &mut self.body {
            None => self.respond.send_reset(Reason::INTERNAL_ERROR),
            Some(body) => body.send_reset(Reason::INTERNAL_ERROR),
        }
    }
}
