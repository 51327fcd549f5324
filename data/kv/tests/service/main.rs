//! The service on its engines: the suite, chunks that fail, pages in time, and a model.

#[cfg(test)]
mod chunks;
#[cfg(test)]
mod conformance;
#[cfg(test)]
mod model;
#[cfg(test)]
mod pages;
#[cfg(test)]
mod probe;
