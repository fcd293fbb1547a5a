import { pathText, quote } from './issues.js';
import { nearest } from './nearest.js';
import type { Path } from './tree.js';
import type { BakeSpec, ChangeSpec, SignalSpec } from './types.js';
import { durationText, percentText, quantileText } from './units.js';

/** What is right piece by piece and still makes no sense together. Paths are those of the written form. */
export interface Fault {
  path: Path;
  message: string;
  expected: string;
  nearest?: string;
}

export function faultsOf(spec: ChangeSpec): Fault[] {
  return [
    ...twice(['parts'], named(spec.parts), 'part', 'name'),
    ...twice(['signals'], named(spec.signals), 'signal', 'name'),
    ...twice(['services'], spec.services, 'service'),
    ...bakeFaults(spec.bake, ['bake']),
    ...waveFaults(spec),
    ...spec.signals.flatMap(signalFaults),
    ...expectFaults(spec),
    ...gateFaults(spec),
    ...rollbackFaults(spec),
  ];
}

const fault = (path: Path, found: string, expected: string): Fault => ({
  path,
  message: `${found}; expected ${expected}`,
  expected,
});

const named = (items: readonly { name: string }[]): string[] => items.map((item) => item.name);

/** Entries of one list with the same name; `leaf` is the key that holds it, where the entry is a map. */
function twice(list: Path, names: readonly string[], word: string, leaf?: string): Fault[] {
  return names.flatMap((name, i) => {
    const first = names.indexOf(name);
    if (first === i) return [];
    const path = [...list, i];
    const found = `${pathText(path)} is ${quote(name)} like ${pathText([...list, first])}`;
    return [fault(leaf === undefined ? path : [...path, leaf], found, `each ${word} once, under a name of its own`)];
  });
}

function bakeFaults(bake: BakeSpec | null, path: Path): Fault[] {
  if (bake === null || bake.minSeconds <= bake.maxSeconds) return [];
  const limits = `min ${durationText(bake.minSeconds)}, max ${durationText(bake.maxSeconds)}`;
  return [fault(path, `${pathText(path)} has a min longer than its max (${limits})`, 'min up to max')];
}

function waveFaults(spec: ChangeSpec): Fault[] {
  if (spec.waves === 'auto') return [];
  const faults = twice(['waves'], named(spec.waves), 'wave', 'name');
  let before = 0;
  for (const [i, wave] of spec.waves.entries()) {
    faults.push(...bakeFaults(wave.bake, ['waves', i, 'bake']));
    // A selected wave counts within its targets: only the planner, which knows them, can compare it with the others.
    if (Object.keys(wave.where).length > 0 || !('share' in wave.to)) continue;
    const { share } = wave.to;
    if (share <= before) {
      const found = `waves[${i}].to is ${percentText(share)} and an earlier wave reaches ${percentText(before)}`;
      faults.push(fault(['waves', i, 'to'], found, 'more, because shares include the waves before'));
    }
    before = share;
  }
  const last = spec.waves.at(-1);
  if (last !== undefined && 'share' in last.to && last.to.share < 1) {
    const found = `the last wave reaches ${percentText(last.to.share)}`;
    faults.push(fault(['waves', spec.waves.length - 1, 'to'], found, '100%, because a completed change is whole'));
  }
  return faults;
}

function signalFaults(signal: SignalSpec, i: number): Fault[] {
  const tolerates = (detect: string): Fault => {
    const found = `signals[${i}] tolerates ${percentText(signal.tolerance)} and is to detect ${detect}`;
    return fault(['signals', i, 'tolerance'], found, 'a detect above the tolerance');
  };
  if (signal.kind === 'gauge') {
    return signal.tolerance < signal.detectShift ? [] : [tolerates(`+${percentText(signal.detectShift)}`)];
  }
  if (signal.kind === 'latency') {
    const faults = twice(['signals', i, 'quantiles'], signal.quantiles.map(quantileText), 'quantile');
    return signal.tolerance < signal.detectShift
      ? faults
      : [...faults, tolerates(`+${percentText(signal.detectShift)}`)];
  }
  const faults = 1 + signal.tolerance < signal.detectRatio ? [] : [tolerates(`${signal.detectRatio}x`)];
  if (signal.floor < signal.limit) return faults;
  const [floor, limit] = [percentText(signal.floor), percentText(signal.limit)];
  const found = `signals[${i}] calls a bad share below ${floor} harmless (floor) and one above ${limit} harm (limit)`;
  return [...faults, fault(['signals', i, 'floor'], found, 'a floor below the limit')];
}

function expectFaults(spec: ChangeSpec): Fault[] {
  const signals = spec.expect.map((item) => item.signal);
  return [...spec.expect.flatMap((_, i) => expectFault(spec, i)), ...twice(['expect'], signals, 'signal', 'signal')];
}

function expectFault(spec: ChangeSpec, i: number): Fault[] {
  const { signal, shift } = spec.expect[i] ?? { signal: '', shift: 0 };
  const watched = spec.signals.find((candidate) => candidate.name === signal);
  if (watched === undefined) {
    const names = named(spec.signals);
    const guess = nearest(signal, names);
    const expected = names.length === 0 ? 'a signal of this change, which has none' : `one of ${names.join(', ')}`;
    const unknown = fault(
      ['expect', i, 'signal'],
      `expect[${i}].signal is ${quote(signal)}, which is no signal here`,
      expected,
    );
    if (guess === undefined) return [unknown];
    return [{ ...unknown, message: `${unknown.message}; did you mean ${quote(guess)}?`, nearest: guess }];
  }
  const detect = watched.kind === 'ratio' ? watched.detectRatio - 1 : watched.detectShift;
  if (shift < detect) return [];
  const found = `expect[${i}].shift is +${percentText(shift)} and ${signal} is to detect +${percentText(detect)}`;
  return [
    fault(['expect', i, 'shift'], `${found}: nothing would be left to find`, 'a smaller shift, or a larger detect'),
  ];
}

function gateFaults(spec: ChangeSpec): Fault[] {
  const count = spec.waves === 'auto' ? Number.POSITIVE_INFINITY : spec.waves.length;
  const numbers = spec.gates.map((gate) => gate.beforeWave);
  return numbers.flatMap((number, i): Fault[] => {
    const path = ['gates', i, 'beforeWave'];
    if (number > count) {
      return [fault(path, `a gate stands before wave ${number} and there are ${count} waves`, `1 to ${count}`)];
    }
    if (numbers.indexOf(number) === i) return [];
    return [fault(path, `a second gate stands before wave ${number}`, 'one gate a wave')];
  });
}

function rollbackFaults(spec: ChangeSpec): Fault[] {
  const { deadlineSeconds, observeSeconds } = spec.rollback;
  if (observeSeconds < deadlineSeconds) return [];
  const found = `rollback.observe is ${durationText(observeSeconds)} of a deadline of ${durationText(deadlineSeconds)}`;
  return [fault(['rollback', 'observe'], found, 'it shorter, because there must be time to restore')];
}
