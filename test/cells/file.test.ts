import { appendFile, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileCellStore } from '../../src/cells/file.js';
import { someLook } from './looks.js';

describe('cells in a file', () => {
  let directory: string;
  let path: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'graywave-cells-'));
    path = join(directory, 'pay-42.ndjson');
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  async function filled(looks = 4): Promise<FileCellStore> {
    const store = new FileCellStore(directory);
    for (let seq = 1; seq <= looks; seq += 1) await store.append('pay-42', someLook(seq));
    return store;
  }

  const lines = async (): Promise<string[]> => (await readFile(path, 'utf8')).split('\n');

  it('are read back as they were appended, by another process too', async () => {
    await filled();
    const looks = [1, 2, 3, 4].map((seq) => someLook(seq));
    expect(await new FileCellStore(directory).read('pay-42')).toEqual(looks);
    expect(await new FileCellStore(directory).read('never-seen')).toEqual([]);
  });

  it('keep the first look of a seq and answer with it, exactly as it was', async () => {
    const store = await filled();
    const other = someLook(2, { error: 'another attempt' });
    for (const one of [store, new FileCellStore(directory)]) {
      expect(JSON.stringify(await one.append('pay-42', other))).toBe(JSON.stringify(someLook(2)));
    }
    expect(await store.read('pay-42')).toHaveLength(4);
  });

  it('keep every seq once when two stores of one process append at once, and both learn which look stayed', async () => {
    const stores = ['a', 'b', 'c'].map((name) => ({ name, store: new FileCellStore(directory) }));
    const answers = await Promise.all(
      stores.flatMap(({ name, store }) =>
        Array.from({ length: 30 }, (_, index) => store.append('pay-42', someLook(index + 1, { error: name }))),
      ),
    );
    const kept = await new FileCellStore(directory).read('pay-42');
    expect(kept.map(({ seq }) => seq)).toEqual(Array.from({ length: 30 }, (_, index) => index + 1));
    for (const answer of answers) expect(answer).toEqual(kept[answer.seq - 1]);
  });

  it('ignore a torn last line, and the next append closes it off', async () => {
    await filled();
    const whole = await readFile(path);
    await appendFile(path, '{"look":{"seq":5,"aft');
    const store = new FileCellStore(directory);
    expect(await store.read('pay-42')).toHaveLength(4);
    await store.append('pay-42', someLook(5));
    expect((await store.read('pay-42')).map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5]);
    await truncate(path, whole.length - 7);
    expect((await store.read('pay-42')).map(({ seq }) => seq)).toEqual([1, 2, 3]);
    await store.append('pay-42', someLook(4));
    expect((await store.read('pay-42')).map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
  });

  it('a torn line cut at any byte loses that line alone', async () => {
    await filled(2);
    const whole = await readFile(path);
    const first = whole.indexOf(10) + 1;
    for (let length = first; length < whole.length; length += 17) {
      await writeFile(path, whole.subarray(0, length));
      const store = new FileCellStore(directory);
      await store.append('pay-42', someLook(2, { wave: 9 }));
      expect((await store.read('pay-42')).map(({ wave }) => wave)).toEqual([1, 9]);
    }
  });

  const damages: [string, number, (all: string[]) => string[]][] = [
    ['a count edited', 2, (all) => all.map((line, index) => (index === 1 ? line.replace('"bad":1', '"bad":0') : line))],
    ['a line taken out', 2, (all) => all.filter((_, index) => index !== 1)],
    ['two lines swapped', 2, ([a = '', b = '', c = '', ...more]) => [a, c, b, ...more]],
    ['a line overwritten', 3, (all) => all.map((line, index) => (index === 2 ? 'x'.repeat(line.length) : line))],
    [
      'a line put in',
      2,
      ([a = '', ...more]) => [a, JSON.stringify({ look: someLook(2), prev: 'x', hash: 'y' }), ...more],
    ],
  ];
  it.each(damages)('name the first broken line: %s', async (_what, line, damage) => {
    await filled();
    await writeFile(path, damage(await lines()).join('\n'));
    const read = new FileCellStore(directory).read('pay-42');
    await expect(read).rejects.toMatchObject({ code: 'CELLS_BROKEN', at: { file: path, line } });
  });

  it("take another change's file for broken", async () => {
    await filled();
    await writeFile(join(directory, 'other.ndjson'), await readFile(path));
    await expect(new FileCellStore(directory).read('other')).rejects.toMatchObject({ at: { line: 1 } });
  });

  it('have a head that stands for all looks so far, so a lost tail shows', async () => {
    const store = await filled();
    const head = await store.head('pay-42');
    expect(head).toMatchObject({ seq: 4 });
    await truncate(path, (await lines()).slice(0, 3).join('\n').length + 1);
    expect(await new FileCellStore(directory).head('pay-42')).not.toEqual(head);
  });

  it('have files whose names are safe whatever the change is called', async () => {
    const store = new FileCellStore(directory);
    const ids = ['../../etc/passwd', 'A', 'a', 'ä', 'x'.repeat(5_000), '', '.', 'con:1', 'a/b', 'a\0b'];
    for (const id of ids) await store.append(id, someLook(1, { error: id.slice(0, 20) }));
    expect(await readdir(directory)).toHaveLength(ids.length);
    for (const id of ids) expect((await store.read(id))[0]?.error).toBe(id.slice(0, 20));
  });

  it('hold no file open: 1,000 changes appended at once leave as many descriptors as before', async () => {
    const open = (): number => readdirSync('/proc/self/fd').length;
    const before = open();
    const store = new FileCellStore(directory);
    const ids = Array.from({ length: 1_000 }, (_, index) => `change-${index}`);
    for (let seq = 1; seq <= 2; seq += 1) await Promise.all(ids.map((id) => store.append(id, someLook(seq))));
    expect(open() - before).toBeLessThan(10);
    expect(await store.read('change-999')).toHaveLength(2);
  });

  it('say what is wrong when the directory cannot be written', async () => {
    await writeFile(path, '');
    const store = new FileCellStore(join(path, 'below-a-file'));
    await expect(store.append('pay-42', someLook(1))).rejects.toMatchObject({ code: 'JOURNAL_UNWRITABLE' });
  });
});
