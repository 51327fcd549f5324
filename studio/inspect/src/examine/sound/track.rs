//! What the windows of one track tell: silence, clipping, gaps, a channel that is never heard, loudness, the end.

use contracts_studio::master::Loudness;

use super::window::Window;
use crate::AudioFacts;
use crate::examine::spans::Spans;
use crate::limits::{
    CLIPPED_FLATNESS, CLIPPED_JOIN, CLIPPED_PEAK_DB, DEAD_CHANNEL_DB, LONGEST_STEP, LOUDNESS_GATE,
    LOUDNESS_STEP_MS, LOUDNESS_STEPS, SHORTEST_GAP, SHORTEST_SILENCE, SILENCE_DB,
};

/// What was heard of one track; spans in milliseconds of the title.
#[derive(Debug)]
pub(in super::super) struct Track {
    pub(in super::super) stream_index: u32,
    /// When its last sample ends; absent when there was none.
    pub(in super::super) end_ms: Option<u64>,
    pub(in super::super) silences: Vec<(u64, u64)>,
    pub(in super::super) clipped: Vec<(u64, u64)>,
    pub(in super::super) gaps: Vec<(u64, u64)>,
    /// Whether all of it is silent.
    pub(in super::super) silent: bool,
    /// Channels that are never heard while others are, counted from 1.
    pub(in super::super) dead_channels: Vec<usize>,
    /// Absent of less than one step.
    pub(in super::super) loudness: Option<Loudness>,
    /// Whether the decoder complained.
    pub(in super::super) damaged: bool,
}

/// Takes the windows of one track in order.
#[derive(Debug)]
pub(super) struct Listener {
    stream_index: u32,
    sample_rate: f64,
    start_ms: i64,
    end_ms: Option<u64>,
    silences: Spans,
    clipped: Spans,
    gaps: Spans,
    loudest: f64,
    channels: Vec<f64>,
    loudness: Vec<Option<i8>>,
}

impl Listener {
    pub(super) fn new(facts: &AudioFacts, picture_start_ms: i64) -> Self {
        let ms = |time: std::time::Duration| time.as_millis() as u64;
        Self {
            stream_index: facts.stream_index,
            sample_rate: f64::from(facts.sample_rate.max(1)),
            start_ms: picture_start_ms,
            end_ms: None,
            silences: Spans::new(ms(SHORTEST_SILENCE), ms(LONGEST_STEP)),
            clipped: Spans::new(1, ms(CLIPPED_JOIN)),
            gaps: Spans::new(ms(SHORTEST_GAP), 0),
            loudest: f64::NEG_INFINITY,
            channels: Vec::new(),
            loudness: Vec::new(),
        }
    }

    pub(super) fn stream_index(&self) -> u32 {
        self.stream_index
    }

    pub(super) fn window(&mut self, window: &Window) {
        let start = self.in_title(window.start);
        let end = self.in_title(window.start + window.samples / self.sample_rate);
        if let Some(before) = self.end_ms
            && start > before
        {
            self.gaps.mark(before, start);
        }
        if window.peak < SILENCE_DB {
            self.silences.mark(start, end);
        }
        if window.peak >= CLIPPED_PEAK_DB && window.flatness >= CLIPPED_FLATNESS {
            self.clipped.mark(start, end);
        }
        self.loudest = self.loudest.max(window.peak);
        self.channels
            .resize(window.channels.len(), f64::NEG_INFINITY);
        for (loudest, peak) in self.channels.iter_mut().zip(&window.channels) {
            *loudest = loudest.max(*peak);
        }
        self.end_ms = Some(self.end_ms.unwrap_or(0).max(end));
        self.loudness_at(start, window.short_term);
    }

    /// What was heard in the three seconds up to then belongs to the step that ends there; the last word counts.
    fn loudness_at(&mut self, ms: u64, short_term: Option<f64>) {
        let Some(step) = ms.checked_sub(1).map(|ms| ms / u64::from(LOUDNESS_STEP_MS)) else {
            return;
        };
        let step = usize::try_from(step).unwrap_or(usize::MAX);
        if step < LOUDNESS_STEPS {
            self.loudness
                .resize(self.loudness.len().max(step + 1), None);
            self.loudness[step] = short_term
                .filter(|lufs| *lufs >= LOUDNESS_GATE)
                .map(|lufs| lufs.round().clamp(f64::from(i8::MIN), f64::from(i8::MAX)) as i8);
        }
    }

    /// Seconds of the file as milliseconds of the title; what comes before it is at its beginning.
    fn in_title(&self, seconds: f64) -> u64 {
        ((seconds * 1000.0).round() as i64)
            .saturating_sub(self.start_ms)
            .max(0) as u64
    }

    pub(super) fn finish(self, damaged: bool) -> Track {
        let silent = self.end_ms.is_some() && self.loudest < SILENCE_DB;
        // Of more than two channels some are often meant to be empty.
        let whole = self.end_ms >= Some(u64::from(LOUDNESS_STEP_MS));
        let dead = |peak: &f64| *peak < DEAD_CHANNEL_DB && self.channels.len() == 2 && !silent;
        Track {
            stream_index: self.stream_index,
            end_ms: self.end_ms,
            dead_channels: (1..)
                .zip(&self.channels)
                .filter(|(_, peak)| dead(peak))
                .map(|(channel, _)| channel)
                .collect(),
            silences: self.silences.finish(),
            clipped: self.clipped.finish(),
            gaps: self.gaps.finish(),
            loudness: whole.then_some(Loudness {
                step_ms: LOUDNESS_STEP_MS,
                steps: self.loudness,
            }),
            silent,
            damaged,
        }
    }
}
