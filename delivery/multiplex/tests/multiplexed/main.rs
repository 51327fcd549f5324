//! An appliance as players meet it who speak HTTP/2 and HTTP/3.

#![expect(
    clippy::unwrap_used,
    reason = "a test whose ground gives way must stop"
)]

#[expect(dead_code, reason = "the appliance's own tests use the rest")]
#[path = "../../../edge/tests/appliance/authority.rs"]
mod authority;
#[expect(dead_code, reason = "the appliance's own tests use the rest")]
#[path = "../../../edge/tests/appliance/bed.rs"]
mod bed;
mod http2;
mod http2_limits;
mod http3;
mod questions;
#[expect(dead_code, reason = "the appliance's own tests use the rest")]
#[path = "../../../edge/tests/appliance/upstream.rs"]
mod upstream;
