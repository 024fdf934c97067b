import type { Migration } from 'kysely';
import * as first from './0001-first.ts';
import * as providerFront from './0002-provider-front.ts';
import * as access from './0003-access.ts';
import * as review from './0004-review.ts';
import * as crmGrid from './0005-crm-grid.ts';
import * as hubSpotSync from './0006-hubspot-sync.ts';
import * as settings from './0007-settings.ts';
import * as insight from './0008-insight.ts';
import * as notify from './0009-notify.ts';
import * as killSwitch from './0010-kill-switch.ts';
import * as observability from './0013-observability.ts';
import * as auditChain from './0014-audit-chain.ts';
import * as retention from './0015-retention.ts';
import * as engineNetworks from './0016-engine-networks.ts';
import * as dueDeliveries from './0017-due-deliveries.ts';
import * as heldLists from './0018-held-lists.ts';
import * as searchTerms from './0019-search-terms.ts';
import * as heldByDue from './0020-held-by-due.ts';
import * as postgresIndexes from './0021-postgres-indexes.ts';
import * as heldByDueAndMenu from './0022-held-by-due-and-menu.ts';

/** Migrations in code, so that a build carries them and no folder is scanned at start. */
export const migrations: Record<string, Migration> = {
  '0001-first': first,
  '0002-provider-front': providerFront,
  '0003-access': access,
  '0004-review': review,
  '0005-crm-grid': crmGrid,
  '0006-hubspot-sync': hubSpotSync,
  '0007-settings': settings,
  '0008-insight': insight,
  '0009-notify': notify,
  '0010-kill-switch': killSwitch,
  '0013-observability': observability,
  '0014-audit-chain': auditChain,
  '0015-retention': retention,
  '0016-engine-networks': engineNetworks,
  '0017-due-deliveries': dueDeliveries,
  '0018-held-lists': heldLists,
  '0019-search-terms': searchTerms,
  '0020-held-by-due': heldByDue,
  '0021-postgres-indexes': postgresIndexes,
  '0022-held-by-due-and-menu': heldByDueAndMenu,
};
