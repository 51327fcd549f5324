//! Which bytes of a sample may be encrypted: what a player reads before it decrypts stays in clear.
//!
//! H.264 and HEVC: the data of slices, not their headers nor other units (ISO/IEC 23001-7, 9.5). VP9: a frame without
//! its uncompressed header, and not the index of a superframe (VP Codec ISO Media File Format Binding). AV1: tiles
//! (AV1 Codec ISO Media File Format Binding, 4). Sound: everything.

mod av1;
mod nal;
mod vp9;

use media_isobmff::{Media, Pattern, SampleEntry, Subsample};

/// Why it is not known what to encrypt. The same input fails again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DivideError {
    /// A codec that nothing here reads.
    #[error("{0} cannot be encrypted: its frames are not understood")]
    Codec(String),
    /// The configuration or a sample is not what its codec says.
    #[error("a frame cannot be read: {0}")]
    Frame(String),
}

/// Divides the samples of a track, which are given in order.
pub struct Divider(Kind);

enum Kind {
    Whole,
    Avc(nal::Units<nal::Avc>),
    Hevc(nal::Units<nal::Hevc>),
    Vp9(vp9::Frames),
    Av1(Box<av1::Tiles>),
}

impl Divider {
    /// Of a track's entry.
    ///
    /// # Errors
    /// When the codec is none that is understood, or its configuration cannot be read.
    pub fn of(entry: &SampleEntry) -> Result<Self, DivideError> {
        if matches!(entry.media, Media::Audio { .. }) {
            return Ok(Self(Kind::Whole));
        }
        let configuration = entry.configuration().unwrap_or_default();
        let kind = match entry.codec.get(..4).unwrap_or_default() {
            "avc1" => Kind::Avc(nal::Units::avc(configuration)?),
            "hvc1" => Kind::Hevc(nal::Units::hevc(configuration)?),
            "vp09" => Kind::Vp9(vp9::Frames::default()),
            "av01" => Kind::Av1(Box::new(av1::Tiles::new(configuration)?)),
            _ => return Err(DivideError::Codec(entry.codec.clone())),
        };
        Ok(Self(kind))
    }

    /// Whether every sample is encrypted as a whole, so that none needs to be looked at.
    pub const fn is_whole(&self) -> bool {
        matches!(self.0, Kind::Whole)
    }

    /// One block in ten of a picture, every block of sound: what Apple's players take.
    pub const fn pattern(&self) -> Pattern {
        match self.0 {
            Kind::Whole => Pattern { crypt: 0, skip: 0 },
            _ => Pattern { crypt: 1, skip: 9 },
        }
    }

    /// The parts of a sample, which make up all of it; none where it is encrypted as a whole.
    ///
    /// # Errors
    /// When the sample is not one of its codec.
    pub fn divide(&mut self, sample: &[u8]) -> Result<Vec<Subsample>, DivideError> {
        let mut parts = Parts::default();
        match &mut self.0 {
            Kind::Whole => return Ok(Vec::new()),
            Kind::Avc(units) => units.divide(sample, &mut parts)?,
            Kind::Hevc(units) => units.divide(sample, &mut parts)?,
            Kind::Vp9(frames) => frames.divide(sample, &mut parts)?,
            Kind::Av1(tiles) => tiles.divide(sample, &mut parts)?,
        }
        Ok(parts.finish(sample.len()))
    }
}

/// Parts as they are found, from the sample's beginning on.
#[derive(Default)]
struct Parts {
    found: Vec<Subsample>,
    told: usize,
}

impl Parts {
    /// Says that `protected` bytes from `at` on are to be encrypted; what lies before them is not.
    fn protect(&mut self, at: usize, protected: usize) {
        if protected == 0 {
            return;
        }
        let clear = self.clear(at.saturating_sub(self.told));
        self.found.push(Subsample {
            clear,
            protected: u32::try_from(protected).unwrap_or(u32::MAX),
        });
        self.told = at + protected;
    }

    /// Tells of clear bytes in as many parts as it takes; gives what is left for one more.
    fn clear(&mut self, mut bytes: usize) -> u16 {
        while bytes > usize::from(u16::MAX) {
            bytes -= usize::from(u16::MAX);
            self.found.push(Subsample {
                clear: u16::MAX,
                protected: 0,
            });
        }
        bytes as u16
    }

    fn finish(mut self, bytes: usize) -> Vec<Subsample> {
        if self.told < bytes || self.found.is_empty() {
            let clear = self.clear(bytes.saturating_sub(self.told));
            self.found.push(Subsample {
                clear,
                protected: 0,
            });
        }
        self.found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_make_up_the_sample() {
        let mut parts = Parts::default();
        parts.protect(70_000, 100);
        parts.protect(70_150, 0);
        let parts = parts.finish(70_200);
        let told: Vec<_> = parts.iter().map(|it| (it.clear, it.protected)).collect();
        assert_eq!(told, [(65_535, 0), (4_465, 100), (100, 0)]);
        let none = Parts::default().finish(3);
        assert_eq!(none.len(), 1, "a list of no parts would mean all of it");
    }
}
