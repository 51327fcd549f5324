//! The day: plays begin, go on and end, ten seconds at a time.

use std::time::Duration;

use contracts_delivery::{SessionId, Tier};
use delivery_routes::Announcer;
use delivery_steering::decision::{
    Content, Holdings, Knowledge, Question, Ranker, Reservations, Scratch, Standing, decide,
};

use crate::audience::{Audience, pace};
use crate::cache::{Caches, Taken};
use crate::chance::{Chance, Weighted};
use crate::fault::Fault;
use crate::limits::{DAY, DEVICES, FAULT_S, LONGEST_PLAY_S, PLAY_S, STEP_S, WARM_UP_S};
use crate::night::{Stock, file_of, wanted};
use crate::tally::Tally;
use crate::world::World;

const STEPS_AN_HOUR: u32 = 3_600 / STEP_S;
const STEPS_A_MINUTE: u32 = 60 / STEP_S;
const LONGEST_STEPS: usize = (LONGEST_PLAY_S / STEP_S) as usize;

/// What a day is made of.
pub(crate) struct Setting<'a> {
    pub(crate) world: &'a World,
    pub(crate) stock: &'a Stock,
    pub(crate) audience: &'a Audience,
    /// Plays simulated on the mean day.
    pub(crate) plays_a_day: f64,
    pub(crate) one_in: u32,
    pub(crate) fault: Option<Fault>,
    /// Seconds of the day that are counted: from, to.
    pub(crate) span: (u32, u32),
    pub(crate) seed: u64,
}

#[derive(Debug, Clone, Copy)]
struct Play {
    number: u64,
    by: Announcer,
    network: u32,
    title: u32,
    device: u8,
    counted: bool,
    /// The step in which it ends.
    end: u32,
}

/// A day under way.
pub(crate) struct Day<'a> {
    setting: &'a Setting<'a>,
    knowledge: Knowledge,
    reservations: Reservations,
    caches: Caches,
    ranker: Ranker,
    scratch: Scratch,
    chance: Chance,
    networks: Weighted,
    devices: Weighted,
    titles: Weighted,
    /// Plays by the step in which they end, a ring.
    ends: Vec<Vec<Play>>,
    /// What each box sends, in kilobits a second.
    sending: Vec<u64>,
    at_once: u64,
    begun: u64,
    step: u32,
    tally: Tally,
}

impl<'a> Day<'a> {
    pub(crate) fn new(setting: &'a Setting<'a>, holdings: Holdings) -> Self {
        let networks: Vec<f64> = setting.world.networks.iter().map(|it| it.part).collect();
        Self {
            knowledge: Knowledge {
                fleet: setting.world.fleet(setting.one_in),
                holdings,
                ..Knowledge::default()
            },
            reservations: Reservations::default(),
            caches: Caches::of(setting.world),
            ranker: Ranker::default(),
            scratch: Scratch::default(),
            chance: Chance::of(setting.seed, 0xDA1),
            networks: Weighted::of(&networks),
            devices: Weighted::of(&DEVICES.map(|device| device.part)),
            titles: Weighted::of(&[1.0]),
            ends: vec![Vec::new(); LONGEST_STEPS + 1],
            sending: vec![0; setting.world.boxes.len()],
            at_once: 0,
            begun: 0,
            step: 0,
            tally: Tally::new(),
            setting,
        }
    }

    /// Runs the hours of the setting, the time before them among it; what is left of the holdings is for the next.
    pub(crate) fn run(mut self) -> (Tally, Holdings) {
        let (from, to) = self.setting.span;
        // Hours are those of the day; the first are of the evening before.
        let first = i64::from(from) - i64::from(WARM_UP_S);
        let steps = (i64::from(to) - first) / i64::from(STEP_S);
        for step in 0..steps as u32 {
            self.step = step;
            let second = first + i64::from(step * STEP_S);
            let hour = (DAY as i64 * 24 + second.div_euclid(3_600)) as u64;
            if step == 0 || second % 3_600 == 0 {
                self.titles = Weighted::of(&self.setting.audience.weights(hour));
            }
            if step.is_multiple_of(STEPS_A_MINUTE) {
                self.report(second);
            }
            if second == i64::from(FAULT_S) {
                self.lose();
            }
            self.end_plays();
            let mean = self.setting.plays_a_day / 86_400.0 * f64::from(STEP_S) * pace(hour);
            for _ in 0..self.chance.poisson(mean) {
                self.begin(second);
            }
        }
        (self.tally, self.knowledge.holdings)
    }

    fn counted(&self, second: i64) -> bool {
        second >= i64::from(self.setting.span.0)
    }

    fn now(&self) -> Duration {
        Duration::from_secs(u64::from(self.step * STEP_S))
    }

    /// Boxes say what they send; what is more than they can is late.
    fn report(&mut self, second: i64) {
        let counted = self.counted(second);
        for (number, sending) in (0..).zip(&self.sending) {
            let Some(member) = self.knowledge.fleet.get_mut(Announcer(number)) else {
                continue;
            };
            member.load.sending_kbps = (*sending).min(u32::MAX.into()) as u32;
            let over = sending.saturating_sub(member.load.capacity_kbps.into());
            if counted {
                self.tally.late_bytes += over as f64 * 125.0 * 60.0;
            }
        }
        if counted {
            let hour = (second / 3_600) as usize % 24;
            let most = &mut self.tally.at_once[hour];
            *most = self.at_once.max(*most);
        }
    }

    fn begin(&mut self, second: i64) {
        let (network, device) = (
            self.networks.draw(&mut self.chance),
            self.devices.draw(&mut self.chance),
        );
        let title = self.titles.draw(&mut self.chance);
        let length_s = self
            .chance
            .exponential(PLAY_S)
            .clamp(30.0, f64::from(LONGEST_PLAY_S));
        self.begun += 1;
        let counted = self.counted(second);
        self.tally.plays += u64::from(counted);
        let play = Play {
            number: self.begun,
            by: Announcer(0),
            network,
            title,
            device: device as u8,
            counted,
            end: self.step + ((length_s / f64::from(STEP_S)) as u32).clamp(1, LONGEST_STEPS as u32),
        };
        self.give(play);
    }

    /// Gives a play to the box that is ranked first, and sets its rate aside there.
    fn give(&mut self, mut play: Play) {
        let (kind, network) = (
            &DEVICES[play.device as usize],
            &self.setting.world.networks[play.network as usize],
        );
        let question = Question {
            client: World::address(play.network, &mut self.chance).into(),
            place: network.place,
            release: self.setting.stock.releases[play.title as usize],
            wanted: wanted(play.device.into()),
            nominal_kbps: kind.nominal_kbps,
            using: None,
            now: self.now(),
        };
        let routes = &self.setting.world.routes;
        let decision = decide(
            &self.knowledge,
            routes,
            &self.ranker,
            &question,
            &mut self.scratch,
        );
        let Some(first) = decision.ranked.first().copied() else {
            self.tally.unserved += u64::from(play.counted);
            return;
        };
        self.tally.full += u64::from(play.counted && first.weight.standing != Standing::Well);
        play.by = first.by;
        if first.weight.tier != Tier::Origin && first.weight.content != Content::All {
            self.send_absent(&play);
        }
        let fleet = &mut self.knowledge.fleet;
        let until = Duration::MAX;
        self.reservations.reserve(
            fleet,
            session(play.number),
            play.by,
            kind.nominal_kbps,
            until,
        );
        self.sending[play.by.0 as usize] += u64::from(kind.mean_kbps);
        self.at_once += 1;
        self.account(&play, 1.0);
        self.ends[play.end as usize % (LONGEST_STEPS + 1)].push(play);
    }

    /// A box sends what it was not given in the night: what it kept of plays before, and the rest is fetched as
    /// appliances do, from boxes beside it, then from those above, and last from the origin.
    fn send_absent(&mut self, play: &Play) {
        let file = file_of(play.title, play.device);
        let seconds = f64::from((play.end - self.step) * STEP_S);
        let taken = Taken {
            file,
            play: play.number,
            bytes: f64::from(DEVICES[play.device as usize].mean_kbps) * 125.0 * seconds,
            whole: self.setting.stock.sent_bytes(file),
        };
        let fetched = self.caches.send(play.by, taken);
        if !play.counted {
            return;
        }
        let (mut beside, mut above) = self.setting.world.sources(play.by, play.network);
        let release = self.setting.stock.releases[play.title as usize];
        let (holdings, wanted) = (&self.knowledge.holdings, wanted(play.device.into()));
        let has = |by: u32| holdings.content(release, Announcer(by), wanted) == Content::All;
        self.tally.absent += 1;
        self.tally.absent_bytes += taken.bytes.min(taken.whole);
        let from = &mut self.tally.fetched;
        if beside.any(has) {
            from.beside += fetched;
        } else if above.any(has) {
            from.above += fetched;
        } else {
            from.origin += fetched;
        }
    }

    /// Enters what a play is sent from now to its end, hour by hour; with a sign, to take it back.
    fn account(&mut self, play: &Play, sign: f64) {
        let bytes_a_step =
            f64::from(DEVICES[play.device as usize].mean_kbps) * 125.0 * f64::from(STEP_S);
        let tier = self.setting.world.boxes[play.by.0 as usize].tier;
        let (from, to) = self.setting.span;
        let first = i64::from(from) - i64::from(WARM_UP_S);
        let mut step = self.step;
        while step < play.end {
            let second = first + i64::from(step * STEP_S);
            let rest = STEPS_AN_HOUR - (second.rem_euclid(3_600) as u32 / STEP_S);
            let steps = rest.min(play.end - step);
            if (i64::from(from)..i64::from(to)).contains(&second) {
                let hour = (second / 3_600) as usize % 24;
                self.tally.hours[hour].add(tier, sign * bytes_a_step * f64::from(steps));
            }
            step += steps;
        }
    }

    fn end_plays(&mut self) {
        let slot = self.step as usize % (LONGEST_STEPS + 1);
        for play in std::mem::take(&mut self.ends[slot]) {
            self.leave(&play);
        }
    }

    fn leave(&mut self, play: &Play) {
        self.reservations
            .release(&mut self.knowledge.fleet, session(play.number));
        self.sending[play.by.0 as usize] -= u64::from(DEVICES[play.device as usize].mean_kbps);
        self.at_once -= 1;
    }

    /// Boxes stop; their plays are given to others, as players do within a segment.
    fn lose(&mut self) {
        let Some(fault) = self.setting.fault else {
            return;
        };
        let world = self.setting.world;
        let now = self.now();
        for number in 0..world.boxes.len() as u32 {
            let by = Announcer(number);
            if fault.takes(world, by)
                && let Some(member) = self.knowledge.fleet.get_mut(by)
            {
                member.silent_from = now.into();
            }
        }
        let mut lost = Vec::new();
        for slot in &mut self.ends {
            lost.extend(slot.extract_if(.., |play| fault.takes(world, play.by)));
        }
        self.tally.moved += lost.len() as u64;
        for play in lost {
            if play.end > self.step {
                self.account(&play, -1.0);
                self.leave(&play);
                self.give(play);
            } else {
                self.leave(&play);
            }
        }
    }
}

fn session(number: u64) -> SessionId {
    SessionId::from_bytes(u128::from(number).to_be_bytes())
}
