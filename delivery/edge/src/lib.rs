//! delivery-edge
