import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { InspectorSource, ListPage, Lists } from '../source.ts'

/** Rows on one page of a list. */
export const pageRows = 25
/** A list is read again at most this often while it changes. */
const refreshMs = 400

/** A page of a list, with the ways to its neighbours. */
export interface ShownList<Row> {
  /** Undefined until the first answer. */
  readonly page: ListPage<Row> | undefined
  readonly error: string | undefined
  /** From 0. */
  readonly pageIndex: number
  readonly older: (() => void) | undefined
  readonly newer: (() => void) | undefined
  readonly first: (() => void) | undefined
}

/** A list of the source, read again whenever `version` changes: one page of it, never all. */
export function useList<What extends keyof Lists>(
  source: InspectorSource,
  what: What,
  version: string,
): ShownList<Lists[What]> {
  /** Where each page up to the present one begins. */
  const [starts, setStarts] = useState<readonly (number | undefined)[]>([undefined])
  const [answer, setAnswer] = useState<{ readonly page?: ListPage<Lists[What]>; readonly error?: string }>({})
  const readAt = useRef(-Infinity)
  const from = starts.at(-1)

  /** What is looked at now: an answer about anything else comes too late. */
  const wanted = useRef<object>({})
  useMemo(() => {
    wanted.current = {}
  }, [source, what, from])

  useEffect(() => {
    const asked = wanted.current
    const read = async () => {
      readAt.current = performance.now()
      try {
        const page = await source.page(what, { limit: pageRows, ...(from !== undefined && { from }) })
        if (wanted.current !== asked) return
        if (page.rows.length === 0 && from !== undefined) setStarts([undefined])
        else setAnswer({ page })
      } catch (error) {
        if (wanted.current === asked) setAnswer({ error: error instanceof Error ? error.message : String(error) })
      }
    }
    const timer = setTimeout(() => void read(), Math.max(0, readAt.current + refreshMs - performance.now()))
    return () => clearTimeout(timer)
  }, [source, what, from, version])

  const next = answer.page?.next
  const go = (to: readonly (number | undefined)[]) => () => {
    readAt.current = -Infinity
    setStarts(to)
  }
  return {
    page: answer.page,
    error: answer.error,
    pageIndex: starts.length - 1,
    older: next === undefined ? undefined : go([...starts, next]),
    newer: starts.length > 1 ? go(starts.slice(0, -1)) : undefined,
    first: starts.length > 1 ? go([undefined]) : undefined,
  }
}
