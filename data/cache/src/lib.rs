//! A cache: in this process, in Redis or in memcached, one copy in every zone.
//!
//! [`Cache`] is the trait; its engines are [`MemoryCache`], [`RedisCache`], [`MemcachedCache`] and [`Zones`],
//! which makes one cache of several. [`Namespace`] is what a caller holds: it names keys, gives them their
//! expiry, keeps a near copy in this process, and loads a missing value once however many ask. Every
//! engine runs the suite in [`conformance`]. This crate must not know what the values mean.
//!
//! # What may be relied on
//! A cache is best effort: any entry may be gone at any time, so a caller must be able to do without. What
//! it must know is how wrong an entry can be:
//! * A value read was set under that key, whole, and has not expired: what is foreign or damaged is a miss.
//! * In one process, a read after a set or a removal that returned `Ok` does not give an older value, even
//!   when a zone was away meanwhile: a zone that missed a write is not read for that key until it has
//!   dropped what it holds. A near copy is replaced at once. What an older read or load brings back
//!   meanwhile is noticed and removed; for that moment it can be seen.
//! * Between processes an older value can be read for as long as its expiry, where a zone missed a write or
//!   a load raced with one, and from a near copy for as long as that one's. Choose expiries so that this is
//!   bearable.
//! * A set or a removal is `Ok` when at least one zone took it.
//! * Counters lose what was in memory when a server restarts; nothing is counted twice unless a caller
//!   repeats an `add` whose answer was lost.

mod cache;
pub mod conformance;
mod entry;
mod envelope;
mod error;
mod gate;
mod key;
pub mod limits;
mod location;
mod memcached;
mod memory;
mod namespace;
mod redis_cache;
mod zones;

pub use cache::{Cache, SharedCache, ZoneReport};
pub use entry::Entry;
pub use error::CacheError;
pub use key::CacheKey;
pub use location::open;
pub use memcached::MemcachedCache;
pub use memory::MemoryCache;
pub use namespace::{CacheStats, LoadError, Lookup, Namespace, NamespaceSettings};
pub use redis_cache::RedisCache;
pub use zones::Zones;
