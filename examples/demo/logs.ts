import { existsSync, readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { StoryRecord } from '../../src/report/record.js';
import { parseRequests, type RequestLine } from '../fleet/harm.js';

export type Applied = StoryRecord['applied'][number];

/** The targets' own log of what was really applied, from a time on. */
export function appliedSince(file: string, sinceMs: number): Applied[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return lines.flatMap((line) => {
    const { at, ...rest } = JSON.parse(line) as Omit<Applied, 'atMs'> & { at: string };
    const atMs = Date.parse(at);
    return atMs >= sinceMs ? [{ ...rest, atMs }] : [];
  });
}

/** Reads what the load generator has written, a story at a time. */
export class RequestLog {
  private offset = 0;
  private lines: RequestLine[] = [];

  constructor(private readonly file: string) {}

  /** Requests sent between two instants; waits until the generator has written past the second. */
  async between(fromMs: number, toMs: number, withinMs = 15_000): Promise<RequestLine[]> {
    const endMs = Date.now() + withinMs;
    while (!this.lines.some((line) => line.t > toMs) && Date.now() < endMs) {
      await this.readOn();
      await sleep(50);
    }
    this.lines = this.lines.filter((line) => line.t >= fromMs - 60_000);
    return this.lines.filter((line) => line.t >= fromMs && line.t <= toMs).sort((a, b) => a.t - b.t);
  }

  /** Waits until so many requests have been answered. */
  async warm(count: number, signal: AbortSignal, withinMs = 60_000): Promise<void> {
    const endMs = Date.now() + withinMs;
    while (this.lines.length < count) {
      if (Date.now() > endMs)
        throw new Error(`only ${this.lines.length} of ${count} requests were answered in ${withinMs / 1000} s`);
      await this.readOn();
      await sleep(100, undefined, { signal });
    }
  }

  private async readOn(): Promise<void> {
    if (!existsSync(this.file)) return;
    const file = await open(this.file);
    try {
      const { size } = await file.stat();
      const { buffer, bytesRead } = await file.read(
        Buffer.alloc(size - this.offset),
        0,
        size - this.offset,
        this.offset,
      );
      const text = buffer.subarray(0, bytesRead).toString('utf8');
      const whole = text.lastIndexOf('\n') + 1;
      this.offset += Buffer.byteLength(text.slice(0, whole));
      for (const line of parseRequests(text.slice(0, whole))) this.lines.push(line);
    } finally {
      await file.close();
    }
  }
}
