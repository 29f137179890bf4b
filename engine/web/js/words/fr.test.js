// French, to a pupil of eleven: instructions and questions.

const plural = (number, word) => `${number} ${word}${number > 1 ? 's' : ''}`

export default {
  beforeStart: 'Avant de commencer',
  questions: (count) => plural(count, 'question'),
  minutes: (count) => plural(count, 'minute'),
  howItWorks: 'Comment ça marche',
  howTo: [
    ['grid', 'Réponds dans l’ordre que tu veux. Tu peux revenir en arrière et changer tes réponses.'],
    ['check', 'Tes réponses s’enregistrent toutes seules. Si le réseau se coupe, continue : rien n’est perdu.'],
    ['flag', 'Tu hésites ? Marque la question « À revoir ».'],
    ['clock', 'À la fin, relis-toi, puis rends ton test.'],
  ],
  arriving: 'Le test arrive sur cet ordinateur…',
  arrived: ' Le test est arrivé sur cet ordinateur.',
  start: 'Commencer le test',
  starting: 'Le test s’ouvre…',
  startsIn: (time) => `Le test commence dans ${time}`,

  question: (number, count) => `Question ${number} sur ${count}`,
  previous: 'Précédente',
  next: 'Suivante',
  finish: 'Relire et rendre',
  map: 'Toutes les questions',
  clear: 'Effacer ma réponse',
  passage: 'Texte à lire',
  comesSoon: 'La question arrive dès que le réseau revient.',
  choose: (min, max) =>
    max > 1 ? `Choisis ${max} réponses au plus.` : min > 1 ? `Choisis au moins ${min} réponses.` : 'Tu peux choisir plusieurs réponses.',
}
