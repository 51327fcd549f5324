//! apps/marquee
fn main() {}
