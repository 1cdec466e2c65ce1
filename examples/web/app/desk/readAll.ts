interface Listed {
  readonly seq: number
}

const pageSize = 200

/** Everything in a listing of the outbox, which hands it out a page at a time. */
export async function readAll<T extends Listed>(
  list: (range: { readonly after: number; readonly limit: number }) => Promise<readonly T[]>,
): Promise<readonly T[]> {
  const all: T[] = []
  for (;;) {
    const page = await list({ after: all.at(-1)?.seq ?? 0, limit: pageSize })
    all.push(...page)
    if (page.length < pageSize) return all
  }
}
