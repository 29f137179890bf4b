// French, to a pupil of eleven: before the bell, and in the waiting room.

export default {
  ready: 'J’ai tout lu',
  bellIn: (time) => `Le test ouvre dans ${time}`,
  allReady: 'Tout est prêt',
  startsItself: 'Le test commence tout seul. Tu n’as rien à faire.',
  timeNotYet: 'Ton temps ne part qu’avec la première question.',
  readAgain: 'Relire les consignes',
  yourTurnSoon: 'C’est bientôt ton tour',
  oneByOne: 'Les élèves entrent l’un après l’autre, à quelques secondes. Le test s’ouvre tout seul.',

  queue: (number, minutes) =>
    `Beaucoup d’élèves arrivent en même temps. Tu es environ le numéro ${number}, à peu près ${minutes} minute${minutes > 1 ? 's' : ''}. ` +
    'Ta place est gardée et cette page continue toute seule. Rien n’est perdu\u00a0: ton temps ne part qu’avec le test.',
  before: 'ta place',
  minutesLeft: 'min',
}
