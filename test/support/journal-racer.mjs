// One of several processes that ask the same journal file for the same resource at the same time.
const [built, path, changeId] = process.argv.slice(2);
const { FileJournal } = await import(built);
const journal = new FileJournal(path);
const outcomes = [];
for (let i = 1; i <= 20; i++) {
  const key = `${changeId}/p/${i}/apply`;
  const record = {
    kind: 'touch',
    changeId,
    key,
    resources: ['shared'],
    part: 'p',
    driver: 'd',
    targets: [],
    before: {},
    specHash: 'h',
  };
  const last = (await journal.entries(changeId)).at(-1)?.epoch ?? 0;
  outcomes.push((await journal.append(record, last, 'racer')).outcome);
}
const winner = (await journal.unsettled())[0];
const epochs = winner ? (await journal.entries(winner.changeId)).slice(0, 5).map((entry) => entry.epoch) : [];
process.send({ outcomes, epochs }, () => process.exit(0));
