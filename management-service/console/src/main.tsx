/**
 * The start of the console in a browser.
 */
import '@mantine/core/styles.css'
import './app/app.css'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app/app.js'

// The address of management itself shows the console; its pages have theirs below `/ui`.
if (location.pathname === '/') history.replaceState(null, '', '/ui/')

const place = document.getElementById('root')
if (place !== null) {
  createRoot(place).render(
    <StrictMode>
      <App />
    </StrictMode>,
  )
}
