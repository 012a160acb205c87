// Every page with who may see it: the one table that the console is made of, and that the test of roles goes through.

import { liveStream } from './live/stream.ts';
import { accessPage, addAccount } from './pages/access/access.tsx';
import { accountAccessPage, changeAccount } from './pages/access/account.tsx';
import { changeClient, clientAccessPage } from './pages/access/client.tsx';
import { accountPage, changePassword, endOtherSessions, endSession } from './pages/account.tsx';
import { actsPage } from './pages/acts/acts.tsx';
import { actPage } from './pages/acts/one.tsx';
import { actOnDisagreements } from './pages/agreement/acts.ts';
import { agreementPage } from './pages/agreement/agreement.tsx';
import { addChannel, removeChannel, tryChannel } from './pages/alerts/acts.ts';
import { alertsPage } from './pages/alerts/alerts.tsx';
import { newRulePage, rulePage } from './pages/alerts/rule.tsx';
import { removeRule, saveRule } from './pages/alerts/rule-acts.ts';
import { applicationsFile, applicationsPage } from './pages/applications/applications.tsx';
import { searchApplications } from './pages/applications/search.tsx';
import { auditFile, auditPage, verifyNow } from './pages/audit/audit.tsx';
import { changeConnection } from './pages/connections/acts.ts';
import { connectionsPage } from './pages/connections/connections.tsx';
import { connectionPage } from './pages/connections/one.tsx';
import { dictionaryPage } from './pages/dictionary/dictionary.tsx';
import { elementPage } from './pages/dictionary/one.tsx';
import { eventsPage } from './pages/events/events.tsx';
import { replayByForm, replayedPage } from './pages/events/replay.tsx';
import { flowListPage } from './pages/flow-list.tsx';
import { helpPage } from './pages/help.tsx';
import { diagramFile, homePage } from './pages/home.tsx';
import { importsPage } from './pages/imports/imports.tsx';
import { importErrorsFile, importPage } from './pages/imports/one.tsx';
import { assignByForm, chooseByForm, linkByForm, noteByForm, settleByForm } from './pages/incidents/acts.ts';
import { incidentsPage } from './pages/incidents/incidents.tsx';
import { incidentPage } from './pages/incidents/one.tsx';
import { choosePassword, passwordPage, setup, setupPage } from './pages/links.tsx';
import { machineDiffPage } from './pages/machines/diff.tsx';
import { machinesPage } from './pages/machines/machines.tsx';
import { releasePage, signaturesFile, signVersion } from './pages/machines/release.tsx';
import { replayPage } from './pages/machines/replay.tsx';
import { overviewPage, volumeFile } from './pages/overview/overview.tsx';
import {
  publishedDefinition,
  publishedDiagram,
  publishedIndex,
  publishedPage,
  publishedSignatures,
  publishedVersion,
} from './pages/published.tsx';
import { signIn, signInPage, signOut } from './pages/sign-in.tsx';
import { stuckAct } from './pages/stuck/act.tsx';
import { stuckFile, stuckPage } from './pages/stuck/stuck.tsx';
import { actOnSubject } from './pages/subject/acts.ts';
import { subjectPage } from './pages/subject/subject.tsx';
import { subjectValuesPage } from './pages/subject/values.tsx';
import { changePhaseByForm, holdByForm } from './pages/waves/acts.ts';
import { wavePage } from './pages/waves/one.tsx';
import { wavesPage } from './pages/waves/waves.tsx';
import { actOnWritebacks, decideLane, decideWriteback } from './pages/writebacks/acts.ts';
import { writebackPage } from './pages/writebacks/one.tsx';
import { writebacksPage } from './pages/writebacks/writebacks.tsx';
import { everyone, forAnybody, get, operators, personalReaders, post, type Route, readers } from './route.ts';
import { changeViewAct, keepViewAct } from './views.tsx';

/** Who may read who did what. */
const auditors = ['admin', 'auditor'] as const;

export const routes: readonly Route[] = [
  get('/', everyone, homePage, { nav: 'States' }),
  get('/overview', everyone, overviewPage, { nav: 'Overview' }),
  get('/overview/volume.svg', everyone, volumeFile),

  get('/machines', everyone, machinesPage, { nav: 'Machines' }),
  get('/machines/:machine', everyone, homePage),
  get('/machines/:machine/:version', everyone, homePage),
  get('/machines/:machine/:version/diagram.svg', everyone, diagramFile),
  get('/machines/:machine/:version/list', readers, flowListPage),
  get('/machines/:machine/:version/diff/:other', everyone, machineDiffPage),
  get('/machines/:machine/:version/replay', everyone, replayPage),
  get('/machines/:machine/:version/release', everyone, releasePage),
  post('/machines/:machine/:version/release', ['committee'], signVersion),
  get('/machines/:machine/:version/release/signatures.json', everyone, signaturesFile),
  get('/dictionary/:version/release', everyone, releasePage),
  post('/dictionary/:version/release', ['committee'], signVersion),
  get('/dictionary/:version/release/signatures.json', everyone, signaturesFile),

  get('/stuck', readers, stuckPage, { nav: 'Stuck' }),
  get('/stuck.csv', readers, stuckFile),
  post('/stuck/act', operators, stuckAct),
  get('/applications', readers, applicationsPage, { nav: 'Applications' }),
  get('/applications.csv', readers, applicationsFile),
  post('/applications/search', readers, searchApplications),
  post('/views', readers, keepViewAct),
  post('/views/:view', readers, changeViewAct),

  get('/writebacks', readers, writebacksPage, { nav: 'Writebacks' }),
  post('/writebacks/act', operators, actOnWritebacks),
  get('/writebacks/:writeback', readers, writebackPage),
  post('/writebacks/:writeback/redrive', operators, decideWriteback),
  post('/writebacks/:writeback/waive', operators, decideWriteback),
  post('/lanes/:subject/:connection/hold', operators, decideLane),
  post('/lanes/:subject/:connection/release', operators, decideLane),
  get('/acts', readers, actsPage, { nav: 'Acts' }),
  get('/acts/:act', readers, actPage),
  get('/agreement', readers, agreementPage, { nav: 'Agreement' }),
  post('/agreement/act', operators, actOnDisagreements),
  get('/dictionary', everyone, dictionaryPage, { nav: 'Dictionary' }),
  get('/dictionary/:element', everyone, elementPage),
  get('/connections', readers, connectionsPage, { nav: 'Connections' }),
  get('/connections/:connection', readers, connectionPage),
  post('/connections/:connection/pause', operators, changeConnection),
  post('/connections/:connection/resume', operators, changeConnection),
  post('/connections/:connection/close-circuit', operators, changeConnection),
  post('/connections/:connection/pace', operators, changeConnection),

  get('/imports', readers, importsPage, { nav: 'Imports' }),
  get('/imports/:import', readers, importPage),
  get('/imports/:import/errors.csv', readers, importErrorsFile),
  get('/waves', readers, wavesPage, { nav: 'Waves' }),
  get('/waves/:connection', readers, wavePage),
  post('/waves/:connection/phase', operators, changePhaseByForm),
  post('/waves/:connection/hold', operators, holdByForm),
  post('/waves/:connection/resume', operators, holdByForm),

  get('/events', readers, eventsPage, { nav: 'Events' }),
  post('/events/replay', operators, replayByForm),
  get('/events/replayed', readers, replayedPage),
  get('/incidents', readers, incidentsPage, { nav: 'Incidents' }),
  get('/incidents/:incident', readers, incidentPage),
  post('/incidents/:incident/assign', operators, assignByForm),
  post('/incidents/:incident/notes', operators, noteByForm),
  post('/incidents/:incident/settle', operators, settleByForm),
  post('/incidents/:incident/choose', operators, chooseByForm),
  post('/incidents/:incident/link', operators, linkByForm),
  get('/subjects/:subject', readers, subjectPage),
  get('/subjects/:subject/values', personalReaders, subjectValuesPage, {
    audited: { action: 'subject.read_personal', objectKind: 'subject' },
  }),
  post('/subjects/:subject/acts', operators, actOnSubject),

  get('/audit', auditors, auditPage, { nav: 'Audit' }),
  get('/audit.csv', auditors, auditFile),
  post('/audit/verify', auditors, verifyNow),

  get('/access', ['admin'], accessPage, { nav: 'Access', audited: { action: 'access.read', objectKind: 'account' } }),
  post('/access/accounts', ['admin'], addAccount),
  get('/access/accounts/:account', ['admin'], accountAccessPage, {
    audited: { action: 'access.read', objectKind: 'account' },
  }),
  post('/access/accounts/:account/:act', ['admin'], changeAccount),
  get('/access/clients/:client', ['admin'], clientAccessPage),
  post('/access/clients/:client/:act', ['admin'], changeClient),

  get('/alerts', everyone, alertsPage, { nav: 'Alerts' }),
  post('/alerts/channels', operators, addChannel),
  post('/alerts/channels/:channel/test', operators, tryChannel),
  post('/alerts/channels/:channel/remove', operators, removeChannel),
  get('/alerts/rules', operators, newRulePage),
  post('/alerts/rules', operators, saveRule),
  get('/alerts/rules/:rule', operators, rulePage),
  post('/alerts/rules/:rule/remove', operators, removeRule),

  get('/help', everyone, helpPage),
  get('/live', everyone, liveStream),

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
  forAnybody('GET', '/published/:machine/:version/:hash/signatures.json', publishedSignatures),
];
