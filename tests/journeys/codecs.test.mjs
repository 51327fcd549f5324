// A title in every codec of the profile "standard", signalled in both manifests and decoded from there.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { HLS_OPTIONS, decodedFrames, ffmpeg } from './lib/master.mjs';
import { Service, command } from './lib/service.mjs';

const SECONDS = 3;
const FRAMES = SECONDS * 25;
const LIGHT = 'hdr10=1:log-level=error:max-cll=1000,400:' +
  'master-display=G(8500,39850)B(6550,2300)R(35400,14600)WP(15635,16450)L(10000000,50)';

let service;

before(async () => {
  service = await Service.start({ appliances: 1, studio: 'profile = "standard"' });
});

after(() => service?.stop());

test('a plain title comes in four codecs', async () => {
  const film = master('plain', 'yuv420p', 'bt709', 'bt709', ['-c:v', 'libx264', '-preset', 'ultrafast'], 'stereo');
  await published('Plain', film, ({ variants, sets }) => {
    assert.deepEqual(new Set(variants.map((it) => it.picture)), new Set(['avc1', 'hvc1', 'vp09', 'av01']));
    assert.deepEqual(new Set(variants.map((it) => it.sound)), new Set(['mp4a', 'opus']));
    assert.ok(variants.every((it) => it.range === 'SDR'));
    assert.deepEqual(sets.map((it) => it.picture).sort(), ['av01', 'avc1', 'hvc1', 'vp09']);
    assert.ok(sets.every((it) => !it.essential), 'every device may show them');
  });
});

test('a title of high dynamic range keeps it in HEVC and AV1, beside a set of standard range', async () => {
  const film = master('bright', 'yuv420p10le', 'bt2020', 'smpte2084', ['-c:v', 'libx265', '-preset', 'ultrafast', '-x265-params', LIGHT], '5.1');
  await published('Bright', film, ({ variants, sets, channels }) => {
    const ranges = new Set(variants.map((it) => `${it.picture} ${it.range}`));
    assert.deepEqual(ranges, new Set(['avc1 SDR', 'hvc1 PQ', 'av01 PQ']));
    assert.deepEqual(channels, new Set(['2', '6']));
    assert.deepEqual(sets.map((it) => `${it.picture} ${it.essential}`).sort(), ['av01 true', 'avc1 false', 'hvc1 true']);
  });
});

test('the profile "legacy" adds whole files for devices that play no manifest', async () => {
  const old = await Service.start({ appliances: 1, studio: 'profile = "legacy"' });
  try {
    const film = master('old', 'yuv420p', 'bt709', 'bt709', ['-c:v', 'libx264', '-preset', 'ultrafast'], 'stereo');
    const { code, stdout, stderr } = await old.command(['publish', film, '--title', 'Old', '--json']);
    assert.equal(code, 0, stderr);
    const title = JSON.parse(stdout).id;
    const session = await old.api('/playback/v1/sessions', { method: 'POST', body: { title_id: title, device: { kind: 'headless' } } });
    const types = { vp8: 'video/webm', mpeg2: 'video/mpeg', cinepak: 'video/quicktime' };
    assert.deepEqual(session.downloads.map((it) => it.codec), Object.keys(types));
    for (const { codec, url, content_type, bytes } of session.downloads) {
      const answer = await fetch(url);
      assert.equal(answer.headers.get('content-type'), types[codec]);
      assert.equal(content_type, types[codec]);
      assert.equal((await answer.arrayBuffer()).byteLength, bytes, codec);
      const frames = codec === 'cinepak' ? Math.ceil(FRAMES / 2) : FRAMES;
      assert.ok(Math.abs(decodedFrames('-i', url) - frames) <= 1, codec);
    }
    const { downloads } = await old.api(`/studio/v1/titles/${title}`);
    assert.deepEqual(downloads.map((it) => it.content_type), Object.values(types));
  } finally {
    await old.stop();
  }
});

function master(name, format, primaries, transfer, encoder, layout) {
  const path = join(service.folder, `${name}.mp4`);
  const matrix = primaries === 'bt2020' ? 'bt2020nc' : primaries;
  const picture = `testsrc2=s=192x108:r=25:d=${SECONDS},format=${format},` +
    `setparams=color_primaries=${primaries}:color_trc=${transfer}:colorspace=${matrix}:range=tv`;
  const tone = '0.2*sin(880*PI*t)';
  const sound = `aevalsrc=${Array(layout === '5.1' ? 6 : 2).fill(tone).join('|')}:c=${layout}:s=48000:d=${SECONDS}`;
  ffmpeg('-f', 'lavfi', '-i', picture, '-f', 'lavfi', '-i', sound, ...encoder, '-c:a', 'aac', path);
  return path;
}

/** Publishes a film, holds what its manifests say against `check`, and decodes each picture from HLS. */
async function published(name, film, check) {
  const { code, stdout, stderr } = await service.command(['publish', film, '--title', name, '--json']);
  assert.equal(code, 0, stderr);
  const title = JSON.parse(stdout).id;
  const session = await service.api('/playback/v1/sessions', { method: 'POST', body: { title_id: title, device: { kind: 'headless' } } });
  const text = (url) => fetch(url).then((response) => response.text());
  const [hls, dash] = await Promise.all([text(session.manifests.hls), text(session.manifests.dash)]);
  for (const manifest of [session.manifests.hls, session.manifests.dash]) {
    const checked = await command(['check', manifest, '--every-segment']);
    assert.equal(checked.code, 0, checked.stdout + checked.stderr);
  }
  const variants = variantsOf(hls);
  const channels = new Set([...hls.matchAll(/CHANNELS="(\d+)"/g)].map(([, count]) => count));
  check({ variants, sets: setsOf(dash), channels });
  const first = new Map(variants.map((it) => [it.picture, it.uri]));
  for (const [picture, uri] of first) {
    assert.equal(decodedFrames(...HLS_OPTIONS, '-i', uri), FRAMES, `${picture} from HLS`);
  }
  await service.api(`/playback/v1/sessions/${session.session_id}`, { method: 'DELETE' });
}

/** The variants of a playlist: formats, range and address. */
function variantsOf(playlist) {
  const entries = [...playlist.matchAll(/#EXT-X-STREAM-INF:(.*)\n(.*)/g)];
  return entries.map(([, attributes, uri]) => {
    const [picture, sound] = attributes.match(/CODECS="([^"]*)"/)[1].split(',').map(format);
    return { picture, sound, range: attributes.match(/VIDEO-RANGE=(\w+)/)?.[1], uri };
  });
}

/** The pictures' adaptation sets: format, and whether a device must understand its colours. */
function setsOf(mpd) {
  const sets = mpd.split('<AdaptationSet').slice(1).filter((set) => set.includes('video/mp4') && !set.includes('trickmode'));
  return sets.map((set) => ({ picture: format(set.match(/codecs="([^"]*)"/)[1]), essential: set.includes('EssentialProperty') }));
}

function format(codec) {
  return codec.split('.')[0];
}
