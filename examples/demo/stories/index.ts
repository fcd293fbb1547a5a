import { held } from './held.js';
import { noData } from './no-data.js';
import { operator } from './operator.js';
import { crash, errors, good, slow } from './releases.js';
import type { Story } from './story.js';
import { terminated } from './terminated.js';
import { workerKilled } from './worker-killed.js';
import { zombie } from './zombie.js';

/** In the order in which they are told; each begins with what the one before it left, so each has a version of its own. */
export const stories: Story[] = [good, errors, slow, workerKilled, crash, noData, operator, terminated, held, zombie];
