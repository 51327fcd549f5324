// Words for codes the API speaks in: languages, maturity ratings.
import type { Maturity } from '../api/types';

const languageNames = typeof Intl !== 'undefined' && 'DisplayNames' in Intl ? new Intl.DisplayNames(['en'], { type: 'language' }) : null;

/** The English name of a BCP 47 language tag, or the tag itself when it has none. */
export function languageName(tag: string): string {
  if (tag === '' || tag === 'und') return 'Unknown language';
  if (tag === 'zxx') return 'No speech';
  try {
    return languageNames?.of(tag) ?? tag;
  } catch {
    return tag;
  }
}

/** A rating as shown beside a title: `All ages`, `13+`. */
export function maturityName(maturity: Maturity): string {
  return maturity === 'all' ? 'All ages' : `${maturity}+`;
}
