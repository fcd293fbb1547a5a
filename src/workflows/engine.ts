import type { ChangeSpec } from '../spec/types.js';

/** 1: as it began. 2: automatic waves are sized by the traffic there is. */
export type Engine = 1 | 2;

/** What a change is submitted with: the oldest rules under which it is carried out as this release would. */
export const engineOf = ({ waves }: Pick<ChangeSpec, 'waves'>): Engine => (waves === 'auto' ? 2 : 1);
