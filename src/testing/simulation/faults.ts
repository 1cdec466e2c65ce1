import { OutboxError } from '../../errors.ts'
import type { StoreMethod } from '../faultyStore.ts'
import type { Chance } from './chance.ts'

/**
 * What may befall a call of a store: it rejects, or does its work and rejects; it takes its time before or after the work, or until
 * the store is mended; there is no room; an entry is read damaged.
 */
export type FaultKind = 'rejects' | 'losesAnswer' | 'slow' | 'slowToAnswer' | 'hangs' | 'full' | 'corrupt'

/** What else may come between the call and its answer: the end of its context, or of its lease. */
export type Blow = 'crashesBefore' | 'crashesAfter' | 'losesLease'

/** What befalls the next calls of a method. */
export interface ArmedFault {
  readonly method: StoreMethod
  readonly kind: FaultKind | Blow
  /** How many calls meet it. */
  readonly calls: number
  /** How long it takes, if it is about time. */
  readonly ms: number
}

const methods: Readonly<Record<FaultKind, readonly [StoreMethod, ...StoreMethod[]]>> = {
  rejects: [
    'append',
    'read',
    'settle',
    'settle',
    'counts',
    'control',
    'setControl',
    'requeue',
    'discard',
    'cancel',
    'readDead',
    'lease',
  ],
  losesAnswer: ['settle', 'settle', 'setControl', 'requeue', 'discard', 'cancel'],
  slow: ['append', 'read', 'settle', 'counts', 'control', 'setControl', 'requeue', 'discard', 'cancel', 'lease'],
  slowToAnswer: ['append', 'read', 'settle', 'counts', 'control', 'setControl', 'requeue', 'discard', 'cancel'],
  hangs: ['append', 'read', 'settle', 'counts', 'control', 'setControl'],
  full: ['append', 'append', 'settle', 'setControl'],
  corrupt: ['read'],
}

/** The kinds that a scenario gets unless it names some. */
export const allFaults = Object.keys(methods) as readonly FaultKind[]

/** A fault by chance. */
export function drawFault(chance: Chance, kinds: readonly FaultKind[]): ArmedFault {
  const kind = kinds[chance.upTo(kinds.length)] ?? 'rejects'
  const calls = kind === 'hangs' ? 1 : 1 + chance.upTo(4)
  return { method: chance.pick(methods[kind]), kind, calls, ms: 1 + chance.upTo(chance.happens(0.2) ? 60_000 : 4_000) }
}

/** The end of a context in the middle of what it does. */
export function drawBlow(chance: Chance): ArmedFault {
  const method = chance.pick<StoreMethod>(['append', 'settle', 'settle', 'read', 'setControl', 'counts'])
  return { method, kind: chance.pick<Blow>(['crashesBefore', 'crashesAfter']), calls: 1, ms: 0 }
}

/** What a call that meets the fault rejects with. */
export function errorOf({ kind, method }: ArmedFault): Error {
  if (kind === 'full') return new OutboxError('OUTBOX_QUOTA', `no room left, in ${method}`)
  return new OutboxError('OUTBOX_STORE', `EIO in ${method}${kind === 'losesAnswer' ? ', after its work' : ''}`)
}
