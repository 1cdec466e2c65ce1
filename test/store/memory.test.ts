import { describe, expect, it } from 'vitest'
import { memoryStore } from '../../src/store/memory.ts'
import { storeContract } from '../contract/storeContract.ts'

storeContract('memoryStore', {
  create({ auditLimit }) {
    const store = memoryStore({ auditLimit })
    return { open: () => store, isShared: false, dispose() {} }
  },
})

describe('memoryStore', () => {
  it('survives nothing, and says so', () => {
    expect(memoryStore().durability).toBe('memory')
  })

  it.each([-1, 1.5, NaN, '3'])('refuses the audit limit %s', (auditLimit) => {
    expect(() => memoryStore({ auditLimit: auditLimit as number })).toThrow(
      expect.objectContaining({
        code: 'OUTBOX_OPTION',
        message: `\`auditLimit\` must be an integer >= 0, got ${auditLimit}`,
      }),
    )
  })
})
