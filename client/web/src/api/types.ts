// The shapes the HTTP API speaks in, written by hand from its description. Times are milliseconds unless named otherwise.

export type Maturity = 'all' | '7' | '13' | '16' | '18';

/** 16:9 in rows, 2:3 on narrow screens, 21:9 behind a page. */
export type Shape = 'tile' | 'poster' | 'hero';

export interface ImageCandidate {
  shape: Shape;
  width: number;
  height: number;
  url: string;
}

export interface Artwork {
  /** The dominant colour, `#rrggbb`, shown until a picture is there. */
  colour: string;
  images: ImageCandidate[];
}

export interface TitleCard {
  id: string;
  name: string;
  category: string;
  tags: string[];
  duration_ms: number;
  maturity: Maturity;
  year?: number | null;
  description: string;
  artwork: Artwork;
  languages: { audio: string[]; subtitles: string[] };
  bookmark_ms?: number | null;
  in_list: boolean;
}

export interface TitleDetails extends TitleCard {
  views: number;
  more_like_this: TitleCard[];
}

export interface HomeRow {
  id: string;
  name: string;
  titles: TitleCard[];
}

export interface Home {
  hero: TitleCard | null;
  rows: HomeRow[];
}

export interface SearchAnswer {
  query: string;
  /** False when nothing matched and `titles` are similar names. */
  exact: boolean;
  titles: TitleCard[];
}

export interface Account {
  id: string;
  name: string;
  role: 'owner' | 'viewer';
  plan?: { name: string; max_streams: number; max_height: number };
}

export type DeviceKind = 'web' | 'tv' | 'phone' | 'headless';

export interface Appliance {
  id: string;
  /** Ends with `/p/<token>/`; a file name is appended. */
  base_url: string;
  tier: string;
  reason: string;
}

export interface Tiles {
  urls: string[];
  columns: number;
  rows: number;
  tile_width: number;
  tile_height: number;
  interval_ms: number;
}

export interface SubtitleFile {
  language: string;
  label: string;
  url: string;
}

export interface PlaybackSession {
  session_id: string;
  title_id: string;
  name: string;
  duration_ms: number;
  expires_at: string;
  renew_after_s: number;
  manifests: { hls: string; dash: string };
  appliances: Appliance[];
  tiles: Tiles | null;
  subtitles: SubtitleFile[];
  bookmark_ms: number | null;
}

export type PlayState = 'playing' | 'paused' | 'buffering';

export type StudioState = 'queued' | 'running' | 'published' | 'unpublished' | 'failed';

export interface Step {
  name: string;
  label: string;
  state: 'waiting' | 'running' | 'done' | 'failed';
  done: number;
  total: number;
  unit: string;
  rate_per_s?: number | null;
  eta_s?: number | null;
}

export interface TitleStatus {
  id: string;
  name: string;
  state: StudioState;
  reason?: string | null;
  warnings: string[];
  steps: Step[];
  duration_ms?: number | null;
  added_at: string;
  /** What is published of it. */
  release?: string | null;
  /** Whole films in one file, for devices that play no manifest. */
  downloads?: WholeFile[];
}

export interface WholeFile {
  codec: string;
  content_type: string;
  width: number;
  height: number;
  bytes: number;
}

export type Severity = 'error' | 'warning' | 'note';

export interface Finding {
  check: string;
  severity: Severity;
  /** Absent when it holds for the whole title. */
  start_ms?: number;
  end_ms?: number;
  /** The sound or subtitle track it is about; absent for the picture. */
  stream_index?: number;
  sentence: string;
}

export interface SourceFact {
  term: string;
  value: string;
}

export interface Inspection {
  report: {
    container: string;
    duration_ms: number;
    bytes: number;
    video: {
      codec: string;
      width: number;
      height: number;
      frame_rate: { numerator: number; denominator: number };
      variable_rate: boolean;
      interlaced: boolean;
      bit_depth: number;
      colour: { primaries: string | null; transfer: string | null; matrix: string | null; range: string | null; light: { max_pixel: number; max_frame_average: number } | null };
    };
    audio: { stream_index: number; codec: string; layout: string; channels: number; sample_rate: number; language: string }[];
    text: { stream_index: number; codec: string; language: string }[];
    timecode: { hours: number; minutes: number; seconds: number; frames: number; drop_frame: boolean } | null;
    source: SourceFact[];
  };
  examination: {
    findings: Finding[];
    cadence: { frames: number; repeated_frames: number; repeat_every: number | null; fields: 'progressive' | 'interlaced' | 'telecine' | null };
  };
}

/** Ten-thousandths of the frame's sides, from the upper left. */
export interface Region {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** What is so of a title for a while. */
export type TimelineEvent = { start_ms: number; end_ms: number; region?: Region } & (
  | { kind: 'shot'; index: number }
  | { kind: 'finding'; severity: Severity; what: string; message: string }
  | { kind: 'subtitle'; track: number; language: string; text: string; settings?: string }
  | { kind: 'dialogue'; hundredths: number }
  | { kind: 'loudness'; lufs: number }
  | { kind: 'picture-text'; text: string; confidence: number }
  | { kind: 'subtitle-move'; track: number; from: Region; text: string }
);

export interface Timeline {
  duration_ms: number;
  /** In order of their start. */
  events: TimelineEvent[];
}

export interface NewTitle {
  title: string;
  upload_id: string;
  description?: string;
  tags?: string[];
  category?: string;
  year?: number;
  maturity?: Maturity;
  subtitles?: { language: string; label?: string; upload_id: string }[];
}

export interface LadderPoint {
  width: number;
  height: number;
  crf: number;
  kbps: number;
  quality: number;
}

export interface LadderRung {
  name: string;
  predicted: LadderPoint;
  measured_kbps?: number;
  measured_quality?: number;
  /** How it looks where its chunks join, in points of quality. */
  seams?: { joins: number; mean_dip: number; worst_dip: number; worst_ms: number };
}

/** Why a title's ladder is what it is. */
export interface LadderReport {
  measure: 'vmaf' | 'vmaf-phone' | 'xpsnr' | 'ssim';
  sampled_frames: number;
  analysis_cpu_ms: number;
  /** CPU time of encoding the rungs in H.264; 0 where it is not known. */
  encode_cpu_ms?: number;
  points: LadderPoint[];
  hull: LadderPoint[];
  rungs: LadderRung[];
  fixed_kbps: number[];
  /** Frames of the finished rungs that were scored, and the CPU time of that. */
  measured_frames: number;
  measured_cpu_ms: number;
}

export type Tier = 'isp' | 'exchange' | 'origin';

export type ApplianceState = 'up' | 'suspected' | 'silent';

export type Fault = 'answers' | 'fills' | 'disk' | 'unreachable' | 'players';

/** An appliance as operators see it: its last report, and what is thought of it. */
export interface NetworkAppliance {
  appliance: string;
  state: ApplianceState;
  faults: Fault[];
  /** The part of its capacity that it is trusted with: less than 1 while it comes back. */
  share: number;
  heard_s_ago: number;
  sending_mbps: number;
  /** What it sends over what it can send. */
  load: number;
  /** Files placed on it, and how many of them it holds whole. */
  placed: { wanted: number; held: number };
  base_url: string;
  tier: Tier;
  site: string;
  region: string;
  /** When it fetches what was placed on it, by its own clocks, and whether that is now. */
  fill: { from: number; to: number; time_zone: string; rate_mbps: number; open: boolean };
  capacity_mbps: number;
  cached_bytes: number;
  cache_bytes: number;
  in_flight: number;
  location?: { latitude: number; longitude: number };
}

/** Bytes by where they came from: `hit` from where they belong, the others from elsewhere and why. */
export interface ServedBytes {
  hit: number;
  content: number;
  health: number;
  other: number;
}

export interface MissesReport {
  /** Bytes that found the decision they belong to, that did not, and that still wait for it. */
  completeness: { joined: number; alone: number; waiting: number };
  all: ServedBytes;
  hours: (ServedBytes & { at: string })[];
  places: (ServedBytes & { place: string })[];
  releases: (ServedBytes & { release: string })[];
}
