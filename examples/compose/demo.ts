// The app against a remote whose token expires after one change.
import { createActor, toPromise, waitFor } from 'xstate'
import { HoldError, memoryStore } from 'xstate-outbox'
import { createAppMachine } from './appMachine.ts'

const remote: string[] = []
let token = 'monday'
let validToken = 'monday'

const appMachine = createAppMachine(
  {
    store: memoryStore(),
    push: async ({ payload }) => {
      if (token !== validToken) throw new HoldError('the token has expired')
      remote.push(payload.title)
      validToken = 'tuesday'
    },
  },
  (newToken) => {
    token = newToken
  },
)
const app = createActor(appMachine)
let shown = ''
app.subscribe(({ value }) => {
  if (value !== shown) console.log(`app: ${value}`)
  shown = value
})
app.start()
const { sync } = app.getSnapshot().children
sync?.on('delivered', ({ entry }) => console.log(`delivered ${entry.payload.title}`))
sync?.on('held', ({ reason }) => console.log(`on hold: ${reason}`))

app.send({ type: 'save', todo: { title: 'milk' } })
app.send({ type: 'save', todo: { title: 'bread' } })
await waitFor(app, (snapshot) => snapshot.matches('signedOut'))
app.send({ type: 'save', todo: { title: 'salt' } }) // kept all the same
app.send({ type: 'signIn', token: 'tuesday' })
if (sync) await waitFor(sync, ({ context }) => context.tally.delivered === 3)
app.send({ type: 'quit' })
await toPromise(app)
console.log(`the remote has ${remote.join(', ')}`)
