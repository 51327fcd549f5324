//! Reading a fragment back.

use std::ops::Range;

use super::{
    FLAGS_SYNC, Fragment, TRUN_COMPOSITIONS, TRUN_DATA_OFFSET, TRUN_DURATIONS, TRUN_FIRST_FLAGS,
    TRUN_FLAGS, TRUN_SIZES, Unit,
};
use crate::boxes::{Children, RawBox};
use crate::{BoxError, FourCc, Problem};

/// What `tfhd` says for samples whose `trun` is silent.
#[derive(Default)]
struct Defaults {
    duration: Option<u32>,
    size: Option<u32>,
    flags: Option<u32>,
}

impl Fragment {
    /// Reads a segment of one `moof` and one `mdat`, one track and one run, its defaults in `tfhd` as
    /// CMAF asks. The range is where the media lies in `bytes`.
    pub(crate) fn read(bytes: &[u8]) -> Result<(Self, Range<usize>), BoxError> {
        let mut boxes = Children::of(bytes, 0);
        let file = RawBox {
            kind: FourCc(*b"file"),
            offset: 0,
            header: 0,
            body: bytes,
        };
        let moof = loop {
            let missing = || file.error(Problem::Missing(FourCc(*b"moof")));
            let found = boxes.next().ok_or_else(missing)??;
            if found.kind == FourCc(*b"moof") {
                break found;
            }
        };
        let mut mfhd = moof.need(*b"mfhd")?.fields();
        mfhd.version_and_flags()?;
        let sequence = mfhd.u32()?;
        let traf = moof.need(*b"traf")?;
        let (track_id, defaults) = read_tfhd(traf.need(*b"tfhd")?)?;
        let mut tfdt = traf.need(*b"tfdt")?.fields();
        let (version, _) = tfdt.version_and_flags()?;
        let decode = tfdt.u32_or_u64(version)?;
        let trun = traf.need(*b"trun")?;
        let (units, data_offset) = read_trun(trun, &defaults, bytes.len())?;
        let fragment = Self {
            sequence,
            track_id,
            decode,
            units,
            subsamples: Vec::new(),
        };
        let start = moof.offset.saturating_add(u64::from(data_offset));
        let end = start.saturating_add(fragment.data_bytes());
        if end > bytes.len() as u64 {
            return Err(trun.error(Problem::Inconsistent("its samples run past the fragment")));
        }
        Ok((fragment, start as usize..end as usize))
    }
}

fn read_tfhd(tfhd: RawBox<'_>) -> Result<(u32, Defaults), BoxError> {
    let mut fields = tfhd.fields();
    let (_, flags) = fields.version_and_flags()?;
    let track_id = fields.u32()?;
    if flags & 0x01 != 0 {
        return Err(tfhd.error(Problem::Unsupported("a base data offset")));
    }
    if flags & 0x02 != 0 {
        fields.skip(4)?;
    }
    let mut optional = |bit: u32| {
        if flags & bit == 0 {
            Ok(None)
        } else {
            fields.u32().map(Some)
        }
    };
    let defaults = Defaults {
        duration: optional(0x08)?,
        size: optional(0x10)?,
        flags: optional(0x20)?,
    };
    Ok((track_id, defaults))
}

fn read_trun(
    trun: RawBox<'_>,
    defaults: &Defaults,
    fragment_bytes: usize,
) -> Result<(Vec<Unit>, u32), BoxError> {
    let mut fields = trun.fields();
    let (_, flags) = fields.version_and_flags()?;
    let count = fields.u32()? as usize;
    if flags & TRUN_DATA_OFFSET == 0 {
        return Err(trun.error(Problem::Unsupported("a run without its data offset")));
    }
    let data_offset = fields.u32()?;
    let first_flags = if flags & TRUN_FIRST_FLAGS == 0 {
        None
    } else {
        Some(fields.u32()?)
    };
    // Each sample has at least a byte, in the run's table or in the media.
    if count > fragment_bytes {
        return Err(trun.error(Problem::Inconsistent("it counts more samples than bytes")));
    }
    let missing = |what| trun.error(Problem::Inconsistent(what));
    let mut units = Vec::with_capacity(count);
    for index in 0..count {
        let mut stated = |bit: u32, default: Option<u32>| {
            if flags & bit == 0 {
                Ok(default)
            } else {
                fields.u32().map(Some)
            }
        };
        let duration = stated(TRUN_DURATIONS, defaults.duration)?;
        let size = stated(TRUN_SIZES, defaults.size)?;
        let own = stated(TRUN_FLAGS, defaults.flags)?.unwrap_or(FLAGS_SYNC);
        let composition = stated(TRUN_COMPOSITIONS, Some(0))?.unwrap_or(0) as i32;
        units.push(Unit {
            duration: duration.ok_or_else(|| missing("no duration is stated"))?,
            size: size.ok_or_else(|| missing("no sample size is stated"))?,
            flags: if index == 0 {
                first_flags.unwrap_or(own)
            } else {
                own
            },
            composition,
        });
    }
    Ok((units, data_offset))
}
