// Calls the Lever API with its key as the name of HTTP Basic and no password.
import type { VendorAnswer, VendorRequest } from '../http.ts';
import type { VendorContext } from '../port.ts';
import type { LeverSettings } from './settings.ts';

export type LeverContext = VendorContext<LeverSettings>;

/** One request; `path` begins with a slash. */
export function call(
  { settings, secrets, http, signal }: LeverContext,
  method: VendorRequest['method'],
  path: string,
  json?: unknown,
): Promise<VendorAnswer> {
  const authorization = `Basic ${Buffer.from(`${secrets.apiKey ?? ''}:`).toString('base64')}`;
  const url = `${settings.baseUrl.replace(/\/+$/, '')}${path}`;
  return http.request({ method, url, headers: { authorization }, ...(json === undefined ? {} : { json }) }, signal);
}

/** One write, in the name of the user that the settings name. */
export const write = (
  context: LeverContext,
  method: 'POST' | 'PUT',
  path: string,
  json: unknown,
): Promise<VendorAnswer> =>
  call(context, method, `${path}?perform_as=${encodeURIComponent(context.settings.performAs)}`, json);
