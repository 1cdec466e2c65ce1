/** What a case of the contract found to be otherwise; runners show the difference of `actual` and `expected`. */
class ContractError extends Error {
  override readonly name = 'ContractError'
  readonly actual: unknown
  readonly expected: unknown

  constructor(message: string, actual?: unknown, expected?: unknown) {
    super(message)
    this.actual = actual
    this.expected = expected
  }
}

/** @throws ContractError unless both are the same value, member for member; one that is undefined need not be there. */
export function equal(actual: unknown, expected: unknown): void {
  compare(actual, expected, true)
}

/** @throws ContractError unless `actual` has every member of `expected`; it may have more. */
export function like(actual: unknown, expected: unknown): void {
  compare(actual, expected, false)
}

/** @throws ContractError with the rule, unless it holds. */
export function holds(isTrue: boolean, rule: string): void {
  if (!isTrue) throw new ContractError(`this does not hold: ${rule}`)
}

/** @throws ContractError unless the promise rejects with what has every member of `expected`. */
export async function refused(promise: Promise<unknown>, expected: object): Promise<void> {
  let resolved: unknown
  try {
    resolved = await promise
  } catch (error) {
    return like(error, expected)
  }
  throw new ContractError(`expected a rejection with ${shown(expected)}, but it resolved`, resolved, expected)
}

function compare(actual: unknown, expected: unknown, isWhole: boolean): void {
  const place = differenceOf(actual, expected, isWhole, '')
  if (place === undefined) return
  const at = place.path === '' ? '' : ` at ${place.path}`
  const message = `expected ${shown(place.expected)}${at}, got ${shown(place.actual)}`
  throw new ContractError(message, actual, expected)
}

interface Difference {
  readonly path: string
  readonly actual: unknown
  readonly expected: unknown
}

/** Where the two differ first. */
function differenceOf(actual: unknown, expected: unknown, isWhole: boolean, path: string): Difference | undefined {
  if (Object.is(actual, expected)) return undefined
  const here = { path, actual, expected }
  if (!isObject(actual) || !isObject(expected) || expected instanceof Error) return here
  if (Array.isArray(actual) !== Array.isArray(expected)) return here
  if (Array.isArray(actual) && Array.isArray(expected) && actual.length !== expected.length) return here
  const keys = new Set([...Object.keys(expected), ...(isWhole ? Object.keys(actual) : [])])
  for (const key of keys) {
    const step = Array.isArray(expected) ? `[${key}]` : `.${key}`
    const difference = differenceOf(memberOf(actual, key), memberOf(expected, key), isWhole, path + step)
    if (difference !== undefined) return difference
  }
  return undefined
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

/** Own members, and those that an error may inherit, but not what every object has. */
function memberOf(value: object, key: string): unknown {
  return Object.hasOwn(value, key) || value instanceof Error ? Reflect.get(value, key) : undefined
}

function shown(value: unknown): string {
  const text = value instanceof Error ? String(value) : (JSON.stringify(value, withBigInts) ?? String(value))
  return text.length > 200 ? `${text.slice(0, 200)}…` : text
}

/** Some databases answer with them, and JSON has none. */
function withBigInts(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}n` : value
}
