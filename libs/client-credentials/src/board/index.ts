export { tokenBoard } from './token-board.js';
export type { BoardManager, BoardMiddleware, TokenBoardOptions } from './token-board.js';
