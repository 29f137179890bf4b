// Portable custom interaction: an author's own modules, in a frame on an origin of nobody's. Its page comes under a
// policy without any network (frame.html); what it says comes through one port and is checked before it is used.

import { h, style } from '../element.js'
import { words } from '../words.js'
import { fromGiven, toGiven } from './customvalues.js'

const PAGE = '/static/frame.html'
const LOWEST_PX = 40
const HIGHEST_PX = 4000
const STATE_MAX = 64 * 1024 // characters
const NOTE_MAX = 300
const PATIENCE_MS = 10_000 // the page of the frame comes over the network when it is first needed

/** Fetch the frame's page while there is a line: the browser's cache keeps it, since the service worker may not. */
export function warm() {
  const attributes = { sandbox: 'allow-scripts', hidden: true, 'aria-hidden': 'true', tabindex: -1, src: PAGE }
  const frame = h('iframe', { ...attributes, onload: () => frame.remove() })
  document.body.append(frame)
}

export async function bind(root, context) {
  const { name, item, sitting, content, changed, note, index } = context
  const { cardinality, baseType } = root.dataset
  const given = JSON.parse(root.dataset.given)
  delete root.dataset.given
  await style('files')
  const states = (sitting.state.custom = sitting.state.custom || {})
  const key = `${item} ${name}`
  const place = h('div', { class: 'custom' })
  root.append(place)
  let value = null
  let port = null
  let begun = 0

  /** A fresh frame, with the response and state there are; called once more when the answer is wiped. */
  async function begin() {
    const turn = ++begun
    if (port) port.close()
    const frame = h('iframe', { sandbox: 'allow-scripts', title: words.customTitle(index + 1), referrerpolicy: 'no-referrer' })
    const parts = await gather()
    if (turn !== begun) return
    const message = {
      ...parts,
      responseIdentifier: name,
      boundTo: { [name]: toGiven(value, cardinality, baseType) },
      state: value === null ? undefined : (states[key] ?? undefined),
      contextVariables: { QTI_CONTEXT: { record: [] } },
      language: document.documentElement.lang,
    }
    // Its first page gets the port; a page to which it leads itself away gets nothing, and is taken down.
    let isFirst = true
    const wait = setTimeout(() => {
      if (turn !== begun || !root.isConnected) return
      place.replaceChildren(h('p', { class: 'waiting', role: 'status' }, words.comesSoon))
      setTimeout(() => turn === begun && root.isConnected && begin(), PATIENCE_MS)
    }, PATIENCE_MS)
    frame.addEventListener('load', () => {
      if (!isFirst) return fail('moved')
      isFirst = false
      const channel = new MessageChannel()
      port = channel.port1
      port.onmessage = ({ data }) => {
        clearTimeout(wait)
        if (turn === begun) heard(frame, data)
      }
      frame.contentWindow.postMessage(message, '*', [channel.port2])
    })
    frame.src = PAGE
    place.replaceChildren(frame)
  }

  async function gather() {
    const text = async (module) => ({ ...module, text: await (await content.get('blob', module.media)).text() })
    const pictures = [...new Set(given.markup.match(/data-media="[^"]+"/g))].map((found) => found.slice(12, -1))
    const media = await Promise.all(pictures.map(async (id) => [id, await content.get('blob', id)]))
    const modules = await Promise.all(given.modules.map(text))
    return { ...given, modules, media: Object.fromEntries(media) }
  }

  function fail(why) {
    console.warn('The interaction has failed:', why)
    if (port) port.close()
    place.replaceChildren(h('p', { class: 'error', role: 'alert' }, words.customFailed))
  }

  function heard(frame, data) {
    if (!data || typeof data !== 'object') return
    if (typeof data.height === 'number') {
      frame.style.height = `${Math.min(HIGHEST_PX, Math.max(LOWEST_PX, Math.ceil(data.height) || 0))}px`
    }
    if (data.kind === 'response') take(data)
    if (data.kind === 'failed') fail(typeof data.why === 'string' ? data.why.slice(0, NOTE_MAX) : '')
  }

  function take(data) {
    const found = fromGiven(data.response, cardinality, baseType)
    if (found === undefined) return note(words.otherForm)
    note(data.isValid === false ? (typeof data.note === 'string' && data.note.slice(0, NOTE_MAX)) || words.otherForm : '')
    const state = JSON.stringify(data.state ?? null)
    if (found !== null && state.length <= STATE_MAX) states[key] = JSON.parse(state)
    if (JSON.stringify(found) === JSON.stringify(value)) return sitting.keepSoon()
    value = found
    changed()
  }

  begin().catch(() => fail('not fetched'))
  return {
    read: () => value,
    write(wanted) {
      if (JSON.stringify(wanted) === JSON.stringify(value)) return
      value = wanted
      if (wanted === null) delete states[key]
      begin().catch(() => fail('not fetched'))
    },
  }
}
