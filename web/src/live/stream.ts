/* Follows /api/v1/events for as long as it is wanted: reconnects by itself where it left off, waits longer after each
 * failure, and gives a connection up that has been silent for longer than the server's heartbeat. */
import { type ServerEvent, SseParser } from './sse';

export type StreamState = 'connecting' | 'live' | 'lost' | 'signed_out';

const SILENCE_MS = 40_000; /* the server says something every 15 s */
const WAIT_MS = [500, 1000, 2000, 5000, 10_000];

export class LiveStream {
  #lastId = '';
  #failures = 0;
  #attempt: AbortController | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly onEvent: (event: ServerEvent) => void,
    private readonly onState: (state: StreamState) => void,
  ) {}

  start() {
    if (!this.#attempt) void this.#run();
  }

  stop() {
    clearTimeout(this.#timer);
    this.#attempt?.abort();
    this.#attempt = null;
  }

  /* Signed in again, or back online: try at once. */
  restart() {
    this.#failures = 0;
    this.stop();
    this.start();
  }

  async #run() {
    const attempt = new AbortController();
    this.#attempt = attempt;
    const outcome = await this.#follow(attempt);
    if (this.#attempt !== attempt) return; /* stopped, or started anew meanwhile */
    if (outcome === 'signed_out') {
      this.#attempt = null;
      this.onState('signed_out');
      return;
    }
    const wait = outcome ?? WAIT_MS[Math.min(this.#failures, WAIT_MS.length - 1)] ?? 10_000;
    this.#failures++;
    this.onState('lost');
    this.#timer = setTimeout(() => void this.#run(), wait * (0.8 + Math.random() * 0.4));
  }

  /* Reads until the connection ends. Answers with 'signed_out', the wait in ms that the server asked for, or null. */
  async #follow(attempt: AbortController): Promise<'signed_out' | number | null> {
    const silence = () => setTimeout(() => attempt.abort(), SILENCE_MS);
    let watchdog = silence();
    try {
      const response = await fetch(
        this.#lastId ? `/api/v1/events?last_event_id=${this.#lastId}` : '/api/v1/events',
        {
          headers: { Accept: 'text/event-stream' },
          cache: 'no-store',
          signal: attempt.signal,
        },
      );
      if (response.status === 401) return 'signed_out';
      if (!response.ok || !response.body) {
        if (response.status === 422) this.#lastId = '';
        return Number(response.headers.get('Retry-After')) * 1000 || null;
      }
      this.onState('live');
      this.#failures = 0;
      const parser = new SseParser();
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return null;
        clearTimeout(watchdog);
        watchdog = silence();
        for (const event of parser.push(value)) {
          if (event.id) this.#lastId = event.id;
          if (event.kind === 'reset') this.#lastId = event.id;
          this.onEvent(event);
        }
      }
    } catch {
      return null;
    } finally {
      clearTimeout(watchdog);
    }
  }
}
