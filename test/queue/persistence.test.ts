import { afterEach, describe, expect, test, vi } from 'vitest'
import { requestPersistence } from '../../src/persistence.ts'

describe('requestPersistence', () => {
  afterEach(() => {
    vi.unstubAllGlobals()
  })

  const estimate = async () => Promise.resolve({ usage: 10, quota: 1_000 })
  const yes = async () => Promise.resolve(true)
  const no = async () => Promise.resolve(false)
  const breaks = async () => Promise.reject(new Error('not allowed here'))
  const sizes = { usageBytes: 10, quotaBytes: 1_000 }

  test.each<[string, object | undefined, object]>([
    ['it was granted before', { estimate, persisted: yes, persist: breaks }, { persisted: true, ...sizes }],
    ['it is granted now', { estimate, persisted: no, persist: yes }, { persisted: true, reason: undefined, ...sizes }],
    [
      'it is refused',
      { estimate, persisted: no, persist: no },
      { persisted: false, reason: 'the browser, or the user, said no', ...sizes },
    ],
    ['it cannot be asked for', { estimate }, { persisted: false, reason: 'this browser cannot promise it', ...sizes }],
    [
      'asking fails',
      { estimate: breaks, persisted: breaks, persist: breaks },
      { persisted: false, reason: 'asking failed: not allowed here', usageBytes: undefined },
    ],
    [
      'there is no storage manager',
      undefined,
      { persisted: false, reason: 'this platform has no storage manager; pages need https' },
    ],
  ])('answers clearly when %s', async (_, storage, answer) => {
    vi.stubGlobal('navigator', { storage })
    expect(await requestPersistence()).toMatchObject(answer)
  })
})
