// How a file is written: its name, its first line, its length, and forms that are not used here.
import { type SourceFile, type Violation, withoutComments } from './source-file.ts';

const linesMax = 300;
const medianLinesMax = 80;

interface FormRule {
  rule: string;
  applies: (path: string) => boolean;
  pattern: RegExp;
  say: string;
}

const everywhere = (): boolean => true;
const inCode = (path: string): boolean => !path.startsWith('test/');
const inCore = (path: string): boolean => path.startsWith('src/core/') || path.startsWith('machines/');

/** Looked for in the code without its comments. */
const codeRules: readonly FormRule[] = [
  { rule: 'exports', applies: everywhere, pattern: /^export\s+default\b/m, say: 'has a default export; name it' },
  {
    rule: 'exports',
    applies: everywhere,
    pattern: /^export\s+\*/m,
    say: 'exports everything of another file; name what is meant',
  },
  {
    rule: 'syntax',
    applies: everywhere,
    pattern: /^\s*(?:export\s+)?(?:declare\s+)?(?:const\s+)?enum\s+\w/m,
    say: 'declares an enum; use a union of strings',
  },
  {
    rule: 'environment',
    applies: (path) => inCode(path) && path !== 'src/config.ts',
    pattern: /\bprocess\s*(?:\.env\b|\[\s*['"]env)|\benv\b[^=]*=\s*process\b/,
    say: 'reads the environment; only src/config.ts does',
  },
  {
    rule: 'hash prices',
    applies: (path) => path.startsWith('src/') && !/^src\/services\/(?:create-)?context\.ts$/.test(path),
    pattern: /\bhashPrices\??\s*[:=(]/,
    say: 'sets what hashes cost; only tests may',
  },
  {
    rule: 'core is pure',
    applies: inCore,
    pattern: /\bDate\s*\.\s*now\b|\bnew\s+Date\s*(?:\(\s*\)|(?!\s*\())|\bperformance\s*\.\s*now\b/,
    say: 'reads the clock; take the time as an argument',
  },
  {
    rule: 'core is pure',
    applies: inCore,
    pattern: /\bMath\s*\.\s*random\b|\bcrypto\s*\.\s*(?:random|getRandom)\w+/,
    say: 'is random; take the number as an argument',
  },
  {
    rule: 'core is pure',
    applies: inCore,
    pattern: /\bset(?:Timeout|Interval|Immediate)\b|\bqueueMicrotask\b/,
    say: 'sets a timer',
  },
  { rule: 'core is pure', applies: inCore, pattern: /\bfetch\s*\(|\bprocess\s*\./, say: 'reaches outside the program' },
  {
    rule: 'tests',
    applies: (path) => path.startsWith('test/'),
    pattern: /\b(?:test|it|describe|suite|bench)\s*\.\s*only\b/,
    say: 'runs one test alone; every test must run',
  },
];

/** Looked for in comments too. */
const leftovers: readonly FormRule[] = [
  {
    rule: 'leftovers',
    applies: everywhere,
    pattern: /\b(?:FIX[M]E|X[X]X|HA[C]K)\b/,
    say: 'has a leftover marker; settle it',
  },
  {
    rule: 'leftovers',
    applies: everywhere,
    pattern: /\bTO[D]O\b(?!: \S.{15,})/,
    say: 'has something to do without what and why (after the word a colon and a sentence)',
  },
];

/** Violations of one file's form. */
export function formViolations(file: SourceFile): Violation[] {
  const code = withoutComments(file.text);
  const found = [
    ...nameFaults(file.path),
    ...openingFaults(file.text),
    ...codeRules.filter((one) => one.applies(file.path) && one.pattern.test(code)),
    ...leftovers.filter((one) => one.applies(file.path) && one.pattern.test(file.text)),
    ...(inCode(file.path) ? lengthFaults(file.text) : []),
  ];
  return found.map((fault) => ({ file: file.path, rule: fault.rule, detail: fault.say }));
}

/** The middle length of all source files, of src and machines together. */
export function medianViolations(files: readonly SourceFile[]): Violation[] {
  const lengths = files
    .filter((file) => inCode(file.path))
    .map((file) => linesOf(file.text))
    .sort((a, b) => a - b);
  const median = lengths[Math.floor(lengths.length / 2)] ?? 0;
  return median > medianLinesMax
    ? [{ file: 'src', rule: 'length', detail: `the middle file has ${median} lines; ${medianLinesMax} is the most` }]
    : [];
}

type Fault = Pick<FormRule, 'rule' | 'say'>;

function nameFaults(path: string): Fault[] {
  const parts = path.split('/');
  const stems = parts.map((part) => part.replace(/\.(?:test\.)?tsx?$/, ''));
  const vague = stems.find((stem) => /^(?:utils?|commons?|helpers?|misc|shared|stuff)$/.test(stem));
  const odd = parts.find((part) => !/^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.v\d+)?(?:\.test)?(?:\.tsx?)?$/.test(part));
  return [
    ...(vague ? [{ rule: 'names', say: `"${vague}" says nothing; name what is in it` }] : []),
    ...(odd ? [{ rule: 'names', say: `"${odd}" is not in kebab-case` }] : []),
  ];
}

/** The file begins with a comment, after at most a `#!` line, and that begins with a sentence. */
function openingFaults(text: string): Fault[] {
  const start = text.replace(/^#!.*\n/, '');
  const opening =
    /^(?:\/\/ ?.*\n)+/.exec(start)?.[0].replace(/^\/\/ ?/gm, '') ??
    /^\/\*\*?([\s\S]*?)\*\//.exec(start)?.[1]?.replace(/^\s*\* ?/gm, '');
  if (!opening)
    return [{ rule: 'opening', say: 'does not open with a comment that says in one sentence what it is for' }];
  return /^\s*\S.{18,}?[.?!]$/ms.test(opening)
    ? []
    : [{ rule: 'opening', say: 'opens with a comment that is no sentence' }];
}

const lengthFaults = (text: string): Fault[] =>
  linesOf(text) > linesMax ? [{ rule: 'length', say: `has ${linesOf(text)} lines; ${linesMax} is the most` }] : [];

const linesOf = (text: string): number => text.replace(/\n$/, '').split('\n').length;
