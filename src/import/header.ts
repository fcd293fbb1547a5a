import type { Field } from './field.js';

/** What every object of a cluster begins with. `namespace`: what the namespace is carried over to, null for nothing. */
export function headerOf(document: Field, namespace: string | null): void {
  document.get('apiVersion').carried('apiVersion');
  document.get('kind').carried('kind');
  document.get('metadata', 'name').carried('title');
  document.get('status').left('what the controller saw last', 'nothing');
  for (const [key, field] of document.get('metadata').entries()) {
    if (key === 'namespace' && namespace !== null) field.carried(namespace);
    else if (key !== 'name') field.left('it names the object in its cluster', 'nothing');
  }
}
