import type { StoreChange } from './contract.ts'

/** Who wants to hear of changes to a store. */
export interface Watchers {
  add(onChange: (change: StoreChange) => void): () => void
  /** Tells everyone of a change that no watcher can know of by itself. */
  tell(change: StoreChange): void
  /** Tells of a change made by the user of this store object: news only if several share it. */
  tellOthers(change: StoreChange): void
  /**
   * Tells of a copy of news of the user of this store object, if several share it.
   * @throws DOMException `DataCloneError`
   */
  announce(news: unknown): void
}

export function createWatchers(): Watchers {
  const watchers = new Set<{ readonly onChange: (change: StoreChange) => void }>()
  const tell = (change: StoreChange) => {
    for (const { onChange } of watchers) queueMicrotask(() => onChange(change))
  }
  return {
    add(onChange) {
      const watcher = { onChange }
      watchers.add(watcher)
      return () => watchers.delete(watcher)
    },
    tell,
    tellOthers(change) {
      if (watchers.size > 1) tell(change)
    },
    announce(news) {
      if (watchers.size > 1) tell({ kind: 'news', news: structuredClone(news) })
    },
  }
}
