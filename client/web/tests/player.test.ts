// Thumbnails, quality and the sentences about changes of rendition.
import { describe, expect, it } from 'vitest';
import { bestOf, restrictionsFor, SAVER_MAX_BANDWIDTH } from '../src/player/quality';
import { reasonFor, renditionName } from '../src/player/switches';
import { withoutSteering } from '../src/player/manifest';
import { strip, thumbnailAt } from '../src/pictures/tiles';

const tiles = { urls: ['one.jpg', 'two.jpg'], columns: 3, rows: 2, tile_width: 160, tile_height: 90, interval_ms: 2000 };

describe('thumbnails', () => {
  it('run along rows, then sheets', () => {
    expect(thumbnailAt(tiles, 0)).toMatchObject({ url: 'one.jpg', x: 0, y: 0, sheetWidth: 480, sheetHeight: 180 });
    expect(thumbnailAt(tiles, 9)).toMatchObject({ url: 'one.jpg', x: 160, y: 90 });
    expect(thumbnailAt(tiles, 12)).toMatchObject({ url: 'two.jpg', x: 0, y: 0 });
  });

  it('stay on the last one past the end, and on the first before the start', () => {
    expect(thumbnailAt(tiles, 9999)).toMatchObject({ url: 'two.jpg', x: 320, y: 90 });
    expect(thumbnailAt(tiles, -3)).toMatchObject({ url: 'one.jpg', x: 0, y: 0 });
  });

  it('stand side by side, each of the middle of its part', () => {
    expect(strip(tiles, 24, 3)).toMatchObject([{ url: 'one.jpg', x: 320, y: 0 }, { url: 'two.jpg', x: 0, y: 0 }, { url: 'two.jpg', x: 160, y: 90 }]);
  });

  it('are absent when the sheets make no sense', () => {
    expect(thumbnailAt({ ...tiles, interval_ms: 0 }, 1)).toBeNull();
    expect(thumbnailAt({ ...tiles, urls: [] }, 1)).toBeNull();
    expect(strip({ ...tiles, urls: [] }, 24, 3)).toEqual([]);
  });
});

describe('quality', () => {
  it('Best is the rendition with most bits', () => {
    expect(bestOf([{ bandwidth: 1, height: 1 }, { bandwidth: 3, height: 2 }, { bandwidth: 2, height: 9 }])?.bandwidth).toBe(3);
    expect(bestOf([])).toBeNull();
  });

  it('Data saver is bounded, the others are not', () => {
    expect(restrictionsFor('saver').maxBandwidth).toBe(SAVER_MAX_BANDWIDTH);
    expect(restrictionsFor('auto').maxBandwidth).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('reasons', () => {
  const low = { bandwidth: 800_000, height: 360 };
  const high = { bandwidth: 3_000_000, height: 720 };
  const seen = { bandwidth: 5_000_000, bufferS: 12, quality: 'auto' as const, chosen: false, viewHeight: 900, droppedShare: 0 };

  it('tell choice, growth, loss and size apart', () => {
    expect(reasonFor(null, low, seen)).toContain('Start');
    expect(reasonFor(low, high, seen)).toContain('5 Mb/s');
    expect(reasonFor(high, low, { ...seen, bandwidth: 900_000 })).toBe('The connection fell to 900 kb/s with 12 s buffered');
    expect(reasonFor(high, low, { ...seen, viewHeight: 300 })).toContain('300 pixels');
    expect(reasonFor(high, low, { ...seen, droppedShare: 0.12 })).toContain('12 %');
    expect(reasonFor(high, low, { ...seen, chosen: true, quality: 'saver' })).toBe('You chose Data saver');
  });

  it('names renditions with units', () => {
    expect(renditionName(high)).toBe('720p, 3 Mb/s');
    expect(renditionName(null)).toBe('nothing');
  });
});

describe('withoutSteering', () => {
  it('leaves only the steering out of the manifest', () => {
    const manifest = { tagName: 'MPD', children: ['\n', { tagName: 'ContentSteering', children: [] }, { tagName: 'Period', children: [] }] };
    withoutSteering(manifest);
    expect(manifest.children).toEqual(['\n', { tagName: 'Period', children: [] }]);
  });
});
