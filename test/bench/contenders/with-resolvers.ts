// The one thing that Restate's SDK misses on Node 20. Imported before it.
type Resolvers = { promise: Promise<unknown>; resolve(value: unknown): void; reject(reason: unknown): void };
const promises = Promise as unknown as { withResolvers?: () => Resolvers };
promises.withResolvers ??= () => {
  let resolve: Resolvers['resolve'] = () => {};
  let reject: Resolvers['reject'] = () => {};
  const promise = new Promise((done, failed) => {
    resolve = done;
    reject = failed;
  });
  return { promise, resolve, reject };
};
