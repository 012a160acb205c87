// On the page of one import: how it goes on, and the terms that it was begun under.
import { limits } from '../../../core/limits.ts';
import type { WholeImport } from '../../../services/imports/read-imports.ts';
import { Explained } from '../../parts/explained.tsx';
import { When } from '../../parts/when.tsx';
import { count } from '../../words.ts';
import { kindWords, paceMeaning, paceWords } from './words.tsx';

export function Resume({ found: { resume, state, lines } }: { found: WholeImport }) {
  if (resume === null) return null;
  return (
    <section>
      <h2>{state === 'stopped' ? 'To let it go on' : 'Should it be broken off'}</h2>
      {resume.kind === 'command' ? (
        <>
          <p>
            The same command, where the file is, goes on after line {count(lines)} of it
            {resume.wholePath ? '' : ' (of the path only the end is kept: give it whole)'}. The file must be as it was:
            another one, even by a letter, is another import.
          </p>
          <pre class="command" tabindex={0}>
            <code>{resume.command}</code>
          </pre>
        </>
      ) : (
        <>
          <p>
            Send the lines from number {count(resume.from)} on, up to {count(limits.importLinesPerRequestMax)} at once.
            After the last, POST /v1/imports/…/end with the number of all.
          </p>
          <pre class="command" tabindex={0}>
            <code>{`POST ${resume.path}\n{ "from": ${resume.from}, "lines": [ … ] }`}</code>
          </pre>
        </>
      )}
    </section>
  );
}

export function Facts({ found, now }: { found: WholeImport; now: number }) {
  const words = Object.entries(found.states);
  return (
    <section>
      <h2>Terms</h2>
      <dl class="facts">
        <dt>File</dt>
        <dd>
          <code class="wrap">{found.source}</code>, {kindWords[found.format]}
        </dd>
        <dt>Machine</dt>
        <dd>{found.machine}</dd>
        <dt>Systems</dt>
        <dd>
          {found.writeBack
            ? 'Every connected system is told, as of any transition'
            : 'No system is told; they hear what happens from then on'}
        </dd>
        {words.length === 0 ? null : (
          <>
            <dt>Words of the file</dt>
            <dd>
              {words.map(([word, state]) => (
                <div>
                  “{word}” is <code>{state}</code>
                </div>
              ))}
            </dd>
          </>
        )}
        <dt>
          <Explained id="pace" meaning={paceMeaning}>
            Lines a second
          </Explained>
        </dt>
        <dd>{paceWords(found.perSecond)}</dd>
        <dt>Begun</dt>
        <dd>
          <When at={found.startedAt} now={now} />
        </dd>
        <dt>Ended</dt>
        <dd>
          <When at={found.endedAt} now={now} />
        </dd>
        <dt>Number</dt>
        <dd>
          <code class="wrap">{found.id}</code>
        </dd>
      </dl>
    </section>
  );
}
