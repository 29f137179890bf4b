// What the aids say: words/fr.access.js and words/en.access.js, fetched with the first of them.

import { load } from '../load.js'
import { language } from '../words.js'

export let phrases = null

export async function learn() {
  phrases = (await load(`./words/${language}.access.js`)).default
}
