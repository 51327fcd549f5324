//! A QUIC connection whose other side may say only so much: `h3` holds a frame whole before it reads it, however
//! long it claims to be, and remembers every stream of one direction.

use std::task::{Context, Poll, ready};

use bytes::Buf;
use h3::error::Code;
use h3::quic::{
    BidiStream, Connection, ConnectionErrorIncoming, OpenStreams, RecvStream, SendStream,
    StreamErrorIncoming, StreamId, WriteBuf,
};

use crate::limits::{CONTROL_BYTES, MAX_CONTROL_STREAMS, REQUEST_BYTES};

/// A connection, or what opens streams of one.
pub(crate) struct Narrow<C> {
    inner: C,
    /// Streams of one direction that have come.
    came: u32,
}

/// A stream, and how many bytes may still come by it.
pub(crate) struct NarrowStream<S> {
    inner: S,
    left: usize,
}

impl<C> Narrow<C> {
    pub(crate) const fn new(inner: C) -> Self {
        Self { inner, came: 0 }
    }
}

impl<S> NarrowStream<S> {
    const fn asking(inner: S) -> Self {
        Self {
            inner,
            left: REQUEST_BYTES,
        }
    }
}

impl<B: Buf, C: OpenStreams<B>> OpenStreams<B> for Narrow<C> {
    type BidiStream = NarrowStream<C::BidiStream>;
    type SendStream = C::SendStream;

    fn poll_open_bidi(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Result<Self::BidiStream, StreamErrorIncoming>> {
        self.inner
            .poll_open_bidi(context)
            .map_ok(NarrowStream::asking)
    }

    fn poll_open_send(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Result<Self::SendStream, StreamErrorIncoming>> {
        self.inner.poll_open_send(context)
    }

    fn close(&mut self, code: Code, reason: &[u8]) {
        self.inner.close(code, reason);
    }
}

impl<B: Buf, C: Connection<B>> Connection<B> for Narrow<C> {
    type RecvStream = NarrowStream<C::RecvStream>;
    type OpenStreams = Narrow<C::OpenStreams>;

    fn poll_accept_recv(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Result<Self::RecvStream, ConnectionErrorIncoming>> {
        let inner = ready!(self.inner.poll_accept_recv(context))?;
        self.came += 1;
        if self.came > MAX_CONTROL_STREAMS {
            let what = "more streams of one direction came than may".to_owned();
            return Poll::Ready(Err(ConnectionErrorIncoming::InternalError(what)));
        }
        Poll::Ready(Ok(NarrowStream {
            inner,
            left: CONTROL_BYTES,
        }))
    }

    fn poll_accept_bidi(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Result<Self::BidiStream, ConnectionErrorIncoming>> {
        self.inner
            .poll_accept_bidi(context)
            .map_ok(NarrowStream::asking)
    }

    fn opener(&self) -> Self::OpenStreams {
        Narrow::new(self.inner.opener())
    }
}

impl<S: RecvStream> RecvStream for NarrowStream<S> {
    type Buf = S::Buf;

    fn poll_data(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Result<Option<Self::Buf>, StreamErrorIncoming>> {
        let data = ready!(self.inner.poll_data(context))?;
        let came = data.as_ref().map_or(0, Buf::remaining);
        match self.left.checked_sub(came) {
            Some(left) => {
                self.left = left;
                Poll::Ready(Ok(data))
            }
            None => Poll::Ready(Err(StreamErrorIncoming::Unknown(
                "more came by a stream than may".into(),
            ))),
        }
    }

    fn stop_sending(&mut self, code: u64) {
        self.inner.stop_sending(code);
    }

    fn recv_id(&self) -> StreamId {
        self.inner.recv_id()
    }
}

impl<B: Buf, S: SendStream<B>> SendStream<B> for NarrowStream<S> {
    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), StreamErrorIncoming>> {
        self.inner.poll_ready(context)
    }

    fn send_data<T: Into<WriteBuf<B>>>(&mut self, data: T) -> Result<(), StreamErrorIncoming> {
        self.inner.send_data(data)
    }

    fn poll_finish(&mut self, context: &mut Context<'_>) -> Poll<Result<(), StreamErrorIncoming>> {
        self.inner.poll_finish(context)
    }

    fn reset(&mut self, code: u64) {
        self.inner.reset(code);
    }

    fn send_id(&self) -> StreamId {
        self.inner.send_id()
    }
}

impl<B: Buf, S: BidiStream<B>> BidiStream<B> for NarrowStream<S> {
    type SendStream = S::SendStream;
    type RecvStream = NarrowStream<S::RecvStream>;

    fn split(self) -> (Self::SendStream, Self::RecvStream) {
        let (send, inner) = self.inner.split();
        let receive = NarrowStream {
            inner,
            left: self.left,
        };
        (send, receive)
    }
}
