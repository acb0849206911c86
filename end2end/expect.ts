// Assertions that read a page as a person does.

import type { Locator, Page, Response } from '@playwright/test'

import { expect } from './console.ts'

type Cells = Record<string, string | RegExp>

/**
 * A row of the table has these cells, found by their column's header: `expectRow(table, { Name: 'orders', Visible: '≈ 3' })`.
 * Text must be the whole cell's, blanks aside; a pattern may match a part. Waits, so that it can be used on live numbers.
 */
export async function expectRow(table: Locator, cells: Cells): Promise<void> {
  await expect(async () => {
    const rows = await readTable(table)
    const found = rows.some((row) => matches(row, cells))
    expect(found, `no row like ${show(cells)} among\n${rows.map((row) => JSON.stringify(row)).join('\n')}`).toBe(true)
  }).toPass({ timeout: 5_000 })
}

/** No row of the table has these cells. */
export async function expectNoRow(table: Locator, cells: Cells): Promise<void> {
  await expect(async () => {
    expect((await readTable(table)).filter((row) => matches(row, cells))).toEqual([])
  }).toPass({ timeout: 5_000 })
}

/** A notice with this text is on the page. */
export async function expectNotice(page: Page, text: string | RegExp): Promise<void> {
  await expect(page.getByRole('status').or(page.getByRole('alert')).filter({ hasText: text }).first()).toBeVisible()
}

/** The document answered with this status: `expectStatus(await page.goto('/local/queues/none'), 404)`. */
export function expectStatus(response: Response | null, status: number): void {
  expect(response?.status(), `status of ${response?.url()}`).toBe(status)
}

function matches(row: Record<string, string>, cells: Cells): boolean {
  return Object.entries(cells).every(([header, wanted]) => {
    const cell = row[header]
    if (cell === undefined) return false
    return typeof wanted === 'string' ? cell === wanted : wanted.test(cell)
  })
}

const show = (cells: Cells) => JSON.stringify(Object.fromEntries(Object.entries(cells).map(([name, value]) => [name, String(value)])))

/** Each row by its headers' text. */
async function readTable(table: Locator): Promise<Record<string, string>[]> {
  return table.evaluate((element) => {
    const text = (cell: Element) => ((cell as HTMLElement).innerText ?? '').replace(/\s+/g, ' ').trim()
    const head = element.querySelector('thead tr')
    const headers = [...(head?.children ?? [])].map((cell) => (cell.textContent ?? '').replace(/\s+/g, ' ').trim())
    return [...element.querySelectorAll('tbody tr')].map((row) =>
      Object.fromEntries([...row.children].map((cell, index) => [headers[index] || String(index), text(cell)])),
    )
  })
}
