//! delivery-origin
