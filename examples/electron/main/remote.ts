/** A note as the remote has it. */
export interface RemoteNote {
  readonly id: string
  readonly text: string
}

/** Stands for your server, so that the example needs none. A note counts once, however often it comes with its key. */
export interface Remote {
  isReachable: boolean
  readonly notes: readonly RemoteNote[]
  /** How often a note came that was there already. */
  repeated(): number
  answer(request: Request): Promise<Response>
}

/** @param latency - resolves when an answer may go out. */
export function createRemote(latency: () => Promise<void> = () => Promise.resolve()): Remote {
  const notes: RemoteNote[] = []
  let repeated = 0

  async function take(request: Request): Promise<Response> {
    const id = request.headers.get('idempotency-key')
    const { text } = (await request.json()) as { readonly text?: unknown }
    if (id === null || typeof text !== 'string') return new Response('this is not a note', { status: 400 })
    if (notes.some((note) => note.id === id)) repeated += 1
    else notes.push({ id, text })
    await latency()
    return Response.json({ id })
  }

  return {
    isReachable: true,
    notes,
    repeated: () => repeated,
    async answer(request) {
      if (!this.isReachable) return Response.error()
      return request.method === 'POST' ? take(request) : Response.json(notes)
    },
  }
}
