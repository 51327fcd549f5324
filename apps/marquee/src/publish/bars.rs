//! Progress bars in one style: name, bar, percent, amount, rate, time left.

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Columns the name of a step takes.
const NAME_WIDTH: usize = 28;

/// Where bars are drawn; nowhere when the answer is JSON.
pub(crate) fn screen(quiet: bool) -> MultiProgress {
    if quiet {
        MultiProgress::with_draw_target(ProgressDrawTarget::hidden())
    } else {
        MultiProgress::new()
    }
}

/// A bar that counts bytes.
pub(crate) fn bytes(screen: &MultiProgress, name: &str, total: u64) -> ProgressBar {
    let template = "{prefix} {bar:28.yellow/black} {percent:>3} %  {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left";
    bar(screen, name, total, template)
}

/// A bar that counts a step's own unit, whose message says rate and time left.
pub(crate) fn step(screen: &MultiProgress, name: &str) -> ProgressBar {
    bar(
        screen,
        name,
        0,
        "{prefix} {bar:28.yellow/black} {percent:>3} %  {msg}",
    )
}

/// A name cut or padded to the names' column.
pub(crate) fn prefix(name: &str) -> String {
    let cut: String = name.chars().take(NAME_WIDTH).collect();
    format!("{cut:NAME_WIDTH$}")
}

fn bar(screen: &MultiProgress, name: &str, total: u64, template: &str) -> ProgressBar {
    let style = ProgressStyle::with_template(template)
        .expect("the templates above are well formed")
        .progress_chars("━━╌");
    screen.add(
        ProgressBar::new(total)
            .with_style(style)
            .with_prefix(prefix(name)),
    )
}
