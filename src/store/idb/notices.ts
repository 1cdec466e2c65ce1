import { macrotask } from '../../clock.ts'
import { isWish } from '../checks.ts'
import type { StoreChange } from '../contract.ts'
import type { Watchers } from '../watchers.ts'
import { createWatchers } from '../watchers.ts'
import { isObject } from './records.ts'

/**
 * What the contexts of an origin tell each other; `released` is for those who wait for a lease without Web Locks, `hello` comes from
 * one who begins to listen.
 */
export type Notice = Heard | { readonly kind: 'hello' }
type Heard = StoreChange | { readonly kind: 'released' }

/** Others are told of changes at most so often: to tell costs as much as a request. */
const tellEveryMs = 16

/** Who wants to hear of changes, in this context and, over a BroadcastChannel, in all others. */
export interface Notices extends Watchers {
  /** Whether this context hears of what others change. */
  isListening(): boolean
  /** Tells what has not been told yet. */
  flush(): void
  /** The lease has been given up. */
  released(): void
  /** Calls back when another context has given the lease up. */
  onReleased(callback: () => void): () => void
}

/** @param onHeard - another context has changed what is stored. */
export function createNotices(name: string, onHeard: (kind: Heard['kind']) => void): Notices {
  const watchers = createWatchers()
  const releases = new Set<() => void>()
  let channel: BroadcastChannel | undefined
  let listeners = 0
  /** Whether another context has been heard of: before that, nobody is told of what happens all the time. */
  let isAccompanied = false
  let untold: Notice[] = []
  let toldAtMs = -Infinity
  let isTelling = false
  let timer: ReturnType<typeof setTimeout> | undefined

  function hear({ data }: MessageEvent<unknown>): void {
    isAccompanied = true
    if (Array.isArray(data)) for (const notice of data) hearOne(notice)
  }

  function hearOne(data: unknown): void {
    if (!isNotice(data)) return
    // Whatever it has read so far may have changed since.
    if (data.kind === 'hello') return post([{ kind: 'appended' }, { kind: 'removed' }])
    if (data.kind !== 'news') onHeard(data.kind)
    if (data.kind === 'released') for (const callback of releases) callback()
    else watchers.tell(data)
  }

  /** Listens, and makes itself known. */
  function join(): () => void {
    const end = listen()
    if (listeners === 1) sayHello()
    return end
  }

  function sayHello(): void {
    post([{ kind: 'hello' }])
  }

  /** The channel is open while somebody listens. */
  function listen(): () => void {
    listeners += 1
    if (channel === undefined && typeof BroadcastChannel === 'function') {
      channel = new BroadcastChannel(name)
      channel.addEventListener('message', hear)
      // A page that goes does not come back to its timers.
      globalThis.addEventListener('pagehide', tellNow)
      // One that does come back may have missed what was said meanwhile.
      globalThis.addEventListener('pageshow', sayHello)
    }
    let isOver = false
    return () => {
      if (isOver) return
      isOver = true
      listeners -= 1
      if (listeners > 0) return
      globalThis.removeEventListener('pagehide', tellNow)
      globalThis.removeEventListener('pageshow', sayHello)
      channel?.close()
      channel = undefined
      isAccompanied = false
    }
  }

  function post(notices: readonly Notice[]): void {
    const end = listen()
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- that is a window's; a channel stays within its origin
    channel?.postMessage(notices)
    end()
  }

  /** One who does not listen cannot know that nobody else does. */
  const isAlone = () => channel !== undefined && !isAccompanied

  /** Tells the others of it now or, while work is under way, soon. */
  function tell(notice: Notice): void {
    if (isAlone() && (notice.kind === 'appended' || notice.kind === 'removed')) return
    const isKnown = notice.kind !== 'quarantined' && untold.some(({ kind }) => kind === notice.kind)
    if (!isKnown) untold.push(notice)
    tellSoon()
  }

  /** Whoever waits for the work goes on first. */
  function tellSoon(): void {
    if (isTelling || untold.length === 0) return
    const restMs = toldAtMs + tellEveryMs - performance.now()
    if (restMs > 0) {
      timer ??= setTimeout(tellNow, restMs)
      return
    }
    isTelling = true
    void macrotask().then(tellNow)
  }

  function tellNow(): void {
    tellWith([])
  }

  function tellWith(more: readonly Notice[]): void {
    clearTimeout(timer)
    timer = undefined
    isTelling = false
    const notices = [...untold, ...more]
    if (notices.length === 0) return
    post(notices)
    untold = []
    toldAtMs = performance.now()
  }

  return {
    add(onChange) {
      const end = join()
      const remove = watchers.add(onChange)
      return () => {
        remove()
        end()
      }
    },
    tell(change) {
      watchers.tell(change)
      tell(change)
    },
    tellOthers(change) {
      watchers.tellOthers(change)
      tell(change)
    },
    flush: tellNow,
    isListening: () => channel !== undefined,
    announce(news) {
      if (!isAlone() || isWish(news)) tellWith([{ kind: 'news', news }])
    },
    released: () => tellWith([{ kind: 'released' }]),
    onReleased(callback) {
      const end = join()
      releases.add(callback)
      return () => {
        releases.delete(callback)
        end()
      }
    },
  }
}

/** Whatever else is said on the channel is not for us. */
function isNotice(data: unknown): data is Notice {
  if (!isObject(data)) return false
  const { kind, reason } = data
  if (kind === 'quarantined') return typeof reason === 'string'
  return ['news', 'appended', 'removed', 'control', 'released', 'hello'].includes(kind as string)
}
