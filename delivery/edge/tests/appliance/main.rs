//! The appliance as players, upstreams and the control plane meet it.

#![expect(
    clippy::unwrap_used,
    reason = "a test whose ground gives way must stop"
)]

mod authority;
mod bed;
mod caching;
mod cluster;
mod files;
mod filling;
mod flaky;
mod neighbours;
mod placed;
mod private;
mod protocol;
mod round_trips;
mod serving;
mod tls;
mod upstream;
