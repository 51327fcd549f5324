//! Tidiness as a test: the rules of `STYLE.md` and `layers.toml`, held against the tree.

mod complaint;
mod documents;
mod functions;
mod graph;
mod layers;
mod limits;
mod manifests;
mod measure;
mod sources;
mod text;
mod tree;

use std::path::Path;
use std::process::ExitCode;

use complaint::Complaint;
use measure::Spread;
use tree::Tree;

/// Runs every check on the workspace at `root` and prints what it found and measured.
#[expect(
    clippy::print_stdout,
    reason = "a command line tool reports on its standard output"
)]
pub(crate) fn run(root: &Path) -> anyhow::Result<ExitCode> {
    let tree = Tree::read(root)?;
    let graph = graph::read(root)?;
    let mut complaints = layers::check(&tree.text("layers.toml")?, &graph)?;
    complaints.extend(manifests::check(&tree)?);
    complaints.extend(tree.tracked_that_should_not_be());
    complaints.extend(documents::check(&tree)?);
    let mut file_lengths = Vec::new();
    let mut function_lengths = Vec::new();
    for path in tree.sources() {
        let source = tree.text(path)?;
        complaints.extend(sources::check(path, &source));
        if text::extension(path) == "rs" {
            file_lengths.push(source.lines().count());
            let functions = functions::measure(path, &source)?;
            complaints.extend(functions::check(path, &functions));
            function_lengths.extend(functions.iter().map(|function| function.lines));
        }
    }
    complaints.sort();
    for complaint in &complaints {
        println!("{complaint}\n");
    }
    println!("lines a Rust file: {}", Spread::of(file_lengths));
    println!("lines a function:  {}", Spread::of(function_lengths));
    Ok(verdict(&complaints))
}

#[expect(
    clippy::print_stdout,
    reason = "a command line tool reports on its standard output"
)]
fn verdict(complaints: &[Complaint]) -> ExitCode {
    if complaints.is_empty() {
        println!("tidy");
        return ExitCode::SUCCESS;
    }
    println!("{} to put right", complaints.len());
    ExitCode::FAILURE
}
