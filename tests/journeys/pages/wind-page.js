// Plays the manifest named in the query with Shaka Player, winds at sixteen times the speed, and keeps which files it takes.
const SPEED = 16;
// Winding begins in the first of the film's segments, and not with the player's first steps.
const PLAYED_S = 0.5;
const video = document.querySelector('video');
const files = new Set();
const fatal = [];
const player = new shaka.Player();
player.addEventListener('error', (event) => fatal.push(event.detail?.code ?? String(event)));
player.getNetworkingEngine().registerResponseFilter((type, response) => {
  if (type === shaka.net.NetworkingEngine.RequestType.SEGMENT) files.add(new URL(response.uri).pathname.split('/').pop());
});
async function wind() {
  await player.attach(video);
  // Shaka 5.2 that is asked for the key frames while it reads the index of another rendition goes on from both, appends
  // the same segment twice at once, and now and then Chromium decodes no picture of that any more.
  player.configure('abr.enabled', false);
  await player.load(new URLSearchParams(location.search).get('manifest'));
  await video.play();
  await new Promise((played) => video.addEventListener('timeupdate', () => video.currentTime > PLAYED_S && played()));
  player.trickPlay(SPEED);
}
wind().catch((error) => fatal.push(error.code ?? String(error)));
globalThis.read = () => ({ time: video.currentTime, files: [...files], fatal });
