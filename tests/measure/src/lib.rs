//! What `./bench data` measures.
