import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { inTwin, revision, shot, stand, type Stand } from './page.ts';

let at: Stand;
beforeAll(async () => {
  at = await stand();
});
afterAll(() => at.close());

async function editor(page: Page): Promise<(text: string) => Promise<void>> {
  await page.keyboard.press('e');
  const box = page.getByRole('textbox', { name: 'YAML to apply' });
  await box.waitFor();
  return (text) => box.fill(text);
}
const DEPLOYMENT = (replicas: string, container = '{name: app, image: nginx}'): string => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: ${replicas}
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
      - ${container}
`;

describe('what is applied', () => {
  it('the Deployment and the Service of the documentation come to life', async () => {
    const { page, errors } = await at.open({ pace: 4 });
    await editor(page);
    await page.getByText('2 objects, nothing wrong so far.').waitFor();
    await shot(page, 'apply');
    await page.getByRole('region', { name: 'Apply YAML' }).getByRole('button', { name: 'Apply', exact: true }).click();
    await inTwin(page, /Deployment nginx-deployment, 3 of 3 ready/).waitFor({ state: 'attached', timeout: 120_000 });
    expect(errors).toEqual([]);
    await page.close();
  });

  it.each([
    ['broken YAML', 'apiVersion: v1\nkind: Pod\nmetadata: {name: x\n', /line \d/, 'Nothing was sent.'],
    ['an unknown kind', 'apiVersion: example.com/v1\nkind: CronTab\nmetadata:\n  name: x\n', /no matches for kind "CronTab" in version "example\.com\/v1".*apply its definition first/, 'Nothing was sent.'],
    ['a wrong field', DEPLOYMENT('3', '{name: app, image: nginx, immage: x}'), /unknown field "spec\.template\.spec\.containers\[0\]\.immage"/, undefined],
    ['a missing field', DEPLOYMENT('3', '{name: app}'), /Required value/, undefined],
    ['a million replicas', DEPLOYMENT('1000000'), /1,000,000 replicas: Orrery stops at 5,000.*real cluster would accept/, 'Nothing was sent.'],
    ['markup in a name', 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: "<img src=x onerror=alert(1)>"\n', /Invalid value: "<img src=x onerror=alert\(1\)>"/, undefined],
    ['deep nesting', `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\ndata: ${'{a: '.repeat(200)}1${'}'.repeat(200)}\n`, /levels deep/, 'Nothing was sent.'],
  ])('%s: named at its place, and the cluster is untouched', async (_, text, words, sent) => {
    const { page, errors } = await at.open();
    const before = await revision(page);
    const fill = await editor(page);
    await fill(text);
    const problems = page.getByRole('region', { name: 'Apply YAML' }).getByRole('status');
    await problems.filter({ hasText: words }).waitFor();
    await problems.getByRole('button', { name: /^line \d+$/ }).first().waitFor();
    if (sent !== undefined) {
      await problems.getByText(sent).waitFor();
      expect(await page.getByRole('region', { name: 'Apply YAML' }).getByRole('button', { name: 'Apply', exact: true }).isDisabled()).toBe(true);
    }
    expect(await revision(page)).toBe(before);
    expect(errors).toEqual([]);
    await page.close();
  });

  it('`__proto__` is a name like any other, and 5 MB are refused', async () => {
    const { page, errors } = await at.open();
    const fill = await editor(page);
    await fill('apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\n  __proto__: {polluted: "yes"}\ndata: {}\n');
    await page.getByRole('region', { name: 'Apply YAML' }).getByRole('status').filter({ hasText: /object|unknown field/ }).waitFor();
    expect(await page.evaluate(() => ({} as Record<string, unknown>)['polluted'])).toBeUndefined();
    await page.locator('input[type=file]').setInputFiles({ name: 'big.yaml', mimeType: 'text/yaml', buffer: Buffer.alloc(5_000_000, 'a') });
    await page.getByText(/This file has 5\.0 MB; Orrery takes up to 1\.0 MB/).waitFor();
    expect(errors).toEqual([]);
    await page.close();
  });
});

describe('the editor helps', () => {
  it('completes by the schema, says what a field is, and Escape closes its list first', async () => {
    const { page, errors } = await at.open();
    const write = await editor(page);
    await write('apiVersion: apps/v1\nkind: Deployment\nspec:\n  strategy:\n    type: Recreate\n  ');
    await page.keyboard.press('Control+End');
    await page.keyboard.type('templ', { delay: 20 });
    await page.locator('.cm-tooltip-autocomplete').getByText('PodTemplateSpec, required').waitFor();
    await shot(page, 'editor-completion');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.locator('.cm-content').innerText()).toContain('  template:\n    ');
    await page.keyboard.type('spe', { delay: 20 });
    await page.locator('.cm-tooltip-autocomplete').waitFor();
    await page.keyboard.press('Escape');
    await page.locator('.cm-tooltip-autocomplete').waitFor({ state: 'detached' });
    const field = (await page.locator('.cm-line', { hasText: 'type: Recreate' }).boundingBox())!;
    await page.mouse.move(field.x + 50, field.y + 8);
    await page.locator('.yaml-hover').getByText('One of: Recreate, RollingUpdate').waitFor();
    expect(errors).toEqual([]);
    await page.close();
  });
});
