import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './App.tsx'

const root = document.getElementById('root')
if (root === null) throw new Error('index.html has a #root')
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
)

// Without one, the page works as before, but opens only with a connection.
void navigator.serviceWorker?.register('/serviceWorker.js').catch(() => undefined)
