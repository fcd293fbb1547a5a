import { mkdtemp } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { expect, test } from 'vitest';
import { freePort } from '../../src/embedded/ports.js';
import { startTemporal } from '../../src/embedded/temporal.js';
import { attributes } from '../../src/workflows/names.js';

const tell = (): void => undefined;

test('what was started on the embedded server is there again after the server was killed, for 30 days', async () => {
  const stateDir = await mkdtemp(join(tmpdir(), 'temporal-'));
  const [port, uiPort] = [await freePort(), await freePort()];
  const first = await startTemporal({ stateDir, port, uiPort, tell });
  const open = async () => new Client({ connection: await Connection.connect({ address: first.address }) });
  const client = await open();
  await client.workflow.start('change', { workflowId: 'change/kept', taskQueue: 'nobody' });
  await client.connection.close();
  process.kill(first.pid, 'SIGKILL');
  await first.ended;
  const second = await startTemporal({ stateDir, port, uiPort, tell });
  try {
    const again = await open();
    const { status } = await again.workflow.getHandle('change/kept').describe();
    const { config } = await again.workflowService.describeNamespace({ namespace: 'default' });
    const { customAttributes } = await again.connection.operatorService.listSearchAttributes({ namespace: 'default' });
    await again.connection.close();
    expect(status.name).toBe('RUNNING');
    expect(Number(config?.workflowExecutionRetentionTtl?.seconds)).toBe(30 * 24 * 3600);
    for (const { name } of Object.values(attributes)) expect(Object.keys(customAttributes ?? {})).toContain(name);
  } finally {
    await second.stop();
  }
});

test('a port that somebody listens on is named, and nothing is started', async () => {
  const port = await freePort();
  const server = createServer().listen(port, '127.0.0.1');
  try {
    const stateDir = await mkdtemp(join(tmpdir(), 'temporal-'));
    const start = startTemporal({ stateDir, port, uiPort: await freePort(), tell });
    await expect(start).rejects.toMatchObject({ code: 'PORT_TAKEN', message: expect.stringContaining(String(port)) });
  } finally {
    server.close();
  }
});
