//! Key-value records beside raw fjall: the same values, under the same ids, on the same settings.

mod reads;
mod stores;
mod writes;

use stores::Stores;

use crate::figure::Figure;
use crate::ground::Ground;
use crate::limits::{QUICK_RECORDS, RECORDS};
use crate::plan::Plan;
use tests_figures::Report;

const FIGURES: [Figure; 5] = [
    Figure::KvGet,
    Figure::KvPut,
    Figure::KvOverwrite,
    Figure::KvDurablePut,
    Figure::Pages,
];

pub(crate) async fn measure(
    plan: &Plan,
    ground: &Ground,
    report: &mut Report,
) -> anyhow::Result<()> {
    if !plan.wants_any(&FIGURES) {
        return Ok(());
    }
    let (raw, layer) = (ground.folder()?, ground.folder()?);
    let records = plan.pick(RECORDS, QUICK_RECORDS);
    let stores = Stores::open((raw.path(), layer.path()), records).await?;
    stores.fill().await?;
    for figure in FIGURES {
        if plan.wants(figure) {
            measure_one(figure, plan, &stores, report).await?;
        }
    }
    Ok(())
}

async fn measure_one(
    figure: Figure,
    plan: &Plan,
    stores: &Stores,
    report: &mut Report,
) -> anyhow::Result<()> {
    match figure {
        Figure::KvGet => reads::gets(stores, report).await,
        Figure::KvPut => {
            let (records, calls) = (stores.records, crate::limits::CALLS);
            let new = |round: usize| {
                let first = records + round * calls;
                (first..first + calls).collect()
            };
            writes::puts(figure, stores, new, report).await
        }
        Figure::KvOverwrite => {
            let old = |_| stores.values.picks(crate::limits::CALLS, stores.records);
            writes::puts(figure, stores, old, report).await
        }
        Figure::KvDurablePut => writes::durable_puts(stores, report).await,
        _ => reads::pages(plan, stores, report).await,
    }
}
