import type { Cut, EngineCommand, EngineEvent, Wait } from '../../src/report.ts'
import type { MachineEvent, Place, PureMachine } from './pureMachine.ts'

/** How much may happen in a world: it keeps the number of states finite. */
export interface Bounds {
  readonly enqueues: number
  readonly failures: number
  readonly holds: number
  readonly crashes: number
  readonly losses: number
  readonly stops: number
  readonly pauses: number
  readonly flushes: number
}

/** What a pass of the engine does at this moment. */
type Phase = 'open' | 'line' | 'head' | 'push' | 'settle' | 'end'

interface Pass {
  phase: Phase
  cut: Cut
  id: string | undefined
  /** The entry that is pushed or settled. */
  head?: string
  outcome?: 'ok' | 'failed'
  /** Somebody resumed since it began. */
  isResumed?: boolean
  /** What the machine is yet to be told. */
  end?: EngineEvent<unknown>
}

/** One context: a real machine, and a model of its engine. */
interface Context {
  place: Place
  pass: Pass | undefined
  isHalted: boolean
  isClosing: boolean
  /** The epoch of the lease that it takes itself to hold. */
  lease: number | undefined
  isInLine: boolean
  /** The pass that began the wait in line still waits. */
  isAwaited: boolean
  isPausedShown: boolean
  isHeldShown: boolean
  isControlKnown: boolean
  /** What the remote took from it. */
  took: string[]
  /** What of that could not be recorded. */
  kept: string | undefined
  /** The reporter has yet to say that something may be there; everything else reaches the machine at once. */
  isChangeDue: boolean
  /** What others changed, not yet heard of. */
  notices: Notice[]
}

type Notice = 'appended' | 'removed' | 'control' | 'flush'

interface Entry {
  id: string
  /** It waits for its next try. */
  isWaiting: boolean
}

/** A mistake that an engine or store could make. */
export type Flaw = 'settles in any epoch' | 'forgets what was taken' | 'grants twice' | 'ends unheard'

/** Everything there is, as plain data; the machine and its flaws are the same in every world of a search. */
export interface World {
  readonly machine: PureMachine
  readonly flaw: Flaw | undefined
  left: Bounds
  pending: Entry[]
  delivered: number
  /** Entries that the remote has taken, and how often it took one again. */
  taken: string[]
  repeats: number
  isPaused: boolean
  isHeld: boolean
  epoch: number
  holder: number | undefined
  line: number[]
  contexts: (Context | undefined)[]
}

/** Something that can happen next; `isFair` if it comes by itself, and not from a user, a fault or a mishap. */
export interface Move {
  readonly name: string
  readonly isFair: boolean
  /** Changes the world that it is given. */
  make(world: World): void
}

/** A promise was broken. */
export class Broken extends Error {}

/** A world to change; what is only ever replaced is shared. */
export function copyOf(world: World): World {
  return {
    ...world,
    pending: world.pending.map((entry) => ({ ...entry })),
    taken: [...world.taken],
    line: [...world.line],
    contexts: world.contexts.map((context) => context && { ...context, pass: context.pass && { ...context.pass } }),
  }
}

/** The same for worlds that differ in nothing that matters: of epochs, only whether it is the last. */
export function keyOf({ contexts, left, pending, delivered, taken, repeats, line, holder, ...flags }: World): string {
  const entries = pending.map(({ id, isWaiting }) => (isWaiting ? `${id}w` : id)).join()
  const parts = contexts.map((context) => (context === undefined ? '-' : keyOfContext(context, flags.epoch)))
  const bounds = Object.values(left).join()
  const told = `${flags.isPaused}${flags.isHeld}`
  return [entries, delivered, taken.join(), repeats, line.join(), holder, bounds, told, ...parts].join('|')
}

function keyOfContext({ place, pass, lease, took, kept, notices, ...flags }: Context, epoch: number): string {
  const said = [flags.isHalted, flags.isClosing, flags.isInLine, flags.isAwaited, flags.isChangeDue]
  const shown = [flags.isPausedShown, flags.isHeldShown, flags.isControlKnown]
  const held = lease === undefined ? '' : lease === epoch ? 'last' : 'old'
  const going = pass && [pass.phase, pass.cut, pass.id, pass.head, pass.outcome, pass.isResumed, pass.end?.type].join()
  return [place.number, going, held, kept, took.join(), notices.join(), ...said, ...shown].join(':')
}

export function newWorld(contexts: number, left: Bounds, machine: PureMachine, flaw?: Flaw): World {
  const world: World = {
    machine,
    flaw,
    left,
    pending: [],
    delivered: 0,
    taken: [],
    repeats: 0,
    isPaused: false,
    isHeld: false,
    epoch: 0,
    holder: undefined,
    line: [],
    contexts: Array.from({ length: contexts }, () => undefined),
  }
  for (let index = 0; index < contexts; index += 1) begin(world, index)
  return world
}

function begin(world: World, index: number): void {
  world.contexts[index] = {
    place: world.machine.start.to,
    pass: undefined,
    isHalted: false,
    isClosing: false,
    lease: undefined,
    isInLine: false,
    isAwaited: false,
    isPausedShown: false,
    isHeldShown: false,
    isControlKnown: false,
    took: [],
    kept: undefined,
    isChangeDue: false,
    notices: [],
  }
  obey(world, index, world.machine.start.orders)
}

/** Gives an event to the machine of a context, and its orders to the engine. */
function send(world: World, index: number, event: MachineEvent): void {
  const context = at(world, index)
  const { to, orders } = world.machine.step(context.place, event)
  context.place = to
  obey(world, index, orders)
}

function at(world: World, index: number): Context {
  const context = world.contexts[index]
  if (context === undefined) throw new Error('nobody is there')
  return context
}

function obey(world: World, index: number, orders: readonly EngineCommand<unknown>[]): void {
  const context = at(world, index)
  for (const order of orders) {
    switch (order.type) {
      case 'drain':
        context.isHalted = false
        context.pass ??= { phase: 'open', cut: order.cut, id: order.id }
        break
      case 'halt':
        context.isHalted = true
        break
      case 'control':
        if (order.paused === true) {
          context.isPausedShown = true
          control(world, index, { isPaused: true })
          if (context.pass === undefined) release(world, index)
        }
        if (order.paused === false) {
          context.isPausedShown = false
          context.isHeldShown = false
          control(world, index, { isPaused: false, isHeld: false })
          if (context.pass) context.pass.isResumed = true
        }
        break
      case 'ask':
        if (context.lease === undefined) tellOthers(world, index, 'flush')
        break
      case 'close':
        context.isClosing = true
        break
      case 'append':
        world.pending.push({ id: `e${world.pending.length + world.delivered + 1}`, isWaiting: false })
        context.isChangeDue = true
        tellOthers(world, index, 'appended')
        break
      case 'appendAll':
      case 'appendPrepared':
    }
  }
}

function control(world: World, index: number, change: { isPaused?: boolean; isHeld?: boolean }): void {
  Object.assign(world, change)
  at(world, index).isControlKnown = true
  tellOthers(world, index, 'control')
}

function tellOthers(world: World, index: number, notice: Notice): void {
  for (const [other, context] of world.contexts.entries()) {
    if (other === index || context === undefined || context.isClosing) continue
    if (!context.notices.includes(notice)) context.notices = [...context.notices, notice].toSorted()
  }
}

/** What the engine says, but for what its reporter gathers. */
function report(world: World, index: number, event: EngineEvent<unknown>): void {
  send(world, index, event)
  if (at(world, index).place.value === 'stopped') world.contexts[index] = undefined
}

function reportChange(world: World, index: number): void {
  const context = at(world, index)
  if (!context.isChangeDue) return
  context.isChangeDue = false
  report(world, index, { type: 'engine.reports', events: [], changed: true })
}

function release(world: World, index: number): void {
  const context = at(world, index)
  context.lease = undefined
  context.isInLine = false
  context.isAwaited = false
  world.line = world.line.filter((each) => each !== index)
  if (world.holder === index) world.holder = undefined
}

/** Everything that can happen in this world now. */
export function movesIn(world: World): Move[] {
  const moves: Move[] = []
  const { left } = world
  const add = (name: string, isFair: boolean, make: Move['make']) => moves.push({ name, isFair, make })
  const spend = (what: keyof Bounds, name: string, make: Move['make']) => {
    if (left[what] === 0) return
    add(name, false, (next) => {
      next.left = { ...next.left, [what]: next.left[what] - 1 }
      make(next)
    })
  }
  const [first] = world.line
  if (first !== undefined && (world.holder === undefined || world.flaw === 'grants twice'))
    add(`grant to ${first}`, true, (next) => grant(next, first))
  for (const [index, context] of world.contexts.entries()) {
    if (context === undefined) {
      // Whoever crashed or stopped comes back: the entries are still there.
      add(`start ${index}`, true, (next) => begin(next, index))
      continue
    }
    spend('crashes', `crash ${index}`, (next) => {
      release(next, index)
      next.contexts[index] = undefined
    })
    if (context.isChangeDue) add(`report to ${index}`, true, (next) => reportChange(next, index))
    for (const notice of context.notices) add(`notice ${notice} to ${index}`, true, (next) => hear(next, index, notice))
    if (context.pass !== undefined) addPassMoves(world, index, context, context.pass, add, spend)
    else if (context.isClosing) add(`close ${index}`, true, (next) => close(next, index))
    else if (context.lease !== undefined && context.place.value.startsWith('idle') && world.pending.length === 0) {
      add(`linger ends in ${index}`, true, (next) => release(next, index))
    }
    if (context.lease !== undefined && context.lease === world.epoch && world.holder === index) {
      spend('losses', `lease of ${index} lost`, (next) => {
        next.holder = undefined
        at(next, index).lease = undefined
      })
    }
    const { value } = context.place
    if (value === 'backoff') {
      add(`wait over in ${index}`, true, (next) => send(next, index, { type: 'xstate.after.backoff.sync.backoff' }))
    }
    if (context.isClosing) continue
    spend('enqueues', `enqueue in ${index}`, (next) => send(next, index, { type: 'enqueue', payload: 1 }))
    spend('flushes', `flush in ${index}`, (next) => send(next, index, { type: 'flush' }))
    spend('stops', `stop ${index}`, (next) => send(next, index, { type: 'stop' }))
    spend('pauses', `pause in ${index}`, (next) => send(next, index, { type: 'pause' }))
    if (world.isPaused || world.isHeld) {
      add(`resume in ${index}`, false, (next) => send(next, index, { type: 'resume' }))
    }
  }
  return moves
}

function addPassMoves(
  world: World,
  index: number,
  { lease, isInLine, isClosing }: Context,
  { phase }: Pass,
  add: (name: string, isFair: boolean, make: Move['make']) => void,
  spend: (what: keyof Bounds, name: string, make: Move['make']) => void,
): void {
  if (phase === 'open') add(`open in ${index}`, true, (next) => open(next, index))
  if (phase === 'line') {
    if (!isInLine) add(`granted pass in ${index}`, true, (next) => begun(next, index))
    // Patience ends also while nobody holds the lease: the store may be slow.
    else add(`no grant in ${index}`, true, (next) => endPass(next, index, { type: 'engine.standby' }))
  }
  if (phase === 'head') add(`head in ${index}`, true, (next) => takeHead(next, index))
  if (phase === 'push') {
    add(`yes in ${index}`, true, (next) => answered(next, index, 'ok'))
    spend('failures', `no in ${index}`, (next) => answered(next, index, 'failed'))
    spend('holds', `hold in ${index}`, (next) => endPass(next, index, { type: 'engine.held', reason: 'sign in' }))
    // A lost lease or a stop aborts; whether the remote took it is not known.
    if (lease === undefined || isClosing) add(`aborted in ${index}`, true, (next) => aborted(next, index))
  }
  if (phase === 'end') add(`end in ${index}`, true, (next) => tellEnd(next, index))
  if (phase === 'settle') add(`settle in ${index}`, true, (next) => settle(next, index))
}

function passOf(world: World, index: number): Pass {
  const { pass } = at(world, index)
  if (pass === undefined) throw new Error('no pass is under way')
  return pass
}

function open(world: World, index: number): void {
  const context = at(world, index)
  readControl(world, index)
  if (context.isPausedShown) return endPass(world, index, { type: 'engine.halted' })
  if (context.kept === undefined && world.pending.length === 0) return endPass(world, index, { type: 'engine.drained' })
  const pass = passOf(world, index)
  if (context.lease !== undefined) return begun(world, index)
  pass.phase = 'line'
  context.isAwaited = true
  if (context.isInLine) return
  context.isInLine = true
  world.line.push(index)
}

/** The pass has the lease; what is kept is recorded first. */
function begun(world: World, index: number): void {
  const context = at(world, index)
  context.isAwaited = false
  if (context.lease === undefined) return endPass(world, index, { type: 'engine.standby' })
  const pass = passOf(world, index)
  if (context.kept === undefined) {
    pass.phase = 'head'
    return
  }
  pass.head = context.kept
  pass.outcome = 'ok'
  pass.phase = 'settle'
}

function takeHead(world: World, index: number): void {
  const context = at(world, index)
  const pass = passOf(world, index)
  if (context.lease === undefined) return endPass(world, index, { type: 'engine.standby' })
  if (context.isHalted || context.isPausedShown || context.isClosing) {
    return endPass(world, index, { type: 'engine.halted' })
  }
  const [head] = world.pending
  if (head === undefined) return endPass(world, index, { type: 'engine.drained' })
  const isCut = pass.cut === 'all' ? pass.id === head.id : pass.cut === 'backoff'
  if (head.isWaiting && !isCut) return endPass(world, index, { type: 'engine.waiting', wait: waitOf(head) })
  pass.head = head.id
  pass.phase = 'push'
  for (const [other, rival] of world.contexts.entries()) {
    // One that has lost its lease has been told to abort; nobody else may push.
    if (other !== index && rival?.pass?.phase === 'push' && rival.lease !== undefined) throw new Broken('two push')
  }
}

function waitOf({ id }: Entry): Wait {
  return { id, kind: 'backoff', attempts: 1, misses: 0, nextAttemptAt: 4e12, leftMs: 500 }
}

function answered(world: World, index: number, outcome: 'ok' | 'failed'): void {
  const pass = passOf(world, index)
  pass.outcome = outcome
  pass.phase = 'settle'
  const id = pass.head ?? ''
  if (outcome !== 'ok') return
  const context = at(world, index)
  if (context.took.includes(id)) throw new Broken(`${id} was pushed again in the same life`)
  context.took = [...context.took, id]
  if (world.taken.includes(id)) world.repeats += 1
  else world.taken.push(id)
}

function aborted(world: World, index: number): void {
  passOf(world, index).phase = 'head'
}

function settle(world: World, index: number): void {
  const context = at(world, index)
  const pass = passOf(world, index)
  const id = pass.head ?? ''
  const isHolder = context.lease !== undefined && context.lease === world.epoch && world.holder === index
  if (!isHolder && world.flaw !== 'settles in any epoch') {
    context.kept = pass.outcome === 'ok' && world.flaw !== 'forgets what was taken' ? id : undefined
    return endPass(world, index, { type: 'engine.standby' })
  }
  if (!isHolder) throw new Broken(`an old epoch recorded ${id}`)
  context.kept = undefined
  const place = world.pending.findIndex((entry) => entry.id === id)
  if (pass.outcome === 'ok') {
    if (place > 0) throw new Broken(`${id} left before ${world.pending[0]?.id}`)
    if (place === 0) {
      world.pending.shift()
      world.delivered += 1
      world.taken = world.taken.filter((each) => each !== id)
      tellOthers(world, index, 'removed')
      answeredWell(world, index)
    }
    pass.phase = 'head'
    return
  }
  const entry = world.pending[place]
  answeredWell(world, index)
  if (entry === undefined) {
    pass.phase = 'head'
    return
  }
  entry.isWaiting = true
  endPass(world, index, { type: 'engine.waiting', wait: waitOf(entry) })
}

/** The remote has answered, so a hold is over. */
function answeredWell(world: World, index: number): void {
  const context = at(world, index)
  if (world.isHeld) control(world, index, { isHeld: false })
  if (!context.isHeldShown) return
  context.isHeldShown = false
  report(world, index, { type: 'engine.control', paused: context.isPausedShown })
}

function endPass(world: World, index: number, ended: EngineEvent<unknown>): void {
  const context = at(world, index)
  const end = unlessResumed(passOf(world, index), ended)
  if (end.type === 'engine.held') {
    context.isHeldShown = true
    control(world, index, { isHeld: true })
    release(world, index)
  }
  if (end.type === 'engine.halted' && context.isPausedShown) release(world, index)
  context.isAwaited = false
  passOf(world, index).phase = 'end'
  passOf(world, index).end = end
  if (end.type === 'engine.standby' && world.isHeld && !context.isHeldShown) showHold(world, index)
}

function unlessResumed({ isResumed }: Pass, end: EngineEvent<unknown>): EngineEvent<unknown> {
  return end.type === 'engine.held' && isResumed === true ? { type: 'engine.halted' } : end
}

/** What came in while the pass was ending is told first. */
function tellEnd(world: World, index: number): void {
  const context = at(world, index)
  const pass = passOf(world, index)
  if (pass.end === undefined) throw new Error('the pass goes on')
  const end = unlessResumed(pass, pass.end)
  if (world.flaw === 'ends unheard') context.isChangeDue = false
  reportChange(world, index)
  context.pass = undefined
  report(world, index, end)
  if (end.type === 'engine.standby') standBy(world, index)
}

function standBy(world: World, index: number): void {
  const context = at(world, index)
  if (context.lease !== undefined) return lead(world, index)
  if (context.isInLine || context.isClosing) return
  context.isInLine = true
  world.line.push(index)
}

/** The lease came while no pass waited for it. */
function lead(world: World, index: number): void {
  const context = at(world, index)
  if (context.isPausedShown || context.isClosing) release(world, index)
  else report(world, index, { type: 'engine.leading' })
}

function showHold(world: World, index: number): void {
  const context = at(world, index)
  context.isHeldShown = true
  report(world, index, { type: 'engine.control', paused: context.isPausedShown, held: 'sign in' })
}

function grant(world: World, index: number): void {
  const context = at(world, index)
  world.line = world.line.filter((each) => each !== index)
  world.epoch += 1
  world.holder = index
  context.isInLine = false
  context.lease = world.epoch
  if (!context.isAwaited) lead(world, index)
}

function hear(world: World, index: number, notice: Notice): void {
  const context = at(world, index)
  context.notices = context.notices.filter((each) => each !== notice)
  switch (notice) {
    case 'appended':
      context.isChangeDue = true
      return
    case 'removed':
      context.isChangeDue = true
      return report(world, index, { type: 'engine.removed' })
    case 'control':
      return readControl(world, index)
    case 'flush':
      if (context.lease !== undefined) report(world, index, { type: 'flush' })
  }
}

function readControl(world: World, index: number): void {
  const context = at(world, index)
  // A new context tries a hold once: somebody may have signed in since.
  const isHeld = context.isControlKnown && world.isHeld
  context.isControlKnown = true
  if (context.isPausedShown === world.isPaused && context.isHeldShown === isHeld) return
  context.isPausedShown = world.isPaused
  context.isHeldShown = isHeld
  report(world, index, { type: 'engine.control', paused: world.isPaused, ...(isHeld && { held: 'sign in' }) })
  if (world.isPaused && context.pass === undefined) release(world, index)
}

function close(world: World, index: number): void {
  const context = at(world, index)
  // With the lease what is kept is recorded on the way out.
  if (context.kept !== undefined && context.lease === world.epoch && world.holder === index) {
    const place = world.pending.findIndex(({ id }) => id === context.kept)
    if (place === 0) {
      world.pending.shift()
      world.delivered += 1
      tellOthers(world, index, 'removed')
    }
    context.kept = undefined
  }
  release(world, index)
  context.isClosing = false
  report(world, index, { type: 'engine.closed' })
}
