// Lets those who ask while one reading is under way share the next one: many single readings become one statement.

interface Asked<Key, Found> {
  key: Key;
  resolve(found: Found): void;
  reject(error: unknown): void;
}

/**
 * `read` answers each key in its place, at most `keysMax` at once. It begins after everybody whom it answers has asked, so nobody is
 * told of an older state than a reading of her own would have found. What it throws, all of them hear.
 */
export function gather<Key, Found>(
  read: (keys: readonly Key[]) => Promise<readonly Found[]>,
  keysMax: number,
): (key: Key) => Promise<Found> {
  const waiting: Asked<Key, Found>[] = [];
  let reading = false;
  const readAll = async (): Promise<void> => {
    // Whoever asks in the same turn is answered together.
    await null;
    while (waiting.length > 0) await readGroup(read, waiting.splice(0, keysMax));
    reading = false;
  };
  return (key) =>
    new Promise((resolve, reject) => {
      waiting.push({ key, resolve, reject });
      if (reading) return;
      reading = true;
      void readAll();
    });
}

async function readGroup<Key, Found>(
  read: (keys: readonly Key[]) => Promise<readonly Found[]>,
  group: readonly Asked<Key, Found>[],
): Promise<void> {
  try {
    const found = await read(group.map((one) => one.key));
    for (const [at, one] of group.entries()) one.resolve(found[at] as Found);
  } catch (error) {
    for (const one of group) one.reject(error);
  }
}
