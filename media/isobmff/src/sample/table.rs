//! The run-length tables of `stbl`, unrolled with bounds on what they may claim.

use crate::boxes::RawBox;
use crate::fields::Fields;
use crate::limits::MAX_SAMPLES;
use crate::{BoxError, Problem, Sample};

/// Unrolls the tables of `stbl`; every sample lies inside a file of `file_bytes`.
pub(super) fn read(stbl: &RawBox<'_>, file_bytes: u64) -> Result<Vec<Sample>, BoxError> {
    let stsz = stbl.need(*b"stsz")?;
    let mut sizes = Sizes::read(stsz, file_bytes)?;
    let stts = stbl.need(*b"stts")?;
    let mut durations = Runs::read(stts)?;
    let mut compositions = stbl.find(*b"ctts")?.map(Runs::read).transpose()?;
    let mut places = Places::read(stbl)?;
    let mut samples = Vec::with_capacity(sizes.count as usize);
    let mut decode = 0_u64;
    for _ in 0..sizes.count {
        let size = sizes.next()?;
        let offset = places.next(size)?;
        if offset
            .checked_add(u64::from(size))
            .is_none_or(|end| end > file_bytes)
        {
            return Err(stsz.error(Problem::Inconsistent("a sample lies outside the file")));
        }
        let duration = durations.next()?;
        let composition = compositions.as_mut().map_or(Ok(0), Runs::next)? as i32;
        samples.push(Sample {
            offset,
            decode,
            size,
            duration,
            composition,
            sync: true,
        });
        decode += u64::from(duration);
    }
    if let Some(stss) = stbl.find(*b"stss")? {
        mark_sync(stss, &mut samples)?;
    }
    Ok(samples)
}

fn mark_sync(stss: RawBox<'_>, samples: &mut [Sample]) -> Result<(), BoxError> {
    let mut fields = stss.fields();
    fields.version_and_flags()?;
    for sample in samples.iter_mut() {
        sample.sync = false;
    }
    for _ in 0..fields.count(4)? {
        let number = fields.u32()? as usize;
        let sample = number
            .checked_sub(1)
            .and_then(|index| samples.get_mut(index));
        let outside = Problem::Inconsistent("it names a sample that the track does not have");
        sample.ok_or_else(|| stss.error(outside))?.sync = true;
    }
    Ok(())
}

struct Sizes<'a> {
    table: Fields<'a>,
    constant: u32,
    count: u32,
}

impl<'a> Sizes<'a> {
    fn read(stsz: RawBox<'a>, file_bytes: u64) -> Result<Self, BoxError> {
        let mut table = stsz.fields();
        table.version_and_flags()?;
        let constant = table.u32()?;
        let count = if constant == 0 {
            table.count(4)?
        } else {
            table.u32()?
        };
        if count > MAX_SAMPLES {
            let (value, limit) = (u64::from(count), u64::from(MAX_SAMPLES));
            return Err(stsz.error(Problem::TooLarge {
                what: "its sample count",
                value,
                limit,
            }));
        }
        // Samples that share a size need no table, so the count is held against the file instead.
        if u64::from(count) * u64::from(constant) > file_bytes {
            return Err(stsz.error(Problem::Inconsistent(
                "its samples are larger than the file",
            )));
        }
        Ok(Self {
            table,
            constant,
            count,
        })
    }

    fn next(&mut self) -> Result<u32, BoxError> {
        if self.constant == 0 {
            self.table.u32()
        } else {
            Ok(self.constant)
        }
    }
}

/// `stts` and `ctts`: counts, each with a value.
struct Runs<'a> {
    table: Fields<'a>,
    left: u32,
    value: u32,
}

impl<'a> Runs<'a> {
    fn read(table_box: RawBox<'a>) -> Result<Self, BoxError> {
        let mut table = table_box.fields();
        table.version_and_flags()?;
        table.count(8)?;
        Ok(Self {
            table,
            left: 0,
            value: 0,
        })
    }

    fn next(&mut self) -> Result<u32, BoxError> {
        while self.left == 0 {
            self.left = self.table.u32()?;
            self.value = self.table.u32()?;
        }
        self.left -= 1;
        Ok(self.value)
    }
}

/// `stsc` and `stco` or `co64`: where each sample begins.
struct Places<'a> {
    runs: Fields<'a>,
    runs_left: u32,
    /// The chunk at which the next run of `stsc` takes over, counted from 1.
    next_run_at: Option<u32>,
    samples_per_chunk: u32,
    chunks: Fields<'a>,
    large: bool,
    chunks_left: u32,
    chunk: u32,
    left_in_chunk: u32,
    offset: u64,
}

impl<'a> Places<'a> {
    fn read(stbl: &RawBox<'a>) -> Result<Self, BoxError> {
        let mut runs = stbl.need(*b"stsc")?.fields();
        runs.version_and_flags()?;
        let runs_left = runs.count(12)?;
        let (offsets, large) = match stbl.find(*b"stco")? {
            Some(found) => (found, false),
            None => (stbl.need(*b"co64")?, true),
        };
        let mut chunks = offsets.fields();
        chunks.version_and_flags()?;
        let chunks_left = chunks.count(if large { 8 } else { 4 })?;
        let mut places = Self {
            runs,
            runs_left,
            next_run_at: None,
            samples_per_chunk: 0,
            chunks,
            large,
            chunks_left,
            chunk: 0,
            left_in_chunk: 0,
            offset: 0,
        };
        places.peek_run()?;
        Ok(places)
    }

    fn next(&mut self, size: u32) -> Result<u64, BoxError> {
        if self.left_in_chunk == 0 {
            self.next_chunk()?;
        }
        self.left_in_chunk -= 1;
        let offset = self.offset;
        self.offset = offset.saturating_add(u64::from(size));
        Ok(offset)
    }

    fn next_chunk(&mut self) -> Result<(), BoxError> {
        if self.chunks_left == 0 {
            let problem = "its chunks hold fewer samples than the track has";
            return Err(self.chunks.error(Problem::Inconsistent(problem)));
        }
        self.chunks_left -= 1;
        self.chunk += 1;
        if self.next_run_at == Some(self.chunk) {
            self.next_run()?;
        }
        if self.samples_per_chunk == 0 {
            return Err(self
                .runs
                .error(Problem::Inconsistent("a chunk holds no samples")));
        }
        self.left_in_chunk = self.samples_per_chunk;
        self.offset = if self.large {
            self.chunks.u64()?
        } else {
            u64::from(self.chunks.u32()?)
        };
        Ok(())
    }

    fn next_run(&mut self) -> Result<(), BoxError> {
        self.samples_per_chunk = self.runs.u32()?;
        if self.runs.u32()? != 1 {
            let problem = "a sample entry other than the first";
            return Err(self.runs.error(Problem::Unsupported(problem)));
        }
        self.peek_run()
    }

    fn peek_run(&mut self) -> Result<(), BoxError> {
        if self.runs_left == 0 {
            self.next_run_at = None;
            return Ok(());
        }
        self.runs_left -= 1;
        let first = self.runs.u32()?;
        if first <= self.chunk {
            return Err(self
                .runs
                .error(Problem::Inconsistent("its runs are not in order")));
        }
        self.next_run_at = Some(first);
        Ok(())
    }
}
