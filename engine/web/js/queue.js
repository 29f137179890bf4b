// The waiting room at log-in: how many are before this pupil, about how long it takes, and that nothing is lost.

import { carried } from './api.js'
import { h, style } from './element.js'
import { language, speak, words } from './words.js'

const HEADER = 'Passation-Place'
const SOON_MS = 1000
const KEY = 'place'

/** The place outlives a reload of this tab, and goes when the pupil is in. */
const kept = {
  get: () => sessionStorage.getItem(KEY) || '',
  set: (place) => sessionStorage.setItem(KEY, place),
  clear() {
    sessionStorage.removeItem(KEY)
    delete carried[HEADER]
  },
}

/** Keep the place, say how it stands; true: it is worth waiting. */
export async function queue(reply, form) {
  await Promise.all([style('waiting'), speak(language, '.waiting')])
  const old = kept.get()
  if (old && old !== reply.place && !carried[HEADER]) {
    reply.retry_after_ms = SOON_MS // a reload: the place that this tab had is the better one
    carried[HEADER] = old
  } else {
    kept.set((carried[HEADER] = reply.place))
  }
  form.wait(words.queue(reply.number, minutes(reply)))
  picture(reply)
  return true
}

const minutes = ({ wait_ms }) => Math.max(1, Math.round(wait_ms / 60_000))

/** The same, to be seen from afar; the words are what is read out. */
function picture(reply) {
  const note = document.querySelector('.on-login .waiting')
  if (!note) return
  const fact = (number, text) => h('span', {}, h('b', {}, number), text)
  const facts = h('span', { class: 'queue', 'aria-hidden': 'true' }, [
    fact('≈ ' + reply.number, words.before),
    fact('≈ ' + minutes(reply), words.minutesLeft),
  ])
  note.prepend(facts)
}

// Whoever comes next to this computer queues for himself.
new MutationObserver((_, watch) => {
  if (document.body.matches('.on-login')) return
  kept.clear()
  watch.disconnect()
}).observe(document.body, { attributes: true })
