export { exponentialBackoff } from './backoff.ts'
export type { Backoff } from './backoff.ts'
export type { Clock } from './clock.ts'
export type { Codec } from './codec.ts'
export type { Connectivity, ConnectivitySignal } from './connectivity.ts'
export { createOutbox } from './createOutbox.ts'
export type { Outbox, OutboxOptions, PageRange } from './createOutbox.ts'
export { createSyncMachine } from './createSyncMachine.ts'
export type { SyncMachine, SyncStateValue } from './createSyncMachine.ts'
export type { DeadLetters, RequeueHow } from './deadLetters.ts'
export type {
  AuditRecord,
  Counts,
  DeadLetter,
  DeathCode,
  Entry,
  Draft,
  Json,
  ListedEntry,
  Meta,
  Control,
  StoredAuditRecord,
  StoredDeadLetter,
  StoredEntry,
  Totals,
  Tries,
  UnreadableEntry,
  WaitKind,
} from './entry.ts'
export { HoldError, isOutboxError, OutboxError, PermanentError, RetryAfterError, UnreachableError } from './errors.ts'
export type { OutboxErrorCode } from './errors.ts'
export type { Flushed } from './flush.ts'
export type { SyncOptions } from './options.ts'
export type { Push, PushContext } from './push/contract.ts'
export type { Command, EnqueueRequest, OutboxEvent, Warning, WarningCode } from './report.ts'
export type { Schema } from './schema.ts'
export type { Status } from './status.ts'
export type { ControlPatch, Lease, Range, Requeue, Settlement, Store, StoreChange } from './store/contract.ts'
export type { SyncContext, SyncInput, SyncOutput } from '../machines/setup.ts'
export { memoryStore } from './store/memory.ts'
export { syncMachine } from './syncMachine.ts'
