// The names of @jest/globals, for the specs that mutation testing runs under vitest.
export { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, test, vi as jest } from 'vitest';
