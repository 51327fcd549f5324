//! Messages, service and client as made from the protocol's description.
#![expect(
    clippy::all,
    clippy::pedantic,
    unreachable_pub,
    reason = "made by the build script"
)]

tonic::include_proto!("marquee.kv.v1");
