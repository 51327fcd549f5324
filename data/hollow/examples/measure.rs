//! Prints a dataset's figures: `cargo run --release -p data-hollow --example measure [records]`.

use data_hollow::Dataset;
use data_hollow::testing::{Film, films, measure};
use platform_clock::SystemClock;

#[expect(clippy::print_stdout, reason = "a command that prints figures")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let records = std::env::args()
        .nth(1)
        .map_or(Ok(1_000_000), |text| text.parse())?;
    let plain = Dataset::<Film>::new("films")?;
    for (what, dataset) in [
        ("no secondary index", plain),
        ("three indexes", films("films").0),
    ] {
        let figures = measure(&dataset, records, &SystemClock::new())?;
        println!(
            "{what}: delta over snapshot {:.4}",
            figures.delta_over_snapshot()
        );
        println!("{figures:#?}");
    }
    Ok(())
}
