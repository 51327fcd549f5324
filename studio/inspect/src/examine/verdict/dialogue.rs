//! Where dialogue is hard to understand.

use contracts_studio::master::{Check, Dialogue, DialogueSource, Finding, Severity};

use crate::limits::{DIALOGUE_POOR, DIALOGUE_POOR_STEPS};

/// One finding for each stretch of at least [`DIALOGUE_POOR_STEPS`] under [`DIALOGUE_POOR`]. An estimate
/// draws a curve and accuses nobody: music in the middle is taken for dialogue by it.
pub(super) fn findings(dialogue: &Dialogue) -> Vec<Finding> {
    if dialogue.source == DialogueSource::Estimate {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut run: Vec<u8> = Vec::new();
    for (at, step) in dialogue.steps.iter().chain([&None]).enumerate() {
        match step {
            Some(hundredths) if *hundredths < DIALOGUE_POOR => run.push(*hundredths),
            _ => {
                if run.len() >= DIALOGUE_POOR_STEPS {
                    found.push(finding(&run, at, dialogue.step_ms));
                }
                run.clear();
            }
        }
    }
    found
}

fn finding(run: &[u8], end: usize, step_ms: u32) -> Finding {
    let mean = run.iter().map(|it| u32::from(*it)).sum::<u32>() / run.len().max(1) as u32;
    let sentence =
        format!("dialogue is hard to understand beside the other sound: {mean} of 100 (eSTOI)");
    let ms = |steps: usize| steps as u64 * u64::from(step_ms);
    Finding::whole(Check::Dialogue, Severity::Warning, sentence)
        .between(ms(end - run.len()), ms(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_lasts_is_told_and_no_estimate() {
        let mut dialogue = Dialogue {
            source: DialogueSource::Centre,
            step_ms: 3072,
            steps: [80, 20, 90, 30, 10, 20].map(Some).to_vec(),
        };
        dialogue.steps.push(None);
        let found = findings(&dialogue);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(
            (found[0].start_ms, found[0].end_ms),
            (Some(3 * 3072), Some(6 * 3072))
        );
        assert!(found[0].sentence.contains(": 20 of 100"), "{found:?}");
        dialogue.source = DialogueSource::Estimate;
        assert_eq!(findings(&dialogue), []);
    }
}
