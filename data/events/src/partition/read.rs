//! Reads of what is acknowledged. Blocking.

use std::io;
use std::path::Path;

use super::Partition;
use crate::limits::MAX_READ_BYTES;
use crate::segment::walk::{Found, Walk};
use crate::segment::{self, Format};
use crate::{Ends, Event, EventError, Offset, check};

/// Events on their way out, and what is still wanted.
struct Basket {
    events: Vec<Event>,
    bytes: usize,
    limit: usize,
    /// The next event wanted.
    at: Offset,
    /// The first that is not.
    until: Offset,
    full: bool,
}

impl Basket {
    fn wants_more(&self) -> bool {
        !self.full && self.at < self.until && self.events.len() < self.limit
    }

    fn take(&mut self, event: Event) {
        if !self.wants_more() || event.offset < self.at {
            return;
        }
        let bytes = event.key.len() + event.payload.len();
        if self.bytes + bytes > MAX_READ_BYTES {
            self.full = true;
            return;
        }
        self.bytes += bytes;
        self.at = event.offset.next();
        self.events.push(event);
    }
}

impl Partition {
    /// Whether a read has nothing to fetch, so that it needs no thread of its own.
    pub(crate) fn has_nothing(&self, from: Offset, limit: usize) -> Result<bool, EventError> {
        let ends = self.ends();
        check::offset(&self.id.topic, self.id.partition, from, ends)?;
        Ok(limit == 0 || from == ends.next)
    }

    /// Acknowledged events from `from` on. Blocking.
    pub(crate) fn read(&self, from: Offset, limit: usize) -> Result<Vec<Event>, EventError> {
        let ends @ Ends { next, .. } = self.ends();
        check::offset(&self.id.topic, self.id.partition, from, ends)?;
        let mut basket = Basket {
            events: Vec::new(),
            bytes: 0,
            limit,
            at: from,
            until: next,
            full: false,
        };
        while basket.wants_more() {
            match self.read_segment(&mut basket) {
                // What was found before the flaw is good; the next read begins with it.
                Err(_) if !basket.events.is_empty() => break,
                Err(EventError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
                    // Retention may have dropped the segment meanwhile; then the ends say so.
                    check::offset(&self.id.topic, self.id.partition, from, self.ends())?;
                    return Err(EventError::io("read", &self.folder)(source));
                }
                read => read?,
            }
        }
        Ok(basket.events)
    }

    /// Fills the basket from the segment that holds its next event.
    fn read_segment(&self, basket: &mut Basket) -> Result<(), EventError> {
        let (base, until) = self.segment_of(basket.at);
        let format = segment::format_of(&self.folder, base)?;
        let path = segment::path(&self.folder, base);
        let failed = EventError::io("read", &path);
        if format == Format::Torn {
            return Err(self.id.damaged(basket.at, &path, 0));
        }
        let walked = self.walk_to(&path, format, (base, basket.at));
        let mut walk = walked.map_err(failed)?;
        while basket.wants_more() && until.is_none_or(|until| basket.at < until) {
            self.step(&mut walk, &path, basket)?;
        }
        Ok(())
    }

    fn step(&self, walk: &mut Walk, path: &Path, basket: &mut Basket) -> Result<(), EventError> {
        let failed = || EventError::io("read", path);
        let byte = walk.position;
        let damaged = || Err(self.id.damaged(basket.at, path, byte));
        match walk.look().map_err(failed())? {
            Found::Span(span) if span.next() <= basket.at => walk.skip(&span),
            Found::Span(span) if span.base() > basket.at => return damaged(),
            Found::Span(span) => {
                let Some(events) = walk.events(&span).map_err(failed())? else {
                    return damaged();
                };
                walk.skip(&span);
                for event in events {
                    basket.take(event);
                }
            }
            Found::End => return damaged(),
            Found::Flawed => {
                // The flaw lies before what is wanted if a whole batch at or before that follows.
                let found = walk.resync(Offset(0)).map_err(failed())?;
                let before = match walk.look().map_err(failed())? {
                    Found::Span(span) => span.base() <= basket.at,
                    Found::End | Found::Flawed => false,
                };
                if !found || !before {
                    return damaged();
                }
            }
        }
        Ok(())
    }

    /// A walk from the nearest place known before an offset.
    fn walk_to(
        &self,
        path: &Path,
        format: Format,
        (base, at): (Offset, Offset),
    ) -> io::Result<Walk> {
        if let Some(place) = self.places.before(&self.folder, base, at) {
            let mut walk = Walk::open(path, format, Some(place.byte))?;
            if let Found::Span(span) = walk.look()?
                && span.base() == place.offset
            {
                return Ok(walk);
            }
        }
        Walk::open(path, format, None)
    }

    /// The segment that holds an offset, and the first offset of the one after it.
    fn segment_of(&self, offset: Offset) -> (Offset, Option<Offset>) {
        let segments = self.segments.read();
        let after = segments.partition_point(|segment| segment.base <= offset);
        let base = segments
            .get(after.saturating_sub(1))
            .map(|segment| segment.base);
        (
            base.unwrap_or_default(),
            segments.get(after).map(|segment| segment.base),
        )
    }
}
