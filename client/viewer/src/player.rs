//! The state machine of a play: given the time and downloads' results, what to do next.

mod job;
mod track;

use std::time::Duration;

use client_abr::{Controller, Ladder};

use crate::error::{Failure, PlayError};
use crate::limits::{MAX_FAILURES_IN_A_ROW, MAX_LOG, MAX_RENEWALS_IN_A_ROW};
use crate::places::Places;
use crate::playhead::{Buffered, Playhead};
use crate::presentation::Presentation;
use crate::report::{Event, LogEntry, Play, PlayReport};

pub(crate) use job::{Job, Task};
use track::Track;

/// What to do next.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Step {
    /// Fetch this and give the result to [`Player::finish`].
    Fetch(Job),
    /// Come back after so long.
    Wait(Duration),
    /// Renew the session and give the new manifest to [`Player::renewed`].
    Renew,
    /// The title, or as much as was asked for, has been shown.
    Finished,
}

/// A play under way. Times are since its first request.
#[derive(Debug)]
pub(crate) struct Player {
    controller: Controller,
    places: Places,
    playhead: Playhead,
    video: Track,
    audio: Option<Track>,
    rates: Vec<u64>,
    speed: f64,
    limit: Duration,
    failures: u32,
    renewals: u32,
    renew: bool,
    served: Vec<String>,
    log: Vec<LogEntry>,
}

impl Player {
    /// A play of at most `limit` of the title, at `speed` times real time.
    pub(crate) fn new(presentation: Presentation, limit: Duration, speed: f64) -> Self {
        Self {
            controller: Controller::default(),
            places: Places::new(&presentation.places),
            playhead: Playhead::new(speed),
            rates: presentation.video.iter().map(|rung| rung.bps).collect(),
            video: Track::new(presentation.video),
            audio: presentation.audio.map(|audio| Track::new(vec![audio])),
            speed,
            limit,
            failures: 0,
            renewals: 0,
            renew: false,
            served: Vec::new(),
            log: Vec::new(),
        }
    }

    /// What to do at `now`.
    pub(crate) fn next(&mut self, now: Duration) -> Result<Step, PlayError> {
        let buffered = self.buffered();
        self.playhead.advance(now, buffered);
        self.playhead.settle(buffered);
        let ahead = self.playhead.ahead(buffered);
        if buffered.complete {
            let left = self.playhead.wall(ahead);
            return Ok(if ahead.is_zero() {
                Step::Finished
            } else {
                Step::Wait(left)
            });
        }
        if self.renew {
            return Ok(Step::Renew);
        }
        if self.controller.is_full(ahead) {
            let surplus = ahead.saturating_sub(client_abr::limits::MAX_BUFFER);
            return Ok(Step::Wait(
                self.playhead.wall(surplus + Duration::from_millis(100)),
            ));
        }
        let Some(place) = self.places.best(now) else {
            return Ok(Step::Wait(self.places.earliest().saturating_sub(now)));
        };
        self.choose_rung(now, ahead);
        let audio = self.audio_is_behind();
        let track = if audio {
            self.audio.as_ref()
        } else {
            Some(&self.video)
        };
        let job = track.and_then(|track| track.job(audio, place));
        // A part whose URL cannot even be formed will not form at a later try.
        let malformed = || Failure::Malformed("a URI that is none".to_owned());
        job.map(Step::Fetch)
            .ok_or_else(|| PlayError::NothingServes(malformed()))
    }

    /// Takes the result of a job that ended at `now` after `took`.
    pub(crate) fn finish(
        &mut self,
        now: Duration,
        job: &Job,
        took: Duration,
        result: Result<&[u8], Failure>,
    ) -> Result<(), PlayError> {
        self.playhead.advance(now, self.buffered());
        let outcome = result.and_then(|bytes| {
            self.track(job.audio)
                .and_then(|track| track.accept(job, bytes))
                .map_err(Failure::Malformed)?;
            Ok(bytes.len() as u64)
        });
        match outcome {
            Ok(bytes) => self.succeeded(job, bytes, took),
            Err(failure) => self.failed(now, job, failure)?,
        }
        self.playhead.settle(self.buffered());
        Ok(())
    }

    /// Takes the manifest of the renewed session.
    pub(crate) fn renewed(&mut self, now: Duration, fresh: Presentation) {
        self.renew = false;
        self.places = Places::new(&fresh.places);
        self.video.adopt(fresh.video);
        if let (Some(track), Some(audio)) = (&mut self.audio, fresh.audio) {
            track.adopt(vec![audio]);
        }
        self.note(now, Event::Renewed);
    }

    /// The play so far.
    pub(crate) fn into_play(self) -> Play {
        let tracks = || {
            [Some(&self.video), self.audio.as_ref()]
                .into_iter()
                .flatten()
        };
        let kilobits = |track: &Track| match track.end.as_secs_f64() {
            seconds if seconds > 0.0 => track.bytes as f64 * 8.0 / 1_000.0 / seconds,
            _ => 0.0,
        };
        let report = PlayReport {
            startup_s: self.playhead.startup.unwrap_or_default().as_secs_f64(),
            played_s: self.playhead.position.as_secs_f64(),
            stalls: self.playhead.stalls,
            stalled_s: self.playhead.stalled.as_secs_f64(),
            mean_kbps: tracks().map(kilobits).sum(),
            switches: self.video.switches,
            appliances: self.served,
        };
        Play {
            report,
            log: self.log,
        }
    }

    fn track(&mut self, audio: bool) -> Result<&mut Track, String> {
        match (audio, &mut self.audio) {
            (false, _) => Ok(&mut self.video),
            (true, Some(track)) => Ok(track),
            (true, None) => Err("sound that was not asked for".to_owned()),
        }
    }

    fn audio_is_behind(&self) -> bool {
        let wanted = self
            .audio
            .as_ref()
            .filter(|audio| !audio.is_complete(self.limit));
        wanted.is_some_and(|audio| self.video.is_complete(self.limit) || audio.end < self.video.end)
    }

    /// Up to where picture and sound are both there; a track that is complete holds nothing back.
    fn buffered(&self) -> Buffered {
        let tracks = || {
            [Some(&self.video), self.audio.as_ref()]
                .into_iter()
                .flatten()
        };
        let open = tracks()
            .filter(|track| !track.is_complete(self.limit))
            .map(|track| track.end);
        let first_to_end = open.min();
        let last_end = || tracks().map(|track| track.end).max().unwrap_or_default();
        let end = first_to_end.unwrap_or_else(last_end).min(self.limit);
        Buffered {
            end,
            complete: first_to_end.is_none(),
        }
    }

    /// Decides the rung of the next segment of the picture, once for each try.
    fn choose_rung(&mut self, now: Duration, ahead: Duration) {
        if self.video.chosen.is_some() || self.video.is_complete(self.limit) {
            return;
        }
        let Some(ladder) = Ladder::new(&self.rates) else {
            return;
        };
        let decision = self.controller.decide(ladder, ahead);
        self.video.chosen = Some(decision.rung);
        let chose = Event::Chose {
            segment: self.video.next,
            kbps: ladder.rate(decision.rung) / 1_000,
            estimate_kbps: decision.estimate_bps / 1_000,
            reason: decision.reason.as_str(),
        };
        self.note(now, chose);
    }

    fn succeeded(&mut self, job: &Job, bytes: u64, took: Duration) {
        self.failures = 0;
        self.renewals = 0;
        self.places.served(job.place);
        // Played faster than real time, a network carries that much less of the title.
        self.controller.record(bytes, took.mul_f64(self.speed));
        if let Task::Segment(_) = job.task {
            let id = self.places.id(job.place).to_owned();
            if !self.served.contains(&id) {
                self.served.push(id);
            }
        }
    }

    fn failed(&mut self, now: Duration, job: &Job, failure: Failure) -> Result<(), PlayError> {
        let appliance = self.places.id(job.place).to_owned();
        self.note(
            now,
            Event::Failed {
                appliance,
                reason: failure.to_string(),
            },
        );
        if failure == Failure::Refused {
            self.renewals += 1;
            if self.renewals > MAX_RENEWALS_IN_A_ROW {
                return Err(PlayError::Refused("renewing it did not help".to_owned()));
            }
            self.renew = true;
            return Ok(());
        }
        self.failures += 1;
        if self.failures >= MAX_FAILURES_IN_A_ROW {
            return Err(PlayError::NothingServes(failure));
        }
        self.places.failed(job.place, now);
        self.video.chosen = None;
        Ok(())
    }

    fn note(&mut self, now: Duration, event: Event) {
        if self.log.len() < MAX_LOG {
            let buffer_s = self.playhead.ahead(self.buffered()).as_secs_f64();
            self.log.push(LogEntry {
                at_s: now.as_secs_f64(),
                buffer_s,
                event,
            });
        }
    }
}

#[cfg(test)]
mod tests;
