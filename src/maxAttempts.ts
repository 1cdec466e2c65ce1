/** The environment variables that set the attempts of an entry, the first that counts first. */
const variables = ['CORE_AGENT_SYNC_MAX_ATTEMPTS', 'CORE_SYNC_MAX_ATTEMPTS'] as const

/** Answered failures after which an entry is dropped, when neither option nor environment says otherwise. */
const defaultMaxAttempts = 100

/** The attempts that the environment gives an entry: the first of its variables that holds an integer > 0, or else 100. */
export function maxAttemptsFrom(environment: Readonly<Record<string, string | undefined>>): number {
  for (const variable of variables) {
    const text = environment[variable]?.trim() ?? ''
    const value = Number(text)
    if (/^[+-]?\d+$/.test(text) && value > 0 && Number.isSafeInteger(value)) return value
  }
  return defaultMaxAttempts
}

/** The process's environment, empty where there is none. */
export function platformEnvironment(): Readonly<Record<string, string | undefined>> {
  return typeof process === 'object' && typeof process.env === 'object' ? process.env : {}
}
