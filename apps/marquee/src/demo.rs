//! The demonstration films of the first start: made here, published like anybody's.

mod films;
mod make;
mod publish;

pub(crate) use publish::publish_all;
