import type { TerminalState } from '../../src/workflows/messages.js';
import type { Rules } from '../signs.js';
import type { More, Story } from '../story.js';

/** How a change gets to the place where the fault meets it, and goes on from there. */
export interface Path {
  /** Of its spec. */
  more?: () => More;
  rules?: Rules;
  /** Before it is submitted. */
  before?: (story: Story) => Promise<void>;
  /** Brings it near its point. */
  lead?: (story: Story) => Promise<void>;
  /** Last, for all changes of a round at the same moment: what it then does is over within a second. */
  go?: (story: Story) => Promise<void>;
  /** For a point at which no call stops: true when the change is there. */
  there?: (story: Story) => Promise<boolean>;
  /** After the fault: what a person would do so that it goes on. */
  onward?: (story: Story) => Promise<void>;
  ends: TerminalState;
  /** How long it needs to its point; all of a round should be there at about the same time. */
  leadSeconds?: number;
}
