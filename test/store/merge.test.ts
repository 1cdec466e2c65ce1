import { expect, it } from 'vitest'
import { createLedger } from '../../src/store/fs/ledger.ts'
import { createLog } from '../../src/store/fs/log.ts'
import { createMerge } from '../../src/store/fs/merge.ts'
import { nodeFiles } from '../../src/store/fs/files.ts'
import { draft } from '../contract/harness.ts'
import { createScribe, inScriptorium } from './support/handWritten.ts'

/** The files of this machine, and how many of them are open. */
function countedFiles() {
  let open = 0
  return {
    open: () => open,
    files: {
      ...nodeFiles,
      open(path: string) {
        const file = nodeFiles.open(path)
        open += 1
        return file
      },
      close(file: number) {
        nodeFiles.close(file)
        open -= 1
      },
    },
  }
}

it('the entries of several writers come in the order of their numbers, and their files are closed behind them', () => {
  const counted = countedFiles()
  return inScriptorium((directory, first) => {
    const second = createScribe(directory, 1)
    first.segment([draft(1)], [draft(3)], [draft(5)])
    second.segment([draft(2)], [draft(4)])
    const log = createLog(directory)
    const ledger = createLedger()
    log.refresh(ledger)
    const merge = createMerge({ directory, log, ledger: () => ledger, onMissing() {} })
    const ids = []
    for (let next = merge.next(); next !== undefined; next = merge.next()) ids.push(next.entry.id)
    expect(ids).toEqual([1, 2, 3, 4, 5].map((number) => `entry-${number}`))
    expect(counted.open()).toBeGreaterThan(0)
    merge.close()
    expect(counted.open()).toBe(0)
  }, counted.files)
})
