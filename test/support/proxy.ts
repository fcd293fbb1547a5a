import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A TCP proxy that can stand still: connections stay open, and nothing passes. */
export interface Proxy {
  address: string;
  /** Stops both directions. */
  freeze(): void;
  thaw(): void;
  /** Bytes from the client that wait while it stands still. */
  held(): number;
  close(): void;
}

export async function aProxy(target: string): Promise<Proxy> {
  const [host, port] = target.split(':');
  const sockets = new Set<Socket>();
  const waiting: (() => void)[] = [];
  let frozen = false;
  let held = 0;
  const server = createServer((client) => {
    const upstream = connect(Number(port), host);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.on('data', (data) => {
        if (!frozen) return void to.write(data);
        if (from === client) held += data.length;
        waiting.push(() => to.write(data));
      });
      from.on('close', () => to.destroy());
      from.on('error', () => to.destroy());
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    freeze: () => void (frozen = true),
    thaw: () => {
      frozen = false;
      held = 0;
      for (const pass of waiting.splice(0)) pass();
    },
    held: () => held,
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
