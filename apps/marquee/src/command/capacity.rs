//! `marquee plan capacity`: how large a service has to be.

use anyhow::{Result, bail};
use delivery_simulation::{Capacity, Needs};

use crate::cli::{Plan, PlanCapacity};

/// Runs the command.
#[expect(
    clippy::print_stdout,
    reason = "the command's answer goes to standard output"
)]
pub(crate) fn run(plan: &Plan) -> Result<()> {
    let Plan::Capacity(asked) = plan;
    let capacity = assumed(asked)?;
    let needs = capacity.needs();
    if asked.json {
        let answer = serde_json::json!({ "assumed": capacity, "needs": needs });
        println!("{answer}");
    } else {
        for line in lines(&capacity, &needs) {
            println!("{line}");
        }
    }
    Ok(())
}

/// # Errors
/// The first number that is none to calculate with.
fn assumed(asked: &PlanCapacity) -> Result<Capacity> {
    let numbers = [
        ("--members", asked.members),
        ("--plays", asked.plays),
        ("--asking", asked.asking),
        ("--answer-ms", asked.answer_ms),
        ("--connections", asked.connections),
        ("--upload-mb", asked.upload_mb),
        ("--formats", asked.formats),
        ("--hours", asked.hours),
        ("--busiest", asked.busiest),
        ("--play-mbps", asked.play_mbps),
        ("--appliance-gbps", asked.appliance_gbps),
        ("--planned", asked.planned),
    ];
    for (name, number) in numbers {
        if !(number.is_finite() && number > 0.0) {
            bail!("{name} takes a number above 0, not {number}");
        }
    }
    Ok(Capacity {
        members: asked.members * 1e6,
        plays_a_day: asked.plays,
        asking: asked.asking / 100.0,
        answer_s: asked.answer_ms / 1e3,
        connections: asked.connections,
        upload_bytes_a_minute: asked.upload_mb * 1e6,
        formats: asked.formats,
        hours_a_day: asked.hours * 1e6,
        busiest_over_mean: asked.busiest,
        play_bps: asked.play_mbps * 1e6,
        appliance_bps: asked.appliance_gbps * 1e9,
        planned_part: asked.planned / 100.0,
    })
}

/// Each equation with its numbers.
pub(super) fn lines(by: &Capacity, needs: &Needs) -> Vec<String> {
    let millions = |number: f64| format!("{:.1} M", number / 1e6);
    vec![
        format!(
            "plays begun a second     {:>10.0}  = {} members x {} plays a day / 86,400",
            needs.plays_a_second,
            millions(by.members),
            by.plays_a_day
        ),
        format!(
            "playback servers         {:>10.0}  = {} asking at once x {:.0} ms / {:.0} connections",
            needs.playback_servers,
            millions(by.members * by.asking),
            by.answer_s * 1e3,
            by.connections
        ),
        format!(
            "stored a day             {:>7.1} TB  = {:.0} MB a minute x {:.0} formats x 1,440",
            needs.stored_a_day / 1e12,
            by.upload_bytes_a_minute / 1e6,
            by.formats
        ),
        format!(
            "plays at once, mean      {:>10}  = {} hours a day / 24",
            millions(needs.mean_at_once),
            millions(by.hours_a_day)
        ),
        format!(
            "plays at once, busiest   {:>10}  = the mean x {:.2}",
            millions(needs.busiest_at_once),
            by.busiest_over_mean
        ),
        format!(
            "sent in the busiest hour {:>5.1} Tb/s  = the same x {:.2} Mbit/s",
            needs.busiest_bps / 1e12,
            by.play_bps / 1e6
        ),
        format!(
            "appliances               {:>10.0}  = the same / ({:.0} Gbit/s x {:.0} %)",
            needs.appliances,
            by.appliance_bps / 1e9,
            by.planned_part * 100.0
        ),
    ]
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::cli::{Cli, Command};

    fn asked(words: &[&str]) -> Result<Capacity> {
        let words = ["marquee", "plan", "capacity"].iter().chain(words);
        match Cli::try_parse_from(words)?.command {
            Command::Plan(Plan::Capacity(asked)) => assumed(&asked),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_defaults_of_the_command_are_those_of_the_arithmetic() {
        assert_eq!(asked(&[]).unwrap(), Capacity::default());
        let error = asked(&["--planned", "0"]).unwrap_err();
        assert!(error.to_string().starts_with("--planned"), "{error}");
    }
}
