// What the page of results says, in both languages.

const fr = {
  wait: 'Lecture des résultats…', away: 'Le serveur ne répond pas. Nous réessayons.', denied: 'Les résultats de cette classe ne sont pas ouverts ici.',
  over: 'Les résultats ne sont pas ouverts à cette date.', signIn: 'Votre visite est terminée : connectez-vous de nouveau.',
  until: 'Consultables jusqu’au {time}. Ensuite plus personne ne peut les lire.', none: 'Aucun élève de cette classe n’a encore de résultat.',
  number: 'Élève {number}', whole: 'Ensemble du test', class: 'Classe', national: 'France entière', mean: '{percent} % de réussite', noNational: 'Les résultats nationaux ne sont pas encore publiés.',
  hidden: 'Nombre trop petit pour être publié', inGroup: '{count} en « {group} »', classTitle: 'La classe par domaine', pupilsTitle: 'Les élèves', pupil: 'Élève', waiting: 'à corriger', noMean: '–',
  reading: 'Lecture des résultats : classe {number} sur {count}…', classesTitle: 'Les classes et leurs élèves', classOf: 'Classe {label}', alone: 'Ouvrir cette classe seule',
  lacking: '{count} classe n’a pas encore de résultat à ce test.', lackings: '{count} classes n’ont pas encore de résultat à ce test.',
  byName: 'Par nom', byScore: 'Par réussite', sheet: 'Fiche', sheetOf: 'Fiche de {name}', printSheets: 'Imprimer les fiches', printAll: 'Imprimer la page', close: 'Fermer', print: 'Imprimer la fiche',
  points: '{score} sur {max}', sheetLead: 'Résultats au test « {title} »', sheetGroup: 'Groupe de maîtrise', sheetDomain: 'Domaine', sheetPoints: 'Points', sheetItems: 'Question par question',
  right: 'réussi', wrong: 'non réussi', partly: 'en partie', open: 'à corriger', sort: 'Ordre', absent: 'absent', absentFor: 'absent en partie', unkeyed: 'pas saisi', unkeyedFor: 'saisi en partie', blank: 'sans réponse',
  incomplete: '{count} élève absent ou saisi en partie n’est pas compté.', incompletes: '{count} élèves absents ou saisis en partie ne sont pas comptés.',
}

const en = {
  wait: 'Reading the results…', away: 'The server does not answer. We keep trying.', denied: 'The results of this class are not open here.',
  over: 'The results are not open at this date.', signIn: 'Your visit is over: sign in again.',
  until: 'To be read until {time}. After that nobody can read them any more.', none: 'No pupil of this class has a result yet.',
  number: 'Pupil {number}', whole: 'Whole test', class: 'Class', national: 'Whole country', mean: '{percent} % right', noNational: 'National results are not published yet.',
  hidden: 'Too small a number to be published', inGroup: '{count} in “{group}”', classTitle: 'The class by domain', pupilsTitle: 'The pupils', pupil: 'Pupil', waiting: 'to be marked', noMean: '–',
  reading: 'Reading the results: class {number} of {count}…', classesTitle: 'The classes and their pupils', classOf: 'Class {label}', alone: 'Open this class alone',
  lacking: '{count} class has no result in this test yet.', lackings: '{count} classes have no result in this test yet.',
  byName: 'By name', byScore: 'By success', sheet: 'Sheet', sheetOf: 'Sheet of {name}', printSheets: 'Print the sheets', printAll: 'Print the page', close: 'Close', print: 'Print the sheet',
  points: '{score} of {max}', sheetLead: 'Results in the test “{title}”', sheetGroup: 'Mastery group', sheetDomain: 'Domain', sheetPoints: 'Points', sheetItems: 'Question by question',
  right: 'right', wrong: 'not right', partly: 'in part', open: 'to be marked', sort: 'Order', absent: 'absent', absentFor: 'absent for a part', unkeyed: 'not keyed', unkeyedFor: 'keyed in part', blank: 'no answer',
  incomplete: '{count} pupil who was absent or keyed in part is not counted.', incompletes: '{count} pupils who were absent or keyed in part are not counted.',
}

export const RESULTS = { fr, en }
