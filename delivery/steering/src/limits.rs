//! Steering's limits.

use std::time::Duration;

/// Seconds between two reports of an appliance.
pub const REPORT_SECONDS: u32 = 2;

/// Silent for this long, three reports missed: an appliance is out until it reports again.
pub const SILENCE: Duration = Duration::from_secs(6);

/// Clients that failed on an appliance put it last for this long; its reports alone do not clear it, as
/// it may reach the control plane and not the viewers.
pub const SUSPICION: Duration = Duration::from_secs(30);

/// Time from one round of probes to the next.
pub const PROBE_PERIOD: Duration = Duration::from_secs(3);

/// A probe that is not answered by then has failed.
pub const PROBE_TIMEOUT: Duration = Duration::from_secs(2);

/// Probes that must fail in a row: one may be lost on the way.
pub const PROBES_FAILED: u32 = 2;

/// Probes under way at once.
pub const MAX_PROBES: usize = 256;

/// A fault that is seen again and again does not end between two looks.
pub const FAULT_STANDS: Duration = Duration::from_secs(10);

/// Answers between two reports from which on their failures are counted in percent.
pub const JUDGED_ANSWERS: u64 = 20;

/// Percent of its answers that an appliance may not fail.
pub const FAILED_PERCENT: u64 = 5;

/// Blocks that cannot be fetched between two reports, from which on it is a fault.
pub const FAILED_FILLS: u64 = 8;

/// Blocks that the disk fails between two reports, from which on it is a fault.
pub const FAILED_BLOCKS: u64 = 3;

/// The share of its capacity with which an appliance comes back.
pub const LEAST_SHARE: f32 = 0.1;

/// It has all of it back after so long; after twice as long each time it falls again.
pub const RETURN: Duration = Duration::from_mins(1);

/// But never later than this.
pub const LONGEST_RETURN: Duration = Duration::from_mins(10);

/// Falls are forgiven when so long has passed since the last.
pub const FORGIVEN: Duration = Duration::from_hours(1);

/// Most appliances of its own site that one is told to fill from.
pub const MAX_PEERS: usize = 3;

/// Most appliances of the tier above that one is told to fill from.
pub const MAX_ABOVE: usize = 2;

/// Whom an appliance fills from is found out anew after so long.
pub const NEIGHBOURS_FOR: Duration = Duration::from_secs(30);

/// Most networks of the table of places: some more than all that are routed, as such tables divide them further.
pub const MAX_PLACED_NETWORKS: usize = 20_000_000;

/// A silent appliance is shown to operators for a day, then forgotten.
pub const FORGET: Duration = Duration::from_hours(24);

/// Most appliances: what the largest network runs, and some more.
pub const MAX_APPLIANCES: usize = 20_000;

/// Most appliances named to a player: more than it ever tries.
pub const MAX_RANKED: usize = 8;

/// Most files of a release whose holders are told apart: a bit each of a word.
pub const MAX_WANTED: usize = 64;

/// What was set aside for a play is free when nothing was heard of it for this long: twice as long as a player
/// keeps a ranking.
pub const RESERVED_FOR: Duration = Duration::from_mins(10);

/// How long the topic of decisions keeps them, where nobody created it: what was decided is compared within days.
pub const DECISIONS_KEPT: Duration = Duration::from_hours(7 * 24);

/// Partitions of the topic of decisions, where nobody created it.
pub const DECISIONS_PARTITIONS: u32 = 8;

/// Most decisions told at once: some megabytes of text.
pub const MAX_DECISIONS_TOLD: usize = 1_000;

/// Most plays with a rate set aside: those of some hundred full appliances; about half a gigabyte.
pub const MAX_RESERVATIONS: usize = 4_000_000;

/// What clients measured says nothing any more after this long: an evening is unlike its afternoon.
pub const LEARNED_FOR: Duration = Duration::from_hours(1);

/// Most networks whose measurements are kept: every prefix of the internet.
pub const MAX_LEARNED_NETWORKS: usize = 1_000_000;

/// Plays and networks that are looked through under one lock, at most, as decisions wait meanwhile.
pub const LOOKED_AT: usize = 1_000;

/// Most appliances whose measurements are kept for a network: as many as a prefix has candidates.
pub const MAX_LEARNED_PER_NETWORK: usize = 64;

/// Most files an appliance is taken to hold: some terabytes of renditions.
pub const MAX_HELD: usize = 200_000;

/// Most withdrawals in one reply.
pub const WITHDRAWALS_PAGE: usize = 500;

/// A load from here on counts as full: the appliance comes after every tier that is not.
pub const FULL_LOAD: f32 = 0.95;

/// Loads below these fractions of the capacity are told apart; within a band content decides.
pub const LOAD_BANDS: [f32; 2] = [0.5, 0.8];

/// How often a new signing key is made.
pub const KEY_ROTATION: Duration = Duration::from_hours(24);

/// A new key signs nothing until every appliance has had this long to hear of it: thirty reports.
pub const KEY_LEARNING: Duration = Duration::from_mins(1);

/// The longest life a token may be given: a key is accepted this long after it signed its last.
pub const MAX_TOKEN_LIFE: Duration = Duration::from_hours(24);

/// How often the keys are looked at.
pub const KEY_CHECK: Duration = Duration::from_secs(10);

/// Times a change of the keys is tried again when another process changed them first.
pub const KEY_SWAP_TRIES: u32 = 8;

const _: () = assert!(SILENCE.as_secs() >= 3 * REPORT_SECONDS as u64);
/// Within ten seconds whoever cannot be reached is out, however badly the rounds fall.
const _: () = {
    let rounds = PROBE_PERIOD.as_secs() * PROBES_FAILED as u64;
    assert!(PROBE_TIMEOUT.as_secs() < PROBE_PERIOD.as_secs());
    assert!(rounds + PROBE_TIMEOUT.as_secs() <= 10);
    assert!(FAULT_STANDS.as_secs() > PROBE_PERIOD.as_secs() + PROBE_TIMEOUT.as_secs());
};
const _: () = assert!(KEY_LEARNING.as_secs() >= KEY_CHECK.as_secs() + SILENCE.as_secs());
const _: () = assert!(LOAD_BANDS[0] < LOAD_BANDS[1] && LOAD_BANDS[1] < FULL_LOAD);
