//! One answer onto its stream, whatever protocol the stream is of.

use std::sync::Arc;

use bytes::Bytes;
use delivery_edge::StreamService;
use http::Response;
use http::request::Parts;

/// A stream's way out.
pub(crate) trait Outgoing: Send {
    /// Sends the answer's head; `is_last` where no body follows.
    fn head(
        &mut self,
        head: Response<()>,
        is_last: bool,
    ) -> impl Future<Output = Result<(), Gone>> + Send;

    /// Waits until the other side takes some bytes, and how many.
    fn room(&mut self) -> impl Future<Output = Result<usize, Gone>> + Send;

    /// Sends bytes there is room for; `is_last` behind the last of them.
    fn send(
        &mut self,
        piece: Bytes,
        is_last: bool,
    ) -> impl Future<Output = Result<(), Gone>> + Send;

    /// Waits until the other side gives the stream up.
    fn gone(&mut self) -> impl Future<Output = ()> + Send;

    /// Ends the stream so that the other side sees that the answer is not whole.
    fn break_off(&mut self);
}

/// The other side has given the stream up, or the connection has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Gone;

/// Answers one request.
pub(crate) async fn give(
    service: Arc<StreamService>,
    request: Parts,
    mut out: impl Outgoing,
) -> Result<(), Gone> {
    let answer = tokio::select! {
        answer = service.answer(&request) => answer,
        () = out.gone() => return Err(Gone),
    };
    let Ok(mut answer) = answer else {
        out.break_off();
        return Ok(());
    };
    let head = out.head(answer.head().clone(), answer.is_over());
    let Some(said) = answer.until(head).await else {
        out.break_off();
        return Ok(());
    };
    said?;
    while !answer.is_over() {
        let Some(room) = answer.until(out.room()).await else {
            break;
        };
        let room = room?;
        let piece = tokio::select! {
            piece = answer.piece(room) => piece,
            () = out.gone() => return Err(Gone),
        };
        let Ok(piece) = piece else { break };
        let sent = out.send(piece.unwrap_or_default(), answer.is_over());
        match answer.until(sent).await {
            Some(sent) => sent?,
            None => break,
        }
    }
    if !answer.is_over() {
        out.break_off();
    }
    Ok(())
}
