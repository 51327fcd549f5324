//! The process that dies: it opens a store, says what the store holds, and writes until it is stopped.

use std::io::{self, BufRead as _, Read as _, Write as _};
use std::process::ExitCode;
use std::sync::Arc;

use crate::check;
use crate::protocol::{History, Said};
use crate::workload::{Failure, Orders, Workload};

/// Runs a victim with the orders in its arguments and the history on its standard input. It ends when its
/// standard input does, unless it is killed, and never closes its store in order.
pub fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let orders = match Orders::from_args(&args) {
        Ok(orders) => orders,
        Err(reason) => return refuse(reason),
    };
    let lines = io::stdin().lock().lines().map_while(Result::ok);
    let history = match History::from_lines(lines) {
        Ok(history) => history,
        Err(reason) => return refuse(reason),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => return refuse(error.to_string()),
    };
    let kept = runtime.block_on(async {
        match live(&orders, &history).await {
            Ok(workload) => Some(workload),
            Err(failure) => {
                say(&Said::Failed(told(&*failure)));
                None
            }
        }
    });
    // Wait for the end with the store open.
    let _ = io::stdin().lock().read(&mut [0]);
    std::mem::forget(kept);
    std::process::exit(0)
}

fn refuse(reason: String) -> ExitCode {
    say(&Said::Failed(reason));
    ExitCode::FAILURE
}

async fn live(orders: &Orders, history: &History) -> Result<Arc<dyn Workload>, Failure> {
    let workload: Arc<dyn Workload> = orders.store.open(orders).await?.into();
    let seen = workload.observe().await?;
    let expected = |writer, count| workload.expected(writer, count);
    let counts = match check::counts(history, &seen, expected) {
        Ok(counts) => counts,
        Err(damage) => {
            say(&Said::Damaged(damage));
            return Ok(workload);
        }
    };
    say(&Said::Holds(counts.clone()));
    let mut writers = tokio::task::JoinSet::new();
    for (from, writer) in counts.into_iter().zip(0..) {
        let workload = Arc::clone(&workload);
        writers.spawn(write(workload, writer, from..from + orders.operations));
    }
    while let Some(ended) = writers.join_next().await {
        ended??;
    }
    say(&Said::Done);
    Ok(workload)
}

async fn write(
    workload: Arc<dyn Workload>,
    writer: u32,
    numbers: std::ops::Range<u64>,
) -> Result<(), Failure> {
    for number in numbers {
        let place = workload.perform(writer, number).await?;
        say(&Said::Acked {
            writer,
            number,
            place,
        });
    }
    Ok(())
}

/// One write of one line, which a kill does not tear: pipes take short ones whole.
fn say(said: &Said) {
    let line = said.to_line() + "\n";
    let mut stdout = io::stdout().lock();
    let written = stdout
        .write_all(line.as_bytes())
        .and_then(|()| stdout.flush());
    if written.is_err() {
        // Nobody watches any more.
        std::process::exit(1);
    }
}

/// An error with its causes.
fn told(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    let causes: Vec<String> = causes.map(ToString::to_string).collect();
    causes.join(": ")
}
