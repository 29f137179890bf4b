// A school's results for its head: the classes beside each other, from the engine; the pupils of a class with their
// names when it is opened. Joined here, in memory, and nowhere else.

import { crossCalls, request } from './calls.js'
import { element } from './page.js'
import { mountSchool } from './school.js'
import { assert, HEADERS, keepTo } from './visit.js'

const root = document.getElementById('results')
const { engine, language, none, login } = root.dataset
const warned = (text) => root.replaceChildren(element('p', { className: 'warning', id: 'warning', textContent: text, attributes: { role: 'alert' } }))

const rows = JSON.parse(root.dataset.classes)
const classes = rows.map(({ id, label, room }) => ({
  label,
  address: `/classes/${id}/results`,
  call: crossCalls(engine, room, assert),
  people: async () => new Map((await request(`/classes/${id}/people`, { headers: HEADERS })).people.map(({ session, ...person }) => [session, person])),
}))

keepTo(rows.map(({ room }) => room), root)
addEventListener('pagehide', () => root.replaceChildren())
// A page that comes back from the browser's memory begins anew.
addEventListener('pageshow', ({ persisted }) => persisted && location.reload())
if (engine) mountSchool(root, { language, classes, login, warned })
else warned(none)
