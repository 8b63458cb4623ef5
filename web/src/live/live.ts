/* Brings the event stream into the query cache of this tab, and says how the connection is. */
import type { InfiniteData, QueryClient } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import type { Offboarding, OffboardingPage, OffboardingSummary } from '../api/schema';
import { sessionEnded } from '../session/session';
import { applyEvent, type LiveEvent, offboardingOf, toLiveEvent } from './events';
import { remember } from './recent';
import type { ServerEvent } from './sse';
import { LiveStream, type StreamState } from './stream';
import type { ToTab, ToWorker } from './worker';

let state: StreamState = 'connecting';
const listeners = new Set<() => void>();

function setState(now: StreamState) {
  if (state === now) return;
  state = now;
  if (now === 'signed_out') sessionEnded();
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}

export const useStreamState = () => useSyncExternalStore(subscribe, () => state);

interface Source {
  restart(): void;
  stop(): void;
}

function workerSource(onEvent: (event: ServerEvent) => void, onFailure: () => void): Source {
  const worker = new SharedWorker(new URL('./worker.ts', import.meta.url), {
    type: 'module',
    name: 'lastday',
  });
  const say = (message: ToWorker) => worker.port.postMessage(message);
  worker.onerror = onFailure;
  worker.port.onmessage = ({ data }: MessageEvent<ToTab>) => {
    if ('event' in data) onEvent(data.event);
    else setState(data.state);
  };
  const heartbeat = setInterval(() => say('here'), 50_000);
  /* A page that comes back from the back-forward cache has said goodbye and missed events: it begins anew. */
  const leave = () => say('bye');
  const comeBack = ({ persisted }: PageTransitionEvent) => {
    if (persisted) window.location.reload();
  };
  window.addEventListener('pagehide', leave);
  window.addEventListener('pageshow', comeBack);
  return {
    restart: () => say('restart'),
    stop() {
      clearInterval(heartbeat);
      window.removeEventListener('pagehide', leave);
      window.removeEventListener('pageshow', comeBack);
      say('bye');
      worker.port.close();
    },
  };
}

/* Without SharedWorker each tab has a stream, but only while it is looked at. */
function tabSource(onEvent: (event: ServerEvent) => void): Source {
  const stream = new LiveStream(onEvent, setState);
  const look = () => (document.hidden ? stream.stop() : stream.start());
  document.addEventListener('visibilitychange', look);
  look();
  return {
    restart: () => stream.restart(),
    stop() {
      document.removeEventListener('visibilitychange', look);
      stream.stop();
    },
  };
}

let source: Source | null = null;

export const restartLive = () => source?.restart();

/* Follows the server until the returned function is called. */
export function startLive(client: QueryClient): () => void {
  const take = cacheUpdater(client);
  const onEvent = ({ kind, data }: ServerEvent) => {
    const event = toLiveEvent(kind, data);
    if (event) take(event);
  };
  const fallBack = () => {
    source?.stop();
    source = tabSource(onEvent);
  };
  if ('SharedWorker' in window) source = workerSource(onEvent, fallBack);
  else fallBack();
  const online = () => source?.restart();
  window.addEventListener('online', online);
  return () => {
    window.removeEventListener('online', online);
    source?.stop();
    source = null;
  };
}

type Pages = InfiniteData<OffboardingPage, string>;

const isUndoing = (...states: Pick<Offboarding, 'status'>[]) =>
  states.some(({ status }) => status === 'undoing');

function cacheUpdater(client: QueryClient) {
  let refresh: ReturnType<typeof setTimeout> | undefined;
  /* Lists are read again at most every second and a half, however much happens. */
  const refreshLists = () => {
    if (refresh) return;
    refresh = setTimeout(() => {
      refresh = undefined;
      void client.invalidateQueries({ queryKey: ['offboardings', 'list'] });
      void client.invalidateQueries({ queryKey: ['offboardings', 'planned'] });
      void client.invalidateQueries({ queryKey: ['stats'] });
    }, 1500);
  };

  /* Rows of lists move together, ten times a second: a batch has hundreds of events in a moment. */
  const moved = new Map<string, OffboardingSummary>();
  const moveRow = (summary: OffboardingSummary) => {
    if (moved.size === 0) setTimeout(moveRows, 100);
    moved.set(summary.id, summary);
  };
  const moveRows = () => {
    const now = new Map(moved);
    moved.clear();
    client.setQueriesData<Pages>(
      { queryKey: ['offboardings', 'list'] },
      (shown) =>
        shown && {
          ...shown,
          pages: shown.pages.map((page) => ({
            ...page,
            items: page.items.map((row) => now.get(row.id) ?? row),
          })),
        },
    );
  };

  return (event: LiveEvent) => {
    remember(event);
    if (event.kind === 'snapshot' || event.kind === 'reset') {
      void client.invalidateQueries({ queryKey: ['offboardings'] });
      return;
    }
    const id = offboardingOf(event);
    const key = ['offboardings', 'one', id];
    const before = client.getQueryData<Offboarding>(key);
    client.setQueryData<Offboarding>(key, (shown) => shown && applyEvent(shown, event));
    /* Events say that an undo begins and ends, not what it is about. */
    if (before && event.kind === 'offboarding' && isUndoing(before, event.data.summary))
      void client.invalidateQueries({ queryKey: key });
    if (event.kind === 'offboarding') moveRow(event.data.summary);
    if (event.kind !== 'item') refreshLists();
  };
}
