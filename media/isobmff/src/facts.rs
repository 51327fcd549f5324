//! What an initialization section and a segment say of themselves, whoever wrote them.
//!
//! [`Head`](crate::Head) reads track files of one track with an index, which is what Marquee publishes. These
//! read the pieces as a player gets them, one by one, so that they can be held against each other and against a
//! manifest.

use crate::boxes::{Children, RawBox};
use crate::format::{read_format, tracks};
use crate::fragment::{Fragment, Unit};
use crate::{BoxError, FourCc, Problem, TrackFormat};

/// An initialization section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InitFacts {
    /// The brands of its `ftyp`; empty without one.
    pub brands: Vec<FourCc>,
    /// Its tracks.
    pub tracks: Vec<TrackFormat>,
    /// It announces fragments (`mvex`).
    pub fragmented: bool,
}

/// A media segment of one track: one fragment or several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SegmentFacts {
    /// Fragments in it.
    pub fragments: usize,
    /// Decode time of its first sample, in ticks.
    pub start: u64,
    /// Ticks from there to the end of its last sample.
    pub duration: u64,
    /// Its samples.
    pub samples: usize,
    /// Bytes of media.
    pub media_bytes: u64,
    /// Decoding can begin with its first sample.
    pub starts_with_sync: bool,
    /// Each fragment begins where the one before it ends.
    pub continuous: bool,
}

impl InitFacts {
    /// Reads an initialization section.
    ///
    /// # Errors
    /// When it is cut off, has no `moov` or no track, or a track of a kind that is not read here.
    pub fn parse(bytes: &[u8]) -> Result<Self, BoxError> {
        let (mut brands, mut moov) = (Vec::new(), None);
        for found in Children::of(bytes, 0) {
            let found = found?;
            match &found.kind.0 {
                b"ftyp" => brands = read_brands(&found)?,
                b"moov" => moov = Some(found),
                _ => {}
            }
        }
        let moov = moov.ok_or_else(|| whole(bytes).error(Problem::Missing(FourCc(*b"moov"))))?;
        let formats: Result<Vec<_>, _> = tracks(&moov)?.into_iter().map(read_format).collect();
        let formats = formats?;
        if formats.is_empty() {
            return Err(moov.error(Problem::Missing(FourCc(*b"trak"))));
        }
        Ok(Self {
            brands,
            tracks: formats,
            fragmented: moov.find(*b"mvex")?.is_some(),
        })
    }
}

impl SegmentFacts {
    /// Reads a segment. Boxes beside its fragments are passed over.
    ///
    /// # Errors
    /// When it is cut off, has no fragment, or one whose samples are not told by it alone.
    pub fn parse(bytes: &[u8]) -> Result<Self, BoxError> {
        let mut facts: Option<Self> = None;
        for found in Children::of(bytes, 0) {
            let found = found?;
            if found.kind != FourCc(*b"moof") {
                continue;
            }
            // Offsets in a fragment count from its own beginning.
            let (fragment, _) = Fragment::read(&bytes[found.offset as usize..])?;
            match &mut facts {
                None => facts = Some(Self::of(&fragment)),
                Some(facts) => facts.take(&fragment),
            }
        }
        facts.ok_or_else(|| whole(bytes).error(Problem::Missing(FourCc(*b"moof"))))
    }

    fn of(fragment: &Fragment) -> Self {
        let first = fragment.units.first();
        let mut facts = Self {
            fragments: 0,
            start: fragment.decode,
            duration: 0,
            samples: 0,
            media_bytes: 0,
            starts_with_sync: first.is_some_and(Unit::is_sync),
            continuous: true,
        };
        facts.take(fragment);
        facts
    }

    fn take(&mut self, fragment: &Fragment) {
        let end = self.start.saturating_add(self.duration);
        self.continuous &= self.fragments == 0 || fragment.decode == end;
        self.fragments += 1;
        self.samples += fragment.units.len();
        self.media_bytes = self.media_bytes.saturating_add(fragment.data_bytes());
        let ticks: u64 = fragment.units.iter().map(|it| u64::from(it.duration)).sum();
        let end = fragment.decode.saturating_add(ticks);
        self.duration = self.duration.max(end.saturating_sub(self.start));
    }
}

fn read_brands(ftyp: &RawBox<'_>) -> Result<Vec<FourCc>, BoxError> {
    let mut fields = ftyp.fields();
    let mut brands = vec![FourCc(fields.u32()?.to_be_bytes())];
    fields.skip(4)?;
    let rest = fields.rest().chunks_exact(4);
    brands.extend(rest.map(|brand| FourCc([brand[0], brand[1], brand[2], brand[3]])));
    Ok(brands)
}

const fn whole(bytes: &[u8]) -> RawBox<'_> {
    RawBox {
        kind: FourCc(*b"file"),
        offset: 0,
        header: 0,
        body: bytes,
    }
}

#[cfg(test)]
mod tests;
