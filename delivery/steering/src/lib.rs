//! delivery-steering
