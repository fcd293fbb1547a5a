import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { ask } from '../../src/sources/http.js';

const open: Server[] = [];
const sockets = new Set<Socket>();
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  sockets.clear();
  for (const server of open.splice(0)) await new Promise((resolve) => server.close(resolve));
});

interface Raw {
  url: string;
  connections: number;
  requests: string[];
}

/** A server that speaks raw bytes, and counts. */
async function raw(answer: (socket: Socket, request: number) => void): Promise<Raw> {
  const seen: Raw = { url: '', connections: 0, requests: [] };
  const server = createServer((socket) => {
    seen.connections += 1;
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      seen.requests.push(bytes.toString());
      answer(socket, seen.requests.length);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push(server);
  seen.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/x`;
  return seen;
}

const answered = (body: string | Buffer, ...headers: string[]): Buffer => {
  const head = ['HTTP/1.1 200 OK', `content-length: ${Buffer.byteLength(body)}`, ...headers].join('\r\n');
  return Buffer.concat([Buffer.from(`${head}\r\n\r\n`), Buffer.from(body)]);
};
const limits = { timeoutMs: 500, maxBytes: 1_000 };

describe('one request', () => {
  it('keeps its connection for the next', async () => {
    const server = await raw((socket) => socket.write(answered('ok')));
    for (let i = 0; i < 3; i++) expect((await ask({ url: server.url, ...limits })).text).toBe('ok');
    expect([server.connections, server.requests.length]).toEqual([1, 3]);
  });

  it('sends a form as a POST', async () => {
    const server = await raw((socket) => socket.write(answered('ok')));
    await ask({ url: server.url, form: { query: 'a{b="ü"}[5s]' }, ...limits });
    expect(server.requests[0]).toMatch(/^POST \/x HTTP\/1.1\r\n[\s\S]*query=a%7Bb%3D%22%C3%BC%22%7D%5B5s%5D$/);
  });

  it('is made once more when a kept connection breaks, for that says nothing of the server', async () => {
    const server = await raw((socket, request) => {
      if (request === 2) socket.destroy();
      else socket.write(answered(`answer ${request}`));
    });
    expect((await ask({ url: server.url, ...limits })).text).toBe('answer 1');
    expect((await ask({ url: server.url, ...limits })).text).toBe('answer 3');
  });

  it('is not made again when a fresh connection breaks', async () => {
    const server = await raw((socket) => socket.destroy());
    await expect(ask({ url: server.url, ...limits })).rejects.toMatchObject({ code: 'SOURCE_DOWN' });
    expect(server.requests).toHaveLength(1);
  });

  it.each([
    [
      'a body that ends too soon',
      'SOURCE_DOWN',
      (socket: Socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\nhalf'),
    ],
    [
      'a body that never ends',
      'SOURCE_DOWN',
      (socket: Socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\nhalf'),
    ],
    ['a body that is too large', 'SOURCE_ANSWER', (socket: Socket) => socket.write(answered('x'.repeat(1_001)))],
    [
      'a body compressed unasked',
      'SOURCE_ANSWER',
      (socket: Socket) => socket.write(answered(gzipSync('ok'), 'content-encoding: gzip')),
    ],
    ['no HTTP', 'SOURCE_DOWN', (socket: Socket) => socket.write('SSH-2.0-OpenSSH_9.2\r\n')],
  ])('answered by %s is a %s', async (_what, code, answer) => {
    const server = await raw(answer);
    const began = performance.now();
    await expect(ask({ url: server.url, ...limits })).rejects.toMatchObject({ code });
    expect(performance.now() - began).toBeLessThan(2_000);
  });

  it('does not follow a redirect', async () => {
    const server = await raw((socket) =>
      socket.write('HTTP/1.1 302 Found\r\nlocation: /y\r\ncontent-length: 0\r\n\r\n'),
    );
    expect((await ask({ url: server.url, ...limits })).status).toBe(302);
    expect(server.requests).toHaveLength(1);
  });

  it('to a name that nobody has is down, and says so', async () => {
    const asked = ask({ url: 'http://nobody.invalid:9090/', timeoutMs: 5_000, maxBytes: 10 });
    await expect(asked).rejects.toMatchObject({
      code: 'SOURCE_DOWN',
      message: expect.stringMatching(/nobody\.invalid/),
    });
  });
});
