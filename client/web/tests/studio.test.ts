// File names, steps, upload bookkeeping and addresses.
import { describe, expect, it } from 'vitest';
import { ApiProblem, explain, sentence } from '../src/api/problem';
import { metadata, retryWaitMs, uploadId } from '../src/api/tus';
import { localPath, parseRoute, paths } from '../src/routing/route';
import { languageFromName, nameFromFile, sortFiles } from '../src/studio/filenames';
import { rangeText, termName } from '../src/studio/findings';
import { overall, stepFigures } from '../src/studio/states';

describe('file names', () => {
  it('suggest a title and a language', () => {
    expect(nameFromFile('the_long-walk.1080p.mp4')).toBe('The long walk 1080p');
    expect(languageFromName('film.pt-BR.srt')).toBe('pt-BR');
    expect(languageFromName('film-de.vtt')).toBe('de');
    expect(languageFromName('film.srt')).toBe('en');
    expect(languageFromName('film.es.TTML')).toBe('es');
  });

  it('tell films from subtitles of every format the studio reads', () => {
    const names = ['a.mp4', 'a.srt', 'a.VTT', 'a.ttml', 'a.dfxp', 'a.ass', 'ass.mkv'];
    const { films, subtitles } = sortFiles(names.map((name) => new File([], name)));
    expect(films.map((file) => file.name)).toEqual(['a.mp4', 'ass.mkv']);
    expect(subtitles).toHaveLength(5);
  });
});

describe('steps', () => {
  const step = { name: 'encode', label: 'Encode', state: 'running' as const, done: 42, total: 120, unit: 'chunks', rate_per_s: 3.1, eta_s: 25 };

  it('show how far, how fast and how long', () => {
    expect(stepFigures(step)).toEqual(['42 of 120 chunks', '3.1 chunks/s', '25 s left']);
    expect(stepFigures({ ...step, state: 'done', done: 120 })).toEqual(['120 chunks']);
    expect(stepFigures({ ...step, state: 'done', done: 1, total: 1, unit: 'files' })).toEqual(['1 file']);
    expect(stepFigures({ ...step, state: 'waiting' })).toEqual([]);
  });

  it('add up to a percentage', () => {
    expect(overall([{ ...step, state: 'done' }, step, { ...step, state: 'waiting' }])).toBe(45);
    expect(overall([])).toBe(0);
  });
});

describe('findings', () => {
  const black = { check: 'black', severity: 'warning' as const, start_ms: 2000, end_ms: 5000, sentence: 'the picture is black for 3.0 s' };
  const bars = { check: 'letterbox', severity: 'note' as const, sentence: 'bars' };

  it('say where they are', () => {
    expect([rangeText(black), rangeText(bars), rangeText({ ...black, end_ms: 2400 })]).toEqual(['0:02 to 0:05', 'Whole title', 'At 0:02']);
    expect([termName('camera-make'), termName('reel'), termName('a-b')]).toEqual(['Camera make', 'Reel', 'A b']);
  });
});

describe('uploads', () => {
  it('are known by the last part of their address', () => {
    expect(uploadId('http://h/studio/v1/uploads/abc')).toBe('abc');
    expect(uploadId('/studio/v1/uploads/abc/?x=1')).toBe('abc');
  });

  it('name their file in any script', () => {
    const bytes = Uint8Array.from(atob(metadata('фильм.mp4').split(' ')[1] ?? ''), (char) => char.charCodeAt(0));
    expect(new TextDecoder().decode(bytes)).toBe('фильм.mp4');
  });

  it('wait longer after every failure, within a bound', () => {
    expect([1, 2, 3, 20].map(retryWaitMs)).toEqual([500, 1000, 2000, 15_000]);
  });
});

describe('addresses', () => {
  it('survive a round trip', () => {
    expect(parseRoute(paths.title('a/b c'))).toEqual({ page: 'title', id: 'a/b c' });
    expect(parseRoute('/search', '?q=long%20walk')).toEqual({ page: 'search', query: 'long walk' });
    expect(parseRoute(paths.studioTitle('7'))).toEqual({ page: 'studio-title', id: '7' });
  });

  it('that make no sense are not found', () => {
    expect([parseRoute('/title'), parseRoute('/title/%E0%A4%A/x'), parseRoute('/nowhere')].map((route) => route.page)).toEqual(['not-found', 'not-found', 'not-found']);
  });

  it('never lead off the site after signing in', () => {
    expect([localPath('//evil.example'), localPath('/\\evil.example'), localPath('https://evil.example'), localPath(null)]).toEqual(['/', '/', '/', '/']);
    expect(localPath('/watch/1')).toBe('/watch/1');
  });
});

describe('problems', () => {
  it('say what happened in words of their own', () => {
    expect(explain(new ApiProblem(403, { reason: 'territory' })).heading).toBe('Not available here');
    expect(explain(new ApiProblem(0, {})).heading).toBe('No connection');
    expect(explain(new ApiProblem(400, { detail: 'the year is not a number' })).text).toBe('The year is not a number.');
    expect(explain(new Error('x')).retry).toBe(true);
  });

  it('become sentences', () => {
    expect(sentence('no video track')).toBe('No video track.');
    expect(sentence('Done.')).toBe('Done.');
  });
});
