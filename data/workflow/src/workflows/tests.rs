//! Crashes at every await point, retries, fan-outs and removal.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::Poll;
use std::time::Duration;

use data_engine::MemoryEngine;
use platform_clock::{ManualClock, Timestamp};

use super::*;
use crate::{Item, Policy};

async fn workflows(engine: &SharedEngine) -> Workflows {
    Workflows::open(engine, ManualClock::at(Timestamp::from_millis(1)), 2)
        .await
        .unwrap()
}

fn context(workflows: &Workflows, id: &str) -> Context {
    Context {
        id: id.into(),
        records: workflows.0.records.clone(),
        clock: Arc::clone(&workflows.0.clock),
        live: Arc::default(),
    }
}

async fn settled(workflows: &Workflows, id: &str) -> State {
    let run = workflows
        .0
        .runs
        .lock()
        .get(id)
        .map(|run| run.stopped.clone());
    if let Some(mut stopped) = run {
        stopped.wait_for(|stopped| *stopped).await.unwrap();
    }
    workflows.status(id).await.unwrap().unwrap().state
}

/// Polls a future `polls` times, then drops it, as a crash would; whether it finished before.
async fn crash_after(
    polls: u32,
    run: impl Future<Output = Result<State, WorkflowError>>,
) -> Option<State> {
    let mut run = pin!(run);
    let mut left = polls;
    poll_fn(|cx| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        match run.as_mut().poll(cx) {
            Poll::Ready(state) => Poll::Ready(Some(state.unwrap())),
            Poll::Pending => {
                cx.waker().wake_by_ref();
                Poll::Pending
            }
        }
    })
    .await
}

#[derive(Default)]
struct Effects {
    first: AtomicU32,
    items: [AtomicU32; 3],
    last: AtomicU32,
}

async fn three_steps(context: Context, effects: Arc<Effects>) -> Result<(), StepError> {
    let first: u32 = context
        .step("first", Policy::once(), |_| async {
            tokio::task::yield_now().await;
            Ok(effects.first.fetch_add(1, Ordering::SeqCst) + 1)
        })
        .await?;
    tokio::task::yield_now().await;
    let items = (0..3)
        .map(|index| Item {
            key: index.to_string(),
            weight: 1,
            input: index,
        })
        .collect();
    let made: Vec<usize> = context
        .fan_out("items", Policy::once(), 2, items, |index: usize, share| {
            let effects = Arc::clone(&effects);
            async move {
                tokio::task::yield_now().await;
                effects.items[index].fetch_add(1, Ordering::SeqCst);
                Ok((index * 10, share))
            }
        })
        .await?;
    assert_eq!(made, [0, 10, 20]);
    tokio::task::yield_now().await;
    context
        .step("last", Policy::once(), |_| async {
            effects.last.fetch_add(first, Ordering::SeqCst);
            Ok(())
        })
        .await
}

#[tokio::test]
async fn whatever_the_crashes_a_finished_step_is_never_redone() {
    for first_crash in 1..12 {
        let engine = MemoryEngine::shared();
        let effects = Arc::new(Effects::default());
        // Each life is one poll longer than the one before, so that every await point is a last one.
        for polls in first_crash.. {
            let workflows = workflows(&engine).await;
            let shared = Arc::clone(&effects);
            workflows.register("three", move |context, ()| {
                three_steps(context, Arc::clone(&shared))
            });
            let header = Header {
                kind: "three".into(),
                input: serde_json::Value::Null,
                created_at: Timestamp::default(),
                state: State::Open,
            };
            workflows.0.records.create("w", &header).await.unwrap();
            let run = drive(&workflows.0.registry, context(&workflows, "w"));
            if let Some(state) = crash_after(polls, run).await {
                assert_eq!(state, State::Done);
                break;
            }
        }
        assert_eq!(
            effects.first.load(Ordering::SeqCst),
            1,
            "crash after {first_crash}"
        );
        assert_eq!(
            effects.last.load(Ordering::SeqCst),
            1,
            "crash after {first_crash}"
        );
        assert!(
            effects
                .items
                .iter()
                .all(|item| item.load(Ordering::SeqCst) == 1)
        );
    }
}

#[tokio::test]
async fn a_transient_failure_is_tried_again_and_a_permanent_one_ends_with_its_sentence() {
    let engine = MemoryEngine::shared();
    let workflows = workflows(&engine).await;
    let tries = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&tries);
    workflows.register("flaky", move |context: Context, broken: bool| {
        let tries = Arc::clone(&counted);
        async move {
            let policy = Policy {
                attempts: 3,
                first_pause: Duration::ZERO,
                ..Policy::default()
            };
            context
                .step("try", policy, |_| async {
                    match (tries.fetch_add(1, Ordering::SeqCst), broken) {
                        (_, true) => Err(StepError::Permanent("the disc is scratched".into())),
                        (0, false) => Err(StepError::Transient("the child was killed".into())),
                        _ => Ok(()),
                    }
                })
                .await
        }
    });
    assert!(workflows.start("flaky", "a", &false).await.unwrap());
    assert!(
        !workflows.start("flaky", "a", &false).await.unwrap(),
        "starting again changes nothing"
    );
    assert_eq!(settled(&workflows, "a").await, State::Done);
    assert_eq!(tries.load(Ordering::SeqCst), 2);
    workflows.start("flaky", "b", &true).await.unwrap();
    let failed = State::Failed {
        reason: "the disc is scratched".into(),
    };
    assert_eq!(settled(&workflows, "b").await, failed);
    workflows.retry("b").await.unwrap();
    assert_eq!(settled(&workflows, "b").await, failed);
    assert_eq!(tries.load(Ordering::SeqCst), 4);
}

#[tokio::test]
async fn a_removed_workflow_stops_and_is_forgotten() {
    let engine = MemoryEngine::shared();
    let workflows = workflows(&engine).await;
    workflows.register("endless", |context: Context, ()| async move {
        context
            .step("wait", Policy::once(), |_| {
                std::future::pending::<Result<(), _>>()
            })
            .await
    });
    workflows.start("endless", "e", &()).await.unwrap();
    assert!(workflows.status("e").await.unwrap().is_some());
    workflows.remove("e").await.unwrap();
    assert!(workflows.status("e").await.unwrap().is_none());
}

#[tokio::test]
async fn a_panic_ends_the_workflow_with_a_reason() {
    let engine = MemoryEngine::shared();
    let workflows = workflows(&engine).await;
    workflows.register("broken", |_: Context, number: u32| async move {
        assert!(number > 1, "a fault of ours");
        Ok(())
    });
    workflows.start("broken", "b", &1).await.unwrap();
    assert!(matches!(
        settled(&workflows, "b").await,
        State::Failed { .. }
    ));
}

#[tokio::test]
async fn what_is_done_is_shown_from_the_store_and_its_run_forgotten() {
    let engine = MemoryEngine::shared();
    let workflows = workflows(&engine).await;
    workflows.register("short", |context: Context, ()| async move {
        context
            .step("only", Policy::once(), |_| async { Ok(()) })
            .await
    });
    workflows.start("short", "s", &()).await.unwrap();
    assert_eq!(settled(&workflows, "s").await, State::Done);
    assert!(workflows.0.runs.lock().is_empty());
    let status = workflows.status("s").await.unwrap().unwrap();
    assert_eq!(status.steps[0].state, StepState::Done);
    assert!(!status.running);
}

#[tokio::test]
async fn names_that_could_be_taken_for_others_end_the_workflow_with_a_reason() {
    let engine = MemoryEngine::shared();
    let workflows = workflows(&engine).await;
    workflows.register("named", |context: Context, names: Vec<String>| async move {
        for name in names {
            let step = context.step(&name, Policy::once(), |_| async { Ok(()) });
            step.await?;
        }
        Ok(())
    });
    for (id, names) in [
        ("slash", vec!["a/b"]),
        ("empty", vec![""]),
        ("twice", vec!["a", "a"]),
    ] {
        workflows.start("named", id, &names).await.unwrap();
        let State::Failed { reason } = settled(&workflows, id).await else {
            panic!("{id} ends");
        };
        assert!(reason.contains("no step can be called"), "{reason}");
    }
}
