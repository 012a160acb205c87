// Two ways to say that something cannot be: `assertNever` to the compiler, `assert` to the running program.

/** Makes a switch exhaustive: a new kind that is not handled does not compile. */
export function assertNever(value: never, what = 'value'): never {
  throw new Error(`Unexpected ${what}: ${JSON.stringify(value)}. This is a bug in Interlock.`);
}

/** Throws when a condition that must hold does not; the message says which. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`${message}. This is a bug in Interlock.`);
}
