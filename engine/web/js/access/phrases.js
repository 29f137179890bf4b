// What the aids say: words/fr.access.js and words/en.access.js, fetched with the first of them.

import { language } from '../words.js'

export let phrases = null

export async function learn() {
  phrases = (await import(`../words/${language}.access.js`)).default
}
