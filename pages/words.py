"""What the shared templates say; each program adds its own words."""

from __future__ import annotations

WORDS: dict[str, dict[str, str]] = {
    "fr": {
        "skip": "Aller au contenu",
        "colon": "\u00a0: ",
        "foot": "Autres pages",
        "portal": "Portail",
        "families": "Familles : ce qui est conservé",
        "manual": "Mode d’emploi",
        "manual_print": "Imprimer : une page A4",
        "held_title": "Ce qui est conservé, et qui peut le lire",
        "held_what": "Ce qui est conservé",
        "held_why": "Pour {why}",
        "held_until": "Combien de temps",
        "held_who": "Qui peut le lire",
        "held_how": "Protégé",
        "held_rights": "Vos droits",
        "held_rights_text": (
            "Vous pouvez demander à voir ce qui est conservé de votre enfant, le faire corriger, en "
            "faire "
            "limiter l’usage ou vous y opposer (règlement général sur la protection des données, "
            "articles 15 à 21)."
        ),
        "held_ask": "À qui demander",
        "held_ask_school": (
            "à la direction de l’école ou de l’établissement, qui transmet au service statistique du "
            "ministère"
        ),
        "held_complaint": (
            "Sans réponse satisfaisante, vous pouvez saisir la CNIL, 3 place de Fontenoy, 75007 Paris."
        ),
        "held_detail": "Tout, endroit par endroit",
        "held_detail_text": (
            "Cette liste vient du programme lui-même : un essai automatique refuse la moindre donnée "
            "qui n’y est pas. Elle sert de source à ce qui précède."
        ),
        "held_name": "Nom technique",
        "held_fields": "Détail",
        "held_table": "Dans la base de données",
        "held_memory": "Dans la mémoire du serveur",
        "held_file": "Dans des fichiers",
        "held_browser": "Dans le navigateur",
    },
    "en": {
        "skip": "Skip to content",
        "colon": ": ",
        "foot": "Other pages",
        "portal": "Portal",
        "families": "Families: what is kept",
        "manual": "How to use it",
        "manual_print": "Print: one A4 page",
        "held_title": "What is kept, and who can read it",
        "held_what": "What is kept",
        "held_why": "{why}",
        "held_until": "How long",
        "held_who": "Who can read it",
        "held_how": "Protected",
        "held_rights": "Your rights",
        "held_rights_text": (
            "You may ask to see what is kept about your child, have it corrected, have its use "
            "limited or "
            "object to it (General Data Protection Regulation, articles 15 to 21)."
        ),
        "held_ask": "Whom to ask",
        "held_ask_school": ("the head of the school, who passes it on to the ministry’s statistical service"),
        "held_complaint": (
            "If the answer does not satisfy you, you may turn to the CNIL, 3 place de Fontenoy, 75007 Paris."
        ),
        "held_detail": "Everything, place by place",
        "held_detail_text": (
            "This list comes from the program itself: an automatic test refuses any piece of data "
            "that is "
            "not in it. What stands above is made from it."
        ),
        "held_name": "Technical name",
        "held_fields": "In detail",
        "held_table": "In the database",
        "held_memory": "In the server’s memory",
        "held_file": "In files",
        "held_browser": "In the browser",
    },
}
