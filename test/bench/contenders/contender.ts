// What every contender is: a process that takes events over HTTP, and answers its parent's questions.

/** Said once, when events may come. `headers`: by source of the event, each line ended by CRLF. */
export interface Ready {
  kind: 'ready';
  path: string;
  /** How an event names its application: by its name alone, or as `{system, ref}`. */
  subject: 'name' | 'reference';
  headers: Record<string, string>;
}

/** `pending`: how many write-backs are not recorded as done. `names`: what it calls each application, where that is another name. `events`: the ids of all that it recorded. */
export type Question = 'pending' | 'names' | 'events';
export interface Answer {
  kind: 'answer';
  question: Question;
  value: unknown;
}

export const environment = (name: string): string => {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set; contenders are started by bench.ts`);
  return value;
};

/** Answers the parent until the process ends. */
export function serveParent(
  ready: Omit<Ready, 'kind'>,
  answers: { pending(): Promise<number>; names?(): Promise<Record<string, string>>; events?(): Promise<string[]> },
): void {
  process.on('message', (question: Question) => {
    const value: Promise<unknown> = answers[question]?.() ?? Promise.resolve({});
    value.then(
      (found) => process.send?.({ kind: 'answer', question, value: found } satisfies Answer),
      (error: unknown) => {
        throw error;
      },
    );
  });
  process.on('disconnect', () => process.exit(0));
  process.on('SIGTERM', () => process.exit(0));
  process.send?.({ kind: 'ready', ...ready } satisfies Ready);
}
