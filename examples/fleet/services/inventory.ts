import { work } from './faults.js';
import { carried } from './hop.js';
import { self } from './self.js';
import { serve } from './serve.js';

/** Says what is in stock, and shows the headers that arrived, so that a test can follow them. */
await serve({
  'GET /': async (request) => {
    await work();
    return { status: 200, json: { left: 7, by: self.instance, carried: carried(request) } };
  },
});
