//! An appliance as players meet it who speak HTTP/2.

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
#[expect(dead_code, reason = "the appliance's own tests use the rest")]
#[path = "../../../edge/tests/appliance/upstream.rs"]
mod upstream;
