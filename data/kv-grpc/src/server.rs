//! The server's side.

use std::future::Future;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use data_kv::{KvError, SharedKeyValue};
use tokio::net::TcpListener;
use tonic::metadata::MetadataMap;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tonic::{Request, Response, Status};

use crate::SharedSecret;
use crate::convert::to_status;
use crate::limits::{
    CALL_TIMEOUT, KEEP_ALIVE, MAX_CALLS, MAX_MESSAGE_BYTES, SHUTDOWN_GRACE, WAY_BACK_SHARE,
};
use crate::proto;
use crate::proto::key_value_server::{KeyValue, KeyValueServer};

/// Where a server listens unless it is told otherwise: on this machine only.
pub const DEFAULT_ADDRESS: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 7407);

/// Why a server ended.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The transport failed.
    #[error("the key-value server failed")]
    Transport(#[from] tonic::transport::Error),
    /// Calls were still under way when their time was up; their clients will repeat them.
    #[error("the key-value server left calls behind {SHUTDOWN_GRACE:?} after it was told to stop")]
    Unfinished,
}

/// Offers a key-value service to whoever shows the secret, until `shutdown` is ready and the calls under
/// way are answered.
///
/// # Errors
/// [`ServeError`].
pub async fn serve(
    kv: SharedKeyValue,
    listener: TcpListener,
    secret: SharedSecret,
    shutdown: impl Future<Output = ()> + Send,
) -> Result<(), ServeError> {
    let service = KeyValueServer::new(Served { kv })
        .max_decoding_message_size(MAX_MESSAGE_BYTES)
        .max_encoding_message_size(MAX_MESSAGE_BYTES);
    let guarded = InterceptedService::new(service, move |call: Request<()>| admit(&secret, call));
    let (stopping, stopped) = tokio::sync::oneshot::channel();
    let signal = async move {
        shutdown.await;
        let _ = stopping.send(());
    };
    let served = Server::builder()
        .timeout(CALL_TIMEOUT)
        .max_concurrent_streams(MAX_CALLS)
        .http2_keepalive_interval(Some(KEEP_ALIVE))
        .http2_adaptive_window(Some(true))
        .add_service(guarded)
        .serve_with_incoming_shutdown(TcpIncoming::from(listener).with_nodelay(Some(true)), signal);
    let overdue = async {
        if stopped.await.is_ok() {
            tokio::time::sleep(SHUTDOWN_GRACE).await;
        } else {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        ended = served => Ok(ended?),
        () = overdue => Err(ServeError::Unfinished),
    }
}

fn admit(secret: &SharedSecret, call: Request<()>) -> Result<Request<()>, Status> {
    let shown = call.metadata().get("authorization");
    if secret.admits(shown.map(tonic::metadata::MetadataValue::as_bytes)) {
        return Ok(call);
    }
    let reason = "the call does not show the shared secret".to_owned();
    Err(to_status(KvError::Refused { reason }))
}

/// A service as tonic calls it.
#[derive(Debug)]
struct Served {
    kv: SharedKeyValue,
}

/// The time a page has: what it asks for, and no more than the call's deadline leaves.
fn within(asked: Option<Duration>, metadata: &MetadataMap) -> Option<Duration> {
    let deadline = metadata.get("grpc-timeout");
    let deadline = deadline.and_then(|it| timeout(it.to_str().ok()?));
    let deadline = deadline.map(|it| it.saturating_sub(it / WAY_BACK_SHARE));
    match (asked, deadline) {
        (Some(asked), Some(deadline)) => Some(asked.min(deadline)),
        (asked, deadline) => asked.or(deadline),
    }
}

/// A `grpc-timeout` header: up to 8 digits and a unit.
fn timeout(header: &str) -> Option<Duration> {
    let (digits, unit) = header.split_at_checked(header.len().checked_sub(1)?)?;
    if digits.is_empty() || digits.len() > 8 || !digits.bytes().all(|it| it.is_ascii_digit()) {
        return None;
    }
    let count: u64 = digits.parse().ok()?;
    match unit {
        "H" => Some(Duration::from_secs(count * 3_600)),
        "M" => Some(Duration::from_secs(count * 60)),
        "S" => Some(Duration::from_secs(count)),
        "m" => Some(Duration::from_millis(count)),
        "u" => Some(Duration::from_micros(count)),
        "n" => Some(Duration::from_nanos(count)),
        _ => None,
    }
}

#[tonic::async_trait]
impl KeyValue for Served {
    async fn signals(
        &self,
        call: Request<proto::SignalsRequest>,
    ) -> Result<Response<proto::SignalsResponse>, Status> {
        let signals = self.kv.signals(&call.into_inner().namespace).await;
        Ok(Response::new(signals.map_err(to_status)?.into()))
    }

    async fn put_items(
        &self,
        call: Request<proto::PutItemsRequest>,
    ) -> Result<Response<proto::PutItemsResponse>, Status> {
        let request = call.into_inner().try_into().map_err(to_status)?;
        self.kv.put_items(request).await.map_err(to_status)?;
        Ok(Response::new(proto::PutItemsResponse {}))
    }

    async fn get_items(
        &self,
        call: Request<proto::GetItemsRequest>,
    ) -> Result<Response<proto::GetItemsResponse>, Status> {
        let (metadata, _, request) = call.into_parts();
        let mut request: data_kv::GetItemsRequest = request.try_into().map_err(to_status)?;
        request.within = within(request.within, &metadata);
        let page = self.kv.get_items(request).await.map_err(to_status)?;
        Ok(Response::new(page.into()))
    }

    async fn delete_items(
        &self,
        call: Request<proto::DeleteItemsRequest>,
    ) -> Result<Response<proto::DeleteItemsResponse>, Status> {
        let request = call.into_inner().try_into().map_err(to_status)?;
        self.kv.delete_items(request).await.map_err(to_status)?;
        Ok(Response::new(proto::DeleteItemsResponse {}))
    }

    async fn mutate_items(
        &self,
        call: Request<proto::MutateItemsRequest>,
    ) -> Result<Response<proto::MutateItemsResponse>, Status> {
        let request = call.into_inner().try_into().map_err(to_status)?;
        let done = self.kv.mutate_items(request).await.map_err(to_status)?;
        Ok(Response::new(done.into()))
    }

    async fn scan_items(
        &self,
        call: Request<proto::ScanItemsRequest>,
    ) -> Result<Response<proto::ScanItemsResponse>, Status> {
        let (metadata, _, request) = call.into_parts();
        let mut request: data_kv::ScanItemsRequest = request.try_into().map_err(to_status)?;
        request.within = within(request.within, &metadata);
        let page = self.kv.scan_items(request).await.map_err(to_status)?;
        Ok(Response::new(page.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timeouts_are_read_in_every_unit() {
        assert_eq!(timeout("2S"), Some(Duration::from_secs(2)));
        assert_eq!(timeout("250m"), Some(Duration::from_millis(250)));
        assert_eq!(timeout("99999999H"), Some(Duration::from_hours(99_999_999)));
        for wrong in ["", "S", "12", "-1S", "123456789S", "1ä"] {
            assert_eq!(timeout(wrong), None, "{wrong}");
        }
        let mut metadata = MetadataMap::new();
        metadata.insert("grpc-timeout", "800m".parse().unwrap());
        assert_eq!(within(None, &metadata), Some(Duration::from_millis(700)));
        let asked = Duration::from_millis(50);
        assert_eq!(within(Some(asked), &metadata), Some(asked));
    }
}
