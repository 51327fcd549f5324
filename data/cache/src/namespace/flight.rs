//! One load per key at a time, whoever asks.

use std::collections::HashMap;
use std::error::Error;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use parking_lot::Mutex;
use tokio::sync::OnceCell;

use crate::CacheKey;

/// What a load failed with, shared by all who waited for it.
#[derive(Clone)]
pub struct LoadError(Arc<dyn Error + Send + Sync>);

impl LoadError {
    pub(super) fn new(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self(error.into().into())
    }

    /// The load's own error, if it is an `E`.
    pub fn downcast_ref<E: Error + 'static>(&self) -> Option<&E> {
        self.0.downcast_ref()
    }
}

impl fmt::Debug for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Error for LoadError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source()
    }
}

type Outcome = Result<Option<Bytes>, LoadError>;

/// A load under way. When who runs it goes away, the next of those who wait runs its own.
#[derive(Debug, Default)]
pub(super) struct Flight {
    outcome: OnceCell<Outcome>,
    overtaken: AtomicBool,
}

impl Flight {
    /// Runs the load, or waits for who runs it.
    pub(super) async fn land(&self, load: impl Future<Output = Outcome>) -> Outcome {
        self.outcome.get_or_init(|| load).await.clone()
    }

    /// Whether the key was written since the load began, so that its outcome may be too old to keep.
    pub(super) fn is_overtaken(&self) -> bool {
        self.overtaken.load(Ordering::SeqCst)
    }
}

/// The loads under way: as many as there are callers waiting, at most.
#[derive(Debug, Default)]
pub(super) struct Flights(Mutex<HashMap<CacheKey, Boarding>>);

#[derive(Debug, Default)]
struct Boarding {
    flight: Arc<Flight>,
    seats: usize,
}

/// A caller's part in a flight; a flight whose last seat is left, or that has landed, is over.
#[derive(Debug)]
pub(super) struct Seat<'a> {
    flights: &'a Flights,
    key: CacheKey,
    flight: Arc<Flight>,
}

impl Flights {
    pub(super) fn join(&self, key: &CacheKey) -> Seat<'_> {
        let mut flights = self.0.lock();
        let boarding = flights.entry(*key).or_default();
        boarding.seats += 1;
        Seat {
            flights: self,
            key: *key,
            flight: Arc::clone(&boarding.flight),
        }
    }

    /// Tells the flight of a key that the key was written; the next to ask begins another.
    pub(super) fn overtake(&self, key: &CacheKey) {
        if let Some(boarding) = self.0.lock().remove(key) {
            boarding.flight.overtaken.store(true, Ordering::SeqCst);
        }
    }

    #[cfg(test)]
    pub(super) fn under_way(&self) -> usize {
        self.0.lock().len()
    }
}

impl Deref for Seat<'_> {
    type Target = Flight;

    fn deref(&self) -> &Flight {
        &self.flight
    }
}

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        let mut flights = self.flights.0.lock();
        let Some(boarding) = flights.get_mut(&self.key) else {
            return;
        };
        // After an overtaking the key may have another flight.
        if !Arc::ptr_eq(&boarding.flight, &self.flight) {
            return;
        }
        boarding.seats -= 1;
        if boarding.seats == 0 || self.flight.outcome.initialized() {
            flights.remove(&self.key);
        }
    }
}
