import type { WrittenMetric } from '../judging/schema.js';
import { durationText } from '../spec/units.js';
import { headersOf, sourceOf } from './endpoint.js';
import type { Field } from './field.js';
import { filled, type Placeholders } from './placeholders.js';

export type WrittenQuery = NonNullable<WrittenMetric['query']>;

interface Times {
  interval: number | undefined;
  delay: number;
}

const others: Record<string, string> = {
  job: 'run it as a step of the pipeline, or as a check of the driver',
  web: 'fetch its values in the pipeline and give them as a file: `graywave judge judge.yaml values.json`',
  kayenta: 'import the canary configuration that it names: `graywave import canary-config.json`',
};

/** The query of a Prometheus provider; null when it is another one, which is said. */
export function providerOf(provider: Field, values: Placeholders, { interval, delay }: Times): WrittenQuery | null {
  for (const [name, field] of provider.entries()) {
    if (name === 'prometheus') continue;
    const instead = others[name] ?? 'give its values as a file: `graywave judge judge.yaml values.json`';
    field.left(`values of ${name} are not fetched`, instead);
  }
  const prometheus = provider.get('prometheus');
  if (!prometheus.there) return null;
  const source = sourceOf(prometheus.get('address'), values);
  const headers = headersOf(prometheus.get('headers'), values);
  const timeout = prometheus.get('timeout').carried('metrics[].query.timeout').seconds();
  prometheus.get('insecure').left('certificates are always checked', 'trust the server with NODE_EXTRA_CA_CERTS');
  prometheus
    .get('caCert')
    .left('certificates are trusted for the whole process', 'put it into a file and name it in NODE_EXTRA_CA_CERTS');
  prometheus
    .get('authentication')
    .left('credentials never stand in a file', 'query.headers: { authorization: env:NAME }');
  const range = prometheus.get('rangeQuery');
  const step = range.get('step').carried('metrics[].query.step').seconds() ?? interval;
  range.leaveEach(['start', 'end'], 'the window is said when it is judged', 'graywave judge --from now-5m --to now');
  const query = prometheus.get('query').carried('metrics[].query.canary');
  const { text, open } = filled(query.text() ?? '', values);
  const [first] = open;
  if (first !== undefined)
    query.left(
      `{{${first}}} has no value, so it cannot be asked as it is`,
      `import again with --arg ${first.replace(/^args\./, '')}=VALUE`,
    );
  if (text.trim() === '') return null;
  return {
    source,
    canary: text.trim(),
    ...(step === undefined || step < 1 ? {} : { step: durationText(step) }),
    ...(delay < 1 ? {} : { delay: durationText(delay) }),
    ...(timeout === undefined ? {} : { timeout: durationText(Math.min(600, Math.max(1, timeout))) }),
    ...(headers === null ? {} : { headers }),
  };
}
