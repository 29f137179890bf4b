// Upload: a file of this computer. It is kept here at once and sent in the background; the page says how far it is.

import { DRAWINGS, button, h, icon, style } from '../element.js'
import { filesOf } from '../files.js'
import { say } from '../notice.js'
import { words } from '../words.js'

DRAWINGS.file = 'M6 3h8l4 4v14H6zM14 3v4h4M9 12h6M9 16h6'
const LISTED_MAX = 8
const UNITS = [
  [1e6, 'Mo', 'MB'],
  [1e3, 'ko', 'kB'],
]

export async function bind(root, context) {
  await style('files')
  const { name: response, item, sitting, changed } = context
  const files = filesOf(sitting)
  const endings = root.dataset.endings.split(' ')
  const accept = `${root.dataset.types.split(' ')},${endings.map((ending) => '.' + ending)}`
  const input = h('input', { type: 'file', accept, hidden: true, onchange: () => take(input.files[0]) })
  const kinds = endings.length > LISTED_MAX ? words.anyFile : words.filesOf(endings.map((one) => one.toUpperCase()))
  const choose = button('second', () => input.click(), icon('file'), h('span', {}))
  const remove = button('plain', clear, words.removeFile)
  const name = h('strong', {})
  const bar = h('progress', { max: 100 })
  const text = h('p', { class: 'file-state', role: 'status' })
  const card = h('div', { class: 'file-card' }, icon('file'), h('div', {}, name, bar, text))
  const help = h('p', { class: 'hint' }, `${kinds} ${words.dropFile}`)
  root.append(h('div', { class: 'upload' }, help, card, h('div', { class: 'actions' }, choose, remove), input))
  let value = null

  async function take(file) {
    input.value = ''
    if (!file) return
    context.note('')
    const given = (id) => {
      value = id
      changed()
      show()
    }
    await files.add(item, response, file, { label: file.name, given })
    say(words.fileTaken(file.name), true)
  }

  function clear() {
    files.drop(item, response)
    value = null
    changed()
    show()
    choose.focus()
  }

  function show() {
    const [id, entry] = files.of(item, response) || []
    const isOurs = entry && id === value
    card.hidden = remove.hidden = !value
    choose.lastChild.textContent = value ? words.otherFile : words.chooseFile
    name.textContent = isOurs ? `${entry.label} (${sizeOf(entry.size)})` : words.fileHandedIn
    const isGoing = isOurs && !entry.isSent
    bar.hidden = !isGoing
    bar.value = isGoing ? Math.floor((100 * entry.offset) / entry.size) : 0
    bar.setAttribute('aria-label', words.sendingFile)
    card.classList.toggle('is-sent', !isGoing)
    text.textContent = !isGoing ? words.fileSent : files.isAway ? words.fileWaits : words.sendingFile
  }

  function heard(news) {
    if (!root.isConnected) return
    if (news && news.item === item && news.response === response) {
      value = null
      const limit = news.limit_bytes ? sizeOf(news.limit_bytes) : ''
      context.note(words.fileRefused(news.code, kinds, limit))
    }
    show()
  }

  root.addEventListener('dragover', (event) => event.preventDefault())
  root.addEventListener('drop', (event) => {
    event.preventDefault()
    take(event.dataTransfer.files[0])
  })
  sitting.on('file', heard)
  sitting.on('status', () => heard())
  show()
  return {
    read: () => value,
    write(given) {
      if (value && !given) files.drop(item, response)
      value = given
      show()
    },
  }
}

/** In the page's language, to three digits. */
function sizeOf(bytes) {
  const isFrench = document.documentElement.lang === 'fr'
  const [factor, french, english] = UNITS.find(([least]) => bytes >= least) || UNITS[1]
  const number = (bytes / factor).toLocaleString(document.documentElement.lang, { maximumSignificantDigits: 3 })
  return `${number} ${isFrench ? french : english}`
}
