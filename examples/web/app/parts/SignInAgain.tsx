import { useState } from 'react'
import { accounts } from '../../protocol.ts'
import { useDesk, useStatus } from '../desk/useDesk.ts'
import { counted } from '../wording.ts'
import { KeyIcon } from './icons.tsx'

/** Asks for another sign-in. Writing goes on meanwhile, and nothing that waits is lost. */
export function SignInAgain() {
  const { accountId, signInAgain } = useDesk()
  const { pending } = useStatus()
  const [failure, setFailure] = useState<string>()
  const name = accounts.find(({ id }) => id === accountId)?.name
  const signIn = () => {
    signInAgain().catch(() => setFailure('The server cannot be reached. Try once more in a moment.'))
  }
  return (
    <section className="hold" aria-labelledby="hold">
      <KeyIcon />
      <div className="hold-words">
        <h2 className="hold-title" id="hold">
          The server has signed you out
        </h2>
        <p>
          {pending === 0
            ? 'Write on: everything is kept here.'
            : `${counted(pending, 'change')} kept here, sent once you are back.`}
        </p>
        {failure !== undefined && (
          <p className="failure" role="alert">
            {failure}
          </p>
        )}
      </div>
      <button type="button" className="button primary" onClick={signIn}>
        Sign in as {name}
      </button>
    </section>
  )
}
