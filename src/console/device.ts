// A browser in two words, so that its owner knows it again; no more of what it says about itself is kept.

const browsers: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/\bEdg\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\bFirefox\//, 'Firefox'],
  [/\b(Headless)?Chrom(e|ium)\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
];
const systems: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/\b(iPhone|iPad)\b/, 'iOS'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b/, 'macOS'],
  [/\bLinux\b/, 'Linux'],
];

/** "Firefox on Linux"; "A browser" for what is not known. */
export function deviceOf(userAgent: string | undefined): string {
  const find = (list: typeof browsers): string | undefined =>
    list.find(([pattern]) => userAgent !== undefined && pattern.test(userAgent))?.[1];
  const system = find(systems);
  return `${find(browsers) ?? 'A browser'}${system === undefined ? '' : ` on ${system}`}`;
}
