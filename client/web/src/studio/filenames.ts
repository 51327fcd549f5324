// What a file name gives away: a first guess at a title's name and at a subtitle file's language. Pure.

/** `the_long-walk.1080p.mp4` becomes `The long walk 1080p`: a start for the owner to correct. */
export function nameFromFile(fileName: string): string {
  const words = fileName.replace(/\.[a-z0-9]{2,4}$/i, '').replace(/[._-]+/g, ' ').trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** How subtitle files end. The studio tells formats by their content. */
const ENDINGS = ['srt', 'vtt', 'ttml', 'dfxp', 'xml', 'ass', 'ssa'];
const SUBTITLE = new RegExp(`\\.(?:${ENDINGS.join('|')})$`, 'i');

/** What a file input takes as subtitles. */
export const SUBTITLES_ACCEPTED = ENDINGS.map((ending) => `.${ending}`).join(',');

/** The language tag before the extension (`film.pt-BR.srt`, `film-de.vtt`), or `en`. */
export function languageFromName(fileName: string): string {
  const tag = /[._-]([a-z]{2,3}(?:-[A-Z]{2})?)$/.exec(fileName.replace(SUBTITLE, ''))?.[1];
  return tag ?? 'en';
}

/** Splits dropped files into films and subtitles. */
export function sortFiles(files: readonly File[]): { films: File[]; subtitles: File[] } {
  return { films: files.filter((file) => !SUBTITLE.test(file.name)), subtitles: files.filter((file) => SUBTITLE.test(file.name)) };
}
