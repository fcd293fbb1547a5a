export { change } from './change.js';
export { hold, wake } from './hold.js';
export { lease } from './lease.js';
export { notice } from './notice.js';
export { preview } from './preview.js';
export { warden } from './warden.js';
