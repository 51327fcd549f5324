//! Follows a title on its journey and draws each step.

use std::collections::HashMap;
use std::time::Duration;

use anyhow::Result;
use contracts_membership::TitleId;
use contracts_studio::{StepProgress, StepState, TitleStatus};
use indicatif::{MultiProgress, ProgressBar};

use crate::api::Api;
use crate::publish::bars;

/// How often the title is asked after: often enough for a bar to move, seldom enough to cost nothing.
const INTERVAL: Duration = Duration::from_millis(500);

/// Asks until the title is published or has failed; gives its last status.
pub(crate) async fn until_final(
    api: &Api,
    title: &TitleId,
    screen: &MultiProgress,
) -> Result<TitleStatus> {
    let mut drawn = HashMap::new();
    loop {
        let status = api.title(&title.0).await?;
        draw(&status.steps, &mut drawn, screen);
        if status.state.is_final() {
            return Ok(status);
        }
        tokio::time::sleep(INTERVAL).await;
    }
}

/// Draws the steps that have begun; a finished one keeps its full bar.
pub(crate) fn draw(
    steps: &[StepProgress],
    drawn: &mut HashMap<String, ProgressBar>,
    screen: &MultiProgress,
) {
    for step in steps.iter().filter(|step| step.state != StepState::Waiting) {
        let bar = drawn
            .entry(step.name.clone())
            .or_insert_with(|| bars::step(screen, &step.label));
        if bar.is_finished() {
            continue;
        }
        bar.set_length(step.total.max(1));
        bar.set_position(step.done);
        bar.set_message(message(step));
        match step.state {
            StepState::Done => {
                bar.set_position(step.total.max(1));
                bar.finish();
            }
            StepState::Failed => bar.abandon(),
            StepState::Waiting | StepState::Running => {}
        }
    }
}

fn message(step: &StepProgress) -> String {
    let mut parts = Vec::new();
    if step.total > 0 {
        parts.push(format!("{} of {} {}", step.done, step.total, step.unit));
    }
    if let (StepState::Running, Some(rate)) = (step.state, step.rate_per_s) {
        parts.push(format!("{rate:.1} {}/s", step.unit));
    }
    if let (StepState::Running, Some(eta)) = (step.state, step.eta_s) {
        parts.push(format!("{} left", duration(eta)));
    }
    parts.join(", ")
}

fn duration(seconds: f64) -> String {
    let seconds = seconds.max(0.0).round() as u64;
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_running_step_tells_rate_and_time_left() {
        let step = StepProgress {
            name: "encode".into(),
            label: "Encode".into(),
            state: StepState::Running,
            done: 50,
            total: 100,
            unit: "frames".into(),
            rate_per_s: Some(25.0),
            eta_s: Some(62.0),
        };
        assert_eq!(
            message(&step),
            "50 of 100 frames, 25.0 frames/s, 1 min 2 s left"
        );
    }
}
