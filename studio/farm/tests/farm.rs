//! Chunks made here, made by workers over HTTP, and lost on the way.
#![expect(clippy::unwrap_used, reason = "a test fails where an unwrap does")]

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use contracts_delivery::ClusterSecret;
use contracts_studio::Priority;
use media_ffmpeg::testing::{make_clip, test_tools};
use platform_clock::{ManualClock, Timestamp};
use platform_http::{Server, Shutdown, Trust};
use studio_encode::{ChunkTask, EncodedChunk, Rendition};
use studio_farm::limits::LEASE;
use studio_farm::{Farm, Order, Worker, router};
use studio_ladder::fixed_ladder;
use studio_shots::{chunks, plan_segments, survey};
use tokio::sync::Semaphore;
use url::Url;

const SECRET: &str = "a-secret-of-the-cluster";

/// A clip of two seconds as one chunk.
async fn order(folder: &Path) -> Order {
    let source = ["-f", "lavfi", "-i", "testsrc2=s=160x90:r=25:d=2"];
    let master = folder.join("master.mkv");
    let input = make_clip(&master, &source).await;
    let tools = test_tools().await;
    let report = studio_inspect::inspect(&tools, &input).await.unwrap();
    let found = survey(&tools, &input, &report, |_| {}).await.unwrap();
    let plan = plan_segments(found.frame_rate, found.frames, &[]).unwrap();
    let chunk = chunks(&plan, Duration::from_secs(15))[0];
    let rendition = Rendition::h264(fixed_ladder(160, 90, plan.frame_rate).remove(0));
    Order {
        priority: Priority::Backlog,
        name: "title/chunk".to_owned(),
        task: Arc::new(ChunkTask::new(&report, &plan, &chunk, &rendition).unwrap()),
        master,
        out: folder.join("chunk.mp4"),
    }
}

struct Bed {
    clock: Arc<ManualClock>,
    farm: Farm,
    studio: Url,
    stop: Shutdown,
}

impl Bed {
    async fn start() -> Self {
        let clock = ManualClock::at(Timestamp::from_millis(1_000_000));
        let farm = Farm::new(clock.clone());
        let server = Server::bind(([127, 0, 0, 1], 0).into()).await.unwrap();
        let studio = Url::parse(&format!("http://{}/", server.address())).unwrap();
        let stop = Shutdown::new();
        let routes = router(farm.clone(), ClusterSecret::new(SECRET).unwrap());
        tokio::spawn(server.serve(routes, stop.clone()));
        Self {
            clock,
            farm,
            studio,
            stop,
        }
    }

    async fn employ(&self, folder: &Path) {
        let tools = Arc::new(test_tools().await);
        let (secret, trust) = (ClusterSecret::new(SECRET).unwrap(), Trust::default());
        let access = (self.studio.clone(), secret, &trust);
        let crew = Worker::crew("elsewhere", 1, access, &tools, &folder.join("worker")).unwrap();
        for worker in crew {
            let stop = self.stop.clone();
            tokio::spawn(async move { worker.work(stop).await });
        }
    }

    async fn ask(&self, secret: &str, path: &str, body: serde_json::Value) -> reqwest::Response {
        let url = self.studio.join(path).unwrap();
        let client = Trust::default().client().build().unwrap();
        let request = client.post(url).bearer_auth(secret).json(&body);
        request.send().await.unwrap()
    }
}

#[tokio::test]
async fn a_worker_elsewhere_makes_the_bytes_that_are_made_here() {
    let folder = tempfile::tempdir().unwrap();
    let order = order(folder.path()).await;
    let here = Farm::new(ManualClock::at(Timestamp::from_millis(1)));
    let stop = Shutdown::new();
    let working = here.clone();
    let (tools, until) = (Arc::new(test_tools().await), stop.clone());
    tokio::spawn(async move {
        let places = Arc::new(Semaphore::new(1));
        working.work_here(tools, places, until).await;
    });
    let made = here.make(order.clone(), |_| {}).await.unwrap();
    assert_eq!(made.frames, 50);
    let bytes = std::fs::read(&order.out).unwrap();
    stop.cancel();

    let bed = Bed::start().await;
    bed.employ(folder.path()).await;
    std::fs::remove_file(&order.out).unwrap();
    let again = bed.farm.make(order.clone(), |_| {}).await.unwrap();
    // The same but for the time it took.
    let cpu_ms = made.cpu_ms;
    assert_eq!(EncodedChunk { cpu_ms, ..again }, made);
    assert_eq!(std::fs::read(&order.out).unwrap(), bytes);
    bed.stop.cancel();
}

#[tokio::test]
async fn a_worker_that_falls_silent_costs_one_chunk_which_another_makes() {
    let folder = tempfile::tempdir().unwrap();
    let order = order(folder.path()).await;
    let bed = Bed::start().await;
    let farm = bed.farm.clone();
    let wanted = order.clone();
    let making = tokio::spawn(async move { farm.make(wanted, |_| {}).await });
    let ask = serde_json::json!({ "worker": "silent" });
    let claim = bed.ask(SECRET, "/studio/v1/farm/claim", ask).await;
    let claim: serde_json::Value = claim.json().await.unwrap();
    bed.clock.advance(LEASE + Duration::from_secs(1));
    bed.employ(folder.path()).await;
    assert_eq!(making.await.unwrap().unwrap().frames, 50);
    let beat = serde_json::json!({ "lease": claim["lease"], "frames": 1 });
    let orders = bed.ask(SECRET, "/studio/v1/farm/beat", beat).await;
    let orders: serde_json::Value = orders.json().await.unwrap();
    assert_eq!(
        orders["go_on"], false,
        "the one that comes back is sent away"
    );
    bed.stop.cancel();
}

#[tokio::test]
async fn a_chunk_nobody_waits_for_is_off_the_board() {
    let folder = tempfile::tempdir().unwrap();
    let order = order(folder.path()).await;
    let bed = Bed::start().await;
    let farm = bed.farm.clone();
    let making = tokio::spawn(async move { farm.make(order, |_| {}).await });
    let ask = serde_json::json!({ "worker": "one" });
    let claim = bed.ask(SECRET, "/studio/v1/farm/claim", ask).await;
    let claim: serde_json::Value = claim.json().await.unwrap();
    making.abort();
    assert!(making.await.unwrap_err().is_cancelled());
    let beat = serde_json::json!({ "lease": claim["lease"], "frames": 1 });
    let orders = bed.ask(SECRET, "/studio/v1/farm/beat", beat).await;
    let orders: serde_json::Value = orders.json().await.unwrap();
    assert_eq!(orders["go_on"], false);
    bed.stop.cancel();
}

#[tokio::test]
async fn masters_are_for_those_who_know_the_secret() {
    let bed = Bed::start().await;
    let ask = serde_json::json!({ "worker": "stranger" });
    let refused = bed
        .ask("another-secret-of-others", "/studio/v1/farm/claim", ask)
        .await;
    assert_eq!(refused.status(), 401);
    bed.stop.cancel();
}
