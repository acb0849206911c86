// Every page in light and dark, wide and narrow: axe finds nothing, nothing is wider than the screen, and a picture is kept in
// end2end/looks/ for a person to look at.

import { expect, test } from '../../console.ts'
import { PAGES } from '../../pages.ts'

const SCREENS = [
  { name: '1440', width: 1440, height: 900 },
  { name: '1024', width: 1024, height: 768 },
  { name: '390', width: 390, height: 844 },
]

for (const { name, path, seed } of PAGES) {
  for (const colorScheme of ['light', 'dark'] as const) {
    test(`${name}, ${colorScheme}`, async ({ page, sqs, a11y, picture }) => {
      await seed(sqs)
      await page.emulateMedia({ colorScheme })
      for (const { name: screen, ...size } of SCREENS) {
        await page.setViewportSize(size)
        await page.goto(path)
        await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
        await picture(`${name}-${colorScheme}-${screen}`)
        await a11y()
        const tooWide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
        expect(tooWide, `${screen} px: the page scrolls sideways`).toBe(0)
      }
    })
  }
}
