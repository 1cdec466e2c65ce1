/** Runs at most; each is as long as what is left. */
const mostRuns = 300

/**
 * The shortest list found that fails as the whole does: takes out ever smaller parts, as long as it goes on failing.
 * @param fails - whether a list fails in the same way.
 * @see Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input" (delta debugging)
 */
export async function shorten<T>(
  whole: readonly T[],
  fails: (part: readonly T[]) => Promise<boolean>,
): Promise<readonly T[]> {
  let shortest = whole
  let runs = 0
  for (let size = Math.ceil(whole.length / 2); size >= 1 && runs < mostRuns;) {
    const before = shortest.length
    // From the end: what comes last is needed by nothing.
    for (let end = shortest.length; end > 0 && runs < mostRuns; end -= size) {
      const rest = [...shortest.slice(0, Math.max(0, end - size)), ...shortest.slice(end)]
      runs += 1
      if (await fails(rest)) shortest = rest
    }
    if (size > 1) size = Math.floor(size / 2)
    else if (shortest.length === before) break
  }
  return shortest
}
