"""What the pages say in French."""

from __future__ import annotations

FR: dict[str, str] = {
    "logout": "Se déconnecter",
    "yes": "Oui",
    "back": "Retour",
    "cancel": "Annuler",
    "portal_title": "Suivi des passations",
    "portal_lead": (
        "Les listes de classes, les codes des élèves et le suivi des épreuves, tenus par le service"
        " statistique du ministère."
    ),
    "portal_head": "Direction d’école ou d’établissement",
    "portal_head_text": (
        "Vérifiez les listes, validez les classes, imprimez les codes, suivez les passations."
    ),
    "portal_teacher": "Enseignante, enseignant",
    "portal_teacher_text": ("Consultez la liste de votre classe et suivez sa passation, élève par élève."),
    "portal_pupil": "Élève",
    "portal_pupil_text": (
        "Ton épreuve se passe sur un autre site, avec le code que ton professeur te donne."
    ),
    "portal_pupil_go": "Aller au site des épreuves",
    "portal_family": "Famille",
    "portal_family_text": (
        "Ce que nous conservons de votre enfant, pour combien de temps, et qui peut le lire."
    ),
    "portal_family_go": "Lire ce qui est conservé",
    "portal_operator": "Exploitante, exploitant",
    "portal_operator_text": "La console est sur le site des épreuves : ce site-ci n’y a pas accès.",
    "portal_operator_go": "Console",
    "held_names": "Les noms sont ici",
    "held_names_text": (
        "Ce site, tenu par le service statistique du ministère, est le seul à connaître le nom des élèves. "
        "Noms, dates de naissance et codes y sont chiffrés."
    ),
    "held_apart": "Les réponses sont ailleurs",
    "held_apart_text": (
        "Le site des épreuves n’a que des numéros tirés au hasard. Les réponses sont pseudonymes, et non "
        "anonymes : tant que la liste des codes existe, le service statistique peut les relier à un élève."
    ),
    "held_apart_go": "Ce que garde cet autre site",
    "held_reads": "Qui lit",
    "held_reads_text": (
        "La direction, pour son école ; l’enseignant, pour sa classe ; le service statistique. Les noms "
        "et les réponses ne se rencontrent que sur leur écran, et n’y restent pas."
    ),
    "held_until_when": "Jusqu’à quand",
    "held_until_when_text": (
        "À la fin de la campagne, la liste des noms et des codes est détruite, ainsi que ses clés : plus "
        "aucune copie n’est lisible."
    ),
    "sign_in": "Se connecter",
    "login_title": "Connexion des écoles et établissements",
    "login_help": ("L’identifiant et le mot de passe sont dans le courrier que vous avez reçu."),
    "login_id": "Identifiant",
    "login_id_help": ("Numéro de l’école ou de l’établissement (UAI), ou numéro de salle de la classe."),
    "login_password": "Mot de passe",
    "login_password_help": "Majuscules et espaces n’ont pas d’importance.",
    "login_wrong": ("Identifiant ou mot de passe inexact. Vérifiez le courrier, puis réessayez."),
    "login_wait": "Trop d’essais. Réessayez dans {seconds} s.",
    "school_classes": "Classes",
    "school_sum": "Élèves : {pupils}",
    "step_check": "Vérifier",
    "step_check_text": "Importez ou corrigez les listes.",
    "step_validate": "Valider",
    "step_validate_text": "Dites que chaque liste est juste.",
    "step_print": "Imprimer",
    "step_print_text": "Une bande par élève, avec son code.",
    "step_follow": "Suivre",
    "step_follow_text": "Le jour venu, élève par élève.",
    "class_name": "Classe",
    "class_pupils": "Élèves",
    "class_state": "Liste",
    "class_codes": "Codes",
    "class_odd": "À regarder",
    "class_odd_count": "{count} à regarder",
    "state_open": "À valider",
    "state_valid": "Validée",
    "open_list": "Voir la liste",
    "open_room": "Suivre la passation",
    "open_keying": "Saisir les réponses",
    "open_results": "Lire les résultats",
    "school_results": "Résultats de l’établissement",
    "school_results_go": "Lire les résultats",
    "results_title": "Résultats de la classe {label}",
    "open_codes": "Codes de la classe",
    "open_access": "Accès de l’enseignant",
    "access_title": "Accès de l’enseignant, classe {label}",
    "access_since": "Courrier imprimé le {day}.",
    "access_none": "Cette classe n’a pas encore de courrier, ou son accès est retiré.",
    "access_text": (
        "L’enseignante ou l’enseignant entre avec le numéro de salle et le mot de passe du courrier, "
        "et ne voit que cette classe."
    ),
    "access_first": "Imprimer le courrier (PDF)",
    "access_again": "Imprimer un nouveau courrier (PDF)",
    "access_letter_text": (
        "Le mot de passe n’est écrit que là : imprimez le courrier, remettez-le en main propre, "
        "effacez le fichier."
    ),
    "access_again_ask": "Imprimer un nouveau courrier pour la classe {label} ?",
    "access_again_text": (
        "L’ancien mot de passe sera refusé aussitôt, et toute personne qui s’en sert n’aura plus accès ici. "
        "Sur le site du test, une page ouverte avec l’ancien accès peut encore agir pendant un quart d’heure "
        "au plus ; l’exploitant du site du test y met fin aussitôt (passation rooms renew). Les autres "
        "classes ne remarquent rien. Une fois le fichier enregistré, revenez à la page de la classe."
    ),
    "access_withdraw_lead": "Plus personne ne doit entrer pour cette classe ? Vous seul la suivez alors.",
    "access_withdraw": "Retirer l’accès sans le remplacer",
    "access_withdraw_ask": "Retirer l’accès de l’enseignant à la classe {label} ?",
    "access_withdraw_text": (
        "Le mot de passe du courrier ne sera plus valable, et toute personne qui s’en sert n’aura plus "
        "accès : ici aussitôt, sur le site du test après un quart d’heure au plus. Vous seul suivrez la "
        "classe, jusqu’à ce qu’un nouveau courrier soit imprimé ici. Courrier perdu ? Imprimez-en un "
        "nouveau, cela suffit."
    ),
    "add_class": "Ajouter une classe",
    "add_class_name": "Nom de la classe",
    "add": "Ajouter",
    "import_go": "Importer des listes",
    "print_all": "Imprimer tous les codes (PDF)",
    "no_classes": ("Aucune classe pour l’instant. Importez vos listes, ou ajoutez une classe."),
    "import_title": "Importer des listes",
    "import_lead": (
        "Un fichier CSV (ONDE, Pronote ou tableur), ElevesSansAdresses.xml de SIECLE, ou un export "
        "OneRoster (ZIP). Rien n’est enregistré avant votre accord."
    ),
    "import_columns": (
        "Colonnes lues : Nom, Prénom, Date de naissance, Classe, INE (facultatif). Tout le reste "
        "est ignoré et n’est pas conservé."
    ),
    "import_file": "Fichier",
    "import_label": "Classe, si le fichier ne la nomme pas",
    "import_read": "Lire le fichier",
    "review_title": "Voici ce que dit le fichier",
    "review_sum": "Élèves : {pupils} · Classes : {classes}",
    "review_new": "Nouvelle classe",
    "review_known": (
        "Classe existante : {count} élèves déjà inscrits ; les mêmes ne sont pas ajoutés deux fois"
    ),
    "review_wrong": "Lignes laissées de côté",
    "review_line": "Ligne {line}",
    "review_more": "et {count} autres",
    "review_pupils": "Voir les élèves lus",
    "review_confirm": "Enregistrer ces élèves",
    "class_title": "Classe {label}",
    "class_room": "Salle {room}",
    "class_valid_since": "Liste validée le {day}",
    "class_not_valid": "Liste à vérifier et à valider",
    "class_waiting": (
        "{count} élèves attendent leur code : il est créé par le service statistique après la validation."
    ),
    "family": "Nom",
    "first": "Prénom",
    "born": "Date de naissance",
    "born_short": "Né(e) le",
    "born_help": "Par exemple 12/03/2015",
    "ine": "Numéro national (INE), facultatif",
    "factor": "Temps",
    "factor_1000": "Temps habituel",
    "factor_1333": "Un tiers de plus",
    "factor_1500": "Moitié de plus",
    "factor_2000": "Temps double",
    "arrangements": "Aménagements",
    "arrangements_help": (
        "Seuls le temps et les réglages sont notés, jamais leur motif. Sans choix, l’élève passe "
        "l’épreuve comme les autres."
    ),
    "theme": "Couleurs",
    "theme_none": "Habituelles",
    "theme_help": "L’élève peut en changer.",
    "needs_chosen": "Choisis pour cet élève",
    "needs_more": "Choix à enregistrer",
    "needs_count": "({count} possibles)",
    "needs_supports": "Aides",
    "needs_supports_help": (
        "Elles aident à comprendre ou à écouter. Seuls les élèves pour qui vous les cochez les ont, "
        "dans les questions qui les proposent."
    ),
    "needs_display": "Affichage",
    "needs_display_help": (
        "Chaque élève peut mettre et enlever ces réglages pendant l’épreuve. Cochés ici, ils sont "
        "en place dès le début."
    ),
    "need_spoken": "Écoute",
    "need_spoken_help": (
        "Les textes, les questions et les choix peuvent être lus par la voix de l’ordinateur. "
        "Prévoyez un casque."
    ),
    "need_keyword-emphasis": "Mots importants",
    "need_keyword-emphasis_help": "Les mots qui comptent dans la question sont mis en valeur.",
    "need_simplified-language-portions": "Mots plus simples",
    "need_simplified-language-portions_help": "Les passages difficiles, dits plus simplement.",
    "need_linguistic-guidance": "Aide à la lecture des phrases",
    "need_linguistic-guidance_help": "Une explication des tournures difficiles.",
    "need_additional-directions": "Consignes complémentaires",
    "need_additional-directions_help": "Des indications qui s’ajoutent à la consigne.",
    "need_keyword-translation": "Mots traduits",
    "need_keyword-translation_help": (
        "Les mots difficiles dans une autre langue. L’élève choisit la langue à l’écran."
    ),
    "need_simplified-graphics": "Images plus simples",
    "need_simplified-graphics_help": "Une version épurée des images.",
    "need_sign-language": "Langue des signes",
    "need_sign-language_help": "Le texte en langue des signes, filmé.",
    "need_transcript": "Enregistrements écrits",
    "need_transcript_help": "Ce que disent les sons et les films, à lire.",
    "need_audio-description": "Films racontés",
    "need_audio-description_help": "Ce que montrent les films, raconté.",
    "need_magnification": "Grands caractères",
    "need_magnification_help": "Tout s’affiche plus grand.",
    "need_text-appearance": "Texte aéré",
    "need_text-appearance_help": "Plus de place entre les lettres, les mots et les lignes.",
    "need_line-reader": "Règle de lecture",
    "need_line-reader_help": "Un cache ne laisse voir que quelques lignes à la fois.",
    "need_answer-masking": "Barrer des réponses",
    "need_answer-masking_help": "Un bouton barre les choix que l’élève élimine.",
    "need_layout-single-column": "Texte au-dessus",
    "need_layout-single-column_help": "Le texte à lire passe au-dessus de la question, et non à côté.",
    "need_hazard-avoidance": "Rien ne bouge",
    "need_hazard-avoidance_help": "L’écran n’a aucune animation.",
    "need_high-contrast": "Noir sur blanc, contours marqués",
    "need_invert-display-polarity": "Blanc sur noir",
    "need_yellow-blue": "Jaune sur bleu foncé",
    "need_blue-yellow": "Bleu foncé sur jaune pâle",
    "need_black-cream": "Noir sur crème",
    "need_black-rose": "Noir sur rose",
    "need_black-cyan": "Noir sur bleu clair",
    "need_medgray-darkgray": "Gris sur gris foncé",
    "code": "Code",
    "has_code": "Oui",
    "no_code_yet": "Pas encore",
    "correct": "Corriger",
    "correct_whom": "Corriger {name}",
    "add_pupil": "Ajouter un élève",
    "save": "Enregistrer",
    "remove": "Retirer de la liste",
    "remove_lead": "L’élève a quitté la classe ? Son code est retiré avec lui.",
    "remove_ask": "Retirer de la liste : {name} ?",
    "remove_text": (
        "Son nom est effacé et son code ne vaut plus rien, même si la bande est déjà distribuée. La "
        "liste est à valider de nouveau. Une faute dans le nom se corrige sans retirer l’élève."
    ),
    "validate_title": "Valider la liste",
    "validate_text": (
        "Les codes sont créés pour les classes validées. Toute correction ultérieure demande une "
        "nouvelle validation."
    ),
    "validate_tick": ("J’ai vérifié cette liste : tous les élèves de la classe y sont, et eux seuls."),
    "validate_go": "Valider la liste",
    "odd_title": "À regarder avant de valider",
    "odd_twice": "Peut-être deux fois le même élève",
    "odd_same_name": "Même nom, dates de naissance différentes",
    "odd_same_ine": "Même numéro national",
    "odd_large": "{number} élèves : la classe est-elle si grande ?",
    "odd_small": "{number} élèves seulement",
    "odd_empty": "Aucun élève dans cette classe",
    "odd_no_birth": "Date de naissance absente",
    "odd_unborn": "Date de naissance dans le futur",
    "odd_birth_year": "Année de naissance inhabituelle : {number}",
    "odd_other_year": "Presque tous sont nés en {number} : est-ce une classe d’un autre niveau ?",
    "odd_one_letter": "Un nom d’une seule lettre",
    "odd_elsewhere": "et dans une autre classe",
    "pupils_none": "Aucun élève pour l’instant.",
    "codes_title": "Codes de la classe {label}",
    "codes_lead": (
        "Les codes ne s’affichent pas à l’écran : ils s’impriment. Chaque impression est inscrite au journal."
    ),
    "codes_print": "Imprimer la classe (PDF)",
    "codes_none": (
        "Les codes de cette classe ne sont pas encore créés. Validez la liste ; le service "
        "statistique les crée ensuite."
    ),
    "codes_number": "N°",
    "codes_reprint": "Réimprimer",
    "codes_reprint_whom": "Réimprimer le code de {name}",
    "codes_withdraw": "Retirer",
    "codes_withdraw_ask": "Retirer ce code : {name} ?",
    "codes_withdraw_text": (
        "La bande déjà imprimée n’ouvrira plus rien, et ce code ne revient pas. L’élève a besoin "
        "ensuite d’un code de réserve. Une bande perdue se réimprime sans retirer le code."
    ),
    "codes_withdraw_whom": "Retirer le code de {name}",
    "reserve_title": "Codes de réserve",
    "reserve_text": (
        "Un élève sans code, ou dont le code est perdu ? Donnez-lui une bande de réserve, et notez "
        "ici à qui. Son ancien code est retiré."
    ),
    "reserve_none": "Plus de code de réserve : demandez-en au service statistique.",
    "pupil": "Élève",
    "room_title": "Salle de la classe {label}",
    "keying_title": "Saisie de la classe {label}",
    "day_lead": (
        "Les noms viennent de ce site, le reste du site de passation ; ils ne se rencontrent que sur "
        "cet écran."
    ),
    "day_none": (
        "Le site de passation n’est pas encore relié à cette page. La liste est à jour ; le suivi "
        "apparaîtra le jour venu."
    ),
    "day_login": "Votre connexion est terminée. Reconnectez-vous pour continuer.",
    "reserve_number": "Code de réserve R{number}",
    "reserve_choose": "Donné à",
    "reserve_give": "Noter",
    "reserve_short": "Réserve",
    "said_class_added": "Classe ajoutée.",
    "said_imported": "Listes enregistrées. Vérifiez chaque classe, puis validez-la.",
    "said_pupil_added": "Élève ajouté. La liste est à valider de nouveau.",
    "said_pupil_corrected": "Correction enregistrée. La liste est à valider de nouveau.",
    "said_pupil_removed": "Élève retiré de la liste.",
    "said_validated": "Liste validée. Merci !",
    "said_reserve_given": "Code de réserve noté.",
    "said_withdrawn": "Code retiré.",
    "said_access_withdrawn": "Accès retiré : l’ancien mot de passe ne vaut plus rien.",
    "problem_title": "Cela n’a pas pu se faire",
    "problem_changed": (
        "Quelqu’un a modifié cette liste entre-temps. Regardez-la de nouveau, puis recommencez."
    ),
    "problem_empty_class": "Une classe sans élève ne peut pas être validée.",
    "problem_not_ticked": "Cochez la case pour dire que vous avez vérifié la liste.",
    "problem_class_exists": "Une classe porte déjà ce nom.",
    "problem_too_many": ("C’est trop : une classe a au plus 60 élèves, un établissement 200 classes."),
    "problem_no_reserve": "Ce code de réserve est déjà donné ou retiré. Prenez-en un autre.",
    "problem_code_gone": (
        "Ce code n’est plus à cette classe : il est déjà retiré. Regardez la liste de nouveau."
    ),
    "problem_access_gone": "Cette classe n’a plus d’accès d’enseignant : il est déjà retiré.",
    "problem_letter_made": (
        "Un autre courrier vient d’être imprimé pour cette classe, et lui seul est valable. S’il est "
        "perdu, revenez à la page de l’accès et imprimez-en un nouveau."
    ),
    "problem_no_code": "Il n’y a pas encore de code à imprimer ici.",
    "problem_no_draft": (
        "Cet import date de plus d’une heure, ou il est déjà enregistré. Importez le fichier de nouveau."
    ),
    "problem_unknown": "Cette école n’est pas connue.",
    "problem_campaign": "La campagne n’est pas ouverte.",
    "problem_label": "Une classe a un nom de 40 signes au plus.",
    "problem_label_letters": "Le nom de la classe contient des signes que la feuille ne peut pas imprimer.",
    "problem_no_family": "Il manque le nom, ou il est trop long.",
    "problem_no_first": "Il manque le prénom, ou il est trop long.",
    "problem_letters": (
        "Le nom contient des signes que la feuille ne peut pas imprimer (chiffres, symboles, autre écriture)."
    ),
    "problem_date": ("Cette date de naissance n’existe pas, ou s’écrit autrement : par exemple 12/03/2015."),
    "problem_ine": "Le numéro national a 10 ou 11 lettres et chiffres.",
    "problem_empty_file": "Choisissez un fichier : celui-ci est vide.",
    "problem_too_big": "Le fichier est trop grand. Importez les classes une par une.",
    "problem_no_pupils": "Le fichier ne contient aucun élève.",
    "problem_not_csv": (
        "Le fichier n’est pas un tableau CSV. Dans le tableur : Enregistrer sous, CSV UTF-8."
    ),
    "problem_headings": ("La première ligne doit nommer les colonnes : Nom;Prénom;Date de naissance;Classe."),
    "problem_no_class": (
        "Aucune colonne ne nomme la classe. Ajoutez-la, ou écrivez ici de quelle classe il s’agit."
    ),
    "problem_encoding": "Le texte n’est pas lisible. Enregistrez-le en CSV UTF-8.",
    "problem_not_xml": "Le fichier XML est endommagé. Exportez-le de nouveau.",
    "problem_other_xml": "Ce fichier XML n’est pas ElevesSansAdresses.xml de SIECLE.",
    "problem_other_zip": "Ce fichier ZIP n’est pas un export OneRoster (CSV).",
    "problem_no_user": "L’élève inscrit n’est pas dans la liste des personnes.",
    "status_400": "La demande est incomplète. Revenez en arrière et recommencez.",
    "status_401": "Votre connexion est terminée. Reconnectez-vous.",
    "status_403": (
        "Cette page n’est pas ouverte à votre identifiant, ou elle est restée ouverte trop "
        "longtemps. Revenez en arrière et recommencez."
    ),
    "status_404": "Cette classe n’existe pas, ou ce n’est pas la vôtre.",
    "status_410": (
        "La campagne est terminée. Les noms et les codes ont été détruits, ainsi que leurs clés : "
        "plus personne ne peut les lire."
    ),
    "status_411": "La demande est incomplète. Revenez en arrière et recommencez.",
    "status_413": "Le fichier est trop grand. Importez les classes une par une.",
    "kind_csv": "Fichier CSV",
    "kind_siecle": "Export SIECLE",
    "kind_oneroster": "Export OneRoster",
}
