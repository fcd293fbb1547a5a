import pc from 'picocolors';
import { stateText } from '../../src/cli/story.js';
import { clock, percent, span } from '../../src/cli/table.js';
import type { StoryRecord } from '../../src/report/record.js';
import type { ChangeSpec } from '../../src/spec/types.js';
import type { ChangeStatus, WaveStatus } from '../../src/workflows/messages.js';
import type { Story } from './stories/story.js';

/** What the audience reads. */
export class Teller {
  constructor(private readonly write: (text: string) => void) {}

  line(text: string): void {
    this.write(`  ${pc.dim(clock(Date.now()))}  ${text}\n`);
  }

  plain(text: string): void {
    this.write(`${text}\n`);
  }

  story(story: Story, spec: ChangeSpec, before: Record<string, string>): void {
    const version = spec.parts[0]?.with.version;
    const from = [...new Set(Object.values(before))].join(', ');
    this.plain(`\n${pc.bold(`story ${story.name}`)}  ${story.title}`);
    this.plain(
      pc.dim(
        `  ${spec.services.join(', ')}: ${from} → ${typeof version === 'string' ? version : '?'} on ${Object.keys(before).length} instances; spec examples/changes/${story.file}`,
      ),
    );
  }

  /** The level's promises, and what the spec asks to be excluded. */
  planned(status: ChangeStatus, spec: ChangeSpec): void {
    const controls = status.classification?.controls;
    if (!controls) return;
    const rate = Math.max(0, ...status.streams.map(({ eventsPerSecond }) => eventsPerSecond ?? 0));
    const effects = spec.signals.map((signal) =>
      signal.kind === 'ratio'
        ? `${signal.name} ${signal.detectRatio}×`
        : `${signal.name} +${percent(signal.detectShift)}`,
    );
    this.line(
      `level ${status.classification?.level}: α ${controls.alpha} (false stops), β ${controls.beta} (harm called safe)`,
    );
    this.line(
      `safe means proven below ${effects.join(' and ')} (the spec); ${rate.toFixed(0)} requests a second measured`,
    );
  }

  /** How a wave was let through; the next one begins in the same moment, so its status never shows it. */
  waveEnded(wave: WaveStatus): void {
    const after = span((wave.endedMs ?? Date.now()) - (wave.observedFromMs ?? 0));
    this.line(
      pc.green(
        `wave ${wave.index} ${wave.how?.replaceAll('_', ' ')} after ${after} of ${span(wave.bakeMaxSeconds * 1000)}: ${wave.verdict?.reason ?? ''}`,
      ),
    );
  }

  ended(record: StoryRecord, requests: number, text: string): void {
    const mark = record.ok ? pc.green('✔ as it should be') : pc.red('✘ NOT as it should be');
    this.plain(
      text
        .split('\n')
        .map((line) => `    ${line}`)
        .join('\n'),
    );
    this.plain(
      `  ${mark}: ${stateText(record.status.state)} in ${span(record.endedMs - record.startedMs)}; ${requests} requests, ${record.harmed} of them harmed, counted by their sender`,
    );
    for (const problem of record.problems) this.plain(pc.red(`    ${problem}`));
  }
}
