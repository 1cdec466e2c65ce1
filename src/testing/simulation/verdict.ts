/** The first rule that did not hold. */
export interface Broken {
  /** The rule, in a word: what makes two failures the same one. */
  readonly rule: string
  readonly what: string
}

/** Keeps the first rule that is broken. */
export interface Verdict {
  fail(rule: string, what: string): void
  broken(): Broken | undefined
}

export function createVerdict(): Verdict {
  let broken: Broken | undefined
  return {
    fail(rule, what) {
      broken ??= { rule, what }
    },
    broken: () => broken,
  }
}
