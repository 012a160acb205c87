// The SETUP.md of a new adapter: its headings, and what each must come to say.
import type { AdapterNames } from './names.ts';

export const setup = ({ title }: AdapterNames): string => `\
# Connecting ${title}

## In ${title}

not_written_yet: which user, key and rights Interlock needs; where webhooks are entered, which of them, and that they go to
\`{webhookUrl}\`.

## In Interlock

| setting | meaning |
|---|---|
| \`baseUrl\` | Where the API answers. |
| \`stages\` | Our state or region to the stage of ${title}. The most specific entry wins. |

Secrets: \`apiKey\`, \`webhookSecret\`. Each has a current and a next value, so a rotation loses nothing.

## What to know

not_written_yet: what a write may cause (e-mails), what guards it, what cannot be taken back, what a renamed stage does, and
which of the vendor's behaviour is not verified with a live account.
`;
