// Makes masters for the journeys with ffmpeg's own sources.

import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { ROOT } from './service.mjs';

export const FFMPEG = join(ROOT, '.tools/bin/ffmpeg');
const SHARED = resolve(ROOT, process.env.MARQUEE_SHARED ?? '../shared', 'media');

/** Runs ffmpeg and gives what it said. */
export function ffmpeg(...args) {
  return execFileSync(FFMPEG, ['-v', 'error', '-nostdin', '-y', ...args], { encoding: 'utf8', maxBuffer: 1 << 26 });
}

/** Frames that ffmpeg decodes of an input, and reports at the end. */
export function decodedFrames(...input) {
  const out = ffmpeg(...input, '-f', 'null', '-progress', 'pipe:1', '-');
  return Number([...out.matchAll(/frame=(\d+)/g)].at(-1)[1]);
}

// ffmpeg 9 ends a playlist of byte ranges after its first segment, on any server, unless it is told not
// to join ranges into one request; ffmpeg 8 needs no such word.
export const HLS_OPTIONS = ['-http_seekable', '0'];

/** A noisy film with sound: busy enough that its rungs differ in rate. */
export function noisyFilm(path, seconds, size = '854x480') {
  ffmpeg(
    '-f', 'lavfi', '-i', `testsrc2=size=${size}:rate=25,noise=alls=24:allf=t,format=yuv420p`,
    '-f', 'lavfi', '-i', 'aevalsrc=0.2*sin(2*PI*220*t)|0.2*sin(2*PI*330*t):s=48000',
    '-t', String(seconds), '-c:v', 'libx264', '-preset', 'ultrafast', '-crf', '16', '-c:a', 'aac', path,
  );
  return path;
}

/** Subtitles that show something in every second of the film. */
export function subtitles(words, seconds) {
  const cue = (second) => {
    const clock = (at) => `00:${String(Math.floor(at / 60)).padStart(2, '0')}:${String(at % 60).padStart(2, '0')}.000`;
    return `${clock(second)} --> ${clock(second + 1)}\n${words} ${second}\n`;
  };
  return `WEBVTT\n\n${Array.from({ length: seconds }, (_, second) => cue(second)).join('\n')}`;
}

/** A real clip, or nothing where the clips are absent. */
export function realClip(name) {
  const path = join(SHARED, name);
  return existsSync(path) ? path : undefined;
}
