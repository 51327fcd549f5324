//! A title's status as people see it, from its record and its workflow.

use contracts_studio::{StepProgress, StepState, TitleState, TitleStatus};
use data_workflow::{State, StepState as Ran, StepStatus, WorkflowStatus};
use platform_clock::Timestamp;

use crate::record::TitleRecord;

/// The steps in order: name, label, what is counted.
const STEPS: [(&str, &str, &str); 13] = [
    ("receive", "Receive", "files"),
    ("inspect", "Inspect", "frames"),
    ("shots", "Find shots", "frames"),
    ("ladder", "Choose a ladder", "frames"),
    ("text", "Subtitles", ""),
    ("encode", "Encode", "frames"),
    ("audio", "Sound", "seconds"),
    (DOWNLOADS, "Whole files", "frames"),
    ("score", "Score", "frames"),
    ("package", "Package", "parts"),
    ("verify", "Verify", "renditions"),
    (PROTECT, "Encrypt", "tracks"),
    ("publish", "Publish", ""),
];

/// Steps that most titles do not have: each is listed once it has begun.
const SOME: [&str; 2] = [DOWNLOADS, PROTECT];
const DOWNLOADS: &str = "downloads";
const PROTECT: &str = "protect";

/// Puts the two together; `workflow` is absent when its records are gone.
pub(crate) fn status(
    record: &TitleRecord,
    workflow: Option<&WorkflowStatus>,
    now: Timestamp,
) -> TitleStatus {
    let (state, reason) = state(record, workflow);
    let ran = workflow.map_or(&[][..], |workflow| &workflow.steps);
    TitleStatus {
        id: record.id.clone(),
        name: record.submission.title.clone(),
        state,
        reason,
        warnings: record.warnings.clone(),
        steps: steps(ran, state, now),
        duration_ms: record.entry.as_ref().map(|entry| entry.duration_ms),
        added_at: record.added_at,
        release: record.release(),
        downloads: record.downloads.clone(),
    }
}

fn state(record: &TitleRecord, workflow: Option<&WorkflowStatus>) -> (TitleState, Option<String>) {
    match workflow.map(|workflow| (&workflow.state, workflow.running)) {
        Some((State::Open, true)) => (TitleState::Running, None),
        Some((State::Open, false)) => (TitleState::Queued, None),
        Some((State::Failed { reason }, _)) => (TitleState::Failed, Some(reason.clone())),
        Some((State::Done, _)) | None if record.entry.is_some() => (TitleState::Published, None),
        Some((State::Done, _)) | None => (TitleState::Unpublished, None),
    }
}

fn steps(ran: &[StepStatus], title: TitleState, now: Timestamp) -> Vec<StepProgress> {
    let mut failed = title == TitleState::Failed;
    let begun = |name: &str| ran.iter().find(|step| step.name == name);
    STEPS
        .iter()
        .filter(|(name, ..)| !SOME.contains(name) || begun(name).is_some())
        .map(|(name, label, unit)| {
            let found = begun(name);
            let state = match found.map(|step| step.state) {
                Some(Ran::Done) => StepState::Done,
                Some(Ran::Running) if title == TitleState::Running => StepState::Running,
                // The first step that did not finish is the one that ended the title.
                _ if std::mem::take(&mut failed) => StepState::Failed,
                _ => StepState::Waiting,
            };
            progress((name, label, unit), state, found, now)
        })
        .collect()
}

fn progress(
    (name, label, unit): (&str, &str, &str),
    state: StepState,
    ran: Option<&StepStatus>,
    now: Timestamp,
) -> StepProgress {
    let rate = ran
        .filter(|_| state == StepState::Running)
        .and_then(|step| {
            let seconds = now.since(step.started_at).as_secs_f64();
            let made = step.done.saturating_sub(step.done_before) as f64;
            (seconds > 0.5 && made > 0.0).then_some(made / seconds)
        });
    let (done, total) = ran.map_or((0, 0), |step| (step.done, step.total));
    StepProgress {
        name: name.to_owned(),
        label: label.to_owned(),
        state,
        done,
        total,
        unit: unit.to_owned(),
        rate_per_s: rate,
        eta_s: rate
            .filter(|_| total > 0)
            .map(|rate| total.saturating_sub(done) as f64 / rate),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(name: &str, state: Ran, done: u64) -> StepStatus {
        StepStatus {
            name: name.into(),
            state,
            done,
            total: 100,
            done_before: 20,
            started_at: Timestamp::from_millis(0),
            finished_at: None,
        }
    }

    #[test]
    fn rate_and_time_left_leave_out_what_was_done_before() {
        let ran = [step("encode", Ran::Running, 60)];
        let steps = steps(&ran, TitleState::Running, Timestamp::from_millis(4_000));
        assert_eq!(steps[5].rate_per_s, Some(10.0));
        assert_eq!(steps[5].eta_s, Some(4.0));
    }

    #[test]
    fn a_failed_title_shows_where_it_stopped() {
        let ran = [
            step("receive", Ran::Done, 100),
            step("inspect", Ran::Stopped, 0),
        ];
        let steps = steps(&ran, TitleState::Failed, Timestamp::default());
        let states: Vec<_> = steps.iter().map(|step| step.state).take(3).collect();
        assert_eq!(
            states,
            [StepState::Done, StepState::Failed, StepState::Waiting]
        );
    }
}
