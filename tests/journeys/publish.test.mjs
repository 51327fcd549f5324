// A title's journey as a studio person meets it: killed and resumed, refused with a reason, taken back.

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, readdirSync, truncateSync, writeFileSync, copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { ffmpeg, noisyFilm, realClip } from './lib/master.mjs';
import { Running, Service } from './lib/service.mjs';

let service;
let masters;

before(async () => {
  service = await Service.start({ appliances: 1 });
  masters = join(service.folder, 'masters');
  mkdirSync(masters);
});

after(() => service?.stop());

const publish = async (path, ...more) => {
  const { code, stdout, stderr } = await service.command(['publish', path, '--json', ...more]);
  return { code, stderr, status: stdout ? JSON.parse(stdout) : undefined };
};

const synthetic = (name, ...args) => {
  const path = join(masters, name);
  ffmpeg(...args, path);
  return path;
};

const picture = (seconds, size = '320x180') => ['-f', 'lavfi', '-i', `testsrc2=size=${size}:rate=25:duration=${seconds}`];
const sound = (seconds) => ['-f', 'lavfi', '-i', `sine=frequency=330:duration=${seconds}`];

test('killed with -9 in mid-encode, the service goes on where it stopped', async () => {
  const film = noisyFilm(join(masters, 'long.mp4'), 60);
  const sending = new Running('publish', ['publish', film, '--title', 'Long', '--server', service.url, '--data', service.data]);
  sending.exited.catch(() => {});
  const encode = (status) => status?.steps.find((step) => step.name === 'encode');
  const seen = await eventually(async () => {
    const found = (await service.api('/studio/v1/titles')).titles.find((title) => title.name === 'Long');
    return encode(found)?.done > 200 && encode(found).state === 'running' && found;
  });
  await service.region.stop('SIGKILL');
  await sending.stop('SIGKILL');
  await service.startRegion();
  const again = await publish(film, '--title', 'Long');
  assert.equal(again.code, 0, again.stderr);
  assert.equal(again.status.id, seen.id, 'the same title went on');
  assert.equal(again.status.state, 'published');
});

test('odd dimensions, variable rate, rotation, 10 bit and 5.1 all publish', async () => {
  const two = ['-shortest', '-c:v', 'libx264', '-preset', 'ultrafast'];
  const files = {
    odd: synthetic('odd.mkv', ...picture(3, '321x181'), ...sound(3), '-pix_fmt', 'yuv444p', ...two),
    variable: synthetic('variable.mkv', ...picture(4), ...sound(4), '-vf', "setpts='if(lt(N,50),N/25,2+(N-50)/12.5)/TB'", '-fps_mode', 'vfr', ...two),
    deep: synthetic('deep.mkv', ...picture(3), ...sound(3), '-pix_fmt', 'yuv420p10le', '-c:v', 'libx264', '-preset', 'ultrafast'),
    surround: synthetic('surround.mkv', ...picture(3), '-f', 'lavfi', '-i', 'aevalsrc=0.1|0.1|0.1|0|0.1|0.1:c=5.1:s=48000:d=3', '-c:v', 'libx264', '-preset', 'ultrafast', '-c:a', 'flac'),
    silent: synthetic('silent.mp4', ...picture(3), '-c:v', 'libx264', '-preset', 'ultrafast'),
  };
  const upright = synthetic('upright.mp4', ...picture(3), '-c:v', 'libx264', '-preset', 'ultrafast');
  files.rotated = join(masters, 'rotated.mp4');
  ffmpeg('-display_rotation', '90', '-i', upright, '-c', 'copy', files.rotated);
  for (const [name, path] of Object.entries(files)) {
    const { code, status, stderr } = await publish(path);
    assert.equal(code, 0, `${name}: ${stderr}`);
    assert.equal(status.state, 'published', name);
  }
});

test('what cannot be a title says why in one sentence and leaves nothing behind', async () => {
  const whole = synthetic('whole.mp4', ...picture(6), ...sound(6), '-c:v', 'libx264', '-preset', 'ultrafast');
  const cut = (name, source) => {
    const path = join(masters, name);
    copyFileSync(source, path);
    truncateSync(path, Math.floor(readFileSync(source).length * 0.6));
    return path;
  };
  const fast = join(masters, 'fast.mp4');
  ffmpeg('-i', whole, '-c', 'copy', '-movflags', '+faststart', fast);
  const written = (name, text) => {
    const path = join(masters, name);
    writeFileSync(path, text);
    return path;
  };
  const refused = {
    text: [written('text.mp4', 'This is not a film.\n'.repeat(50)), /not|media/i],
    empty: [written('empty.mp4', ''), /empty/],
    'cut at the end': [cut('cut.mp4', whole), /cut off|ends/],
    'cut after its index': [cut('cut-fast.mp4', fast), /cut off|ends|stops/],
    'no picture': [synthetic('sound.m4a', ...sound(3)), /picture|video/],
    playlist: [written('playlist.mp4', `#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXTINF:6,\nfile://${whole}\n#EXT-X-ENDLIST\n`), /./],
    script: [written('script.mp4', `ffconcat version 1.0\nfile '${whole}'\n`), /./],
  };
  for (const [name, [path, reason]] of Object.entries(refused)) {
    const { code, status, stderr } = await publish(path);
    assert.notEqual(code, 0, name);
    if (status) assert.equal(status.state, 'failed', name);
    assert.match(status?.reason ?? stderr, reason, name);
    assert.doesNotMatch(stderr, /panicked|backtrace/, name);
    if (status) await service.api(`/studio/v1/titles/${status.id}`, { method: 'DELETE' });
  }
  assert.deepEqual(readdirSync(join(service.data, 'studio', 'work')), []);
});

test('a name with ../ and emoji is only a name', async () => {
  const path = synthetic('plain.mp4', ...picture(3), '-c:v', 'libx264', '-preset', 'ultrafast');
  const { code, status, stderr } = await publish(path, '--title', '../../🎬 film');
  assert.equal(code, 0, stderr);
  assert.equal(status.name, '../../🎬 film');
});

test('replaced and deleted titles leave the appliances and the origin', async () => {
  const first = synthetic('first.mp4', ...picture(4), ...sound(4), '-c:v', 'libx264', '-preset', 'ultrafast');
  const second = synthetic('second.mp4', ...picture(5), ...sound(5), '-c:v', 'libx264', '-preset', 'ultrafast');
  const { status } = await publish(first, '--title', 'Replaced');
  const fileOf = async () => {
    const session = await service.api('/playback/v1/sessions', { method: 'POST', body: { title_id: status.id, device: { kind: 'headless' } } });
    const mpd = await (await fetch(session.manifests.dash)).text();
    const name = mpd.match(/[0-9a-f]{64}\.mp4/)[0];
    return session.appliances.map(({ base_url }) => new URL(name, base_url).href);
  };
  const gone = async (urls) => eventually(async () => {
    const answers = await Promise.all(urls.map((url) => fetch(url, { headers: { range: 'bytes=0-99' } })));
    return answers.every((answer) => answer.status === 404 || answer.status === 403 || answer.status === 410);
  });
  const old = await fileOf();
  assert.equal((await fetch(old[0], { headers: { range: 'bytes=0-99' } })).status, 206);
  assert.equal((await publish(second, '--title', 'Replaced', '--replaces', status.id)).code, 0);
  await gone(old);
  const current = await fileOf();
  assert.equal((await fetch(current[0], { headers: { range: 'bytes=0-99' } })).status, 206);
  await service.api(`/studio/v1/titles/${status.id}`, { method: 'DELETE' });
  await gone(current);
  await assert.rejects(fileOf(), { status: 404 });
});

test('every real clip publishes or says why', { skip: realClip('README.md') ? false : 'the real clips are absent' }, async () => {
  for (const name of readdirSync(join(realClip('README.md'), '..')).filter((name) => /\.(mp4|mkv|webm)$/.test(name) && !name.startsWith('people'))) {
    const { status, stderr } = await publish(realClip(name));
    assert.ok(status?.state === 'published' || status?.reason || stderr, name);
    assert.doesNotMatch(stderr, /panicked/, name);
  }
});

/** Asks until the answer is truthy; gives it. */
async function eventually(ask, seconds = 60) {
  const end = Date.now() + seconds * 1000;
  while (Date.now() < end) {
    const answer = await ask();
    if (answer) return answer;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error(`it did not happen within ${seconds} s`);
}
