import type { Historian } from './crashHistory.ts'
import { seededRandom } from '../../support/seededRandom.ts'

/** So many operations by chance, the same for the same seed; each is one that makes sense then. */
export function randomWork(seed: number, length: number): (does: Historian) => Promise<void> {
  return async (does) => {
    const random = seededRandom(seed)
    const below = (limit: number) => Math.floor(random() * limit)
    const pending: number[] = []
    const dead: number[] = []
    let isHeld = false
    let last = 0

    /** Takes one out, mostly near the front: entries leave about in order. */
    const takeFrom = (numbers: number[]) => numbers.splice(Math.min(below(3), below(numbers.length)), 1)[0] ?? 0

    async function step(): Promise<void> {
      const choice = below(12)
      if (choice < 3 || (pending.length === 0 && dead.length === 0)) {
        const fresh = Array.from({ length: 1 + below(3) }, () => (last += 1))
        pending.push(...fresh)
        return does.append(...fresh)
      }
      if (choice === 3 && dead.length > 0) return does.discard(takeFrom(dead))
      if (choice === 4 && dead.length > 0) {
        const number = takeFrom(dead)
        pending.push(number)
        return does.requeue(number)
      }
      if (choice === 5 && pending.length > 0) return does.cancel(takeFrom(pending))
      if (choice === 6) {
        isHeld = !isHeld
        return isHeld ? does.take() : does.release()
      }
      if (pending.length === 0) return
      if (!isHeld) await does.take()
      isHeld = true
      if (choice === 7) {
        const number = takeFrom(pending)
        dead.push(number)
        return does.kill(number)
      }
      if (choice === 8) return does.skip(takeFrom(pending))
      if (choice === 9) return does.retry(pending[0] ?? 0, 1 + below(4))
      return does.deliver(takeFrom(pending))
    }

    for (let index = 0; index < length; index += 1) await step()
    await does.close()
  }
}
