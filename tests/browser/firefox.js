// Loaded into Playwright's own process. It tells each browser which media features to show; a Firefox that does not
// know the command refuses to open a window. That one refusal is read as an acceptance, for as long as a Firefox runs.
'use strict'

const processes = require('child_process')
const { basename } = require('path')

const { parse } = JSON
const { spawn } = processes
let running = 0

function leniently(text, reviver) {
  const told = parse(text, reviver)
  const isRefused = told && told.error === 'unknown command' && told.message === 'emulation.setMediaFeaturesOverride'
  return isRefused ? { type: 'success', id: told.id, result: {} } : told
}

function count(change) {
  running += change
  JSON.parse = running ? leniently : parse
}

processes.spawn = (command, ...rest) => {
  const child = spawn(command, ...rest)
  if (basename(command).startsWith('firefox')) {
    count(1)
    child.once('close', () => count(-1))
  }
  return child
}
