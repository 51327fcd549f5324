//! membership-playback
