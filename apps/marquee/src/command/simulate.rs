//! `marquee simulate delivery`: a day of a large service, and what it came to.

use anyhow::{Result, bail};
use delivery_simulation::{
    Capacity, Effect, Progress, Report, Scale, Served, Spread, effect, simulate,
};
use platform_clock::{SharedClock, SystemClock};

use super::capacity;
use crate::cli::{Simulate, SimulateDelivery};

/// Runs the command.
#[expect(
    clippy::print_stdout,
    reason = "the command's answer goes to standard output"
)]
pub(crate) fn run(simulated: &Simulate) -> Result<()> {
    let Simulate::Delivery(asked) = simulated;
    if asked.seeds == 0 {
        bail!("--seeds takes a number above 0");
    }
    let mut scale = if asked.quick {
        Scale::quick()
    } else {
        Scale::full()
    };
    if let Some(continents) = asked.continents {
        let Some(part) = scale.part(continents) else {
            bail!("--continents takes a number from 1 to {}", scale.continents);
        };
        scale = part;
    }
    let reports = days(&scale, asked);
    let effects = effect(&scale, asked.seed);
    if asked.json {
        let answer = serde_json::json!({ "days": reports, "losses": effects });
        println!("{answer}");
        return Ok(());
    }
    for line in world(&scale)
        .into_iter()
        .chain(day(&reports))
        .chain(losses(&effects))
    {
        println!("{line}");
    }
    println!("\nby arithmetic, from the same figures");
    let by = planned_with(&reports[0]);
    for line in capacity::lines(&by, &by.needs()) {
        println!("{line}");
    }
    Ok(())
}

#[expect(
    clippy::print_stderr,
    reason = "whoever waits is told how far it is, beside the answer"
)]
fn days(scale: &Scale, asked: &SimulateDelivery) -> Vec<Report> {
    let clock: SharedClock = SystemClock::shared();
    let told = |done: Progress| {
        eprintln!(
            "continent {} of {}: planned in {:.1} s, {:.1} M plays in {:.1} s",
            done.continent + 1,
            done.of,
            done.took.0.as_secs_f64(),
            done.plays as f64 / 1e6,
            done.took.1.as_secs_f64()
        );
    };
    let seeds = asked.seed..asked.seed.saturating_add(asked.seeds);
    let day = |seed| {
        eprintln!("a day from seed {seed}");
        simulate(scale, seed, &clock, &told)
    };
    seeds.map(day).collect()
}

fn world(scale: &Scale) -> Vec<String> {
    vec![format!(
        "{} appliances ({} in networks, {} at exchanges, {} origins), {} titles, {:.1} M members, {:.1} M hours a day; \
         one play in {} simulated",
        scale.boxes(),
        scale.isp_boxes,
        scale.exchange_boxes,
        scale.origins,
        scale.titles,
        scale.members as f64 / 1e6,
        scale.hours_a_day / 1e6,
        scale.one_in
    )]
}

/// The day, each number with how far the seeds differ.
fn day(reports: &[Report]) -> Vec<String> {
    let percent = |name: &str, of: &dyn Fn(&Report) -> f64| {
        let found = spread(reports, of);
        let (mean, off) = (found.mean * 100.0, found.off * 100.0);
        format!("{name:<29}{mean:>9.3} % +- {off:.3}")
    };
    let number = |name: &str, unit: &str, over: f64, of: &dyn Fn(&Report) -> f64| {
        let found = spread(reports, of);
        let (mean, off) = (found.mean / over, found.off / over);
        format!("{name:<29}{mean:>9.2} {unit} +- {off:.2}")
    };
    let part = |tier: usize| move |report: &Report| report.tally.served().parts()[tier];
    vec![
        format!(
            "\na Saturday, mean of {} seeds and the farthest from it",
            reports.len()
        ),
        number("plays", "M", 1e6, &Report::plays),
        number("plays at once, worldwide", "M", 1e6, &Report::at_once),
        number(
            "sent in the busiest hour",
            "Tb/s",
            1e12,
            &Report::busiest_bps,
        ),
        number("sent", "PB", 1e15, &Report::bytes),
        percent("from providers' networks", &part(0)),
        percent("from exchanges", &part(1)),
        percent("from the origin", &part(2)),
        percent("sent too late", &|report| report.tally.late()),
        percent("plays begun on a full box", &|report| {
            report.tally.begun_full()
        }),
        percent("plays of what was not placed", &|report| {
            report.tally.not_placed()
        }),
        percent("  kept from plays before", &|report| report.tally.kept()),
        number("  fetched in the day", "TB", 1e12, &|report| {
            report.tally.fetched.all() * f64::from(report.scale.one_in)
        }),
        number("    of it from the origin", "TB", 1e12, &|report| {
            report.tally.fetched.origin * f64::from(report.scale.one_in)
        }),
        number("a continent's catalogue", "PB", 1e15, &|report| {
            report.catalogue_bytes
        }),
        number("placed on all boxes", "PB", 1e15, &|report| {
            report.filled.held
        }),
        number("moved in the night", "TB", 1e12, &|report| {
            report.filled.moved.all()
        }),
        number("  from boxes beside", "TB", 1e12, &|report| {
            report.filled.moved.beside
        }),
        number("  from exchanges", "TB", 1e12, &|report| {
            report.filled.moved.above
        }),
        number("  from the origin", "TB", 1e12, &|report| {
            report.filled.moved.origin
        }),
        number("time for a day", "s", 1.0, &|report| report.took_s),
    ]
}

fn spread(reports: &[Report], of: &dyn Fn(&Report) -> f64) -> Spread {
    let values: Vec<f64> = reports.iter().map(of).collect();
    Spread::of(&values)
}

fn losses(effects: &[Effect]) -> Vec<String> {
    let parts = |served: &Served| {
        let parts = served.parts().map(|part| format!("{:.2}", part * 100.0));
        parts.join(" / ")
    };
    let mut lines = vec![
        "\nlost at eight in the evening, on one continent: the two hours after".to_owned(),
        "  percent from networks / exchanges / the origin, without and with; plays moved; sent too late; begun full".to_owned(),
    ];
    lines.extend(effects.iter().map(|it| {
        format!(
            "{:<22} {} -> {}; {:.2} M; {:.3} % -> {:.3} %; {:.3} % -> {:.3} %; not served {:.3} %",
            it.fault,
            parts(&it.before),
            parts(&it.after),
            it.moved / 1e6,
            it.late.0 * 100.0,
            it.late.1 * 100.0,
            it.begun_full.0 * 100.0,
            it.begun_full.1 * 100.0,
            it.unserved * 100.0
        )
    }));
    lines
}

/// The equations with what was simulated put in.
fn planned_with(report: &Report) -> Capacity {
    let scale = &report.scale;
    let hours = report.plays();
    let mean_bps = report.bytes() * 8.0 / (hours * 3_600.0);
    Capacity {
        members: scale.members as f64,
        plays_a_day: report.plays() / scale.members as f64,
        hours_a_day: hours,
        busiest_over_mean: report.at_once() / (hours / 24.0),
        play_bps: mean_bps,
        ..Capacity::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_told_with_its_error_and_its_losses() {
        let scale = Scale {
            isp_boxes: 32,
            exchange_boxes: 32,
            titles: 200,
            hours_a_day: 40_000.0,
            ..Scale::quick()
        };
        let asked = SimulateDelivery {
            quick: true,
            continents: None,
            seed: 1,
            seeds: 2,
            json: false,
        };
        let text = day(&days(&scale, &asked)).join("\n");
        assert!(
            text.contains("mean of 2 seeds") && text.contains("from providers' networks"),
            "{text}"
        );
        assert!(!text.contains("NaN"), "{text}");
        let lines = losses(&effect(&scale, 1));
        assert_eq!(lines.len(), 5, "{lines:?}");
    }
}
