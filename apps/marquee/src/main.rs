//! The `marquee` binary: the command line, the configuration, and the composition of roles.
//!
//! Everything meets here and nowhere else: planes are handed the services of other planes as the traits
//! of `contracts`. This crate must not hold rules of any plane.

mod api;
mod backup;
mod cli;
mod command;
mod config;
mod demo;
mod play;
mod publish;
mod roles;
mod serve;
mod web;

use std::process::ExitCode;

use clap::Parser as _;

use crate::cli::{Cli, Command};

#[tokio::main]
async fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Serve(serve) => command::serve::run(serve).await,
        Command::Publish(publish) => command::publish::run(publish).await,
        Command::Inspect(inspect) => command::inspect::run(inspect).await,
        Command::Titles(titles) => command::titles::list(titles).await,
        Command::Title(action) => command::titles::act(action).await,
        Command::Backup(backup) => command::backup::make(backup).await,
        Command::Restore(restore) => command::backup::restore(restore).await,
        Command::Play(play) => command::play::run(play).await,
        Command::Steer(steer) => command::steer::run(steer).await,
        Command::Check(check) => command::check::run(check).await,
        Command::Simulate(simulate) => command::simulate::run(&simulate),
        Command::Plan(plan) => command::capacity::run(&plan),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&error);
            ExitCode::FAILURE
        }
    }
}

#[expect(
    clippy::print_stderr,
    reason = "the command's complaint goes to standard error"
)]
fn complain(error: &anyhow::Error) {
    eprintln!("marquee: {error:#}");
}
