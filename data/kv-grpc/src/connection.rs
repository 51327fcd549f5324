//! The client's side.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use data_kv::{
    DeleteItemsRequest, GetItemsRequest, GetItemsResponse, KeyValue, KvError, MutateItemsRequest,
    MutateItemsResponse, PutItemsRequest, ScanItemsRequest, ScanItemsResponse, Signals,
};
use tonic::Request;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::transport::{Channel, Endpoint};

use crate::convert::from_status;
use crate::limits::{
    CALL_TIMEOUT, CONNECT_TIMEOUT, KEEP_ALIVE, MAX_HEADER_BYTES, MAX_MESSAGE_BYTES, PAGE_OVERRUN,
};
use crate::proto::key_value_client::KeyValueClient;
use crate::{SharedSecret, proto};

/// A key-value service elsewhere. Connects at its first call, and again after it was cut off; many calls
/// share one connection.
#[derive(Clone)]
pub struct Connection {
    address: String,
    client: KeyValueClient<Channel>,
    bearer: MetadataValue<Ascii>,
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

impl Connection {
    /// The service at an address, as `http://127.0.0.1:7407`.
    ///
    /// # Errors
    /// [`KvError::Invalid`] when that is no address.
    pub fn new(address: &str, secret: &SharedSecret) -> Result<Self, KvError> {
        let invalid = |reason: String| KvError::Invalid { reason };
        let endpoint = Endpoint::from_shared(address.to_owned())
            .map_err(|error| invalid(format!("{address:?} is no address of a service: {error}")))?
            .connect_timeout(CONNECT_TIMEOUT)
            .http2_keep_alive_interval(KEEP_ALIVE)
            .http2_adaptive_window(true)
            .http2_max_header_list_size(MAX_HEADER_BYTES)
            .tcp_nodelay(true);
        let mut bearer: MetadataValue<Ascii> = secret
            .bearer()
            .parse()
            .map_err(|_| invalid("the shared secret cannot stand in a header".to_owned()))?;
        bearer.set_sensitive(true);
        let client = KeyValueClient::new(endpoint.connect_lazy())
            .max_decoding_message_size(MAX_MESSAGE_BYTES)
            .max_encoding_message_size(MAX_MESSAGE_BYTES);
        Ok(Self {
            address: address.to_owned(),
            client,
            bearer,
        })
    }

    fn call<T>(&self, message: T, timeout: Duration) -> (KeyValueClient<Channel>, Request<T>) {
        let mut call = Request::new(message);
        call.set_timeout(timeout);
        call.metadata_mut()
            .insert("authorization", self.bearer.clone());
        (self.client.clone(), call)
    }
}

/// The deadline of a call whose page is to end within a time.
fn deadline(within: Option<Duration>) -> Duration {
    within.map_or(CALL_TIMEOUT, |it| {
        it.saturating_add(PAGE_OVERRUN).min(CALL_TIMEOUT)
    })
}

#[async_trait]
impl KeyValue for Connection {
    async fn signals(&self, namespace: &str) -> Result<Signals, KvError> {
        let namespace = namespace.to_owned();
        let (mut client, call) = self.call(proto::SignalsRequest { namespace }, CALL_TIMEOUT);
        let answer = client.signals(call).await;
        Ok(answer.map_err(|it| from_status(&it))?.into_inner().into())
    }

    async fn put_items(&self, request: PutItemsRequest) -> Result<(), KvError> {
        let (mut client, call) = self.call(request.into(), CALL_TIMEOUT);
        let answer = client.put_items(call).await;
        answer.map(drop).map_err(|it| from_status(&it))
    }

    async fn get_items(&self, request: GetItemsRequest) -> Result<GetItemsResponse, KvError> {
        let deadline = deadline(request.within);
        let (mut client, call) = self.call(request.into(), deadline);
        let answer = client.get_items(call).await;
        answer
            .map_err(|it| from_status(&it))?
            .into_inner()
            .try_into()
    }

    async fn delete_items(&self, request: DeleteItemsRequest) -> Result<(), KvError> {
        let (mut client, call) = self.call(request.into(), CALL_TIMEOUT);
        let answer = client.delete_items(call).await;
        answer.map(drop).map_err(|it| from_status(&it))
    }

    async fn mutate_items(
        &self,
        request: MutateItemsRequest,
    ) -> Result<MutateItemsResponse, KvError> {
        let (mut client, call) = self.call(request.into(), CALL_TIMEOUT);
        let answer = client.mutate_items(call).await;
        Ok(answer.map_err(|it| from_status(&it))?.into_inner().into())
    }

    async fn scan_items(&self, request: ScanItemsRequest) -> Result<ScanItemsResponse, KvError> {
        let deadline = deadline(request.within);
        let (mut client, call) = self.call(request.into(), deadline);
        let answer = client.scan_items(call).await;
        answer
            .map_err(|it| from_status(&it))?
            .into_inner()
            .try_into()
    }
}
