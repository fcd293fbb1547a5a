/** What the author of a driver in TypeScript needs; `docs/driver-protocol.md` tells the rest. */
export { GraywaveError } from '../errors.js';
export type { Driver, Kit } from './driver.js';
export { type DriverActivities, driverActivities } from './kit.js';
export type {
  ApplyAnswer,
  ApplyRequest,
  Found,
  Grant,
  PlanAnswer,
  PlanRequest,
  RevertAnswer,
  RevertRequest,
  Target,
  TouchOutcome,
  VerifyAnswer,
  VerifyRequest,
} from './protocol.js';
export { driverQueue, revertQueue } from './protocol.js';
