// Plays the manifest named in the query with Shaka Player, winds at sixteen times the speed, and keeps which files it takes.
const SPEED = 16;
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
  await player.load(new URLSearchParams(location.search).get('manifest'));
  await video.play();
  player.trickPlay(SPEED);
}
wind().catch((error) => fatal.push(error.code ?? String(error)));
globalThis.read = () => ({ time: video.currentTime, files: [...files], fatal });
