import type { StoreChange } from '../contract.ts'
import type { Watchers } from '../watchers.ts'
import { createWatchers } from '../watchers.ts'
import { isObject } from './records.ts'

/** What the contexts of an origin tell each other; `released` is for those who wait for a lease without Web Locks. */
export type Notice = StoreChange | { readonly kind: 'released' }

/** Who wants to hear of changes, in this context and, over a BroadcastChannel, in all others. */
export interface Notices extends Watchers {
  /** The lease has been given up. */
  released(): void
  /** Calls back when another context has given the lease up. */
  onReleased(callback: () => void): () => void
}

/** @param onHeard - another context has changed what is stored. */
export function createNotices(name: string, onHeard: () => void): Notices {
  const watchers = createWatchers()
  const releases = new Set<() => void>()
  let channel: BroadcastChannel | undefined
  let listeners = 0

  function hear({ data }: MessageEvent<unknown>): void {
    if (!isNotice(data)) return
    if (data.kind !== 'news') onHeard()
    if (data.kind === 'released') for (const callback of releases) callback()
    else watchers.tell(data)
  }

  /** The channel is open while somebody listens. */
  function listen(): () => void {
    listeners += 1
    if (channel === undefined && typeof BroadcastChannel === 'function') {
      channel = new BroadcastChannel(name)
      channel.addEventListener('message', hear)
    }
    let isOver = false
    return () => {
      if (isOver) return
      isOver = true
      listeners -= 1
      if (listeners > 0) return
      channel?.close()
      channel = undefined
    }
  }

  function post(notice: Notice): void {
    const end = listen()
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- that is a window's; a channel stays within its origin
    channel?.postMessage(notice)
    end()
  }

  return {
    add(onChange) {
      const end = listen()
      const remove = watchers.add(onChange)
      return () => {
        remove()
        end()
      }
    },
    tell(change) {
      watchers.tell(change)
      post(change)
    },
    tellOthers(change) {
      watchers.tellOthers(change)
      post(change)
    },
    released: () => post({ kind: 'released' }),
    onReleased(callback) {
      const end = listen()
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
  return kind === 'news' || kind === 'appended' || kind === 'removed' || kind === 'control' || kind === 'released'
}
