//! A dataset in memory: lookups, and a delta beside a snapshot.

use data_hollow::testing::{films, measure as figures};

use crate::figure::Figure;
use crate::ground::Ground;
use crate::limits::FILMS;
use crate::plan::Plan;
use tests_figures::Report;

pub(crate) fn measure(plan: &Plan, ground: &Ground, report: &mut Report) -> anyhow::Result<()> {
    if !plan.wants_any(&[Figure::HollowLookup, Figure::HollowDelta]) {
        return Ok(());
    }
    let (dataset, _indexes) = films("films");
    let found = figures(&dataset, FILMS, &*ground.clock)?;
    if plan.wants(Figure::HollowLookup) {
        let how = format!(
            "{FILMS} records; with some fields read {:.0} ns, with all decoded {:.0} ns, absent {:.0} ns; \
             in the standard library's map {:.0} ns",
            found.lookup_view_ns, found.lookup_owned_ns, found.lookup_missing_ns, found.map_ns
        );
        report.add(Figure::HollowLookup, found.lookup_ns, &how);
    }
    if plan.wants(Figure::HollowDelta) {
        let how = format!(
            "three indexes; delta of 1 % {:.2?}, snapshot {:.2?}, delta of one record {:.2?}",
            found.delta_apply, found.snapshot_load, found.one_apply
        );
        report.add(Figure::HollowDelta, found.delta_over_snapshot(), &how);
    }
    Ok(())
}
