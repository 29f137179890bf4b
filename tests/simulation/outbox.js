// Runs histories of a player's outbox in a page: the modules as they are served, time and server given by the test.

async function play({ histories }) {
  const { Sitting, freshState } = await import('/static/js/sitting.js')
  const { Outbox } = await import('/static/js/outbox.js')
  const { Vault } = await import('/static/js/vault.js')
  const { delivered, merge, mergeEnded, reopen } = await import('/static/js/resume.js')
  const PASSING = ['overloaded', 'store_away', 'store_full', 'internal', 'slow_down']
  let now_ms, last, script, idle, sent, vault, sitting, outbox, closes
  const json = (status, value) => new Response(JSON.stringify(value), { status })
  const refusal = (error) => json(409, { error })

  // The server of these histories: it does what the next word of the script says. (See the test.)
  function answers(text) {
    const batch = JSON.parse(text)
    sent.push(text)
    const [words, value] = script.shift() || (++idle > 12 ? ['moved', 0] : ['ok', 0]) // no history is endless
    const word = words.replace('!', '')
    if (word === 'away') throw new Error('the line is dead')
    closes = words.endsWith('!')
    if (word === 'gap') return refusal({ code: 'gap', last: (last = value) })
    if (word === 'fork') return refusal({ code: 'fork', last: (last = value) })
    if (word === 'handed in') return refusal({ code: 'handed_in' })
    if (word === 'closed') return refusal({ code: 'session_closed' })
    if (word === 'moved') return refusal({ code: 'seat_moved' })
    if (PASSING.includes(word)) return refusal({ code: word })
    if (word === 'nonsense') return refusal({ code: 'bad_answer' }) // of a batch as a whole, or of a sign of life
    if (word === 'refused' && batch.answers.length)
      return json(422, { error: { code: 'bad_answer', entries: [{ index: 0, item: batch.answers.at(-1).item }] } })
    if (word === 'bad' && batch.answers.length)
      return json(422, { error: { code: 'bad_answer', entries: [{ index: 0, item: batch.answers[0].item, problem: 'x' }] } })
    last = word === 'lost' ? value : Math.max(last, batch.n || 0)
    const late = word === 'late' ? { late: 'self_attested' } : word === 'proved' ? { late: 'proved' } : {}
    const lease = word === 'bare' ? {} : { lease: 'word' }
    return json(200, { last, sealed: word === 'sealed' ? Math.min(value, last) : 0, now_ms, flush_after_ms: 0, ...lease, ...late })
  }
  window.fetch = async (address, { body }) =>
    address.endsWith('answers') ? answers(body) : refusal({ code: address.endsWith('login') ? 'code_revoked' : 'seat_moved' })

  function sit(state) {
    outbox?.stop()
    ;[script, idle] = [[], 0]
    vault = new Vault()
    vault.state = JSON.parse(JSON.stringify(state))
    sitting = new Sitting(vault)
    sitting.clock.now = () => now_ms
    outbox = new Outbox(sitting)
    outbox.plan = () => {}
    closes = false
    outbox.backoff.delay_ms = () => {
      if (closes) outbox.stop() // the page is closed while it waits to try again
      return 0
    }
  }

  const form = { wait() {}, fail() {}, isCancelled: true } // so that no log-in is tried twice
  const steps = {
    answer: ([item, value]) => sitting.answer(item, { r1: value }),
    wait: ([ms]) => (now_ms += ms),
    send: ([words]) => ((script = [...words]), (idle = 0), outbox.retry()),
    reload: () => sit(sitting.state),
    async moved() {
      sitting.state.token = 'token'
      await reopen(vault, 'code', form)
      sit(vault.state)
    },
    merge([known, isNewSeat, upTo, sealed]) {
      last = upTo
      sitting.settle({ last: upTo, sealed }) // as `adopt` does, with the log-in and again with the session
      merge(sitting, known, isNewSeat)
      if (isNewSeat) sitting.settle({ last: upTo, sealed })
    },
    lost([upTo, words]) {
      ;[script, idle] = [[...words], 0]
      ;[sitting.isOver, sitting.token] = [true, sitting.state.token]
      sitting.settle({ last: (last = upTo), sealed: 0 })
      return outbox.recover()
    },
    async ended([upTo, sealed, words]) {
      ;[script, idle] = [[...words], 0]
      sitting.settle({ last: (last = upTo), sealed })
      mergeEnded(sitting, await delivered(sitting.state, outbox.backoff), true)
    },
  }
  const found = []
  for (const history of histories) {
    ;[now_ms, last, sent] = [1_000_000, 0, []]
    sit(freshState({ session: { form: 'f', language: 'fr', deadline_ms: 9e9 }, last: 0 }))
    const boxes = []
    for (const [name, ...given] of history) {
      await steps[name](given)
      boxes.push(JSON.stringify(sitting.state.box))
    }
    found.push({ boxes, sent })
  }
  return found
}
