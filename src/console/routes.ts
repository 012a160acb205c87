// Every page with who may see it: the one table that the console is made of, and that the test of roles goes through.
import { accountPage, changePassword, endOtherSessions, endSession } from './pages/account.tsx';
import { flowListPage } from './pages/flow-list.tsx';
import { diagramFile, homePage } from './pages/home.tsx';
import { choosePassword, passwordPage, setup, setupPage } from './pages/links.tsx';
import { overviewPage, volumeFile } from './pages/overview.tsx';
import {
  publishedDefinition,
  publishedDiagram,
  publishedIndex,
  publishedPage,
  publishedVersion,
} from './pages/published.tsx';
import { signIn, signInPage, signOut } from './pages/sign-in.tsx';
import { everyone, forAnybody, get, post, type Route, readers } from './route.ts';

export const routes: readonly Route[] = [
  get('/', everyone, homePage, { nav: 'States' }),
  get('/overview', everyone, overviewPage, { nav: 'Overview' }),
  get('/overview/volume.svg', everyone, volumeFile),

  get('/machines/:machine', everyone, homePage),
  get('/machines/:machine/:version', everyone, homePage),
  get('/machines/:machine/:version/diagram.svg', everyone, diagramFile),
  get('/machines/:machine/:version/list', readers, flowListPage),

  get('/account', everyone, accountPage),
  post('/account/password', everyone, changePassword),
  post('/account/sessions/end', everyone, endSession),
  post('/account/sessions/end-others', everyone, endOtherSessions),
  post('/sign-out', everyone, signOut),

  forAnybody('GET', '/sign-in', signInPage),
  forAnybody('POST', '/sign-in', signIn),
  forAnybody('GET', '/setup/:link', setupPage),
  forAnybody('POST', '/setup/:link', setup),
  forAnybody('GET', '/password/:link', passwordPage),
  forAnybody('POST', '/password/:link', choosePassword),
  forAnybody('GET', '/published', publishedIndex),
  forAnybody('GET', '/published/:machine/:version', publishedVersion),
  forAnybody('GET', '/published/:machine/:version/:hash', publishedPage),
  forAnybody('GET', '/published/:machine/:version/:hash/diagram.svg', publishedDiagram),
  forAnybody('GET', '/published/:machine/:version/:hash/definition.json', publishedDefinition),
];
