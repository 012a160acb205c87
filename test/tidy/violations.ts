// All tidy rules over a set of files: what the test asks of the project, and of made-up files that break each rule.
import { formViolations, medianViolations } from './forms.ts';
import { layerViolations } from './layers.ts';
import type { SourceFile } from './source-file.ts';

/** One line per violation: file, rule, what to do. */
export function violations(files: readonly SourceFile[]): string[] {
  const found = [
    ...files.flatMap((file) => [...layerViolations(file), ...formViolations(file)]),
    ...medianViolations(files),
  ];
  return found.map(({ file, rule, detail }) => `${file}: ${rule}: ${detail}`).sort();
}
