import { useSelector } from '@xstate/react'
import { accounts } from '../../protocol.ts'
import { session } from '../session/session.ts'
import { counted } from '../wording.ts'
import { Boat } from './icons.tsx'

/** The way in. */
export function SignIn() {
  const failure = useSelector(session, ({ context }) => context.failure)
  const waiting = useSelector(session, ({ context }) => context.waiting)
  const isBusy = useSelector(session, (snapshot) => !snapshot.matches('signedOut'))
  return (
    <main className="welcome">
      <Boat className="boat welcome-boat" />
      <h1 className="welcome-title">Paperboat</h1>
      <p className="welcome-words">Notes that do not mind being offline.</p>
      <h2 className="label" id="who">
        Who is writing?
      </h2>
      <ul className="people" aria-labelledby="who">
        {accounts.map(({ id, name }) => (
          <li key={id}>
            <button
              type="button"
              className="person"
              disabled={isBusy}
              onClick={() => session.send({ type: 'signIn', accountId: id })}
            >
              <span className={`face face-${id}`} aria-hidden="true">
                {name[0]}
              </span>
              <span>{name}</span>
              {(waiting[id] ?? 0) > 0 && (
                <small className="person-waiting">{counted(waiting[id] ?? 0, 'change')} waiting here</small>
              )}
            </button>
          </li>
        ))}
      </ul>
      <p className="welcome-failure" role="alert">
        {failure}
      </p>
    </main>
  )
}
