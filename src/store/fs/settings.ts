import type { Files } from './files.ts'
import { nodeFiles } from './files.ts'
import type { Processes } from './processes.ts'
import { systemProcesses } from './processes.ts'

/** Everything about an fs store that is not what it stores. */
export interface Settings {
  readonly files: Files
  readonly processes: Processes
  /** Whether a settlement waits for the disk. */
  readonly ack: 'os' | 'sync'
  readonly auditLimit: number
  /** A segment that has grown so large is followed by another. */
  readonly segmentBytes: number
  /** A part of the journal that has grown so large is followed by another, with a checkpoint at its head. */
  readonly journalBytes: number
  /** How much room is kept for settlements on a disk that is full; 0 for none. */
  readonly reserveBytes: number
  /** How often others are looked at. */
  readonly pollMs: number
  /** How often the holder of the lease shows that it lives, and looks whether it still holds it. */
  readonly heartbeatMs: number
  /** How long a holder shows no life before it counts as dead, if its process cannot be looked at. */
  readonly staleMs: number
  /** How long a settlement may wait for the disk when `ack` is `os`. */
  readonly syncMs: number
  /** The same, once nothing is pending. */
  readonly idleSyncMs: number
}

export const defaultSettings: Omit<Settings, 'auditLimit'> = {
  files: nodeFiles,
  processes: systemProcesses,
  ack: 'os',
  segmentBytes: 8 * 1024 * 1024,
  journalBytes: 4 * 1024 * 1024,
  reserveBytes: 1024 * 1024,
  pollMs: 100,
  heartbeatMs: 1_000,
  staleMs: 10_000,
  syncMs: 1_000,
  idleSyncMs: 50,
}
