// The pupil's page in its frame: opened, walked through by its own buttons, asked which question is on it.

const LOOK_MS = 60
const PATIENCE_LOOKS = 500

export class Player {
  constructor(frame) {
    this.frame = frame
  }

  /** The number makes the address another one: a code alone would not load the page again. */
  open(code, round) {
    this.turn = null
    this.opened = new Promise((done) => this.frame.addEventListener('load', done, { once: true }))
    this.frame.src = `/?round=${round}#${code}`
  }

  get document() {
    return this.frame.contentDocument
  }

  find(selector) {
    return this.document && this.document.querySelector(selector)
  }

  get isIn() {
    return Boolean(this.find('body.on-test'))
  }

  /** The number of the question on the screen, from 1; 0 when there is none. */
  get number() {
    const heading = this.find('body.on-test .question .head h1')
    const found = heading && heading.textContent.match(/\d+/)
    return found ? Number(found[0]) : 0
  }

  /** Through log-in and instructions to a question, pressing what a pupil presses. */
  async walk(number) {
    const turn = (this.turn = {})
    await this.opened
    for (let look = 0; look < PATIENCE_LOOKS && turn === this.turn; look += 1) {
      if (this.isIn) return this.go(number)
      const button = this.find('.on-login form button.main:enabled, .on-instructions button.main:enabled')
      if (button) button.click()
      await new Promise((done) => setTimeout(done, LOOK_MS))
    }
  }

  /** By the map of all questions. */
  async go(number) {
    if (!this.isIn || number === this.number) return
    if (!this.find('dialog[open]')) this.find('.turn.middle').click()
    for (let look = 0; look < PATIENCE_LOOKS; look += 1) {
      const place = this.document.querySelectorAll('dialog[open] .map .place')[number - 1]
      if (place) return place.click()
      await new Promise((done) => setTimeout(done, LOOK_MS))
    }
  }
}
