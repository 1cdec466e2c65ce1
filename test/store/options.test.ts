import { describe, expect, it } from 'vitest'
import type { FsStoreOptions } from '../../src/store/fs/index.ts'
import { fsStore } from '../../src/store/fs/index.ts'

const refused = (options: unknown) => {
  try {
    fsStore(options as FsStoreOptions)
  } catch (error) {
    return error
  }
  return undefined
}

describe('the options of a store in files', () => {
  it.each([
    ['no path', {}, '`directory` must be a path that is not empty, got undefined'],
    ['a path that is not text', { directory: NaN }, '`directory` must be a path that is not empty, got NaN'],
    ['an empty path', { directory: '' }, '`directory` must be a path that is not empty, got ""'],
    [
      'a path that no system takes',
      { directory: 'a\0b' },
      '`directory` must be a path that is not empty, got "a\\u0000b"',
    ],
    ['an ack of another kind', { directory: 'box', ack: 'disk' }, "`ack` must be 'os' or 'sync', got \"disk\""],
    ['a misspelt name', { directory: 'box', auditlimit: 5 }, '`auditlimit` is not an option of fsStore, got 5'],
  ])('are refused with %s', (_, options, message) => {
    expect(refused(options)).toMatchObject({ code: 'OUTBOX_OPTION', message: expect.stringContaining(message) })
  })

  it.each(['os', 'sync'] as const)('may say that settlements wait for: %s', (ack) => {
    expect(refused({ directory: 'box', ack, auditLimit: 0 })).toBeUndefined()
  })
})
