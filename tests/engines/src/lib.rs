//! The conformance suites against real servers.
