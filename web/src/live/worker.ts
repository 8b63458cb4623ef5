/* One event stream for all tabs of this browser: over HTTP/1.1 a browser opens six connections to a server, so a
 * stream in every tab would leave none for the seventh. */
import type { ServerEvent } from './sse';
import { LiveStream, type StreamState } from './stream';

export type ToTab = { event: ServerEvent } | { state: StreamState };
export type ToWorker = 'bye' | 'restart' | 'here';

const scope = self as unknown as { onconnect: ((event: MessageEvent) => void) | null };

/* A tab that crashes says no goodbye; each live one says 'here' often enough. */
const GONE_MS = 150_000;

const tabs = new Map<MessagePort, number>();
let state: StreamState = 'connecting';

function tell(message: ToTab) {
  for (const tab of tabs.keys()) tab.postMessage(message);
}

const stream = new LiveStream(
  (event) => tell({ event }),
  (now) => {
    state = now;
    tell({ state });
  },
);

function drop(tab: MessagePort) {
  tabs.delete(tab);
  if (tabs.size === 0) stream.stop();
}

scope.onconnect = (connection) => {
  const tab = connection.ports[0];
  if (!tab) return;
  tabs.set(tab, Date.now());
  tab.onmessage = ({ data }: MessageEvent<ToWorker>) => {
    if (data === 'bye') {
      drop(tab);
      return;
    }
    /* A tab that was frozen and taken for gone has missed events: it has to read again. */
    if (!tabs.has(tab)) tab.postMessage({ event: { id: '', kind: 'reset', data: '{}' } } satisfies ToTab);
    tabs.set(tab, Date.now());
    if (data === 'restart') stream.restart();
    else stream.start();
  };
  tab.postMessage({ state } satisfies ToTab);
  if (state === 'signed_out') stream.restart();
  else stream.start();
};

setInterval(() => {
  for (const [tab, seen] of tabs) if (Date.now() - seen > GONE_MS) drop(tab);
}, 60_000);
