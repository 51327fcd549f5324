//! The plan of an hour.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use contracts_delivery::{ApplianceId, Origin, OriginError, ReleaseId, Tier};
use contracts_membership::{CatalogEntry, PLAYS_TOPIC};
use data_events::{EventError, SharedLog, Tail};
use data_objects::ContentHash;
use delivery_fill::limits::HISTORY_HOURS;
use delivery_fill::{BoxFacts, Candidate, Forecast, Launch, Ranked, place, seed_of};
use platform_clock::SharedClock;

use crate::limits::{LEAST_VIEWS, MAX_PLACED, PLACED_PERCENT};
use crate::stock::{Part, parts};
use crate::watched::{Watched, hour};

/// Why there is no plan; the one before stands.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// The log of plays could not be read; a retry may help.
    #[error("the log of plays cannot be read")]
    Log(#[from] EventError),
    /// A release could not be looked up; a retry may help.
    #[error("a release cannot be looked up")]
    Origin(#[from] OriginError),
}

/// An appliance that files can be placed on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteBox {
    /// Which.
    pub appliance: ApplianceId,
    /// Where it stands.
    pub tier: Tier,
    /// Those with one name and tier stand together and share the files of their clients.
    pub site: String,
    /// Whose views it is filled for.
    pub region: String,
    /// Bytes its cache may hold.
    pub cache_bytes: u64,
    /// What it can send, in megabits a second.
    pub capacity_mbps: u32,
}

/// Plans for every region.
pub struct Planner {
    log: SharedLog,
    origin: Arc<dyn Origin>,
    clock: SharedClock,
    plays: Tail,
    watched: Watched,
    stock: HashMap<ReleaseId, Vec<Part>>,
}

impl Planner {
    /// A planner that has read nothing yet.
    pub fn new(log: SharedLog, origin: Arc<dyn Origin>, clock: SharedClock) -> Self {
        let watched = Watched::new(clock.now());
        Self {
            log,
            origin,
            clock,
            plays: Tail::new(PLAYS_TOPIC),
            watched,
            stock: HashMap::new(),
        }
    }

    /// The files that each appliance should keep, the most worth first. Appliances that store nothing, and the
    /// origin, have none.
    ///
    /// # Errors
    /// [`PlanError`]; what was read until then is kept.
    pub async fn plan(
        &mut self,
        titles: &[CatalogEntry],
        boxes: &[SiteBox],
    ) -> Result<BTreeMap<ApplianceId, Vec<ContentHash>>, PlanError> {
        self.watched.advance(self.clock.now());
        let watched = &mut self.watched;
        let read = self.plays.catch_up(&self.log, |event| watched.take(event));
        read.await?;
        self.look_up(titles).await?;
        let mut regions: BTreeMap<usize, Vec<&SiteBox>> = BTreeMap::new();
        let stores = |it: &&SiteBox| it.tier != Tier::Origin && it.cache_bytes > 0;
        for one in boxes.iter().filter(stores) {
            let region = self.watched.region(&one.region);
            regions.entry(region).or_default().push(one);
        }
        let launches = self.launches(titles);
        let forecasts = self.watched.forecasts(&launches);
        let mut planned = BTreeMap::new();
        for (region, boxes) in regions {
            let (names, ranked) = self.rank(titles, &forecasts[region]);
            let busiest_hour = f64::from(forecasts[region].busiest_hour);
            for (one, files) in place_by_site(&boxes, &ranked, busiest_hour) {
                let files = files.into_iter().take(MAX_PLACED);
                let files = files.map(|file| names[file as usize]).collect();
                planned.insert(one.appliance.clone(), files);
            }
        }
        Ok(planned)
    }

    /// The releases of the titles, each with its largest files first: those whose holders steering tells apart.
    ///
    /// # Errors
    /// [`PlanError::Origin`].
    pub async fn releases(
        &mut self,
        titles: &[CatalogEntry],
    ) -> Result<Vec<(ReleaseId, Vec<ContentHash>)>, PlanError> {
        self.look_up(titles).await?;
        let described = self.stock.iter().map(|(release, parts)| {
            let mut parts = parts.clone();
            parts.sort_by_key(|part| (std::cmp::Reverse(part.bytes), part.file));
            (*release, parts.iter().map(|part| part.file).collect())
        });
        Ok(described.collect())
    }

    async fn look_up(&mut self, titles: &[CatalogEntry]) -> Result<(), PlanError> {
        let mut known = std::mem::take(&mut self.stock);
        for title in titles {
            let parts = match known.remove(&title.release) {
                Some(parts) => parts,
                None => match self.origin.release(title.release).await {
                    Ok(release) => parts(&release),
                    // It was withdrawn between the catalogue's answer and this.
                    Err(OriginError::NoSuchRelease(_)) => continue,
                    Err(error) => return Err(error.into()),
                },
            };
            self.stock.insert(title.release, parts);
        }
        Ok(())
    }

    fn launches(&mut self, titles: &[CatalogEntry]) -> Vec<Launch> {
        let begin = hour(self.clock.now()).saturating_sub(HISTORY_HOURS as u64);
        let young = titles.iter().filter(|title| hour(title.added_at) >= begin);
        let launches = young.map(|title| Launch {
            title: self.watched.title(&title.id),
            hour: hour(title.added_at),
            weight: 1.0,
        });
        launches.collect()
    }

    /// Every file of the titles, with the names behind their numbers. A file of two titles is watched by both.
    fn rank(&mut self, titles: &[CatalogEntry], forecast: &Forecast) -> (Vec<ContentHash>, Ranked) {
        let mut names = Vec::new();
        let mut candidates: Vec<Candidate> = Vec::new();
        let mut numbers: HashMap<ContentHash, usize> = HashMap::new();
        for title in titles {
            let number = self.watched.title(&title.id);
            let views = forecast
                .views
                .get(number)
                .copied()
                .unwrap_or(0.0)
                .max(LEAST_VIEWS);
            for part in self.stock.get(&title.release).into_iter().flatten() {
                let served = f64::from(views) * part.bytes as f64 * part.sent;
                let at = *numbers.entry(part.file).or_insert_with(|| {
                    names.push(part.file);
                    candidates.push(Candidate {
                        file: candidates.len() as u32,
                        seed: seed_of(part.file.as_bytes()),
                        bytes: part.bytes,
                        served: 0.0,
                    });
                    candidates.len() - 1
                });
                candidates[at].served += served;
            }
        }
        (names, Ranked::of(candidates))
    }
}

/// The files of every box of a region, by their numbers. Each site has its part of what the region watches.
fn place_by_site<'a>(
    boxes: &[&'a SiteBox],
    ranked: &Ranked,
    busiest_hour: f64,
) -> Vec<(&'a SiteBox, Vec<u32>)> {
    let mut sites: BTreeMap<(Tier, &str), Vec<&SiteBox>> = BTreeMap::new();
    for one in boxes {
        sites.entry((one.tier, &one.site)).or_default().push(one);
    }
    let part = 1.0 / sites.len().max(1) as f64;
    let placed = sites.into_values().flat_map(|site| {
        let facts: Vec<BoxFacts> = site.iter().map(|one| facts(one)).collect();
        let placed = place(ranked, &facts, part, busiest_hour);
        site.into_iter().zip(placed.boxes)
    });
    placed.collect()
}

fn facts(one: &SiteBox) -> BoxFacts {
    BoxFacts {
        seed: seed_of(one.appliance.0.as_bytes()),
        storage_bytes: one.cache_bytes / 100 * PLACED_PERCENT,
        sends_kbps: one.capacity_mbps.saturating_mul(1_000),
    }
}

#[cfg(test)]
mod tests;
