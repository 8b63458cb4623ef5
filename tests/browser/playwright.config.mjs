// The web client in Debian's Chromium, against the real server and the simulator. Nothing is downloaded.
import { availableParallelism } from 'node:os';
import { defineConfig } from '@playwright/test';
import { artifacts } from './support/paths.mjs';

export default defineConfig({
  testDir: '.',
  outputDir: `${artifacts}/browser`,
  fullyParallel: false,
  forbidOnly: Boolean(process.env.CI),
  retries: 0,
  workers: availableParallelism() + 1, // each waits for its server now and then
  timeout: 90_000,
  expect: { timeout: 10_000 },
  use: {
    browserName: 'chromium',
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium-headless-shell',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
    viewport: { width: 1440, height: 900 },
    locale: 'en-GB',
    timezoneId: 'Europe/Amsterdam',
    contextOptions: { reducedMotion: 'reduce' },
    screenshot: 'only-on-failure',
    trace: process.env.TRACE ? 'retain-on-failure' : 'off',
    actionTimeout: 10_000,
  },
});
