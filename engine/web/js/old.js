// For browsers that know no modules: the only thing to tell them is that they are too old. Plain old JavaScript.
document.getElementById('opening').textContent =
  'Ce navigateur est trop ancien pour le test. Appelle ton professeur. ' +
  '(This browser is too old for the test. Call your teacher.)'
