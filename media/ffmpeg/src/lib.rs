//! media-ffmpeg
