import { errorText } from './errors.ts'

/** An observer whose throws stay out of what it observes: there they would reach the caller of `send`, or nobody. Said once. */
export function contained<E>(observer: (event: E) => void): (event: E) => void {
  let isTold = false
  return (event) => {
    try {
      observer(event)
    } catch (error) {
      if (isTold) return
      isTold = true
      if (typeof reportError === 'function') reportError(error)
      else if (typeof process === 'object') process.emitWarning(`an observer of the outbox threw: ${errorText(error)}`)
    }
  }
}
