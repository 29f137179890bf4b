// The code as pupils type it: the rules of sessions/codes.py.

const ALPHABET = '123456789BCDFGHJKMNPQRSTVWXYZ'
const LENGTHS = [12, 24]
// AZERTY without Shift, "corrected" quotes, look-alikes.
const TYPED = '&É"\'(È_Ç§!‘’´`“”IL|U'
const MEANT = '1234578968444433111V'

export class CodeTypo extends Error {
  constructor(hint) {
    super(hint)
    this.hint = hint
  }
}

export function normalise(text) {
  let typed = signs(text)
  // A dash is 6 without Shift, or nothing: the length decides.
  if (!isWhole(typed)) typed = typed.filter((sign) => sign !== '-')
  const places = typed.map((sign) => {
    const place = ALPHABET.indexOf(read(sign))
    if (place < 0) throw new CodeTypo('O0À'.includes(sign) ? 'no_o_or_zero' : 'symbol')
    return place
  })
  if (!isWhole(places)) throw new CodeTypo('length')
  if (places.reduce((sum, place, index) => sum + (index + 1) * place, 0) % 29) throw new CodeTypo('check')
  return places.map((place) => ALPHABET[place]).join('')
}

/** What is typed so far, in groups of four. */
export function pretty(text) {
  const typed = signs(text)
  if (typed.includes('-') && !isWhole(typed)) return typed.join('')
  return typed.map(read).join('').replace(/(.{4})(?=.)/gu, '$1 ')
}

const signs = (text) => {
  const typed = text.slice(0, 100).replace(/\s/g, '').normalize('NFC').toUpperCase()
  return [...typed.replace(/[‐-―−]/g, '-')]
}
const isWhole = (typed) => LENGTHS.includes(typed.length)
const read = (sign) => (sign === '-' ? '6' : MEANT[TYPED.indexOf(sign)] || sign)
