import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { nodeFiles } from '../../src/store/fs/files.ts'
import { drafts } from '../contract/harness.ts'
import { inDirectory, withStore } from './support/places.ts'

it('a store that was destroyed leaves not even its directory', () =>
  inDirectory(async (place) => {
    await withStore(join(place, 'box'), {}, async (store) => {
      await store.append(drafts(2))
      await store.destroy()
    })
    expect(await readdir(place)).toEqual([])
  }))

it('a store whose directory was never made is destroyed without one', () =>
  inDirectory(async (place) => {
    await withStore(join(place, 'box'), {}, (store) => store.destroy())
    expect(await readdir(place)).toEqual([])
  }))

it('a directory in which something else stands is left to it', () =>
  inDirectory(async (place) => {
    const box = join(place, 'box')
    await mkdir(box)
    await writeFile(join(box, 'README'), 'mine')
    await withStore(box, {}, async (store) => {
      await store.append(drafts(2))
      await store.destroy()
    })
    expect(await readdir(box)).toEqual(['README'])
  }))

it.each(['unlink', 'removeDirectory', 'syncDirectory'] as const)(
  'a store is not said to be destroyed when %s is refused',
  (name) =>
    inDirectory(async (place) => {
      const box = join(place, 'box')
      let isRefused = false
      const files = { ...nodeFiles }
      const call = files[name]
      files[name] = (path: string) => {
        if (isRefused) throw Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' })
        return call(path) as never
      }
      await withStore(box, { files }, async (store) => {
        await store.append(drafts(2))
        await store.close()
      })
      await withStore(box, { files }, async (store) => {
        isRefused = true
        const refused = { code: 'OUTBOX_STORE', message: expect.stringContaining(box) as string }
        await expect(store.destroy()).rejects.toMatchObject(refused)
        isRefused = false
        await store.destroy()
      })
      expect(await readdir(place)).toEqual([])
    }),
)
