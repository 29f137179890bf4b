// How the page looks for one pupil: colours, size, room, movement. Kept with the sitting in the vault, under the
// code, so that the next pupil at this computer neither inherits nor learns it.

import { style } from '../element.js'

export const SIZES = ['100%', '125%', '150%', '200%']
export const THEMES = [
  '',
  'high-contrast',
  'invert-display-polarity',
  'yellow-blue',
  'blue-yellow',
  'black-rose',
  'black-cream',
  'black-cyan',
  'medgray-darkgray',
]
/** Switches of the page, and the class of the root that each sets. */
export const SWITCHES = {
  'text-appearance': 'is-spaced',
  'line-reader': 'has-ruler',
  'answer-masking': 'can-strike',
  'layout-single-column': 'is-single',
  'hazard-avoidance': 'is-still',
}

const chosenBySchool = ({ needs = [] }) => ({
  theme: THEMES.find((theme) => theme && needs.includes(theme)) || '',
  size: needs.includes('magnification') ? 2 : 0,
  rate: 1,
  on: Object.keys(SWITCHES).filter((name) => needs.includes(name)),
})

/** What this pupil chose, else what the school chose. */
export const looksOf = ({ display, session }) => display || chosenBySchool(session)

export const hasNeed = ({ session }, name) => (session.needs || []).includes(name)

/** Resolves when the page looks so. */
export async function dress(state) {
  const { documentElement: root } = document
  const { theme, size, on } = looksOf(state)
  if (theme || on.length) await style('access')
  root.style.fontSize = SIZES[size] || ''
  root.classList.toggle('is-large', size > 1) // media queries do not know of it
  root.dataset.theme = THEMES.includes(theme) ? theme : ''
  if (!root.dataset.theme) delete root.dataset.theme
  for (const [name, kind] of Object.entries(SWITCHES)) root.classList.toggle(kind, on.includes(name))
}

/** Change it, and keep it on this device. */
export async function choose(sitting, changed) {
  const { state } = sitting
  state.display = { ...looksOf(state), ...changed }
  sitting.keepSoon()
  await dress(state)
  sitting.emit('looks')
}

/** As the school, or nobody, had it. */
export const restore = (sitting) => choose(sitting, chosenBySchool(sitting.state.session))
