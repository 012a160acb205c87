// Everything a page may use, made once.
import type { CompiledMachine } from '../core/machine/machine.ts';
import { type ChangePassword, createChangePassword } from '../services/accounts/change-password.ts';
import { keepSessions, type Sessions } from '../services/accounts/keep-sessions.ts';
import { createSignIn, type SignIn } from '../services/accounts/sign-in.ts';
import { type SignInLinks, signInLinks } from '../services/accounts/sign-in-links.ts';
import type { Context } from '../services/context.ts';
import { createLogCheck, type LogCheck } from '../services/log/check-log.ts';
import { createSignVersion, type SignVersion } from '../services/versions/sign-version.ts';
import { layoutsOf } from './diagram/kept-diagrams.ts';
import type { DiagramLayout } from './diagram/layout.ts';
import { createLiveHub, type LiveHub } from './live/hub.ts';
import { createMemory, type Remembered } from './remembered.ts';
import type { Route } from './route.ts';

export interface DeskOptions {
  /** The address of this service as people call it, without a slash at the end. */
  publicUrl: string;
  /** Proxies of ours in front, each of which appends to X-Forwarded-For. */
  trustedProxies: number;
}

export interface Desk extends DeskOptions {
  context: Context;
  routes: readonly Route[];
  sessions: Sessions;
  signIn: SignIn;
  links: SignInLinks;
  changePassword: ChangePassword;
  signVersion: SignVersion;
  logCheck: LogCheck;
  layoutOf(machine: CompiledMachine): Promise<DiagramLayout>;
  /** For figures that cost much and that many look at. */
  remembered: Remembered;
  /** Open pages that hear of changes. */
  live: LiveHub;
}

export function createDesk(context: Context, options: DeskOptions, routes: readonly Route[]): Desk {
  const sessions = keepSessions(context);
  return {
    ...options,
    context,
    routes,
    sessions,
    signIn: createSignIn(context, sessions),
    links: signInLinks(context),
    changePassword: createChangePassword(context, sessions),
    signVersion: createSignVersion(context),
    logCheck: createLogCheck(context),
    layoutOf: layoutsOf(context),
    remembered: createMemory(context.now),
    live: createLiveHub(context),
  };
}
