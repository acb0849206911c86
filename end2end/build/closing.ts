// The closing line of the browser tests: `browser: 31 passed, 0 failed`.

import type { FullResult, Reporter, TestCase, TestResult } from '@playwright/test/reporter'

export default class Closing implements Reporter {
  private passed = 0
  private failed = 0

  onTestEnd(test: TestCase, _result: TestResult) {
    if (test.outcome() === 'expected') this.passed += 1
    else this.failed += 1
  }

  // What went wrong outside any test: a file that does not compile, a fixture that does not start.
  onError() {
    this.failed += 1
  }

  onEnd(result: FullResult) {
    if (result.status !== 'passed' && this.failed === 0) this.failed = 1
    console.log(`browser: ${this.passed} passed, ${this.failed} failed`)
  }

  printsToStdio() {
    return false
  }
}
