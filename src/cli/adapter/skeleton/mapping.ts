// The dictionary's page of a new adapter: which of the vendor's fields holds which element, none of which is known yet.
import type { AdapterNames } from './names.ts';

export const mapping = ({ name, title, kind }: AdapterNames): string => `\
# ${title}: its applications, as they are read.
system: ${name}
title: ${title}
kind: ${kind}
owner: Talent acquisition systems
adapter: true
verified: 'not_written_yet: what this was checked against, and what only an account can show.'

receives: []

stages:
  description: Each account names its own; the connection maps them under \`stages\`.
  settings: by_state

objects:
  application:
    description: What the read of one application answers.
    direction: reads
    # { element: candidate.email, at: /candidate/email }; the elements are in ../elements.yaml.
    fields: []
    # What the adapter itself reads.
    used: [/id, /stage]
    # What is known, and left where it is.
    ignored: []
`;
