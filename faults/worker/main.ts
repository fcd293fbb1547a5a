import { NativeConnection } from '@temporalio/worker';
import { ensureAttributes } from '../../src/attributes.js';
import { readConfig } from '../../src/config.js';
import { makeLog } from '../../src/log.js';
import { ensureWarden } from '../../src/warden.js';
import { createWorkers, installRuntime, openWorld, running } from '../../src/worker.js';
import { Signs } from '../signs.js';
import { settingDriver } from '../targets/driver.js';
import { driverWith } from './drivers.js';
import { withStops } from './ports.js';
import { Stops } from './stops.js';

/** A worker as `graywave worker` starts one, of the same pieces, whose ports and drivers stop where they are told to. */
const [configFile = '', address = '', signsDir = '', settingsUrl = ''] = process.argv.slice(2);
const namespace = 'default';
const config = await readConfig(configFile);
installRuntime(makeLog('warn'), null);
const connection = await NativeConnection.connect({ address });
await ensureAttributes(connection, namespace);
await ensureWarden(connection, namespace);
const { ports, drivers } = await openWorld(config);
const stops = new Stops(new Signs(signsDir));
const world = {
  ports: withStops(ports, stops),
  drivers: [...drivers, settingDriver(settingsUrl)].map((driver) => driverWith(driver, stops)),
};
const workers = await createWorkers(world, config.slots, { connection, namespace });
const worker = running(workers, () => ports.journal.close());
// It ends with the program that started it, however that ends.
process.on('disconnect', () => process.exit());
process.send?.('ready');
await worker.done;
