import { Context } from '@temporalio/activity';
import type { Kit } from '../../src/drivers/driver.js';
import type { ApplyRequest, VerifyAnswer, VerifyRequest } from '../../src/drivers/protocol.js';
import { GraywaveError } from '../../src/errors.js';
import type { AppendAnswer, JournalRecord } from '../../src/journal/port.js';
import type { Broken } from '../signs.js';

/** Makes an epoch that no journal has given, and that every target takes for newer. */
const forgery = 1_000_000;

/** What a broken journal answers; null where it is not broken. */
export function misrecord(broken: Broken | undefined, record: JournalRecord, expect: number): AppendAnswer | null {
  if (broken === 'no record') return { outcome: 'taken', epoch: expect + forgery };
  if (broken === 'mute' && record.kind === 'settle') throw new GraywaveError('JOURNAL_UNWRITABLE', 'mute on purpose');
  return null;
}

/** `atStop`: it is the touch at which this change stops. */
export function misgrant(broken: Broken | undefined, request: ApplyRequest, atStop: boolean): ApplyRequest {
  const { grant } = request;
  if (broken === 'other key') {
    return { ...request, grant: { ...grant, key: `${grant.key}~${Context.current().info.attempt}` } };
  }
  return broken === 'deaf' && atStop ? { ...request, grant: { ...grant, epoch: grant.epoch + forgery } } : request;
}

export function mistouch(broken: Broken | undefined, kit: Kit): Kit['touch'] {
  return broken === 'deaf' ? (_target, act) => act() : (target, act) => kit.touch(target, act);
}

export function misread(broken: Broken | undefined, { targets, expect }: VerifyRequest): VerifyAnswer | null {
  if (broken !== 'liar') return null;
  return { targets: targets.map((id) => ({ id, found: expect, detail: 'so it is hoped' })) };
}
