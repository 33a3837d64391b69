import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { NEVER, next, parseSchedule } from '../../src/sim/controllers/cronjob/schedule.ts';
import { offsetAt, timeZone } from '../../src/sim/api/timeZones.ts';

/** What the library that upstream uses (robfig/cron v3.0.1) answered: crontab line, from when, next. Generated with 18 time zones, over four years from 2026-01-05. */
const recorded = readFileSync(new URL('../golden/cron/next.jsonl', import.meta.url), 'utf8').trim().split('\n').map((line) => JSON.parse(line) as { readonly s: string; readonly f?: number; readonly n?: number; readonly err?: true });
const iso = (text: string): number => Number(new Date(text)) / 1000;
const text = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(0, 16);

describe('schedules', () => {
  it('are read and worked out as the library does', () => {
    expect(recorded.length).toBeGreaterThan(300);
    const wrong = recorded.filter(({ s, f, n, err }) => {
      const schedule = parseSchedule(s);
      return err === true ? schedule !== undefined : schedule === undefined || next(schedule, f!) !== n;
    });
    expect(wrong).toEqual([]);
  });

  it.each([
    ['*/15 9-17 * * mon-fri', '2026-01-09T17:46:00Z', '2026-01-12T09:00'],
    ['0 0 29 2 *', '2026-01-05T08:00:00Z', '2028-02-29T00:00'],
    ['TZ=Europe/Paris 30 2 * * *', '2026-03-28T12:00:00Z', '2026-03-30T00:30'],
    ['TZ=Europe/Paris 30 2 * * *', '2026-10-24T12:00:00Z', '2026-10-25T00:30'],
    ['@every 1m30s', '2026-01-05T08:00:00Z', '2026-01-05T08:01'],
  ])('%s after %s is due at %s', (line, from, due) => expect(text(next(parseSchedule(line)!, iso(from)))).toBe(due));

  it('31 February never comes', () => expect(next(parseSchedule('0 0 31 2 *')!, iso('2026-01-05T08:00:00Z'))).toBe(NEVER));

  it.each(['* * * *', '60 * * * *', '* * 0 * *', '@often', '@every soon', 'TZ=Nowhere/Here * * * * *', '5-1 * * * *', '*/0 * * * *'])('%s cannot be read', (line) => expect(parseSchedule(line)).toBeUndefined());
});

describe('time zones', () => {
  it.each([
    ['Europe/Paris', '2026-03-29T00:59:59Z', 1], ['Europe/Paris', '2026-03-29T01:00:00Z', 2], ['Europe/Paris', '2026-10-25T01:00:00Z', 1],
    ['America/New_York', '2026-03-08T06:59:59Z', -5], ['America/New_York', '2026-03-08T07:00:00Z', -4],
    ['Australia/Sydney', '2026-01-05T00:00:00Z', 11], ['Australia/Sydney', '2026-07-05T00:00:00Z', 10],
    ['Asia/Kolkata', '2026-07-05T00:00:00Z', 5.5], ['', '2026-07-05T00:00:00Z', 0],
  ])('%s at %s: %d hours', (name, at, hours) => expect(offsetAt(timeZone(name)!, iso(at)) / 3600).toBe(hours));
  it('knows what it does not know', () => expect(timeZone('Mars/Olympus')).toBeUndefined());
});
