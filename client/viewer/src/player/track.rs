//! One track of a play: its renditions and how far it has been fetched.

use std::time::Duration;

use super::job::{Job, Task};
use crate::presentation::Rendition;
use crate::wellformed::{check_init, check_segment};

/// The picture or the sound.
#[derive(Debug)]
pub(super) struct Track {
    rungs: Vec<Rung>,
    /// The next segment to fetch.
    pub(super) next: usize,
    /// Where the last one fetched ends.
    pub(super) end: Duration,
    /// The rung decided on for the next segment.
    pub(super) chosen: Option<usize>,
    /// The rung of the last segment fetched.
    pub(super) shown: Option<usize>,
    /// How often the rung changed.
    pub(super) switches: u32,
    /// Bytes of segments fetched.
    pub(super) bytes: u64,
}

#[derive(Debug)]
struct Rung {
    rendition: Rendition,
    has_init: bool,
}

impl Track {
    pub(super) fn new(renditions: Vec<Rendition>) -> Self {
        let rung = |rendition| Rung {
            rendition,
            has_init: false,
        };
        Self {
            rungs: renditions.into_iter().map(rung).collect(),
            next: 0,
            end: Duration::ZERO,
            chosen: None,
            shown: None,
            switches: 0,
            bytes: 0,
        }
    }

    /// Whether nothing more need be fetched to show `limit` of the title.
    pub(super) fn is_complete(&self, limit: Duration) -> bool {
        let rung = self.shown.or(self.chosen).unwrap_or(0);
        let list = self.rungs.get(rung).and_then(|rung| rung.rendition.list());
        self.end >= limit || list.is_some_and(|list| self.next >= list.segments.len())
    }

    /// The next download for the chosen rung: its listing, its initialization section or a segment.
    pub(super) fn job(&self, audio: bool, place: usize) -> Option<Job> {
        let index = self.chosen.unwrap_or(0);
        let rung = self.rungs.get(index)?;
        let rendition = &rung.rendition;
        let (task, part) = match (rendition.listing_part(), rendition.list()) {
            (Some(part), _) => (Task::Listing, part),
            (None, Some(list)) => match list.init.as_ref().filter(|_| !rung.has_init) {
                Some(init) => (Task::Init, init.clone()),
                None => (
                    Task::Segment(self.next),
                    list.segments.get(self.next)?.part.clone(),
                ),
            },
            (None, None) => return None,
        };
        let url = rendition.url(place, &part)?;
        Some(Job {
            audio,
            rung: index,
            place,
            task,
            url,
            range: part.range,
        })
    }

    /// Takes what a job fetched, if it is what it should be.
    pub(super) fn accept(&mut self, job: &Job, bytes: &[u8]) -> Result<(), String> {
        let rung = self
            .rungs
            .get_mut(job.rung)
            .ok_or("a rendition that does not exist")?;
        match job.task {
            Task::Listing => {
                let expected = self.end;
                rung.rendition.learn(bytes)?;
                let list = rung.rendition.list().map_or(&[][..], |list| &list.segments);
                let before: Duration = list.iter().take(self.next).map(|it| it.duration).sum();
                // Renditions whose segments do not line up cannot follow one another.
                if before.abs_diff(expected) > Duration::from_millis(500) {
                    return Err("a rendition's segments do not line up with the others'".to_owned());
                }
            }
            Task::Init => {
                check_init(bytes)?;
                rung.has_init = true;
            }
            Task::Segment(number) => {
                check_segment(bytes)?;
                let list = rung
                    .rendition
                    .list()
                    .ok_or("a segment before its listing")?;
                let segment = list.segments.get(number).ok_or("a segment past the end")?;
                self.end += segment.duration;
                self.next = number + 1;
                self.bytes += bytes.len() as u64;
                self.chosen = None;
                let before = self.shown.replace(job.rung);
                self.switches += u32::from(before.is_some_and(|rung| rung != job.rung));
            }
        }
        Ok(())
    }

    /// Takes over the URLs of a renewed manifest; what was learnt of segments is kept.
    pub(super) fn adopt(&mut self, fresh: Vec<Rendition>) {
        for (rung, fresh) in self.rungs.iter_mut().zip(fresh) {
            rung.rendition.bases = fresh.bases;
        }
    }
}
