//! The project's own chores. `cargo xtask tidy` checks the rules that no compiler checks.

mod tidy;

use std::path::Path;
use std::process::ExitCode;

fn main() -> anyhow::Result<ExitCode> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments != ["tidy"] {
        anyhow::bail!("the one chore is `cargo xtask tidy`; {arguments:?} is none");
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    tidy::run(folder.parent().unwrap_or(folder))
}
