//! Seeded histories over a faulty engine.
