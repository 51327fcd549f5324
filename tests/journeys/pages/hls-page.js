// Plays the manifest named in the query with hls.js and keeps what went wrong.
const video = document.querySelector('video');
globalThis.fatal = [];
const hls = new Hls();
hls.on(Hls.Events.ERROR, (_, error) => { if (error.fatal) fatal.push(error.details); });
hls.loadSource(new URLSearchParams(location.search).get('manifest'));
hls.attachMedia(video);
globalThis.read = () => ({
  time: video.currentTime, frames: video.getVideoPlaybackQuality().totalVideoFrames, fatal,
  levels: hls.levels.length, subtitles: hls.subtitleTracks.length,
});
