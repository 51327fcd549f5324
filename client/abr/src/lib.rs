//! client-abr
