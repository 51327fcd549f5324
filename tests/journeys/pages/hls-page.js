// Plays the manifest named in the query with hls.js and keeps what went wrong.
const video = document.querySelector('video');
globalThis.fatal = [];
const query = new URLSearchParams(location.search);
const license = query.get('license');
const hls = new Hls(license ? { emeEnabled: true, drmSystems: { 'org.w3.clearkey': { licenseUrl: license } } } : {});
hls.on(Hls.Events.ERROR, (_, error) => { if (error.fatal) fatal.push(error.details); });
hls.loadSource(query.get('manifest'));
hls.attachMedia(video);
globalThis.read = () => ({
  time: video.currentTime, frames: video.getVideoPlaybackQuality().totalVideoFrames, fatal,
  levels: hls.levels.length, subtitles: hls.subtitleTracks.length,
});
