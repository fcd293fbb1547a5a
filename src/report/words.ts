/** Numbers and times as text; what is no number is a dash. */
import { figure, percent, whole } from '../judge/wording.js';

export const dash = '–';

export const count = (value: number): string => (Number.isFinite(value) ? whole(value) : dash);
export const number = (value: number): string => (Number.isFinite(value) ? figure(value) : dash);
export const share = (value: number): string => (Number.isFinite(value) ? percent(value) : dash);

/** 0.42 s, 7.3 s, 95 s, 12 min, 3.5 h. */
export function lasting(ms: number): string {
  if (!Number.isFinite(ms)) return dash;
  const seconds = Math.max(0, ms) / 1000;
  if (seconds < 10) return `${figure(Math.round(seconds * 10) / 10)} s`;
  if (seconds < 600) return `${Math.round(seconds)} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${figure(seconds / 3600)} h`;
}

/** An instant in UTC, to the second. */
export function instant(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime())
    ? dash
    : date
        .toISOString()
        .replace('T', ' ')
        .replace(/\.\d+Z$/, ' UTC');
}

export const words = (snake: string): string => snake.replaceAll('_', ' ');

export const plural = (n: number, word: string): string => `${count(n)} ${word}${n === 1 ? '' : 's'}`;

/** A sentence of the judge's about numbers that are none. */
export const withoutNaN = (text: string): string => text.replace(/-?\b(NaN|Infinity|undefined)\b/g, dash);

/** A name that may be empty. */
export const named = (text: string, otherwise: string): string => (text.trim() === '' ? otherwise : text);
