//! A step made of many items, each durable on its own.

use std::collections::{HashMap, HashSet};
use std::future::Future;

use futures::{StreamExt as _, TryStreamExt as _};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::context::{Context, decode, encode, retrying, stored};
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
    /// The first failure that is permanent or whose tries are used up; the other items are stopped. As of
    /// [`Context::step`] for its name; a permanent one when two items have one key.
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
        let started_at = self.clock.now();
        let meter = self.live.begin(name, started_at)?;
        let made = self.items(name, (policy, concurrency), items, &meter, &work);
        let made = match made.await {
            Ok(made) => self
                .record(name, &(), &meter, started_at)
                .await
                .map(|_| made),
            Err(error) => Err(error),
        };
        let state = match made {
            Ok(_) => StepState::Done,
            Err(_) => StepState::Stopped,
        };
        self.live.end(name, state, self.clock.now());
        let outputs = made?.into_iter();
        outputs.map(|output| decode(name, output)).collect()
    }

    /// The outputs of all items, in their order.
    async fn items<I, T, F>(
        &self,
        name: &str,
        (policy, concurrency): (Policy, usize),
        items: Vec<Item<I>>,
        meter: &Meter,
        work: &(impl Fn(I, Share) -> F + Sync),
    ) -> Result<Vec<Value>, StepError>
    where
        I: Clone + Send + Sync,
        T: Serialize + Send,
        F: Future<Output = Result<(T, Share), StepError>> + Send,
    {
        let keys: Vec<String> = items.iter().map(|item| item.key.clone()).collect();
        if let Some(twice) = twice(&keys) {
            let reason = format!("two items of step {name} are called {twice:?}");
            return Err(StepError::Permanent(reason));
        }
        let finished = stored(|| self.records.items(&self.id, name)).await?;
        let mut outputs: HashMap<String, Value> = finished.into_iter().collect();
        let total = items.iter().map(|item| item.weight).sum();
        let (before, pending): (Vec<_>, Vec<_>) = items
            .into_iter()
            .partition(|item| outputs.contains_key(&item.key));
        let before = before.iter().map(|item| item.weight).sum();
        self.live.resume(name, total, before);
        let made: Vec<(String, Value)> = futures::stream::iter(pending)
            .map(|item| self.item(name, policy, item, meter, work))
            .buffer_unordered(concurrency.max(1))
            .try_collect()
            .await?;
        outputs.extend(made);
        let outputs = keys
            .iter()
            .map(|key| outputs.remove(key).unwrap_or_default());
        Ok(outputs.collect())
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
        let finish = || {
            self.records
                .finish_item(&self.id, name, &item.key, output.clone())
        };
        let output = stored(finish).await?;
        share.finish();
        Ok((item.key, output))
    }
}

/// A key that more than one item has.
fn twice(keys: &[String]) -> Option<&String> {
    let mut seen = HashSet::new();
    keys.iter().find(|key| !seen.insert(*key))
}
