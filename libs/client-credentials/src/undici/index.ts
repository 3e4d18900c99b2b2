export { authorizeDispatcher } from './authorize-dispatcher.js';
export type { AuthorizeDispatcherOptions } from './authorize-dispatcher.js';
export type { AuthorizeOptions } from '../http/source-attachment.js';
