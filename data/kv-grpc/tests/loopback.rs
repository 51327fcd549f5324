//! The suite through a real connection, who may connect, and how a server ends.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use data_engine::MemoryEngine;
use data_kv::{
    Client, DeleteItemsRequest, GetItemsRequest, GetItemsResponse, KeyValue, KvError,
    MutateItemsRequest, MutateItemsResponse, Predicate, PutItemsRequest, ScanItemsRequest,
    ScanItemsResponse, Service, ServiceParts, SharedKeyValue, Signals, Tokens, conformance,
    limits::MAX_KEY_BYTES,
};
use data_kv_grpc::{Connection, ServeError, SharedSecret, serve};
use platform_clock::{ManualClock, Timestamp};
use platform_entropy::SeededEntropy;
use tokio::net::TcpListener;
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinHandle;

/// A server on a port of its own.
struct Running {
    address: String,
    stop: oneshot::Sender<()>,
    served: JoinHandle<Result<(), ServeError>>,
}

fn secret() -> SharedSecret {
    SharedSecret::new("a secret".replace(' ', "-").repeat(2)).expect("it is long and plain")
}

async fn start(kv: SharedKeyValue) -> Running {
    let listener = TcpListener::bind("127.0.0.1:0").await;
    let listener = listener.expect("loopback has a free port");
    let bound = listener.local_addr().expect("it is bound");
    let address = format!("http://{bound}");
    let (stop, stopped) = oneshot::channel();
    let shutdown = async {
        let _ = stopped.await;
    };
    let served = tokio::spawn(serve(kv, listener, secret(), shutdown));
    Running {
        address,
        stop,
        served,
    }
}

async fn service(clock: &Arc<ManualClock>) -> Service {
    let engine = Arc::new(MemoryEngine::on(clock.clone()));
    let parts = ServiceParts::on("rows", engine, clock.clone());
    let service = Service::open(parts).await.expect("it opens");
    for namespace in conformance::namespaces("rows") {
        let configured = service.configure(namespace).await;
        configured.expect("the suite's namespaces can be used");
    }
    service
}

fn clock() -> Arc<ManualClock> {
    ManualClock::at(Timestamp::from_millis(1_700_000_000_000))
}

#[tokio::test]
async fn keeps_what_every_service_promises() {
    let clock = clock();
    let running = start(Arc::new(service(&clock).await)).await;
    let connection = Arc::new(Connection::new(&running.address, &secret()).unwrap());
    let elapse = |by| {
        clock.advance(by);
        std::future::ready(())
    };
    conformance::suite(connection.clone(), clock.clone(), elapse).await;
    let client = Client::new(connection, clock.clone(), &SeededEntropy::shared(1));
    conformance::suite(Arc::new(client), clock.clone(), elapse).await;
    running.stop.send(()).unwrap();
    running.served.await.unwrap().unwrap();
}

#[tokio::test]
async fn whoever_does_not_show_the_secret_is_refused() {
    let running = start(Arc::new(service(&clock()).await)).await;
    let wrong = SharedSecret::new("another-secret-altogether").unwrap();
    let connection = Connection::new(&running.address, &wrong).unwrap();
    let refused = connection.signals("conformance").await.unwrap_err();
    assert!(matches!(refused, KvError::Refused { .. }), "{refused}");
    let connection = Connection::new(&running.address, &secret()).unwrap();
    connection.signals("conformance").await.unwrap();
}

#[tokio::test]
async fn an_address_without_a_server_can_be_tried_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let connection = Connection::new(&address, &secret()).unwrap();
    let away = connection.signals("conformance").await.unwrap_err();
    assert!(away.is_transient(), "{away:?}");
    assert!(Connection::new("not an address", &secret()).is_err());
}

/// Answers reads when it is told to.
#[derive(Debug, Default)]
struct Slow {
    asked: Notify,
    answer: Notify,
}

#[async_trait]
impl KeyValue for Slow {
    async fn signals(&self, _namespace: &str) -> Result<Signals, KvError> {
        Err(KvError::Full)
    }

    async fn put_items(&self, request: PutItemsRequest) -> Result<(), KvError> {
        Err(longest(request.id))
    }

    async fn get_items(&self, request: GetItemsRequest) -> Result<GetItemsResponse, KvError> {
        assert!(request.within.is_some(), "a call has a deadline");
        self.asked.notify_one();
        self.answer.notified().await;
        Ok(GetItemsResponse::default())
    }

    async fn delete_items(&self, _request: DeleteItemsRequest) -> Result<(), KvError> {
        Err(KvError::Full)
    }

    async fn mutate_items(
        &self,
        _request: MutateItemsRequest,
    ) -> Result<MutateItemsResponse, KvError> {
        let results = vec![Ok(()), Err(KvError::Full)];
        Ok(MutateItemsResponse { results })
    }

    async fn scan_items(&self, _request: ScanItemsRequest) -> Result<ScanItemsResponse, KvError> {
        Err(KvError::Full)
    }
}

#[tokio::test]
async fn a_server_answers_what_it_was_asked_before_it_was_stopped() {
    let slow = Arc::new(Slow::default());
    let running = start(slow.clone()).await;
    let connection = Connection::new(&running.address, &secret()).unwrap();
    assert_eq!(connection.signals("films").await, Err(KvError::Full));
    let request = GetItemsRequest::new(&"films".into(), "id", Predicate::All);
    let asked = tokio::spawn(async move { connection.get_items(request).await });
    slow.asked.notified().await;
    running.stop.send(()).unwrap();
    slow.answer.notify_one();
    assert_eq!(asked.await.unwrap(), Ok(GetItemsResponse::default()));
    running.served.await.unwrap().unwrap();
}

/// An error about an item with the longest id and key.
fn longest(id: Bytes) -> KvError {
    KvError::Damaged {
        namespace: "films".to_owned(),
        key: id.clone(),
        id,
        reason: "its chunk 1 of 3 is missing".to_owned(),
    }
}

#[tokio::test]
async fn the_longest_error_arrives_as_it_was() {
    let running = start(Arc::new(Slow::default())).await;
    let connection = Connection::new(&running.address, &secret()).unwrap();
    let id = Bytes::from(vec![0xff; MAX_KEY_BYTES]);
    let request = PutItemsRequest {
        namespace: "films".into(),
        id: id.clone(),
        items: Vec::new(),
        token: Tokens::new(clock(), &SeededEntropy::shared(1)).next(),
    };
    assert_eq!(connection.put_items(request).await, Err(longest(id)));
}

#[tokio::test]
async fn a_call_that_takes_too_long_is_given_up() {
    let slow = Arc::new(Slow::default());
    let running = start(slow).await;
    let connection = Connection::new(&running.address, &secret()).unwrap();
    let mut request = GetItemsRequest::new(&"films".into(), "id", Predicate::All);
    request.within = Some(Duration::ZERO);
    let late = connection.get_items(request).await;
    assert_eq!(late, Err(KvError::DeadlineExceeded));
}
