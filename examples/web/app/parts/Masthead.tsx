import { useSelector } from '@xstate/react'
import { accounts } from '../../protocol.ts'
import { useDesk } from '../desk/useDesk.ts'
import { session } from '../session/session.ts'
import { Boat } from './icons.tsx'

/** The name of the app, and who is here. */
export function Masthead() {
  const { accountId } = useDesk()
  const name = accounts.find(({ id }) => id === accountId)?.name
  const others = accounts.filter(({ id }) => id !== accountId)
  const failure = useSelector(session, ({ context }) => context.failure)
  const isMoving = useSelector(session, (snapshot) => !snapshot.matches('signedIn'))
  return (
    <header className="masthead">
      <p className="brand">
        <Boat className="boat brand-boat" />
        Paperboat
      </p>
      <div className="account">
        <p className="account-alert" role="alert">
          {failure}
        </p>
        <p className="account-present">
          <span className={`face face-${accountId}`} aria-hidden="true">
            {name?.[0]}
          </span>
          <span>
            <span className="hidden">Signed in as </span>
            {name}
          </span>
        </p>
        {others.map((other) => (
          <button
            key={other.id}
            type="button"
            className="button quiet"
            disabled={isMoving}
            onClick={() => session.send({ type: 'signIn', accountId: other.id })}
          >
            Switch to {other.name}
          </button>
        ))}
        <button
          type="button"
          className="button quiet"
          disabled={isMoving}
          onClick={() => session.send({ type: 'signOut' })}
        >
          Sign out
        </button>
      </div>
    </header>
  )
}
