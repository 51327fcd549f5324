//! studio-ingest
