import { useSelector } from '@xstate/react'
import { DeskContext } from './desk/useDesk.ts'
import { SignIn } from './parts/SignIn.tsx'
import { Workspace } from './parts/Workspace.tsx'
import { session } from './session/session.ts'

/** The desk of whoever is signed in, or the way in. */
export function App() {
  const desk = useSelector(session, ({ context }) => context.desk)
  const isRestoring = useSelector(session, (snapshot) => snapshot.matches('restoring'))
  if (desk !== undefined) {
    return (
      <DeskContext value={desk}>
        <Workspace key={desk.accountId} />
      </DeskContext>
    )
  }
  return isRestoring ? null : <SignIn />
}
