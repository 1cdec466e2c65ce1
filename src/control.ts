import type { Control } from './entry.ts'
import type { EngineEvent } from './report.ts'
import type { ControlPatch, Store } from './store/contract.ts'

/** Keeps pause and hold, which belong to the outbox and not to one context: in the store, and known to the machine. */
export interface ControlDesk {
  isPaused(): boolean
  /** The machine has paused itself, or let everything go on: the store is told. */
  pause(): void
  resume(): void
  /** How often that was. */
  resumes(): number
  /** The remote refuses everything. */
  hold(reason: string): Promise<void>
  /** The remote has answered: whatever hold was stored is over. */
  lift(): void
  /** Asks the store, and tells the machine of what another context changed. */
  read(): Promise<void>
  /** Tells the machine of a hold that another context met; whoever is to drain tries for itself instead. */
  showHold(): void
  /** Resolves when the store knows what it was told so far, or has refused it. */
  idle(): Promise<void>
}

export function createControlDesk<P>(deps: {
  readonly openStore: () => Promise<Store>
  readonly send: (event: EngineEvent<P>) => void
  readonly onPaused: () => void
  readonly onFailed: (error: unknown) => void
}): ControlDesk {
  /** What the machine knows. */
  let shown: Control = { paused: false }
  let stored: Control | undefined
  let resumes = 0
  let writing = 0
  let writes = 0
  let written: Promise<void> = Promise.resolve()

  /** Writes what has changed and nothing else: of the rest, another context may know better by now. */
  function write(control: Control, patch: ControlPatch): Promise<void> {
    shown = control
    stored = control
    writing += 1
    written = written.then(async () => {
      try {
        const store = await deps.openStore()
        await store.setControl(patch)
      } catch (error) {
        deps.onFailed(error)
      } finally {
        writing -= 1
        writes += 1
      }
    })
    return written
  }

  function show(control: Control): void {
    if (control.paused === shown.paused && control.held === shown.held) return
    shown = control
    deps.send({ type: 'engine.control', ...control })
    if (control.paused) deps.onPaused()
  }

  return {
    isPaused: () => shown.paused,
    pause() {
      void write({ ...shown, paused: true }, { paused: true })
      deps.onPaused()
    },
    resume() {
      resumes += 1
      void write({ paused: false }, { paused: false, held: null })
    },
    resumes: () => resumes,
    hold: (reason) => write({ paused: shown.paused, held: reason }, { held: reason }),
    lift() {
      const isShown = shown.held !== undefined
      if (stored?.held !== undefined) void write({ paused: shown.paused }, { held: null })
      if (isShown) deps.send({ type: 'engine.control', paused: shown.paused })
    },
    async read() {
      const store = await deps.openStore()
      let writesBefore: number
      let control: Control
      do {
        writesBefore = writes
        control = await store.control()
        // What this context is about to write is newer than what it has read, and so is what it has written meanwhile.
        if (writing > 0) return
      } while (writes > writesBefore)
      const isFirst = stored === undefined
      stored = control
      // A new context tries a hold once: somebody may have signed in since.
      show(isFirst ? { paused: control.paused } : control)
    },
    showHold() {
      if (stored !== undefined) show({ ...stored, paused: shown.paused })
    },
    idle: () => written,
  }
}
