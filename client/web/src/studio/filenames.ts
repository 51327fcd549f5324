// What a file name gives away: a first guess at a title's name and at a subtitle file's language. Pure.

/** `the_long-walk.1080p.mp4` becomes `The long walk 1080p`: a start for the owner to correct. */
export function nameFromFile(fileName: string): string {
  const words = fileName.replace(/\.[a-z0-9]{2,4}$/i, '').replace(/[._-]+/g, ' ').trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The language tag before the extension (`film.pt-BR.srt`, `film-de.vtt`), or `en`. */
export function languageFromName(fileName: string): string {
  const tag = /[._-]([a-z]{2,3}(?:-[A-Z]{2})?)\.(?:srt|vtt)$/.exec(fileName)?.[1];
  return tag ?? 'en';
}

const SUBTITLE = /\.(srt|vtt)$/i;

/** Splits dropped files into films and subtitles. */
export function sortFiles(files: readonly File[]): { films: File[]; subtitles: File[] } {
  return { films: files.filter((file) => !SUBTITLE.test(file.name)), subtitles: files.filter((file) => SUBTITLE.test(file.name)) };
}
