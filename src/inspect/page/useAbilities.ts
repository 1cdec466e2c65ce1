import { useEffect, useState } from 'preact/hooks'
import type { InspectorSource } from '../source.ts'

/** What a source lets one do; nothing until it has said so. */
export function useAbilities(source: InspectorSource): { readonly control: boolean } {
  const [abilities, setAbilities] = useState({ control: false })
  useEffect(() => {
    let isCurrent = true
    source.snapshot().then(
      ({ control }) => isCurrent && setAbilities({ control }),
      () => undefined,
    )
    return () => {
      isCurrent = false
    }
  }, [source])
  return abilities
}
