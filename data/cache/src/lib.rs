//! A cache in process, in Redis or in memcached.
