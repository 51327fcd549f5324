//! Progressive MP4 files in memory, as an encoder would write them, for the tests of this crate.

use crate::boxes::{put, put_full, put_u16, put_u32, put_u64, put_words};

/// A track to write as a whole file, `mdat` last.
#[derive(Clone)]
pub(crate) struct Fixture {
    pub(crate) entry: Vec<u8>,
    pub(crate) handler: [u8; 4],
    pub(crate) timescale: u32,
    pub(crate) duration: u32,
    pub(crate) samples: Vec<Vec<u8>>,
    pub(crate) compositions: Vec<i32>,
    /// Counted from 1; `None` writes no `stss`.
    pub(crate) sync: Option<Vec<u32>>,
    /// Duration in the movie's 1000 ticks a second, and media time.
    pub(crate) edit: Option<(u32, i32)>,
}

impl Fixture {
    /// H.264 at 25 frames a second whose every group of `gop` frames decodes as I P B B.
    pub(crate) fn video(groups: usize, bit_rate: u32) -> Self {
        let frames = groups * 4;
        let bytes = |index: usize| vec![index as u8; 3 + index % 5];
        Self {
            entry: avc1(bit_rate, 0x1f),
            handler: *b"vide",
            timescale: 12_800,
            duration: 512,
            samples: (0..frames).map(bytes).collect(),
            compositions: [1024, 2048, 512, 512]
                .into_iter()
                .cycle()
                .take(frames)
                .collect(),
            sync: Some((0..groups as u32).map(|group| group * 4 + 1).collect()),
            edit: Some((frames as u32 * 40, 1024)),
        }
    }

    /// AAC at 48 kHz with its priming unit.
    pub(crate) fn audio(units: usize) -> Self {
        Self {
            entry: mp4a(),
            handler: *b"soun",
            timescale: 48_000,
            duration: 1024,
            samples: (0..units)
                .map(|index| vec![index as u8; 2 + index % 3])
                .collect(),
            compositions: Vec::new(),
            sync: None,
            edit: Some((((units - 1) * 1024 / 48) as u32, 1024)),
        }
    }

    pub(crate) fn file(&self) -> Vec<u8> {
        let mut out = Vec::new();
        put(&mut out, *b"ftyp", |out| {
            out.extend_from_slice(b"isom\0\0\0\0isom");
        });
        let media_at = out.len() as u32 + 8;
        put(&mut out, *b"mdat", |out| out.extend(self.samples.concat()));
        put(&mut out, *b"moov", |out| {
            put_full(out, *b"mvhd", 0, 0, |out| {
                put_words(out, [0, 0, 1000, 0]);
            });
            put(out, *b"trak", |out| self.put_trak(out, media_at));
        });
        out
    }

    fn put_trak(&self, out: &mut Vec<u8>, media_at: u32) {
        if let Some((duration, media_time)) = self.edit {
            put(out, *b"edts", |out| {
                put_full(out, *b"elst", 0, 0, |out| {
                    put_words(out, [1, duration, media_time as u32, 0x1_0000]);
                });
            });
        }
        put(out, *b"mdia", |out| {
            put_full(out, *b"mdhd", 0, 0, |out| {
                put_words(out, [0, 0, self.timescale, 0]);
                put_u32(out, 0x55c4_0000);
            });
            put_full(out, *b"hdlr", 0, 0, |out| {
                put_u32(out, 0);
                out.extend_from_slice(&self.handler);
            });
            put(out, *b"minf", |out| {
                put(out, *b"stbl", |out| self.put_stbl(out, media_at));
            });
        });
    }

    /// Chunks of three samples, the last one shorter.
    fn put_stbl(&self, out: &mut Vec<u8>, media_at: u32) {
        let count = self.samples.len() as u32;
        let table = |out: &mut Vec<u8>, kind: &[u8; 4], words: &[u32]| {
            put_full(out, *kind, 0, 0, |out| {
                for word in words {
                    put_u32(out, *word);
                }
            });
        };
        put_full(out, *b"stsd", 0, 0, |out| {
            put_u32(out, 1);
            out.extend_from_slice(&self.entry);
        });
        table(out, b"stts", &[1, count, self.duration]);
        if !self.compositions.is_empty() {
            let runs = self
                .compositions
                .iter()
                .flat_map(|offset| [1, *offset as u32]);
            table(
                out,
                b"ctts",
                &[count].into_iter().chain(runs).collect::<Vec<_>>(),
            );
        }
        if let Some(sync) = &self.sync {
            let words = [sync.len() as u32].into_iter().chain(sync.iter().copied());
            table(out, b"stss", &words.collect::<Vec<_>>());
        }
        let sizes = self.samples.iter().map(|sample| sample.len() as u32);
        table(
            out,
            b"stsz",
            &[0, count].into_iter().chain(sizes).collect::<Vec<_>>(),
        );
        table(out, b"stsc", &[1, 1, 3, 1]);
        let mut at = media_at;
        let mut places = vec![count.div_ceil(3)];
        for chunk in self.samples.chunks(3) {
            places.push(at);
            at += chunk.iter().map(|sample| sample.len() as u32).sum::<u32>();
        }
        table(out, b"stco", &places);
    }
}

pub(crate) fn avc1(bit_rate: u32, level: u8) -> Vec<u8> {
    let mut out = Vec::new();
    put(&mut out, *b"avc1", |out| {
        out.extend_from_slice(&[0; 24]);
        put_u16(out, 1280);
        put_u16(out, 720);
        out.extend_from_slice(&[0; 50]);
        put(out, *b"avcC", |out| {
            out.extend_from_slice(&[1, 0x64, 0, level, 0xff, 0xe0, 0]);
        });
        put(out, *b"btrt", |out| {
            put_u32(out, 0);
            put_u64(out, u64::from(bit_rate));
        });
    });
    out
}

pub(crate) fn mp4a() -> Vec<u8> {
    let mut out = Vec::new();
    put(&mut out, *b"mp4a", |out| {
        out.extend_from_slice(&[0; 16]);
        put_u16(out, 2);
        put_u16(out, 16);
        put_u32(out, 0);
        put_u32(out, 48_000 << 16);
        put_full(out, *b"esds", 0, 0, |out| {
            out.extend_from_slice(&[3, 22, 0, 1, 0, 4, 17, 0x40, 0x15]);
            out.extend_from_slice(&[0; 11]);
            out.extend_from_slice(&[5, 2, 0x11, 0xb0]);
        });
    });
    out
}
