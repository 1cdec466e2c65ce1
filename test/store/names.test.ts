import { expect, it } from 'vitest'
import {
  journalName,
  leaseName,
  parseName,
  quarantineName,
  reserveName,
  segmentName,
  spentName,
  temporaryName,
} from '../../src/store/fs/names.ts'

it('every name that a store gives is known again', () => {
  expect(parseName(segmentName(3, 12))).toEqual({ kind: 'segment', writer: 3, number: 12 })
  expect(parseName(journalName(2, 0))).toEqual({ kind: 'journal', epoch: 2, part: 0 })
  expect(parseName(leaseName(7))).toEqual({ kind: 'lease', epoch: 7 })
  expect(parseName(temporaryName())).toEqual({ kind: 'temporary' })
  expect(parseName(quarantineName())).toEqual({ kind: 'quarantine' })
  expect(parseName(reserveName)).toEqual({ kind: 'reserve' })
  expect(parseName(spentName)).toEqual({ kind: 'spent' })
})

it.each([
  'seg-1',
  'seg-1-',
  'seg-1-2',
  'seg-01-2.log',
  'seg-1-2.log.bak',
  'my-seg-1-2.log',
  'journal-1',
  'journal-1-02.log',
  'lease-1-2.log',
  'lease-1.log',
  'lease-',
  'my-tmp-',
  'my-quarantine-',
  'tmp',
  'reserve-2',
  'notes.txt',
  '',
])('"%s" is no name of a store', (name) => {
  expect(parseName(name)).toBeUndefined()
})
