// A title being added: its film, its subtitles and what is known about it, kept while the owner moves about the studio.
import { register } from '../api/studio';
import type { Maturity, NewTitle } from '../api/types';
import { languageFromName, nameFromFile } from './filenames';
import { Upload } from './uploads.svelte';

export interface DraftSubtitle {
  upload: Upload;
  language: string;
  label: string;
}

export class Draft {
  readonly film: Upload;
  name = $state('');
  description = $state('');
  category = $state('');
  tags = $state('');
  year = $state('');
  maturity = $state<Maturity>('all');
  subtitles = $state<DraftSubtitle[]>([]);

  constructor(film: File) {
    this.film = new Upload(film);
    this.name = nameFromFile(film.name);
    void this.film.start();
  }

  addSubtitle(file: File): void {
    const upload = new Upload(file);
    this.subtitles.push({ upload, language: languageFromName(file.name), label: '' });
    void upload.start();
  }

  removeSubtitle(index: number): void {
    this.subtitles[index]?.upload.stop();
    this.subtitles.splice(index, 1);
  }

  get ready(): boolean {
    return this.film.state === 'done' && this.subtitles.every((subtitle) => subtitle.upload.state === 'done');
  }

  /** Hands the uploaded files over and returns the identifier of the new title. */
  async submit(): Promise<string> {
    return (await register(this.#asNewTitle())).id;
  }

  discard(): void {
    this.film.stop();
    for (const subtitle of this.subtitles) subtitle.upload.stop();
  }

  #asNewTitle(): NewTitle {
    const year = Number.parseInt(this.year, 10);
    const tags = this.tags.split(',').map((tag) => tag.trim()).filter((tag) => tag !== '');
    return {
      title: this.name.trim(),
      upload_id: this.film.id ?? '',
      maturity: this.maturity,
      ...(this.description.trim() === '' ? {} : { description: this.description.trim() }),
      ...(this.category.trim() === '' ? {} : { category: this.category.trim() }),
      ...(tags.length === 0 ? {} : { tags }),
      ...(Number.isNaN(year) ? {} : { year }),
      ...(this.subtitles.length === 0 ? {} : {
        subtitles: this.subtitles.map(({ upload, language, label }) => ({
          language,
          upload_id: upload.id ?? '',
          ...(label.trim() === '' ? {} : { label: label.trim() }),
        })),
      }),
    };
  }
}

class Drafts {
  current = $state.raw<Draft | null>(null);

  begin(film: File): void {
    this.current = new Draft(film);
  }

  clear(): void {
    this.current?.discard();
    this.current = null;
  }
}

export const drafts = new Drafts();
