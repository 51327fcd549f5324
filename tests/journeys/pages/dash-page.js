// Plays the manifest named in the query with dash.js and keeps what went wrong.
const video = document.querySelector('video');
globalThis.fatal = [];
const player = dashjs.MediaPlayer().create();
player.on('error', (event) => fatal.push(event.error?.message ?? String(event.error)));
player.initialize(video, new URLSearchParams(location.search).get('manifest'), true);
globalThis.read = () => ({
  time: video.currentTime, frames: video.getVideoPlaybackQuality().totalVideoFrames, fatal,
  levels: player.getRepresentationsByType('video')?.length ?? 0, subtitles: player.getTracksFor('text').length,
});
