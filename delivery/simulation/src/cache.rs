//! What boxes keep of what was asked for and not placed, by the eviction of the appliances themselves.
//!
//! Caches are empty before the hours that are not counted, and see one play in so many: what they come to is less than
//! a service's would.

use delivery_fill::Eviction;
use delivery_routes::Announcer;

use crate::limits::PLACED_PART;
use crate::world::World;

/// The room of every box that is not for placed files.
#[derive(Debug)]
pub(crate) struct Caches(Vec<Eviction<u32, u64>>);

/// What a play takes of a file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Taken {
    /// The file's number.
    pub(crate) file: u32,
    /// The play's.
    pub(crate) play: u64,
    /// Bytes that the play is sent.
    pub(crate) bytes: f64,
    /// Bytes of the rendition they are of.
    pub(crate) whole: f64,
}

impl Caches {
    /// Empty ones.
    pub(crate) fn of(world: &World) -> Self {
        let rest = |placed: u64| placed as f64 / PLACED_PART * (1.0 - PLACED_PART);
        let boxes = world.boxes.iter();
        let empty = boxes.map(|one| Eviction::new(rest(one.facts.storage_bytes) as u64));
        Self(empty.collect())
    }

    /// A box sends a play what was not placed on it. Plays begin anywhere in a title: of the bytes sent, the box has as
    /// large a part as of the whole file. It keeps what it has to fetch; those are the bytes returned.
    pub(crate) fn send(&mut self, by: Announcer, taken: Taken) -> f64 {
        let cache = &mut self.0[by.0 as usize];
        let held = cache.bytes_of(taken.file) as f64 / taken.whole.max(1.0);
        let fetched = taken.bytes.min(taken.whole) * (1.0 - held).max(0.0);
        cache.grow(taken.file, fetched as u64);
        cache.touch(taken.file, taken.play);
        while cache.is_over() && cache.evict(|other| other != taken.file).is_some() {}
        if cache.is_over() {
            cache.remove(taken.file);
        }
        fetched
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scale::Scale;

    fn taken(file: u32, play: u64) -> Taken {
        Taken {
            file,
            play,
            bytes: 1e9,
            whole: 2e9,
        }
    }

    #[test]
    fn what_was_fetched_is_kept_and_what_does_not_fit_goes() {
        let world = World::draw(&Scale::quick(), 1);
        let (mut caches, by) = (Caches::of(&world), Announcer(0));
        let mut send = |by, file, play| caches.send(by, taken(file, play)) as u64;
        let fetched = [1, 2, 3].map(|play| send(by, 7, play));
        assert_eq!(fetched, [1_000_000_000, 500_000_000, 250_000_000]);
        assert_eq!(send(Announcer(1), 7, 1), 1_000_000_000, "another box");
        // A box with 10 TB to spare keeps what several plays took, and not 30,000 files.
        for file in 100..30_100 {
            send(by, file, u64::from(file));
        }
        assert_eq!(send(by, 7, 9), 125_000_000);
        assert_eq!(send(by, 100, 9), 1_000_000_000);
        assert!(caches.0[0].bytes() <= 10_000_000_000_000);
    }

    #[test]
    fn an_origin_keeps_nothing() {
        let world = World::draw(&Scale::quick(), 1);
        let origin = Announcer(world.boxes.len() as u32 - 1);
        let mut caches = Caches::of(&world);
        let fetched = [1, 2].map(|play| caches.send(origin, taken(7, play)) as u64);
        assert_eq!(fetched, [1_000_000_000; 2]);
    }
}
