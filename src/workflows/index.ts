export { change } from './change.js';
export { preview } from './preview.js';
