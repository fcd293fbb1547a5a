import { passTo, Proxy, send } from './proxy.js';

interface Group {
  targets: string[];
  labels: Record<string, string>;
}

/**
 * The fleet's metrics behind one port: its service discovery, whose answer leads back here, and every page that it names.
 * So the whole source can go away, and nothing else does.
 */
export async function openMetrics(fleetUrl: string): Promise<Proxy> {
  const discovery = passTo(fleetUrl);
  const proxy: Proxy = await Proxy.open(async (call) => {
    const [, target, page] = /^\/of\/([^/]+)(\/.*)$/.exec(call.path) ?? [];
    if (target !== undefined && page !== undefined) return send(new URL(page, `http://${target}`), call);
    const reply = await discovery(call);
    const groups = JSON.parse(reply.body.toString()) as Group[];
    return { ...reply, body: Buffer.from(JSON.stringify(groups.flatMap((group) => ledHere(group, proxy.url)))) };
  });
  return proxy;
}

const ledHere = ({ targets, labels }: Group, url: string): Group[] =>
  targets.map((target) => ({
    targets: [new URL(url).host],
    labels: { ...labels, __metrics_path__: `/of/${target}/metrics` },
  }));
