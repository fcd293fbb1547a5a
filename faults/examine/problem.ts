/**
 * `lost`: nobody's record has the touch, or the change is not settled; `touchedTwice`: one key, or one apply, took effect
 * twice; `stuck`: no end in its time; `untrue`: the end is not what the world shows; `outOfTurn`: touched under a hold,
 * before the wave's turn, or while another change had the resource.
 */
export const kinds = ['lost', 'touchedTwice', 'stuck', 'untrue', 'outOfTurn'] as const;
export type Kind = (typeof kinds)[number];

export interface Problem {
  kind: Kind;
  text: string;
}
