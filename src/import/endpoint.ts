import type { Field } from './field.js';
import { filled, type Placeholders } from './placeholders.js';

/** Where a Prometheus is asked when a file does not say it, or may not. */
export const usualSource = 'env:PROMETHEUS_URL';

export function sourceOf(address: Field, values: Placeholders): string {
  if (!address.there) return usualSource;
  const { text } = filled(address.text() ?? '', values);
  const url = URL.canParse(text) ? new URL(text) : null;
  const plain = url !== null && /^https?:$/.test(url.protocol) && url.username === '' && !/\s/.test(text);
  if (plain) {
    address.carried('metrics[].query.source');
    return text;
  }
  address.left('it is no plain http(s) URL', 'export PROMETHEUS_URL=http://…, which the query asks instead');
  return usualSource;
}

/** Values never stand in a judge file: each header names a variable. */
export function headersOf(headers: Field, values: Placeholders): Record<string, string> | null {
  const named: Record<string, string> = {};
  for (const header of headers.items()) {
    const key = header.get('key').carried('metrics[].query.headers').text() ?? '';
    const variable = key.toUpperCase().replaceAll(/[^A-Z0-9]+/g, '_');
    if (!/^[A-Z_]\w*$/.test(variable)) continue;
    named[key] = `env:${variable}`;
    const { text } = filled(header.get('value').text() ?? '', values);
    const secret = /authorization|token|key|secret|cookie/i.test(key);
    header
      .get('value')
      .left('values of headers never stand in a file', `export ${variable}=${secret ? '…' : JSON.stringify(text)}`);
  }
  return Object.keys(named).length === 0 ? null : named;
}
