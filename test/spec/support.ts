import { SpecError } from '../../src/spec/error.js';
import { readChange } from '../../src/spec/read.js';

export const smallest = `apiVersion: graywave/v1
kind: Change
id: checkout-v2
owner: team-checkout
services: [checkout]
parts:
  - driver: process
    with: {version: v2}
`;

/** The SpecError that this throws; fails the test when it throws anything else, or nothing. */
export function specErrorOf(act: () => unknown): SpecError {
  try {
    act();
  } catch (error) {
    if (error instanceof SpecError) return error;
    throw error;
  }
  throw new Error('expected a SpecError, and nothing was thrown');
}

/** What a person sees of a bad file: the code and the whole message. */
export function complaint(text: string | Uint8Array): string {
  const error = specErrorOf(() => readChange(text, { file: 'change.yaml' }));
  return `${error.code}\n${error.message}`;
}

/** The smallest change with more keys after it. */
export const withKeys = (keys: string): string => `${smallest}${keys}\n`;
