/** Many tokens of a package whose objects hold one each: a map around them, by scope, as its users would have it. */
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
