// Where the pages find stylesheet, scripts and icon: the content's hash is in each address, so browsers may keep them for ever.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { diffStyle } from '../diagram/diff-style.ts';
import { style as diagramStyle } from '../diagram/style.ts';
import { icon } from './icon.ts';
import { script } from './script.ts';
import { acts } from './style/acts.ts';
import { alerts } from './style/alerts.ts';
import { frame } from './style/frame.ts';
import { governance } from './style/governance.ts';
import { lists } from './style/lists.ts';
import { parts } from './style/parts.ts';
import { pictures } from './style/pictures.ts';
import { timeline } from './style/timeline.ts';
import { tokens } from './style/tokens.ts';

export interface Asset {
  path: string;
  type: string;
  content: string;
}

const asset = (name: string, type: string, content: string): Asset => ({
  path: `/assets/${createHash('sha256').update(content).digest('hex').slice(0, 16)}/${name}`,
  type: `${type}; charset=utf-8`,
  content,
});

/** The diagram's own names for colours are set on the diagram, so they and the pages' do not meet. */
const stylesheet = asset(
  'console.css',
  'text/css',
  [tokens, frame, parts, alerts, acts, lists, diagramStyle, pictures, diffStyle, governance, timeline].join('\n'),
);
const ownScript = asset('console.js', 'text/javascript', script);
const htmx = asset('htmx.js', 'text/javascript', readFileSync(htmxFile(), 'utf8'));
const ownIcon = asset('icon.svg', 'image/svg+xml', icon);

export const assets: readonly Asset[] = [stylesheet, ownScript, htmx, ownIcon];

export const assetPaths = {
  style: stylesheet.path,
  script: ownScript.path,
  htmx: htmx.path,
  icon: ownIcon.path,
} as const;

/** From the package as it was installed: nothing is fetched from elsewhere. */
function htmxFile(): string {
  const require = createRequire(import.meta.url);
  return require.resolve('htmx.org/dist/htmx.min.js');
}
