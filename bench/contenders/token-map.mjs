/** Map by scope, for packages whose objects hold one token each. */
export function tokenMap(create, read) {
  const holders = new Map();
  return {
    async add(scope) {
      const holder = create();
      holders.set(scope, holder);
      await read(holder);
    },
    get: (scope) => read(holders.get(scope)),
  };
}
