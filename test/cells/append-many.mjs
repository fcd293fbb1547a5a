// Child of file.test.ts: appends looks 1..n to one change; run by several processes at once.
const [, , modulePath, directory, changeId, count, name] = process.argv;
const { FileCellStore } = await import(modulePath);
const store = new FileCellStore(directory);
const stayed = [];
for (let seq = 1; seq <= Number(count); seq += 1) {
  const side = { targets: 1, silent: [] };
  const look = {
    seq,
    after: seq - 1,
    wave: 1,
    fromMs: 0,
    toMs: 1,
    cells: [],
    canary: side,
    baseline: side,
    error: name,
  };
  stayed.push((await store.append(changeId, look)).error);
}
process.stdout.write(JSON.stringify(stayed));
