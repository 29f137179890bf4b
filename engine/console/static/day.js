// Keeps the day's figures as they are: one question every two seconds, nothing stored, text set as text.

const EVERY_MS = 2000
const SLOWEST_MS = 30_000
const PATIENCE_MS = 10_000
const KEPT_MS = 600_000
const [WIDTH, HEIGHT] = [600, 140]

const page = document.getElementById('day')
const [when, away, alarms, curve, top_, workers] = ['when', 'away', 'alarms', 'curve', 'top', 'workers'].map((id) =>
  document.getElementById(id)
)
const words = page.dataset
const language = document.documentElement.lang
const whole = new Intl.NumberFormat(language, { maximumFractionDigits: 0 })
const tenth = new Intl.NumberFormat(language, { maximumFractionDigits: 1 })
const time = new Intl.DateTimeFormat(language, { timeStyle: 'medium' })
const past = []
let shownAlarms = ''
let lastAt = new Date()
let failures = 0

const number = (value) => (value >= 10 || Number.isInteger(value) ? whole : tenth).format(value)
const orNothing = (value, unit = '') => (value == null ? words.nothing : number(value) + unit)

function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties)
  made.append(...children)
  return made
}

function set(name, text) {
  const place = page.querySelector(`[data-figure="${name}"]`)
  if (place && place.textContent !== text) place.textContent = text
}

function showAlarms(ringing) {
  const now = JSON.stringify(ringing)
  if (now === shownAlarms) return // what is read aloud is read once
  shownAlarms = now
  const lines = ringing.map(({ text, act, is_grave }) =>
    element('li', { className: `alarm${is_grave ? ' is-grave' : ''}` }, element('strong', {}, text), ' ', element('span', {}, act))
  )
  alarms.replaceChildren(...(lines.length ? lines : [element('li', { className: 'alarm is-quiet' }, element('strong', {}, words.quiet))]))
}

function draw(day) {
  past.push([day.now_ms, day.answers_per_s, day.logins_per_s])
  while (past[0][0] < day.now_ms - KEPT_MS) past.shift()
  const top = Math.max(2, ...past.map(([, answers, logins]) => Math.max(answers, logins))) * 1.1
  const [logins, answers] = curve.querySelectorAll('path')
  for (const [path, index] of [[answers, 1], [logins, 2]]) {
    const points = past.map((point) => {
      const x = WIDTH * (1 - (day.now_ms - point[0]) / KEPT_MS)
      return `${x.toFixed(1)} ${(HEIGHT * (1 - point[index] / top)).toFixed(1)}`
    })
    path.setAttribute('d', `M${points.join('L')}`)
  }
  top_.textContent = `${whole.format(top)} /s`
}

function showSessions(sessions) {
  for (const [delivery, counts] of Object.entries(sessions)) {
    const place = page.querySelector(`[data-delivery="${CSS.escape(delivery)}"]`)
    if (!place) continue
    const all = Object.values(counts).reduce((sum, count) => sum + count, 0) || 1
    for (const [status, count] of Object.entries(counts)) {
      place.querySelector(`[data-status="${status}"]`).textContent = number(count)
      place.querySelector(`[data-part="${status}"]`).setAttribute('width', `${(100 * count) / all}%`)
    }
  }
}

/** A delivery that is opened, paused or new meanwhile shows at once; a new one needs a page made anew. */
function showDeliveries({ deliveries, states, waiting }) {
  const shown = [...page.querySelectorAll('[data-delivery]')].map(({ dataset }) => dataset.delivery)
  if (shown.length !== Object.keys(deliveries).length || !shown.every((name) => name in deliveries)) return location.reload()
  for (const [name, state] of Object.entries(deliveries)) {
    const pill = page.querySelector(`[data-delivery="${CSS.escape(name)}"] [data-state]`)
    if (pill.dataset.state === state) continue
    pill.dataset.state = state
    pill.className = `pill is-${state}`
    pill.textContent = states[state]
  }
  const count = document.getElementById('waiting')
  if (!count) return
  count.hidden = !waiting
  count.firstChild.textContent = waiting
}

function showRanks(ranks) {
  for (const [name, { admitted, refusing }] of Object.entries(ranks)) {
    const cells = page.querySelectorAll(`[data-rank="${name}"] td`)
    cells[0].textContent = number(admitted)
    cells[1].textContent = `${number(refusing * 100)} %`
  }
}

function showWorkers(all) {
  const labels = [...workers.closest('table').querySelectorAll('th[scope=col]')].map((head) => head.textContent)
  const rows = all.map((worker) => {
    const state = !worker.is_fresh ? words.silent : worker.is_tight ? words.tight : words.well
    const texts = [number(worker.answers_per_s), `${number(worker.wait_ms)} ms`, state]
    const cells = texts.map((text, index) => {
      const cell = element('td', { className: index < 2 ? 'figure' : '' }, text)
      cell.dataset.label = labels[index + 1]
      return cell
    })
    const head = element('th', { scope: 'row' }, worker.name)
    return element('tr', {}, head, ...cells)
  })
  workers.replaceChildren(...rows)
}

function show(day) {
  const { redis, archive } = day
  set('answers_per_s', number(day.answers_per_s))
  set('logins_per_s', number(day.logins_per_s))
  set('p99_ms', orNothing(day.p99_ms))
  set('p50', orNothing(day.p50_ms, ' ms'))
  set('journal', orNothing(redis && redis.lag_s))
  set('redis_share', orNothing(redis && redis.share * 100, ' %'))
  set('redis_entries', orNothing(redis && redis.entries))
  set('unscored', orNothing(archive && archive.unscored))
  showAlarms(day.alarms)
  showSessions(day.sessions)
  showDeliveries(day)
  showRanks(day.ranks)
  showWorkers(day.workers)
  draw(day)
}

async function turn() {
  try {
    const reply = await fetch('/operator/day', { cache: 'no-store', redirect: 'error', signal: AbortSignal.timeout(PATIENCE_MS) })
    if (reply.status === 401) return location.assign('/operator/login')
    if (!reply.ok) throw new Error(`status ${reply.status}`)
    show(await reply.json())
    lastAt = new Date()
    failures = 0
    when.textContent = time.format(lastAt)
  } catch (error) {
    failures += 1
    console.warn(error)
    away.textContent = words.away.replace('{time}', time.format(lastAt))
  }
  away.hidden = failures < 2
  page.classList.toggle('is-late', failures > 1)
  setTimeout(turn, document.hidden ? SLOWEST_MS : Math.min(SLOWEST_MS, EVERY_MS * (failures + 1)))
}

turn()
