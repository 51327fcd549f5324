//! The key-value service over gRPC.
