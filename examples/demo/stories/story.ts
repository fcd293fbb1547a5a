import type { ChangeStatus } from '../../../src/workflows/messages.js';
import type { Scene } from '../scene.js';

/** Proof of what the world is, read by the demo itself and never by a driver. */
export interface Findings {
  /** Version that each instance's own process says it is, before the change and after it. */
  before: Record<string, string>;
  after: Record<string, string>;
  /** Instance and key of every effective application in the targets' own log. */
  applied: string[];
  /** What the script has marked. */
  marks: string[];
}

export interface Story {
  name: string;
  title: string;
  /** Spec in `examples/changes`. */
  file: string;
  /** Told without `--all` too. */
  usual: boolean;
  /**
   * What else happens while the change runs; it begins when the change is submitted. Problems that it notes or throws
   * are problems of the story; what is still waited for when the change has ended is given up.
   */
  script?(scene: Scene): Promise<void>;
  /** What is not as it should be in the end; nothing when all is well. */
  problems(status: ChangeStatus, findings: Findings): string[];
}
