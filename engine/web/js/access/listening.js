// Listening: the browser's own voices read the question, piece by piece. Only voices of this computer speak: others
// send the text to whoever made the browser.

import { DRAWINGS, button, h, icon } from '../element.js'
import { words } from '../words.js'
import { cardsOf } from './cards.js'
import { looksOf } from './looks.js'
import { phrases } from './phrases.js'
import { piecesOf } from './speakable.js'
import { isNew } from './tools.js'

Object.assign(DRAWINGS, {
  ear: 'M4 9.500v5h3.500L12 18.500v-13L7.500 9.500zM15.500 9a4 4 0 010 6M18 6.500a7.500 7.500 0 010 11',
  back: 'M18 6l-7 6 7 6zM7 6v12',
  ahead: 'M6 6l7 6-7 6zM17 6v12',
  stop: 'M7 7h10v10H7z',
})
const VOICES_MS = 2000

let reader = null

export async function equip(scene) {
  const { paper, texts } = scene
  const { question } = paper
  if (reader && reader.question === question && reader.body === paper.body) return reader.renew(scene)
  if (!('speechSynthesis' in window)) return
  if (reader) reader.stop()
  else scene.sitting.on('paused', (isPaused) => isPaused && reader.hold())
  reader = new Reader(scene)
  await reader.learnCards()
  question.querySelectorAll('.listening').forEach((bar) => bar.remove())
  paper.head.after(reader.bar)
  for (const [element] of texts) for (const line of element.querySelectorAll('.qti-choices > li')) reader.furnish(line)
}

class Reader {
  constructor(scene) {
    this.renew(scene)
    this.question = scene.paper.question
    this.body = scene.paper.body
    this.at = 0
    this.spoken = new Map()
    const tool = (name, act, text) => {
      const control = button('second', act, icon(name))
      control.title = text
      control.setAttribute('aria-label', text)
      return control
    }
    this.toggle = button('second listen', () => (this.isPlaying ? this.hold() : this.play()))
    this.note = h('p', { class: 'hint', role: 'status' })
    const back = tool('back', () => this.skip(-1), phrases.before)
    const ahead = tool('ahead', () => this.skip(1), phrases.after)
    const stop = tool('stop', () => this.stop(), phrases.stop)
    const attributes = { class: 'listening access', role: 'group', 'aria-label': words.listen }
    this.bar = h('div', attributes, this.toggle, back, ahead, stop, this.note)
    this.show()
  }

  renew(scene) {
    this.scene = scene
  }

  async learnCards() {
    for (const [root, name] of this.scene.texts) {
      if (!root.querySelector('[data-catalog]')) continue
      const cards = await cardsOf(this.scene.sitting, name)
      for (const element of root.querySelectorAll('[data-catalog]')) {
        const entries = element.dataset.catalog.split(' ').flatMap((one) => cards[one] || [])
        const spoken = entries.filter(({ dataset }) => dataset.support === 'spoken')
        if (spoken.length) this.spoken.set(element, spoken)
      }
    }
  }

  /** What is on the screen now: the passage first. */
  pieces() {
    const spokenOf = (element) => this.spoken.get(element) || []
    return this.scene.texts
      .map(([element]) => element)
      .filter((element) => element.isConnected)
      .sort((a, b) => (a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1))
      .flatMap((element) => piecesOf(element, spokenOf))
  }

  /** A choice can be heard without being chosen. */
  furnish(line) {
    if (!isNew(line, 'listening')) return
    const text = line.querySelector('.qti-choice').textContent.trim()
    const control = button('hear access', () => this.hear(line), icon('ear'))
    control.title = words.listen
    control.setAttribute('aria-label', `${words.listen} : ${text}`)
    line.append(control)
  }

  hear(line) {
    this.stop()
    this.list = piecesOf(line, (element) => this.spoken.get(element) || [])
    this.isAlone = true
    this.play()
  }

  async play() {
    if (!this.list) this.list = this.pieces()
    if (this.at >= this.list.length) this.at = 0
    this.isPlaying = true
    this.show()
    await this.speak()
  }

  async speak() {
    const piece = this.list[this.at]
    const turn = (this.turn = {})
    speechSynthesis.cancel()
    this.mark(piece)
    if (!piece) return this.stop()
    const done = () => turn === this.turn && this.isPlaying && this.bar.isConnected && this.next()
    if (piece.recording) return this.sound(piece, done)
    const voice = await voiceFor(piece.language)
    if (turn !== this.turn) return
    if (!voice) return this.silence()
    const utterance = new SpeechSynthesisUtterance(piece.text)
    Object.assign(utterance, { voice, lang: voice.lang, rate: looksOf(this.scene.sitting.state).rate || 1 })
    utterance.onend = done
    utterance.onerror = ({ error }) => error !== 'interrupted' && error !== 'canceled' && done()
    this.utterance = utterance // kept: some browsers forget to call what nobody holds
    speechSynthesis.speak(utterance)
  }

  async sound({ recording }, done) {
    this.audio = new Audio(await this.scene.sitting.content.get('media', recording))
    this.audio.onended = this.audio.onerror = done
    this.audio.play().catch(done)
  }

  silence() {
    this.stop()
    this.note.textContent = phrases.noVoice
  }

  next() {
    this.at += 1
    if (this.at < this.list.length) this.speak()
    else this.stop()
  }

  skip(step) {
    if (!this.list || this.isAlone) this.forget()
    this.at = Math.max(0, Math.min(this.list ? this.list.length - 1 : 0, this.at + (this.list ? step : 0)))
    this.play()
  }

  hold() {
    this.isPlaying = false
    this.hush()
    this.show()
  }

  stop() {
    this.hold()
    this.forget()
    this.mark(null)
  }

  forget() {
    this.list = null
    this.isAlone = false
    this.at = 0
  }

  hush() {
    this.turn = null
    speechSynthesis.cancel()
    if (this.audio) this.audio.pause()
  }

  mark(piece) {
    for (const element of document.querySelectorAll('.is-heard')) element.classList.remove('is-heard')
    if (!piece) return
    piece.element.classList.add('is-heard')
    piece.element.classList.toggle('has-picture', Boolean(piece.element.querySelector('img')))
    piece.element.scrollIntoView({ block: 'nearest' })
  }

  show() {
    const text = this.isPlaying ? words.hold : words.listen
    this.toggle.replaceChildren(icon(this.isPlaying ? 'pause' : 'ear'), text)
    this.note.textContent = ''
  }
}

/** A voice of this computer for a language, the nearest country first; undefined if there is none. */
async function voiceFor(language) {
  const [wanted] = language.toLowerCase().split('-')
  const own = (await voices()).filter(({ localService, lang }) => localService && lang.toLowerCase().split(/[-_]/)[0] === wanted)
  return own.find(({ lang }) => lang.replace('_', '-').toLowerCase() === language.toLowerCase()) || own[0]
}

/** Browsers fetch their list of voices late, and tell when it has come. */
function voices() {
  const known = speechSynthesis.getVoices()
  if (known.length) return known
  return new Promise((resolve) => {
    const give = () => resolve(speechSynthesis.getVoices())
    speechSynthesis.addEventListener('voiceschanged', give, { once: true })
    setTimeout(give, VOICES_MS)
  })
}

/** Away from its question it is silent: another question, a pause, the page in the background for good. */
new MutationObserver(() => reader && reader.isPlaying && !reader.bar.isConnected && reader.stop()).observe(document.body, {
  childList: true,
  subtree: true,
})
addEventListener('pagehide', () => speechSynthesis.cancel())
