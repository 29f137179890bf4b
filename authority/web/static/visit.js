// Whose visit this is. A tab with names that comes back to the front asks, since somebody else may have signed in
// at this computer meanwhile.

import { Refused, request } from './calls.js'

export const HEADERS = { 'X-Passation': '1' }

export const assert = () => request('/assertion', { method: 'POST', headers: HEADERS })

const roomsOf = ({ assertion }) => JSON.parse(atob(assertion.split('.')[0].replaceAll('-', '+').replaceAll('_', '/'))).rooms

/** Take the names off the screen, and begin anew, once the visit does not list these rooms any more. */
export function keepTo(rooms, root) {
  const leave = () => {
    root.replaceChildren()
    location.reload()
  }
  document.addEventListener('visibilitychange', async () => {
    if (document.hidden) return
    try {
      const may = roomsOf(await assert())
      if (!rooms.every((room) => may.includes(room))) leave()
    } catch (error) {
      if (error instanceof Refused) leave()
    }
  })
}
