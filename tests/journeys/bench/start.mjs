// Time from process start to the first playable manifest, and from a viewer's click to the first frame.

import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';

process.env.MARQUEE_BINARY = process.argv[2];
const { launch, openPage } = await import('../lib/browser.mjs');
const { noisyFilm } = await import('../lib/master.mjs');
const { Service } = await import('../lib/service.mjs');

const RUNS = 7;
const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

const folder = mkdtempSync(join(tmpdir(), 'marquee-bench-'));
const service = await Service.start({ appliances: 2, folder });
const { stdout, code, stderr } = await service.command(['publish', noisyFilm(join(folder, 'film.mp4'), 30), '--title', 'Bench', '--json']);
if (code !== 0) throw new Error(stderr);
const { id } = JSON.parse(stdout);

/** A later start of the region, until a manifest made for a new session is readable. */
async function ready() {
  await service.region.stop();
  const begun = performance.now();
  await service.startRegion();
  for (;;) {
    try {
      const session = await service.api('/playback/v1/sessions', { method: 'POST', body: { title_id: id, device: { kind: 'headless' } } });
      const manifest = await fetch(session.manifests.dash);
      if (manifest.ok && (await manifest.text()).includes('<MPD')) {
        const seconds = (performance.now() - begun) / 1000;
        // The place of this play must be free for the next run.
        await service.api(`/playback/v1/sessions/${session.session_id}`, { method: 'DELETE' });
        return seconds;
      }
    } catch {
      await new Promise((done) => setImmediate(done));
    }
  }
}

/** From the click on play to the first frame the browser presents. */
async function firstFrame(browser) {
  const page = await openPage(browser);
  await page.context().addCookies([{ name: 'marquee_session', value: service.token, url: service.url }]);
  await page.goto(`${service.url}/title/${id}`);
  const play = page.getByTestId('title-play');
  await play.waitFor();
  const took = page.evaluate(() => new Promise((done) => {
    let clicked;
    addEventListener('click', () => (clicked ??= performance.now()), { capture: true, once: true });
    const look = () => {
      const video = document.querySelector('video');
      if (!video || clicked === undefined) return requestAnimationFrame(look);
      video.requestVideoFrameCallback(() => done((performance.now() - clicked) / 1000));
    };
    look();
  }));
  await play.click();
  const seconds = await took;
  await page.context().close();
  return seconds;
}

const readies = [];
for (let run = 0; run < RUNS; run++) readies.push(await ready());
const browser = await launch();
const frames = [];
for (let run = 0; run < RUNS; run++) frames.push(await firstFrame(browser));
await browser.close();
await service.stop();
rmSync(folder, { recursive: true, force: true });

const figures = { ready_s: median(readies), first_frame_s: median(frames) };
const spread = (values) => `${Math.min(...values).toFixed(3)} to ${Math.max(...values).toFixed(3)}`;
console.log(`${cpus().length} cores, ${cpus()[0].model}; median of ${RUNS} runs`);
console.log(`process start to first playable manifest  ${figures.ready_s.toFixed(3)} s  (${spread(readies)})`);
console.log(`click to first frame, Chromium            ${figures.first_frame_s.toFixed(3)} s  (${spread(frames)})`);
console.log(JSON.stringify(figures));
