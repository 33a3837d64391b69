import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { chapter, clock, inTwin, press, revision, shot, stand, story, violations, type Stand } from './page.ts';

let at: Stand;
beforeAll(async () => {
  at = await stand();
});
afterAll(() => at.close());

const LOOKS = [
  ['en', 'light', 1440, 900],
  ['en', 'dark', 1280, 720],
  ['zh', 'light', 1280, 720],
  ['zh', 'dark', 1440, 900],
] as const;

const POD = 'metadata: {labels: {app: web}}\n      spec:\n        containers:\n        - {name: app, image: nginx}';
const DUMP = (image: string): string => `apiVersion: v1
items:
- apiVersion: v1
  kind: Node
  metadata: {name: ip-10-0-0-1}
- apiVersion: v1
  kind: Node
  metadata: {name: ip-10-0-0-2}
- apiVersion: apps/v1
  kind: Deployment
  metadata:
    name: web
    namespace: shop
    uid: 7a8f
    resourceVersion: "912"
  spec:
    replicas: 2
    selector: {matchLabels: {app: web}}
    template:
      ${POD.replace('image: nginx', image)}
  status: {readyReplicas: 2}
- apiVersion: v1
  kind: Namespace
  metadata: {name: shop}
- apiVersion: v1
  kind: Namespace
  metadata: {name: kube-system}
- apiVersion: v1
  kind: ConfigMap
  metadata: {name: settings, namespace: shop}
  data: {colour: blue}
- apiVersion: v1
  kind: Pod
  metadata:
    name: web-6f-abcde
    namespace: shop
    ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: web-6f, uid: x, controller: true}]
  spec: {containers: [{name: app, image: nginx}]}
- apiVersion: example.com/v1
  kind: Widget
  metadata: {name: one, namespace: shop}
kind: List
metadata: {resourceVersion: ""}
`;
const dialog = (page: Page) => page.getByRole('dialog');

describe('from another cluster', () => {
  it.each(LOOKS)('%s, %s, %i x %i: a dump with an error, then the same without', async (language, theme, width, height) => {
    const { page, errors } = await at.open({ language, theme, width, height });
    await page.keyboard.press('o');
    const field = dialog(page).getByRole('textbox');
    await field.waitFor();
    await shot(page, `import-empty-${language}-${theme}`);
    await field.fill(DUMP('imagee: nginx'));
    const line = dialog(page).getByRole('button', { name: /^(line 23|第 23 行)$/ });
    await line.first().waitFor();
    await dialog(page).getByText(/unknown field "spec\.template\.spec\.containers\[0\]\.imagee"/).waitFor();
    await line.first().click();
    expect(await field.evaluate((element: HTMLTextAreaElement) => element.value.slice(element.selectionStart, element.selectionEnd))).toContain('imagee');
    await page.waitForTimeout(200);
    await shot(page, `import-error-${language}-${theme}`);
    expect(await violations(page)).toEqual([]);
    await field.fill(DUMP('image: nginx'));
    await dialog(page).getByText(/^(Taken: 3 objects|接受：3 个对象)$/).waitFor();
    await dialog(page).getByText(/^(Left behind: 5 objects|留下：5 个对象)$/).click();
    await dialog(page).getByText('shop/web-6f-abcde').waitFor();
    await shot(page, `import-good-${language}-${theme}`);
    expect(await violations(page)).toEqual([]);
    await dialog(page).getByRole('button', { name: /2 (nodes|个节点)/ }).click();
    await page.getByRole('button', { name: /^(Empty cluster, 2 nodes|空集群，2 个节点)$/ }).waitFor();
    await page.keyboard.press('Shift+ArrowRight');
    await inTwin(page, /Deployment web/).waitFor({ state: 'attached' });
    expect(errors).toEqual([]);
    await page.close();
  });

  it('a file is dropped in, too large ones are refused, and a link to the start opens it again', async () => {
    const { page, errors } = await at.open();
    await page.getByRole('button', { name: 'Import and export' }).click();
    await page.getByRole('menuitem', { name: /^Import/ }).click();
    const file = dialog(page).locator('input[type=file]');
    // From the disk: so much does not go through the browser's wire in time.
    const folder = mkdtempSync(join(tmpdir(), 'orrery-'));
    writeFileSync(join(folder, 'huge.yaml'), Buffer.alloc(21_000_000, 'a: b\n'));
    await file.setInputFiles(join(folder, 'huge.yaml'));
    await dialog(page).getByText(/This has 21 MB; Orrery reads up to 20 MB/).waitFor({ timeout: 60_000 });
    rmSync(folder, { recursive: true });
    const many = `apiVersion: v1\nkind: List\nitems:\n${Array.from({ length: 4_000 }, (_, i) => `- apiVersion: v1\n  kind: Event\n  metadata:\n    name: e${i}\n    namespace: default\n  message: ${'x'.repeat(60)}\n`).join('')}- apiVersion: v1\n  kind: ConfigMap\n  metadata:\n    name: last\n  data:\n    colour: blue\n`;
    await file.setInputFiles({ name: 'dump.yaml', mimeType: 'text/yaml', buffer: Buffer.from(many) });
    await dialog(page).getByText('Taken: 1 object', { exact: true }).waitFor({ timeout: 60_000 });
    await dialog(page).getByText('Left behind: 4,000 objects', { exact: true }).waitFor();
    await dialog(page).getByText('dump.yaml').waitFor();
    await dialog(page).getByText(/A link to this start has \d+ characters: it can be shared anywhere/).waitFor();
    await shot(page, 'import-file');
    await dialog(page).getByRole('button', { name: 'Open in an empty cluster of 3 nodes' }).click();
    await page.getByRole('button', { name: 'Empty cluster, 3 nodes' }).waitFor();
    const written = await revision(page);
    await page.getByRole('button', { name: 'Share', exact: true }).click();
    const link = await dialog(page).getByRole('textbox', { name: 'The link' }).inputValue();
    const again = await at.open({ hash: link.slice(link.indexOf('#')) });
    // The page stands before its story has been played to where the link points.
    await expect.poll(() => revision(again.page)).toBe(written);
    expect([...errors, ...again.errors]).toEqual([]);
    await again.page.close();
    await page.close();
  });
});

describe('to a real cluster', () => {
  it.each(LOOKS)('%s, %s, %i x %i: manifests and scripts', async (language, theme, width, height) => {
    const { page, errors } = await at.open({ language, theme, width, height });
    await chapter(page, 10);
    await page.keyboard.press('m');
    const text = dialog(page).locator('.cxtext');
    await text.filter({ hasText: 'kind: Deployment' }).waitFor();
    expect(await text.textContent()).not.toMatch(/uid:|resourceVersion:|status:/);
    await shot(page, `export-manifests-${language}-${theme}`);
    expect(await violations(page)).toEqual([]);
    const [download] = await Promise.all([page.waitForEvent('download'), dialog(page).getByRole('button', { name: /^(Download|下载)$/ }).click()]);
    expect(download.suggestedFilename()).toBe('orrery.yaml');
    expect(readFileSync(await download.path(), 'utf8')).toBe(await text.textContent());
    await dialog(page).getByRole('radio').nth(1).check({ force: true });
    await text.filter({ hasText: 'kind create cluster' }).waitFor();
    await shot(page, `export-kind-${language}-${theme}`);
    expect(await violations(page)).toEqual([]);
    expect(errors).toEqual([]);
    await page.close();
  });
});

describe('the story and its branch', () => {
  it.each(LOOKS)('%s, %s, %i x %i: eviction after 300 s against 30 s', async (language, theme, width, height) => {
    const { page, errors } = await at.open({ language, theme, width, height });
    await story(page, 4);
    // The machine is off, and nobody has noticed yet: its Pod is patched in the branch.
    await chapter(page, 5);
    await press(inTwin(page, /^Pod .*node-2/).or(inTwin(page, /^Pod .*unknown|^Pod .*未知/)));
    await page.getByRole('button', { name: /^(Tolerate only 30 s|只容忍 30 秒)/ }).click();
    const bar = page.getByRole('region', { name: /^(What if|如果)$/ });
    await bar.waitFor();
    await page.keyboard.press('Shift+ArrowRight');
    await bar.getByRole('button', { name: /^(compare|对比)$/ }).click();
    const view = page.getByRole('region', { name: /^(The story and its branch|故事与分支)$/ });
    const list = view.getByRole('table').last();
    await list.waitFor();
    const rows = list.locator('tbody tr');
    expect(await rows.count()).toBeGreaterThan(2);
    const before = await clock(page);
    await shot(page, `compare-start-${language}-${theme}`);
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press('d');
    await view.locator('tr[aria-current]').waitFor();
    for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowRight');
    await page.waitForTimeout(400);
    await shot(page, `compare-${language}-${theme}`);
    await page.keyboard.press('t');
    await view.locator('.cmptwin').waitFor();
    await shot(page, `compare-text-${language}-${theme}`);
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await view.waitFor({ state: 'detached' });
    // Looking ahead moved neither the story nor the branch.
    expect(await clock(page)).toBe(before);
    expect(errors).toEqual([]);
    await page.close();
  });
});
