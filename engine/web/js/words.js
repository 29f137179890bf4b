// What the pages say. Each language has two modules: fr.js until the first question, fr.late.js after it.

export const LANGUAGES = { fr: 'Français', en: 'English' }
export const words = {}
export let language = ''
let late = null

/** Speak this language from now on; an unknown one changes nothing. `isChosen`: next time too. */
export async function speak(wanted, isChosen) {
  const name = String(wanted).slice(0, 2)
  if (!LANGUAGES[name] || name === language) return
  Object.assign(words, (await import(`./words/${name}.js`)).default)
  document.documentElement.lang = language = name
  try {
    if (isChosen) localStorage.language = name
  } catch {} // forgotten at the next visit, nothing worse
  if (late) await ((late = null), speakMore())
}

export const speakMore = () =>
  (late = late || import(`./words/${language}.late.js`).then(
    (more) => Object.assign(words, more.default),
    () => (late = null), // the line is down: the next call tries again
  ))

export function preferred() {
  try {
    if (localStorage.language) return localStorage.language
  } catch {} // a browser that forbids storage still speaks
  return [...navigator.languages, 'fr'].find((name) => LANGUAGES[name.slice(0, 2)])
}
