/** Heap in use after garbage collection, in MB. Twice, since the first collection runs finalizers. */
export function heapMb() {
  globalThis.gc();
  globalThis.gc();
  return process.memoryUsage().heapUsed / 1024 / 1024;
}
