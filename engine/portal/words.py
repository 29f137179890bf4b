"""What the portal and the page for families say."""

from __future__ import annotations

WORDS: dict[str, dict[str, str]] = {
    "fr": {
        "place": "Le site des épreuves",
        "portal_title": "Qui êtes-vous ?",
        "portal_lead": (
            "Ce site fait passer les épreuves. Il ne connaît aucun nom : des codes et des numéros."
        ),
        "portal_pupil": "Élève",
        "portal_pupil_text": "Ton code est écrit sur la bande que ton professeur te donne.",
        "portal_pupil_go": "Taper mon code",
        "portal_teacher": "Enseignante, enseignant",
        "portal_teacher_text": (
            "Suivez votre salle, saisissez les copies, lisez les résultats : avec les noms sur le "
            "portail des "
            "écoles, par numéro ici."
        ),
        "portal_teacher_go": "Avec les noms",
        "portal_teacher_numbers": "Par numéro",
        "portal_head": "Direction d’école ou d’établissement",
        "portal_head_text": (
            "Listes, codes et résultats sont sur le portail des écoles ; son adresse est dans votre courrier."
        ),
        "portal_head_go": "Portail des écoles",
        "portal_family": "Famille",
        "portal_family_text": ("Ce qui est conservé, pour combien de temps, qui peut le lire, vos droits."),
        "portal_family_go": "Lire ce qui est conservé",
        "portal_operator": "Exploitante, exploitant",
        "portal_operator_text": "Préparez, ouvrez, surveillez et fermez les passations.",
        "portal_operator_go": "Console",
        "held_nameless": "Aucun nom ici",
        "held_nameless_text": (
            "Ce site ne connaît que des numéros tirés au hasard. Les réponses sont pseudonymes, et non "
            "anonymes : le service statistique, seul, garde sur un autre site la liste qui relie un "
            "numéro "
            "à un nom."
        ),
        "held_nameless_go": "Ce que garde cet autre site",
        "held_reads": "Qui lit",
        "held_reads_text": (
            "L’élève ; son enseignant et sa direction, entre deux dates ; le service statistique. "
            "Aucune page "
            "ne montre une réponse à qui exploite le serveur. Toute consultation des résultats est "
            "inscrite "
            "au journal. Rien ne part vers un autre site."
        ),
        "held_until_when": "Jusqu’à quand",
        "held_until_when_text": (
            "À la fin de la campagne, les clés sont détruites. Réponses et points deviennent alors "
            "illisibles partout, jusque dans les sauvegardes."
        ),
        "held_here": "Sur l’ordinateur",
        "held_here_text": (
            "Les réponses y attendent, chiffrées par le code de l’élève, le temps d’arriver au serveur. "
            "Ensuite il n’en reste rien."
        ),
    },
    "en": {
        "place": "The test site",
        "portal_title": "Who are you?",
        "portal_lead": "This site gives the tests. It knows no names: codes and numbers.",
        "portal_pupil": "Pupil",
        "portal_pupil_text": "Your code is on the strip of paper that your teacher gives you.",
        "portal_pupil_go": "Type my code",
        "portal_teacher": "Teacher",
        "portal_teacher_text": (
            "Follow your room, key in papers, read the results: with names on the schools’ portal, by "
            "number here."
        ),
        "portal_teacher_go": "With names",
        "portal_teacher_numbers": "By number",
        "portal_head": "Head of a school",
        "portal_head_text": (
            "Lists, codes and results are on the schools’ portal; its address is in your letter."
        ),
        "portal_head_go": "Schools’ portal",
        "portal_family": "Family",
        "portal_family_text": "What is kept, for how long, who can read it, your rights.",
        "portal_family_go": "Read what is kept",
        "portal_operator": "Operator",
        "portal_operator_text": "Prepare, open, watch and close the deliveries.",
        "portal_operator_go": "Console",
        "held_nameless": "No name here",
        "held_nameless_text": (
            "This site knows numbers drawn at random and nothing else. Answers are pseudonymous, not "
            "anonymous: the statistical service alone keeps the list that ties a number to a name, on "
            "another site."
        ),
        "held_nameless_go": "What that other site keeps",
        "held_reads": "Who reads",
        "held_reads_text": (
            "The pupil; the teacher and the head, between two dates; the statistical service. No "
            "page shows "
            "an answer to those who operate the server. Each look at results stands in the audit "
            "log. Nothing "
            "goes to another site."
        ),
        "held_until_when": "Until when",
        "held_until_when_text": (
            "At the end of the campaign the keys are destroyed. Answers and points can then be read "
            "nowhere, not even in backups."
        ),
        "held_here": "On the computer",
        "held_here_text": (
            "Answers wait there, encrypted under the pupil’s code, until they have reached the server. "
            "After that nothing of them is left."
        ),
    },
}
