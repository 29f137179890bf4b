// The class on its day, and its keying. Names come from this origin, all else from the engine; they are joined
// here, in memory, and nowhere else: no name is stored, part of an address, or sent to the engine.

import { crossCalls, request } from './calls.js'
import { mountKeying } from './keying.js'
import { element } from './page.js'
import { mountResults } from './results.js'
import { mountRoom } from './room.js'
import { assert, HEADERS, keepTo } from './visit.js'

const root = document.querySelector('[data-view]')
const { view, room, engine, language, none, login } = root.dataset
const base = `/classes/${root.dataset.class}`

const byCode = ({ people }) => new Map(people.map(({ session, ...person }) => [session, person]))
const warned = (text) => root.replaceChildren(element('p', { className: 'warning', id: 'warning', textContent: text, attributes: { role: 'alert' } }))

async function begin() {
  let people
  try {
    people = byCode(await request(`${base}/people`, { headers: HEADERS }))
  } catch {
    return warned(login)
  }
  if (!engine) return warned(none)
  const call = crossCalls(engine, room, assert)
  if (view === 'keying') return mountKeying(root, { language, call, room, people: new Map([...people].map(([session, { name }]) => [session, name])) })
  if (view === 'results') return mountResults(root, { language, call, people })
  const reserve = async (former, session) => byCode(await request(`${base}/reserve`, { method: 'POST', headers: HEADERS, body: { former, session } }))
  return mountRoom(root, { language, call, people, reserve })
}

keepTo([room], root)
addEventListener('pagehide', () => root.replaceChildren())
// A page that comes back from the browser's memory begins anew.
addEventListener('pageshow', ({ persisted }) => persisted && location.reload())
begin()
