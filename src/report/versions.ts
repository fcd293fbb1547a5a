import type { StoryRecord } from './record.js';
import { named } from './words.js';

/** Class of the style sheet that colours a version, the same in every chart. */
export function versionStyle({ oldVersion, newVersion }: StoryRecord, version: string): string {
  if (version === '') return 'nobody';
  if (version === oldVersion) return 'old';
  return version === newVersion ? 'new' : 'other';
}

/** Both versions by name and colour, for a caption. */
export const versionName = (version: string): string => named(version, 'no version');
