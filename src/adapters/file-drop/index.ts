// For a system that speaks in CSV files: it drops some in a folder, and takes others from one, on this machine or over SFTP.
import type { FileExchange } from '../files.ts';
import type { Adapter, VendorContext } from '../port.ts';
import { readAnswers } from './answers.ts';
import { fieldProblems } from './fields.ts';
import { openFolder } from './folder.ts';
import { payloadOf, translate } from './inbound.ts';
import { applyByFile, capabilities, confirmByFile } from './outbound.ts';
import { inspectFile, readRows } from './read-file.ts';
import { type FileDropSettings, inboundTerms, outboundTerms, settingsSchema, statesFor, wants } from './settings.ts';
import { openSftp } from './sftp.ts';
import { renderFaults, renderFile } from './write-file.ts';

const files: FileExchange<FileDropSettings> = {
  inbound: inboundTerms,
  outbound: outboundTerms,
  open: openPlace,
  inspect: inspectFile,
  rows: readRows,
  payload: payloadOf,
  statesOf: statesFor,
  render: renderFile,
  answers: readAnswers,
  renderFaults,
  problems: fieldProblems,
};

/** Kind `hris` as a system; its rows speak as the settings say. */
export const fileDrop: Adapter<FileDropSettings> = {
  name: 'file-drop',
  title: 'CSV files (any system)',
  kind: 'hris',
  capabilities,
  settings: settingsSchema,
  secrets: {
    password: { description: 'Password on the SFTP server, where no key is used', optional: true },
    privateKey: { description: 'Private key in OpenSSH or PEM form, for the SFTP server', optional: true },
    passphrase: { description: 'Of the private key, where it has one', optional: true },
  },
  elementsFor: (settings) => Object.keys(settings.outbound?.fields ?? {}),
  shows: wants,
  refSystem: ({ refersTo }) => refersTo,
  verify: () => ({
    ok: false,
    code: 'missing_signature',
    detail: 'A file-drop connection takes no webhooks; it reads the files of its folder',
  }),
  translate,
  read: async () => null,
  apply: applyByFile,
  confirm: confirmByFile,
  files: files as FileExchange,
  acknowledgement: { status: 202, body: '' },
};

function openPlace({ settings, secrets, files: known, signal }: VendorContext<FileDropSettings>) {
  const { place, allowPrivate } = settings;
  if (place.kind === 'folder') return openFolder(known?.root ?? null, place.path);
  const { password, privateKey, passphrase } = secrets;
  const account = { ...place, allowPrivate: allowPrivate || known?.allowPrivateAddresses === true };
  return openSftp({ ...account, password, privateKey, passphrase }, signal);
}
