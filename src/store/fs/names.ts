import { randomBytes } from 'node:crypto'

/** One file of a writer's log. */
export interface SegmentName {
  readonly kind: 'segment'
  readonly writer: number
  readonly number: number
}

/** One part of what the holder of a lease has recorded. */
export interface JournalName {
  readonly kind: 'journal'
  readonly epoch: number
  readonly part: number
}

export interface LeaseName {
  readonly kind: 'lease'
  readonly epoch: number
}

export interface OtherName {
  readonly kind: 'temporary' | 'quarantine' | 'reserve' | 'spent'
}

export const segmentName = (writer: number, number: number): string => `seg-${writer}-${number}.log`
export const journalName = (epoch: number, part: number): string => `journal-${epoch}-${part}.log`
export const leaseName = (epoch: number): string => `lease-${epoch}`
export const temporaryName = (): string => `tmp-${process.pid}-${randomBytes(6).toString('hex')}`
export const reserveName = 'reserve'
export const spentName = 'reserve-spent'
export const quarantineName = (): string => `quarantine-${Date.now()}-${randomBytes(4).toString('hex')}.bin`

/** What a name in a store's directory stands for; undefined for a file that is not the store's. */
export function parseName(name: string): SegmentName | JournalName | LeaseName | OtherName | undefined {
  const [, kind, first = '', second = ''] =
    /^(seg|journal|lease)-(0|[1-9]\d{0,8})(?:-(0|[1-9]\d{0,8})\.log)?$/.exec(name) ?? []
  if (kind === 'seg' && second !== '') return { kind: 'segment', writer: Number(first), number: Number(second) }
  if (kind === 'journal' && second !== '') return { kind: 'journal', epoch: Number(first), part: Number(second) }
  if (kind === 'lease' && second === '') return { kind: 'lease', epoch: Number(first) }
  if (name.startsWith('tmp-')) return { kind: 'temporary' }
  if (name.startsWith('quarantine-')) return { kind: 'quarantine' }
  if (name === reserveName) return { kind: 'reserve' }
  if (name === spentName) return { kind: 'spent' }
  return undefined
}
