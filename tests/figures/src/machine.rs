//! The machine that is measured on.

use std::fs;

/// The machine and its load, a line each.
pub fn describe() -> Vec<String> {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let cpu = line_after("/proc/cpuinfo", "model name");
    let memory = line_after("/proc/meminfo", "MemTotal");
    let kernel = read("/proc/sys/kernel/osrelease");
    let load = read("/proc/loadavg");
    vec![
        format!("machine: {cores} cores of {cpu}, {memory} of memory, Linux {kernel}"),
        format!("load average at the start: {load}"),
    ]
}

fn read(path: &str) -> String {
    let text = fs::read_to_string(path).unwrap_or_default();
    text.trim().to_owned()
}

fn line_after(path: &str, begin: &str) -> String {
    let text = read(path);
    let line = text.lines().find(|line| line.starts_with(begin));
    let value = line.and_then(|line| line.split_once(':'));
    value.map_or_else(
        || "unknown".to_owned(),
        |(_, value)| value.trim().to_owned(),
    )
}
