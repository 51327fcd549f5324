//! An appliance beside nginx, each one process on one core, asked from another: the processor's time for what is
//! sent, requests a second, and how long a first byte from the disk takes.

pub(crate) mod appliance;
mod endurance;
mod films;
mod load;
pub(crate) mod sealed;
mod side;

use std::sync::Arc;

use anyhow::Context as _;
use rustls::ClientConfig;
use tests_figures::Report;

use crate::edge::endurance::{Crowd, one_request};
use crate::edge::films::Films;
use crate::edge::load::{Load, Loaded};
use crate::edge::side::{Server, Sides};
use crate::figure::Figure;
use crate::ground::Ground;
use crate::limits::{
    COLD_CLIENTS, EDGE_ROUNDS, EDGE_SECONDS, IDLE_CONNECTIONS, QUICK_EDGE_SECONDS,
    QUICK_SOAK_SECONDS, SOAK_SECONDS, WARM_CLIENTS,
};
use crate::plan::Plan;
use crate::rounds::{Paired, Side};

const FIGURES: [Figure; 8] = [
    Figure::PlainCpu,
    Figure::TlsCpu,
    Figure::TlsCpuNewest,
    Figure::TlsSmallCpu,
    Figure::SmallRate,
    Figure::ColdFirstByte,
    Figure::IdleConnections,
    Figure::SoakGrowth,
];

pub(crate) fn measure(plan: &Plan, ground: &Ground, report: &mut Report) -> anyhow::Result<()> {
    let Some(sides) = Sides::find()? else {
        for figure in FIGURES.into_iter().filter(|figure| plan.wants(*figure)) {
            report.leave_out(figure, "no servers; `./bench edge` starts them");
        }
        return Ok(());
    };
    let films = Films::make(&sides.films)?;
    let seconds = plan.pick(EDGE_SECONDS, QUICK_EDGE_SECONDS);
    let bench = Bench {
        ground,
        sides,
        films,
        seconds,
    };
    if plan.wants(Figure::PlainCpu) {
        bench.plain(report).context("2 MiB")?;
    }
    let tls = [Figure::TlsCpu, Figure::TlsCpuNewest].map(|figure| plan.wants(figure));
    if tls.contains(&true) {
        bench.tls(tls, report).context("2 MiB by TLS")?;
    }
    if plan.wants(Figure::TlsSmallCpu) {
        bench.tls_small(report).context("64 KiB by TLS")?;
    }
    if plan.wants(Figure::SmallRate) {
        bench.small(report).context("1 KiB")?;
    }
    if plan.wants(Figure::ColdFirstByte) {
        bench.cold(report).context("cold")?;
    }
    if plan.wants(Figure::IdleConnections) {
        bench.idle(report).context("idle connections")?;
    }
    if plan.wants(Figure::SoakGrowth) {
        let seconds = plan.pick(SOAK_SECONDS, QUICK_SOAK_SECONDS);
        bench.soak(seconds, report).context("soak")?;
    }
    Ok(())
}

struct Bench<'a> {
    ground: &'a Ground,
    sides: Sides,
    films: Films,
    seconds: f64,
}

/// What a side did in a round.
#[derive(Clone, Copy)]
struct Done {
    cpu_per_gib: f64,
    gib_per_s: f64,
    cpu_per_request_us: f64,
    requests_per_s: f64,
}

impl Bench<'_> {
    fn plain(&self, report: &mut Report) -> anyhow::Result<()> {
        let rounds = self.warm(&self.sides.both(), &self.films.large, None)?;
        self.add_cpu(Figure::PlainCpu, &rounds, 1, "in clear", report);
        Ok(())
    }

    /// By TLS, with one cipher on all sides and one handshake for each connection: nginx as the distribution has it,
    /// and on a newer OpenSSL, each if it is wanted.
    fn tls(&self, [packaged, newest]: [bool; 2], report: &mut Report) -> anyhow::Result<()> {
        let trusting = sealed::trusting(&self.sides.certificate)?;
        let mut servers = vec![&self.sides.sealed];
        servers.extend(packaged.then_some(&self.sides.peer));
        let built = self.sides.newest.as_ref().filter(|_| newest);
        servers.extend(built);
        if newest && built.is_none() {
            let why = "no such nginx; `./bench edge` builds it where apt knows its source";
            report.leave_out(Figure::TlsCpuNewest, why);
        }
        if servers.len() == 1 {
            return Ok(());
        }
        let rounds = self.warm(&servers, &self.films.large, Some(&trusting))?;
        if packaged {
            self.add_cpu(Figure::TlsCpu, &rounds, 1, sealed::CIPHER, report);
        }
        if built.is_some() {
            let last = servers.len() - 1;
            self.add_cpu(Figure::TlsCpuNewest, &rounds, last, sealed::CIPHER, report);
        }
        Ok(())
    }

    fn tls_small(&self, report: &mut Report) -> anyhow::Result<()> {
        let trusting = sealed::trusting(&self.sides.certificate)?;
        let servers = [&self.sides.sealed, &self.sides.peer];
        let rounds = self.warm(&servers, &self.films.middle, Some(&trusting))?;
        self.add_cpu(Figure::TlsSmallCpu, &rounds, 1, sealed::CIPHER, report);
        Ok(())
    }

    /// The processor's time of the first server over that of another.
    fn add_cpu(
        &self,
        figure: Figure,
        rounds: &[Vec<Done>],
        peer: usize,
        what: &str,
        report: &mut Report,
    ) {
        let of = |value: fn(&Done) -> f64| paired(rounds, peer, value);
        let (cpu, rate) = (of(|done| done.cpu_per_gib), of(|done| done.gib_per_s));
        let version = match (figure, &self.sides.newest) {
            (Figure::TlsCpuNewest, Some(newest)) => &newest.version,
            _ => &self.sides.peer.version,
        };
        let how = format!(
            "{:.3} s a GiB, nginx {:.3}; {:.2} GiB/s, nginx {:.2} ({:.2}); {WARM_CLIENTS} connections; {what}; {version}",
            cpu.ours, cpu.peer, rate.ours, rate.peer, rate.ratio
        );
        report.add(figure, cpu.ratio, &how);
    }

    fn small(&self, report: &mut Report) -> anyhow::Result<()> {
        let rounds = self.warm(&self.sides.both(), &self.films.small, None)?;
        let of = |value: fn(&Done) -> f64| paired(&rounds, 1, value);
        let (rate, cpu) = (
            of(|done| done.requests_per_s),
            of(|done| done.cpu_per_request_us),
        );
        let how = format!(
            "{:.0}/s, nginx {:.0}/s; {:.2} us of processor each, nginx {:.2} ({:.2})",
            rate.ours, rate.peer, cpu.ours, cpu.peer, cpu.ratio
        );
        report.add(Figure::SmallRate, rate.ratio, &how);
        Ok(())
    }

    /// The appliance alone: connections without a request, and one player among them.
    fn idle(&self, report: &mut Report) -> anyhow::Result<()> {
        let (ours, clock) = (self.sides.of(Side::Ours), &self.ground.clock);
        let requests = ours.requests(&self.films.small)?;
        let alone = one_request(ours.address, &requests[0], clock)?;
        let (before, began) = (ours.resident()?, clock.monotonic());
        let crowd = Crowd::gather(ours.address, IDLE_CONNECTIONS, ours.open_files()?)?;
        let gathered = clock.monotonic().saturating_sub(began);
        let among = one_request(ours.address, &requests[0], clock)?;
        let open = crowd.all_open();
        open.with_context(|| format!("opened in {gathered:.1?}, a request took {among:.1?}"))?;
        let each = ours.resident()?.saturating_sub(before) / crowd.len() as u64;
        let how = format!(
            "opened in {gathered:.1?}; {each} bytes of the appliance's memory each; a request among them took \
             {among:.1?}, and {alone:.1?} without"
        );
        report.add(Figure::IdleConnections, crowd.len() as f64, &how);
        Ok(())
    }

    /// The appliance alone, asked for files of every size for long.
    fn soak(&self, (warm, long): (f64, f64), report: &mut Report) -> anyhow::Result<()> {
        let (ours, clock) = (self.sides.of(Side::Ours), &self.ground.clock);
        let films = &self.films;
        let names = [&films.small[..], &films.middle[..], &films.large[..]].concat();
        let requests = ours.requests(&names)?;
        let load = Load {
            address: ours.address,
            requests: &requests,
            connections: WARM_CLIENTS,
            tls: None,
        };
        load.for_seconds(warm, clock)?;
        let before = ours.resident()?;
        let loaded = load.for_seconds(long, clock)?;
        let growth = ours.resident()?.saturating_sub(before) as f64 / f64::from(1 << 20);
        let how = format!(
            "{} answers in {long:.0} s after {warm:.0} s of the same; {:.0} MiB before",
            loaded.requests,
            before as f64 / f64::from(1 << 20)
        );
        report.add(Figure::SoakGrowth, growth, &how);
        Ok(())
    }

    /// Rounds of servers by turns, with everything in the page cache: what each did in each round.
    fn warm(
        &self,
        servers: &[&Server],
        names: &[String],
        tls: Option<&Arc<ClientConfig>>,
    ) -> anyhow::Result<Vec<Vec<Done>>> {
        let mut rounds = Vec::new();
        for round in 0..=EDGE_ROUNDS {
            let mut dones = vec![None; servers.len()];
            for place in turns(round, servers.len()) {
                let server = servers[place];
                let requests = server.requests(names)?;
                let load = Load {
                    address: tls.map_or(server.address, |_| server.tls_address),
                    requests: &requests,
                    connections: WARM_CLIENTS,
                    tls: tls.map(|config| (config, round == 0)),
                };
                let before = server.cpu_s()?;
                let loaded = load.for_seconds(self.seconds, &self.ground.clock)?;
                dones[place] = Some(done(loaded, server.cpu_s()? - before));
            }
            // The first fills the appliance and opens the files of all.
            if round > 0 {
                rounds.extend(dones.into_iter().collect::<Option<Vec<_>>>());
            }
        }
        Ok(rounds)
    }

    /// Every client asks for a file of its own that is on the disk alone.
    fn cold(&self, report: &mut Report) -> anyhow::Result<()> {
        let (mut pairs, mut medians) = (Vec::new(), Vec::new());
        let filling = self.sides.of(Side::Ours);
        let requests = filling.requests(&self.films.cold)?;
        Load {
            address: filling.address,
            requests: &requests,
            connections: 4,
            tls: None,
        }
        .once_each(&self.ground.clock)?;
        for round in 0..=EDGE_ROUNDS {
            let mut pair = (0.0, 0.0);
            for side in Side::order(round) {
                let server = self.sides.of(side);
                let requests = server.requests(&self.films.cold)?;
                films::forget(&server.folder)?;
                let address = server.cold_address;
                let load = Load {
                    address,
                    requests: &requests,
                    connections: COLD_CLIENTS,
                    tls: None,
                };
                let mut waits = load.once_each(&self.ground.clock)?;
                waits.sort_unstable();
                let at = |share: usize| waits[(waits.len() - 1) * share / 100].as_secs_f64() * 1e3;
                match side {
                    Side::Ours => pair.0 = at(99),
                    Side::Peer => pair.1 = at(99),
                }
                medians.push((side, at(50)));
            }
            if round > 0 {
                pairs.push(pair);
            }
        }
        let paired = Paired::of(&pairs);
        let median = |side: Side| {
            let mut of: Vec<f64> = medians
                .iter()
                .filter(|(by, _)| *by == side)
                .map(|(_, ms)| *ms)
                .collect();
            of.sort_by(f64::total_cmp);
            of[of.len() / 2]
        };
        let how = format!(
            "p99 {:.1} ms, nginx with aio threads {:.1} ms; medians {:.1} and {:.1} ms; {COLD_CLIENTS} clients, {} files",
            paired.ours,
            paired.peer,
            median(Side::Ours),
            median(Side::Peer),
            self.films.cold.len()
        );
        report.add(Figure::ColdFirstByte, paired.ratio, &how);
        Ok(())
    }
}

/// The order of servers in a round: each begins in its turn, and every other round goes backwards.
fn turns(round: usize, servers: usize) -> impl Iterator<Item = usize> {
    let step = if round.is_multiple_of(2) {
        1
    } else {
        servers - 1
    };
    (0..servers).map(move |turn| (round + turn * step) % servers)
}

/// The first server beside another.
fn paired(rounds: &[Vec<Done>], peer: usize, value: fn(&Done) -> f64) -> Paired {
    let pairs: Vec<_> = rounds
        .iter()
        .map(|round| (value(&round[0]), value(&round[peer])))
        .collect();
    Paired::of(&pairs)
}

fn done(loaded: Loaded, cpu_s: f64) -> Done {
    let gib = loaded.bytes as f64 / (1_u64 << 30) as f64;
    let requests = loaded.requests as f64;
    Done {
        cpu_per_gib: cpu_s / gib,
        gib_per_s: gib / loaded.seconds,
        cpu_per_request_us: cpu_s / requests * 1e6,
        requests_per_s: requests / loaded.seconds,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_server_has_one_turn_in_a_round_and_each_begins_some() {
        for servers in 1..=3 {
            let mut first = Vec::new();
            for round in 0..servers {
                let order: Vec<usize> = turns(round, servers).collect();
                first.push(order[0]);
                let mut all = order;
                all.sort_unstable();
                assert!(all.into_iter().eq(0..servers));
            }
            first.sort_unstable();
            assert!(first.into_iter().eq(0..servers));
        }
    }
}
