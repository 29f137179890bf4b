// What the pages say: words/fr.js until the first question, words/fr.late.js after it.

export const LANGUAGES = { fr: 'Français', en: 'English' }
export const words = {}
export let language = ''
let late = null

export async function speak(wanted, isChosen) {
  const name = String(wanted).slice(0, 2)
  if (!LANGUAGES[name] || name === language) return
  Object.assign(words, (await import(`./words/${name}.js`)).default)
  document.documentElement.lang = language = name
  try {
    if (isChosen) localStorage.language = name
  } catch {} // forgotten next time, nothing worse
  if (late) await ((late = null), speakMore())
}

export const speakMore = () =>
  (late = late || import(`./words/${language}.late.js`).then(
    (more) => Object.assign(words, more.default),
    () => (late = null), // the next call tries again
  ))

export function preferred() {
  try {
    if (localStorage.language) return localStorage.language
  } catch {}
  return [...navigator.languages, 'fr'].find((name) => LANGUAGES[name.slice(0, 2)])
}
