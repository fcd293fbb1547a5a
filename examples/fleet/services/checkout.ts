import { work } from './faults.js';
import { carried, hop } from './hop.js';
import { flush, publish } from './outbox.js';
import { self } from './self.js';
import { serve } from './serve.js';

let orders = 0;

/** Takes an order: its own work, the stock from inventory, and a message for whoever ships it. */
await serve(
  {
    'GET /': async (request) => {
      const headers = carried(request);
      const order = `${self.instance}-${process.pid}-${++orders}`;
      await work();
      const stock = await hop('GET', '/inventory/', headers);
      if (stock.status !== 200) return { status: 502, json: { error: `inventory answered ${stock.status}` } };
      publish({ order }, headers);
      return { status: 200, json: { order, stock: stock.json } };
    },
  },
  { atLast: flush },
);
