//! A step made of many items, each durable on its own.

use std::collections::HashMap;
use std::future::Future;

use futures::{StreamExt as _, TryStreamExt as _};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::context::{Context, decode, encode, retrying};
use crate::error::StepError;
use crate::meter::{Meter, Share};
use crate::policy::Policy;
use crate::status::StepState;

/// One item of a fan-out.
#[derive(Debug, Clone)]
pub struct Item<I> {
    /// Its name, unique within the step.
    pub key: String,
    /// How much of the step's work it is.
    pub weight: u64,
    /// What it works on.
    pub input: I,
}

impl Context {
    /// Runs `work` for every item, at most `concurrency` at once, in order of the list. Finished items
    /// answer from the store. Gives the outputs in the items' order.
    ///
    /// # Errors
    /// The first failure that is permanent or whose tries are used up; the other items are stopped.
    pub async fn fan_out<I, T, F>(
        &self,
        name: &str,
        policy: Policy,
        concurrency: usize,
        items: Vec<Item<I>>,
        work: impl Fn(I, Share) -> F + Sync,
    ) -> Result<Vec<T>, StepError>
    where
        I: Clone + Send + Sync,
        T: Serialize + DeserializeOwned + Send,
        F: Future<Output = Result<(T, Share), StepError>> + Send,
    {
        let finished: HashMap<String, Value> = self
            .records
            .items(&self.id, name)
            .await?
            .into_iter()
            .collect();
        let total = items.iter().map(|item| item.weight).sum();
        let before = items
            .iter()
            .filter(|item| finished.contains_key(&item.key))
            .map(|item| item.weight)
            .sum();
        let started_at = self.clock.now();
        let meter = self.live.begin(name, total, before, started_at);
        let keys: Vec<String> = items.iter().map(|item| item.key.clone()).collect();
        let pending = items
            .into_iter()
            .filter(|item| !finished.contains_key(&item.key));
        let made: Result<HashMap<String, Value>, StepError> = futures::stream::iter(pending)
            .map(|item| self.item(name, policy, item, &meter, &work))
            .buffer_unordered(concurrency.max(1))
            .try_collect()
            .await;
        let state = if made.is_ok() {
            StepState::Done
        } else {
            StepState::Stopped
        };
        let made = match made {
            Ok(made) => made,
            Err(error) => {
                self.live.end(name, state, self.clock.now());
                return Err(error);
            }
        };
        self.record(name, &(), &meter, started_at).await?;
        self.live.end(name, state, self.clock.now());
        let mut outputs = finished;
        outputs.extend(made);
        keys.iter()
            .map(|key| decode(name, outputs.remove(key).unwrap_or_default()))
            .collect()
    }

    async fn item<I, T, F>(
        &self,
        name: &str,
        policy: Policy,
        item: Item<I>,
        meter: &Meter,
        work: &impl Fn(I, Share) -> F,
    ) -> Result<(String, Value), StepError>
    where
        I: Clone,
        T: Serialize,
        F: Future<Output = Result<(T, Share), StepError>>,
    {
        let (output, share) = retrying(policy, || {
            work(item.input.clone(), meter.share(item.weight))
        })
        .await?;
        let output = encode(name, &output)?;
        self.records
            .finish_item(&self.id, name, &item.key, &output)
            .await?;
        share.finish();
        Ok((item.key, output))
    }
}
