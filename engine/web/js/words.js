// What the pages say: words/fr.js, up to the first question fr.test.js, then fr.late.js.

import { load } from './load.js'

export const LANGUAGES = { fr: 'Français', en: 'English' }
export const words = {}
export let language = ''
const spoken = {} // by part: its language

/** Speak `wanted` from now on; resolves with these parts. */
export function speak(wanted, ...parts) {
  const name = String(wanted).slice(0, 2)
  if (LANGUAGES[name]) document.documentElement.lang = language = name
  const missing = parts.filter((part) => spoken[part] !== language)
  return Promise.all(missing.map((part) => learn(part, language)))
}

async function learn(part, name) {
  Object.assign(words, (await load(`./words/${name}${part}.js`)).default)
  spoken[part] = name
}

/** All there is; false if it cannot be had now. */
export const speakMore = () => speak(language, '', '.late').then(Boolean, () => false)

export function remember(name) {
  try {
    localStorage.language = name
  } catch {} // forgotten next time, nothing worse
}

export function preferred() {
  try {
    if (LANGUAGES[localStorage.language]) return localStorage.language
  } catch {}
  return [...navigator.languages, 'fr'].find((name) => LANGUAGES[name.slice(0, 2)])
}
