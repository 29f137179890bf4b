// The values of a custom interaction, in its own JSON ({ base: { integer: 3 } }, { list: ... }, { record: ... }) and in
// ours: a string, an array of strings, or a record's fields. What is not of the declared type is undefined.

const LONGEST = 20_000
const MEMBERS_MAX = 1000
const isNumber = (value) => typeof value === 'number' && Number.isFinite(value)
const isText = (value) => typeof value === 'string' && value.length <= LONGEST
const numeric = (value) => (isNumber(value) ? String(value) : isText(value) && /^[-+]?[\d.]+(e[-+]?\d+)?$/i.test(value) ? value : undefined)
const ends = (value, isEnd) => (Array.isArray(value) && value.length === 2 && value.every(isEnd) ? value.join(' ') : undefined)
const text = (value) => (isText(value) ? value : undefined)

const READ = {
  boolean: (value) => (typeof value === 'boolean' ? String(value) : undefined),
  integer: (value) => (Number.isInteger(Number(value)) ? numeric(value) : undefined),
  float: numeric,
  duration: numeric,
  point: (value) => ends(value, isNumber),
  pair: (value) => ends(value, isText),
  directedPair: (value) => ends(value, isText),
  string: text,
  uri: text,
  identifier: text,
  intOrIdentifier: (value) => (isNumber(value) ? String(value) : text(value)),
}
const WRITE = {
  boolean: (value) => value === 'true',
  integer: Number,
  float: Number,
  duration: Number,
  point: (value) => value.split(' ').map(Number),
  pair: (value) => value.split(' '),
  directedPair: (value) => value.split(' '),
}

const has = (object, name) => object !== null && typeof object === 'object' && Object.prototype.hasOwnProperty.call(object, name)
const single = (value, type) => (has(READ, type) ? READ[type](value) : undefined)

/** Our value of what the interaction gives; null is no answer, undefined what cannot be one. */
export function fromGiven(given, cardinality, baseType) {
  if (given === null || given === undefined) return null
  if (cardinality === 'record') return has(given, 'record') ? record(given.record) : has(given, 'base') ? nothing(given.base) : undefined
  if (cardinality === 'single') {
    if (!has(given, 'base')) return undefined
    if (given.base === null) return null
    const value = has(given.base, baseType) ? given.base[baseType] : undefined
    return value === null || value === '' ? null : single(value, baseType)
  }
  if (!has(given, 'list')) return has(given, 'base') ? nothing(given.base) : undefined
  if (given.list === null) return null
  const list = has(given.list, baseType) ? given.list[baseType] : undefined
  if (!Array.isArray(list) || list.length > MEMBERS_MAX) return undefined
  const values = list.map((value) => single(value, baseType))
  return values.includes(undefined) ? undefined : values.length ? values : null
}

const nothing = (base) => (base === null ? null : undefined)

function record(entries) {
  if (!Array.isArray(entries) || entries.length > 100) return undefined
  const fields = {}
  for (const entry of entries) {
    const [type] = entry && has(entry, 'base') && entry.base ? Object.keys(entry.base) : []
    const value = type && single(entry.base[type], type)
    if (!isText(entry && entry.name)) return undefined
    if (value !== undefined) fields[entry.name] = { base_type: type, value }
  }
  return Object.keys(fields).length ? fields : null
}

/** What the interaction is told of the response it had. */
export function toGiven(value, cardinality, baseType) {
  const write = (type, one) => (WRITE[type] ? WRITE[type](one) : one)
  if (value === null) return { base: null }
  if (cardinality === 'record') {
    const entries = Object.entries(value).map(([name, field]) => ({ name, base: { [field.base_type]: write(field.base_type, field.value) } }))
    return { record: entries }
  }
  if (cardinality === 'single') return { base: { [baseType]: write(baseType, value) } }
  return { list: { [baseType]: value.map((one) => write(baseType, one)) } }
}
