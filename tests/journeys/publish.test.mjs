// A title's journey as a studio person meets it: killed and resumed, refused with a reason, taken back.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, readdirSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { SIZES, launch, openPage, until } from './lib/browser.mjs';
import { ffmpeg, realClip } from './lib/master.mjs';
import { Running, Service } from './lib/service.mjs';

const QUICK = ['-c:v', 'libx264', '-preset', 'ultrafast'];
// Two rungs of three chunks: enough work to be interrupted, little enough to be done again and again.
const BUSY = 36;

let service;
let masters;
let busy;

before(async () => {
  service = await Service.start({ appliances: 1 });
  masters = join(service.folder, 'masters');
  mkdirSync(masters);
  busy = synthetic('busy.mp4', ...picture(BUSY, '640x360'), ...sound(BUSY), '-vf', 'noise=alls=12:allf=t', '-pix_fmt', 'yuv420p', ...QUICK);
});

after(() => service?.stop());

test('killed with -9 in mid-encode, the service goes on where it stopped', async () => {
  const sending = start(busy, 'Long');
  const work = await eventually(() => worksOf('Long'));
  // Once three chunks are there, the oldest has been recorded as done.
  const first = await eventually(async () => {
    const made = chunksIn(work);
    return made.length >= 3 && made.sort((a, b) => a.made - b.made)[0];
  });
  const before = await title('Long');
  assert.equal(before.state, 'running');
  await service.region.stop('SIGKILL');
  await sending.stop('SIGKILL');

  await service.startRegion();
  const again = publish(busy, '--title', 'Long');
  await eventually(() => chunksIn(work).length > 3);
  const kept = chunksIn(work).find(({ name }) => name === first.name);
  assert.deepEqual(kept, first, 'what was finished is not made again');
  const { code, stderr, status } = await again;
  assert.equal(code, 0, stderr);
  assert.equal(status.id, before.id, 'the same title went on');
  assert.equal(status.state, 'published');
  assert.equal((await shapeOf(status.id)).seconds, BUSY);
  assert.deepEqual(leftovers(), []);
});

test('an encoder killed in mid-chunk is one retry, and the title publishes', async () => {
  const sending = start(busy, 'Lost encoder');
  const pid = await eventually(() => encoderOf(service.region.child.pid));
  process.kill(pid, 'SIGKILL');
  await service.region.line(/step failed, trying again/);
  assert.deepEqual(await sending.exited, { code: 0, signal: null });
  const { id, state } = await title('Lost encoder');
  assert.equal(state, 'published');
  assert.equal((await shapeOf(id)).seconds, BUSY);
});

test('odd dimensions, variable rate, rotation, 10 bit, 5.1 and silence all publish', async () => {
  const upright = synthetic('upright.mp4', ...picture(3), ...QUICK);
  const rotated = join(masters, 'rotated.mp4');
  ffmpeg('-display_rotation', '90', '-i', upright, '-c', 'copy', rotated);
  const slower = ['-vf', "setpts='if(lt(N,50),N/25,2+(N-50)/12.5)/TB'", '-fps_mode', 'vfr'];
  const surround = ['-f', 'lavfi', '-i', 'aevalsrc=0.1|0.1|0.1|0|0.1|0.1:c=5.1:s=48000:d=3'];
  const films = {
    odd: [synthetic('odd.mkv', ...picture(3, '321x181'), ...sound(3), '-pix_fmt', 'yuv444p', ...QUICK), { wide: 1.77, seconds: 3, channels: 1 }],
    variable: [synthetic('variable.mkv', ...picture(4), ...sound(6), ...slower, ...QUICK), { wide: 1.78, seconds: 6, channels: 1 }],
    deep: [synthetic('deep.mkv', ...picture(3), ...sound(3), '-pix_fmt', 'yuv420p10le', ...QUICK), { wide: 1.78, seconds: 3, channels: 1 }],
    surround: [synthetic('surround.mkv', ...picture(3), ...surround, ...QUICK, '-c:a', 'flac'), { wide: 1.78, seconds: 3, channels: 2 }],
    silent: [upright, { wide: 1.78, seconds: 3, channels: 0 }],
    rotated: [rotated, { wide: 0.56, seconds: 3, channels: 0 }],
  };
  for (const [name, [path, expected]] of Object.entries(films)) {
    const { code, status, stderr } = await publish(path);
    assert.equal(code, 0, `${name}: ${stderr}`);
    assert.equal(status.state, 'published', name);
    const { wide, seconds, channels } = await shapeOf(status.id);
    assert.ok(Math.abs(wide - expected.wide) < 0.03, `${name} is ${wide} wide`);
    assert.ok(Math.abs(seconds - expected.seconds) < 0.2, `${name} lasts ${seconds} s`);
    assert.equal(channels, expected.channels, `${name}'s channels`);
  }
});

test('what cannot be a title says why in one sentence and leaves nothing behind', async () => {
  const whole = synthetic('whole.mp4', ...picture(6), ...sound(6), ...QUICK);
  const fast = join(masters, 'fast.mp4');
  ffmpeg('-i', whole, '-c', 'copy', '-movflags', '+faststart', fast);
  const refused = {
    text: [written('text.mp4', 'This is not a film.\n'.repeat(50)), /not a .*media|no film|not.*video/i],
    empty: [written('empty.mp4', ''), /empty/],
    'cut at the end': [cut('cut.mp4', whole), /cut off|ends/],
    'cut after its index': [cut('cut-fast.mp4', fast), /cut off|ends|stops/],
    'no picture': [synthetic('sound.m4a', ...sound(3)), /picture|video/],
    playlist: [written('playlist.mp4', `#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXTINF:6,\nfile://${whole}\n#EXT-X-ENDLIST\n`), /playlist|not/],
    script: [written('script.mp4', `ffconcat version 1.0\nfile '${whole}'\n`), /script|list|not/],
  };
  for (const [name, [path, reason]] of Object.entries(refused)) {
    const { code, status, stderr } = await publish(path);
    assert.notEqual(code, 0, name);
    const said = status ? status.reason : stderr.trim();
    assert.match(said, reason, name);
    assert.equal(said.split('\n').length, 1, `${name}: ${said}`);
    assert.doesNotMatch(stderr, /panicked|backtrace/, name);
    assert.deepEqual(leftovers(), [], name);
    if (!status) continue;
    assert.equal(status.state, 'failed', name);
    assert.ok(!said.includes(service.data), `${name} tells of the service's own folders: ${said}`);
    await service.api(`/studio/v1/titles/${status.id}`, { method: 'DELETE' });
  }
  assert.ok(!(await service.api('/studio/v1/titles')).titles.some(({ state }) => state === 'failed'));
});

test('an upload that breaks its own promise is refused as a problem, and goes on from where it was', async () => {
  const film = Buffer.from('0123456789');
  const { location } = Object.fromEntries((await tus('POST', '/studio/v1/uploads', { 'upload-length': '10' })).headers);
  const send = (offset, bytes, more = {}) => tus('PATCH', location, { 'upload-offset': String(offset), 'content-type': 'application/offset+octet-stream', ...more }, bytes);
  const sha = (bytes) => ({ 'upload-checksum': `sha256 ${createHash('sha256').update(bytes).digest('base64')}` });
  const has = async () => (await tus('HEAD', location)).headers.get('upload-offset');

  await problem(send(0, Buffer.concat([film, film])), 413, /longer than the 10 bytes/);
  await problem(send(4, film.subarray(4)), 409, /has 0 bytes/);
  await problem(send(0, film.subarray(0, 4), sha(film)), 460, /checksums differ/);
  assert.equal(await has(), '0');
  assert.equal((await send(0, film.subarray(0, 4), sha(film.subarray(0, 4)))).status, 204);
  await problem(send(4, film), 413, /longer than the 10 bytes/);
  assert.equal(await has(), '4');
  await problem(send(0, film), 409, /has 4 bytes/);
  assert.equal((await send(4, film.subarray(4))).status, 204);
  assert.equal((await tus('DELETE', location)).status, 204);
  await problem(tus('PATCH', location, { 'upload-offset': '10', 'content-type': 'application/offset+octet-stream' }), 404, /no such upload/);
});

test('a name with ../ and emoji is only a name', async () => {
  const path = synthetic('plain.mp4', ...picture(3), ...QUICK);
  const { code, status, stderr } = await publish(path, '--title', '../../🎬 film');
  assert.equal(code, 0, stderr);
  assert.equal(status.name, '../../🎬 film');
  assert.deepEqual(readdirSync(service.folder).sort(), ['data', 'edge-1', 'edge-1.toml', 'masters', 'region.toml']);
});

test('replaced and deleted titles leave the appliances and the origin', async () => {
  const first = synthetic('first.mp4', ...picture(4), ...sound(4), ...QUICK);
  const second = synthetic('second.mp4', ...picture(5), ...sound(5), ...QUICK);
  const { status } = await publish(first, '--title', 'Replaced');
  const old = await filesOf(status.id);
  assert.equal(old.length, 2, 'an appliance and the origin');
  assert.deepEqual(await statuses(old), [206, 206]);
  const replaced = await publish(second, '--title', 'Replaced', '--replaces', status.id);
  assert.equal(replaced.code, 0, replaced.stderr);
  assert.equal(replaced.status.id, status.id);
  await gone(old);
  const current = await filesOf(status.id);
  assert.deepEqual(await statuses(current), [206, 206]);
  await service.api(`/studio/v1/titles/${status.id}`, { method: 'DELETE' });
  await gone(current);
  await assert.rejects(filesOf(status.id), { status: 404 });
  await assert.rejects(service.api(`/studio/v1/titles/${status.id}`), { status: 404 });
});

test('what is wrong with a master travels with its title, without tesseract too', async () => {
  const filters = "drawbox=c=black:t=fill:enable='lt(t,2)',loop=loop=149:size=1:start=75,trim=duration=12";
  const tone = "aevalsrc='if(lt(t,4),0.3*sin(880*PI*t),0)':s=48000:d=12";
  const film = synthetic('wrong.mkv', ...picture(12, '160x90'), '-f', 'lavfi', '-i', tone, '-vf', filters, '-pix_fmt', 'yuv420p', ...QUICK);
  const words = join(masters, 'words.vtt');
  writeFileSync(words, 'WEBVTT\n\n00:01.000 --> 00:03.000\nGood evening.\n');
  // The tools that a title cannot do without are not looked for there.
  const bare = await Service.start({ appliances: 1, env: { PATH: '/nowhere' } });
  const browser = await launch();
  try {
    const { code, stdout, stderr } = await bare.command(['publish', film, '--subtitles', `en=${words}`, '--json']);
    assert.equal(code, 0, stderr);
    const { id, state, warnings } = JSON.parse(stdout);
    assert.equal(state, 'published');
    assert.ok(warnings.some((it) => /^tesseract is not installed: subtitles were not moved/.test(it)), warnings.join('\n'));
    const { examination } = await bare.api(`/studio/v1/titles/${id}/inspection`);
    const found = (check) => examination.findings.find((it) => it.check === check);
    for (const [check, from, to] of [['black', 0, 2000], ['silence', 4000, 12_000], ['freeze', 3000, 9000]]) {
      const { start_ms, end_ms, severity } = found(check) ?? assert.fail(`no ${check}: ${JSON.stringify(examination.findings)}`);
      assert.ok(Math.abs(start_ms - from) <= 550 && Math.abs(end_ms - to) <= 550, `${check}: ${start_ms} to ${end_ms}`);
      assert.notEqual(severity, 'error');
    }
    const page = await openPage(browser);
    await page.context().addCookies([{ name: 'marquee_session', value: bare.token, url: bare.url }]);
    await page.goto(`${bare.url}/studio/title/${id}`);
    const shown = () => [...document.querySelectorAll('[data-testid=finding]')].map((it) => it.dataset.check);
    await until(page, shown, (checks) => ['black', 'silence', 'freeze'].every((it) => checks.includes(it)), 'the console shows what was found');
    const { events } = await bare.api(`/studio/v1/titles/${id}/timeline`);
    const drawn = new Set(events.filter((it) => it.kind === 'finding').map((it) => it.what));
    for (const check of ['black', 'silence', 'freeze']) assert.ok(drawn.has(check), `${check} is on the timeline`);
  } finally {
    await browser.close();
    await bare.stop();
  }
});

test('a title has a ladder of its own, and what came of it is scored', async () => {
  const film = synthetic('own.mp4', ...picture(3, '640x360'), ...sound(3), ...QUICK);
  const own = await Service.start({ appliances: 1, ladder: 'per-title' });
  const browser = await launch();
  try {
    const { code, stdout, stderr } = await own.command(['publish', film, '--json']);
    assert.equal(code, 0, stderr);
    const { id, warnings } = JSON.parse(stdout);
    assert.deepEqual(warnings.filter((it) => /ladder/.test(it)), []);
    const report = await own.api(`/studio/v1/titles/${id}/ladder`);
    assert.equal(report.measure, 'vmaf');
    assert.ok(report.sampled_frames > 0 && report.measured_frames > 0 && report.measured_cpu_ms > 0);
    assert.ok(report.rungs.length > 1, 'a film that moves has several rungs');
    let [rate, quality] = [0, 0];
    for (const rung of report.rungs) {
      assert.ok(rung.measured_kbps > rate && rung.measured_quality > quality, `${rung.name}: better and dearer than the one below it`);
      [rate, quality] = [rung.measured_kbps, rung.measured_quality];
    }
    const page = await openPage(browser, SIZES.phone);
    await page.context().addCookies([{ name: 'marquee_session', value: own.token, url: own.url }]);
    await page.goto(`${own.url}/studio/title/${id}`);
    const shown = () => ({
      rungs: document.querySelectorAll('[data-testid=rungs] tbody tr').length,
      pictures: [...document.querySelectorAll('[data-testid=strip] > div')].map((it) => getComputedStyle(it).backgroundImage.slice(5, -2)),
      beyond: document.documentElement.scrollWidth - innerWidth,
    });
    const seen = await until(page, shown, ({ rungs, pictures }) => rungs > 0 && pictures.length > 0, 'the console draws ladder and pictures');
    assert.equal(seen.rungs, report.rungs.length);
    assert.equal(seen.beyond, 0, 'nothing lies beyond the edge of a phone');
    const kind = (url) => fetch(url).then(async (answer) => `${answer.status} ${(await createImageBitmap(await answer.blob())).width > 0}`);
    assert.equal(await page.evaluate(kind, seen.pictures[0]), '200 true');
  } finally {
    await browser.close();
    await own.stop();
  }
});

// The first seconds of the long ones: a whole publish of each is in docs/measurements.md.
const REAL = {
  'bunny-30s-1280x720.webm': 3,
  'nasa-16s-two-video-two-audio-mov_text.mp4': undefined,
  'people-139s-768x432-silent.mp4': 5,
  'qc-failing-audio.mp4': undefined,
  'qc-no-duration.webm': undefined,
  'sintel-26s-848x480.mp4': 4,
  'sintel-26s-ass-subtitles.mkv': 4,
  'wave-8s-1920x1080-natural.mp4': 1,
};

test('every real clip publishes', { skip: realClip('README.md') ? false : 'the real clips are absent' }, async () => {
  for (const [name, seconds] of Object.entries(REAL)) {
    let path = realClip(name);
    if (seconds) {
      path = join(masters, name);
      ffmpeg('-i', realClip(name), '-t', String(seconds), '-map', '0', '-c', 'copy', path);
    }
    const { code, status, stderr } = await publish(path);
    assert.equal(code, 0, `${name}: ${stderr}`);
    assert.equal(status.state, 'published', name);
    assert.ok((await shapeOf(status.id)).rungs > 0, name);
    const { events } = await service.api(`/studio/v1/titles/${status.id}/timeline`);
    const kinds = new Set(events.map(({ kind }) => kind));
    assert.ok(kinds.has('shot'), `${name}: ${status.warnings}`);
    assert.equal(kinds.has('subtitle'), /ass-subtitles|mov_text/.test(name), `${name}: ${status.warnings}`);
  }
  assert.deepEqual(leftovers(), []);
});

/** Publishes and waits for the end. */
async function publish(path, ...more) {
  const { code, stdout, stderr } = await service.command(['publish', path, '--json', ...more]);
  return { code, stderr, status: stdout ? JSON.parse(stdout) : undefined };
}

/** Publishes without waiting. */
function start(path, name) {
  return new Running('publish', ['publish', path, '--title', name, '--server', service.url, '--data', service.data]);
}

function synthetic(name, ...args) {
  const path = join(masters, name);
  ffmpeg(...args, path);
  return path;
}

function picture(seconds, size = '320x180') {
  return ['-f', 'lavfi', '-i', `testsrc2=size=${size}:rate=25:duration=${seconds}`];
}

function sound(seconds) {
  return ['-f', 'lavfi', '-i', `sine=frequency=330:duration=${seconds}`];
}

function written(name, text) {
  const path = join(masters, name);
  writeFileSync(path, text);
  return path;
}

function cut(name, source) {
  const path = join(masters, name);
  copyFileSync(source, path);
  truncateSync(path, Math.floor(statSync(source).size * 0.6));
  return path;
}

async function title(name) {
  return (await service.api('/studio/v1/titles')).titles.find((title) => title.name === name);
}

/** What runs have left in the studio's work folder. */
function leftovers() {
  return readdirSync(join(service.data, 'studio/work'));
}

/** The work folder of the title's run, once it is there. */
async function worksOf(name) {
  const found = await title(name);
  const run = found && leftovers().find((run) => run.startsWith(found.id));
  return run && join(service.data, 'studio/work', run);
}

/** The finished chunks of a run. */
function chunksIn(work) {
  const names = readdirSync(work).filter((name) => /^\w+-\d+p-\d{5}\.mp4$/.test(name));
  return names.map((name) => {
    const { ino, mtimeMs } = statSync(join(work, name));
    return { name, ino, made: mtimeMs };
  });
}

/** The process of an encoder that a region has started. */
function encoderOf(region) {
  const read = (pid, file) => {
    try {
      return readFileSync(`/proc/${pid}/${file}`, 'utf8');
    } catch {
      return ''; // it has ended since
    }
  };
  const parent = (pid) => Number(read(pid, 'stat').split(') ').pop().split(' ')[1]);
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number)
    .find((pid) => parent(pid) === region && read(pid, 'cmdline').includes('libx264'));
}

/** A play that is over when `use` is, with its DASH manifest; what is for winding is left out of that. */
function playing(id, use) {
  return service.playing(id, async (session) => {
    const mpd = await (await fetch(session.manifests.dash)).text();
    return use(session, mpd.replace(/<AdaptationSet(?:(?!<\/AdaptationSet>)[^])*trickmode[^]*?<\/AdaptationSet>/, ''));
  });
}

/** What a player is told of a title. */
function shapeOf(id) {
  return playing(id, ({ duration_ms: duration }, mpd) => {
    const sizes = [...mpd.matchAll(/ width="(\d+)" height="(\d+)"/g)].map(([, width, height]) => [Number(width), Number(height)]);
    const [width, height] = sizes.at(-1);
    assert.ok(sizes.flat().every((length) => length % 2 === 0), `even sizes: ${sizes}`);
    const channels = Number(mpd.match(/channel_configuration:2011" value="(\d+)"/)?.[1] ?? 0);
    return { rungs: sizes.length, wide: width / height, seconds: duration / 1000, channels };
  });
}

/** One file of a title, wherever a player may get it. */
function filesOf(id) {
  return playing(id, ({ appliances }, mpd) => {
    const [name] = mpd.match(/[0-9a-f]{64}\.mp4/);
    return appliances.map(({ base_url: base }) => new URL(name, base).href);
  });
}

function statuses(urls) {
  return Promise.all(urls.map(async (url) => (await fetch(url, { headers: { range: 'bytes=0-99' } })).status));
}

function gone(urls) {
  return eventually(async () => (await statuses(urls)).every((status) => status === 404 || status === 410));
}

function tus(method, path, headers = {}, body = undefined) {
  const own = { authorization: `Bearer ${service.token}`, 'tus-resumable': '1.0.0' };
  return fetch(new URL(path, service.url), { method, headers: { ...own, ...headers }, body });
}

/** Expects a problem document. */
async function problem(answer, status, detail) {
  const response = await answer;
  assert.equal(response.status, status);
  assert.match(response.headers.get('content-type'), /^application\/problem\+json/);
  const told = await response.json();
  assert.equal(told.status, status);
  assert.match(told.detail, detail);
}

/** Asks until the answer is truthy; gives it. */
async function eventually(ask, seconds = 60) {
  const end = Date.now() + seconds * 1000;
  while (Date.now() < end) {
    const answer = await ask();
    if (answer) return answer;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error(`it did not happen within ${seconds} s`);
}
