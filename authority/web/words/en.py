"""What the pages say in English."""

from __future__ import annotations

EN: dict[str, str] = {
    "logout": "Sign out",
    "yes": "Yes",
    "back": "Back",
    "cancel": "Cancel",
    "portal_title": "School portal",
    "portal_lead": (
        "Class lists, pupils’ codes and the day of the tests, kept by the ministry’s statistical service."
    ),
    "portal_head": "Head of a school",
    "portal_head_text": ("Check the lists, validate the classes, print the codes, follow the tests."),
    "portal_teacher": "Teacher",
    "portal_teacher_text": "See your class’s list and follow its test, pupil by pupil.",
    "portal_pupil": "Pupil",
    "portal_pupil_text": ("Your test is on another site, with the code that your teacher gives you."),
    "portal_pupil_go": "Go to the test site",
    "portal_family": "Family",
    "portal_family_text": "What we keep about your child, for how long, and who can read it.",
    "portal_family_go": "Read what is kept",
    "portal_operator": "Operator",
    "portal_operator_text": "The console is on the test site: this site has no access to it.",
    "portal_operator_go": "Console",
    "held_names": "Names are here",
    "held_names_text": (
        "This site, kept by the ministry’s statistical service, is the only one that knows the pupils’ "
        "names. Names, birth dates and codes are encrypted here."
    ),
    "held_apart": "Answers are elsewhere",
    "held_apart_text": (
        "The test site has numbers drawn at random. Answers are pseudonymous, not anonymous: as long as "
        "the list of codes exists, the statistical service can tell whose they are."
    ),
    "held_apart_go": "What that other site keeps",
    "held_reads": "Who reads",
    "held_reads_text": (
        "The head, for the school; the teacher, for the class; the statistical service. Names and answers "
        "meet on their screen alone, and do not stay there."
    ),
    "held_until_when": "Until when",
    "held_until_when_text": (
        "At the end of the campaign the list of names and codes is destroyed, and its keys: no copy of it "
        "can be read any more."
    ),
    "sign_in": "Sign in",
    "login_title": "Sign in for schools",
    "login_help": "Identifier and password are in the letter that you received.",
    "login_id": "Identifier",
    "login_id_help": "The school’s number (UAI), or the class’s room number.",
    "login_password": "Password",
    "login_password_help": "Capitals and spaces do not matter.",
    "login_wrong": "Wrong identifier or password. Check the letter, then try again.",
    "login_wait": "Too many tries. Try again in {seconds} s.",
    "school_classes": "Classes",
    "school_sum": "Pupils: {pupils}",
    "step_check": "Check",
    "step_check_text": "Import or correct the lists.",
    "step_validate": "Validate",
    "step_validate_text": "Say that each list is right.",
    "step_print": "Print",
    "step_print_text": "One strip for each pupil, with the code.",
    "step_follow": "Follow",
    "step_follow_text": "On the day, pupil by pupil.",
    "class_name": "Class",
    "class_pupils": "Pupils",
    "class_state": "List",
    "class_codes": "Codes",
    "class_odd": "To look at",
    "class_odd_count": "{count} to look at",
    "state_open": "To validate",
    "state_valid": "Validated",
    "open_list": "See the list",
    "open_room": "Follow the test",
    "open_keying": "Key in answers",
    "open_results": "Read the results",
    "school_results": "Results of the school",
    "school_results_go": "Read the results",
    "results_title": "Results of class {label}",
    "open_access": "Teacher’s access",
    "access_title": "Teacher’s access, class {label}",
    "access_since": "Letter printed on {day}.",
    "access_none": "This class has no letter yet, or its access is withdrawn.",
    "access_text": (
        "The teacher comes in with the room’s number and the password of the letter, and sees this "
        "class alone."
    ),
    "access_first": "Print the letter (PDF)",
    "access_again": "Print a new letter (PDF)",
    "access_letter_text": (
        "The password stands there alone: print the letter, hand it over in person, delete the file."
    ),
    "access_again_ask": "Print a new letter for class {label}?",
    "access_again_text": (
        "The former password will be refused at once, and whoever is signed in with it will be out of these "
        "pages. On the test site, a page that is open with the former access may still act for a quarter of "
        "an hour at most; the test site’s operator ends it at once (passation rooms renew). The other "
        "classes notice nothing. Once the file is saved, go back to the page of the class."
    ),
    "access_withdraw_lead": "Nobody is to come in for this class any more? You alone follow it then.",
    "access_withdraw": "Withdraw the access without a new one",
    "access_withdraw_ask": "Withdraw the teacher’s access to class {label}?",
    "access_withdraw_text": (
        "The password of the letter is worth nothing any more, and whoever is signed in with it is out: "
        "here at once, on the test site after a quarter of an hour at most. You alone follow the class "
        "until a new letter is printed here. A letter was lost? Print a new one, that is enough."
    ),
    "open_codes": "Codes of the class",
    "add_class": "Add a class",
    "add_class_name": "Name of the class",
    "add": "Add",
    "import_go": "Import lists",
    "print_all": "Print all codes (PDF)",
    "no_classes": "No class yet. Import your lists, or add a class.",
    "import_title": "Import lists",
    "import_lead": (
        "A CSV file (ONDE, Pronote or a spreadsheet), SIECLE’s ElevesSansAdresses.xml, or a "
        "OneRoster export (ZIP). Nothing is saved before you say yes."
    ),
    "import_columns": (
        "Columns read: Nom, Prénom, Date de naissance, Classe, INE (optional). Everything else is "
        "ignored and not kept."
    ),
    "import_file": "File",
    "import_label": "Class, if the file does not name it",
    "import_read": "Read the file",
    "review_title": "This is what the file says",
    "review_sum": "Pupils: {pupils} · Classes: {classes}",
    "review_new": "New class",
    "review_known": ("Existing class: {count} pupils already there; the same are not added twice"),
    "review_wrong": "Lines left out",
    "review_line": "Line {line}",
    "review_more": "and {count} more",
    "review_pupils": "See the pupils that were read",
    "review_confirm": "Save these pupils",
    "class_title": "Class {label}",
    "class_room": "Room {room}",
    "class_valid_since": "List validated on {day}",
    "class_not_valid": "List to check and to validate",
    "class_waiting": (
        "{count} pupils wait for their code: the statistical service makes it after the validation."
    ),
    "family": "Family name",
    "first": "First name",
    "born": "Birth date",
    "born_short": "Born",
    "born_help": "For example 2015-03-12",
    "ine": "National number (INE), optional",
    "factor": "Time",
    "factor_1000": "Usual time",
    "factor_1333": "A third more",
    "factor_1500": "Half more",
    "factor_2000": "Twice the time",
    "arrangements": "Arrangements",
    "arrangements_help": (
        "Only time and settings are noted, never why. Without a choice, the pupil takes the test "
        "like everybody else."
    ),
    "theme": "Colours",
    "theme_none": "Usual",
    "theme_help": "The pupil may change them.",
    "needs_chosen": "Chosen for this pupil",
    "needs_more": "Choices to save",
    "needs_count": "({count} to choose from)",
    "needs_supports": "Supports",
    "needs_supports_help": (
        "They help to understand or to listen. Only pupils for whom you tick them have them, in "
        "the questions that offer them."
    ),
    "needs_display": "Display",
    "needs_display_help": (
        "Every pupil may turn these settings on and off during the test. Ticked here, they are on "
        "from the start."
    ),
    "need_spoken": "Listening",
    "need_spoken_help": (
        "Texts, questions and choices can be read out by the computer’s voice. Have headphones ready."
    ),
    "need_keyword-emphasis": "Important words",
    "need_keyword-emphasis_help": "The words that matter in the question stand out.",
    "need_simplified-language-portions": "Simpler words",
    "need_simplified-language-portions_help": "Difficult passages, said more simply.",
    "need_linguistic-guidance": "Help with sentences",
    "need_linguistic-guidance_help": "An explanation of difficult wording.",
    "need_additional-directions": "More directions",
    "need_additional-directions_help": "Hints that come with the directions.",
    "need_keyword-translation": "Words translated",
    "need_keyword-translation_help": (
        "Difficult words in another language. The pupil chooses the language on the screen."
    ),
    "need_simplified-graphics": "Simpler pictures",
    "need_simplified-graphics_help": "A plainer version of the pictures.",
    "need_sign-language": "Sign language",
    "need_sign-language_help": "The text in sign language, on film.",
    "need_transcript": "Recordings in writing",
    "need_transcript_help": "What sounds and films say, to read.",
    "need_audio-description": "Films told",
    "need_audio-description_help": "What films show, told.",
    "need_magnification": "Large letters",
    "need_magnification_help": "Everything is shown larger.",
    "need_text-appearance": "Spaced text",
    "need_text-appearance_help": "More room between letters, words and lines.",
    "need_line-reader": "Reading ruler",
    "need_line-reader_help": "A mask leaves only a few lines to see at a time.",
    "need_answer-masking": "Cross out answers",
    "need_answer-masking_help": "A button crosses out choices that the pupil rules out.",
    "need_layout-single-column": "Text above",
    "need_layout-single-column_help": "The text to read goes above the question, not beside it.",
    "need_hazard-avoidance": "Nothing moves",
    "need_hazard-avoidance_help": "The screen has no animation.",
    "need_high-contrast": "Black on white, strong outlines",
    "need_invert-display-polarity": "White on black",
    "need_yellow-blue": "Yellow on dark blue",
    "need_blue-yellow": "Dark blue on pale yellow",
    "need_black-cream": "Black on cream",
    "need_black-rose": "Black on pink",
    "need_black-cyan": "Black on light blue",
    "need_medgray-darkgray": "Grey on dark grey",
    "code": "Code",
    "has_code": "Yes",
    "no_code_yet": "Not yet",
    "correct": "Correct",
    "correct_whom": "Correct {name}",
    "add_pupil": "Add a pupil",
    "save": "Save",
    "remove": "Take off the list",
    "remove_ask": "Take {name} off the list?",
    "remove_text": (
        "The name is erased and the code is worth nothing any more, even if the strip was handed out. "
        "The list has to be validated again. A mistake in the name is corrected without taking the "
        "pupil off."
    ),
    "remove_lead": "Has the pupil left the class? The code is withdrawn as well.",
    "validate_title": "Validate the list",
    "validate_text": (
        "Codes are made for validated classes. Any later correction asks for a new validation."
    ),
    "validate_tick": ("I have checked this list: all pupils of the class are on it, and nobody else."),
    "validate_go": "Validate the list",
    "odd_title": "To look at before you validate",
    "odd_twice": "Perhaps the same pupil twice",
    "odd_same_name": "Same name, different birth dates",
    "odd_same_ine": "Same national number",
    "odd_large": "{number} pupils: is the class that large?",
    "odd_small": "Only {number} pupils",
    "odd_empty": "No pupil in this class",
    "odd_no_birth": "No birth date",
    "odd_unborn": "Birth date in the future",
    "odd_birth_year": "Unusual birth year: {number}",
    "odd_other_year": "Nearly all were born in {number}: is this a class of another level?",
    "odd_one_letter": "A name of one letter",
    "odd_elsewhere": "and in another class",
    "pupils_none": "No pupil yet.",
    "codes_title": "Codes of class {label}",
    "codes_lead": (
        "Codes are not shown on the screen: they are printed. Each print is written into the log."
    ),
    "codes_print": "Print the class (PDF)",
    "codes_none": (
        "The codes of this class are not made yet. Validate the list; the statistical service makes"
        " them next."
    ),
    "codes_number": "No.",
    "codes_reprint": "Print again",
    "codes_reprint_whom": "Print the code of {name} again",
    "codes_withdraw_ask": "Withdraw the code of {name}?",
    "codes_withdraw_text": (
        "The strip that was printed opens nothing any more, and this code does not come back. The "
        "pupil then needs a reserve code. A lost strip is printed again without withdrawing the code."
    ),
    "codes_withdraw": "Withdraw",
    "codes_withdraw_whom": "Withdraw the code of {name}",
    "reserve_title": "Reserve codes",
    "reserve_text": (
        "A pupil without a code, or whose code is lost? Hand out a reserve strip, and note here "
        "whose it is. The former code is withdrawn."
    ),
    "reserve_none": "No reserve code left: ask the statistical service for more.",
    "pupil": "Pupil",
    "room_title": "Room of class {label}",
    "keying_title": "Keying of class {label}",
    "day_lead": "Names come from this site, the rest from the test site; they meet on this screen only.",
    "day_none": (
        "The test site is not connected to this page yet. The list is right; progress will show on the day."
    ),
    "day_login": "Your sign-in has ended. Sign in again to go on.",
    "reserve_number": "Reserve code R{number}",
    "reserve_choose": "Given to",
    "reserve_give": "Note it",
    "reserve_short": "Reserve",
    "said_class_added": "Class added.",
    "said_imported": "Lists saved. Check each class, then validate it.",
    "said_pupil_added": "Pupil added. The list has to be validated again.",
    "said_pupil_corrected": "Correction saved. The list has to be validated again.",
    "said_pupil_removed": "Pupil taken off the list.",
    "said_validated": "List validated. Thank you!",
    "said_reserve_given": "Reserve code noted.",
    "said_access_withdrawn": "Access withdrawn: the former password is worth nothing any more.",
    "said_withdrawn": "Code withdrawn.",
    "problem_title": "This could not be done",
    "problem_changed": "Somebody changed this list meanwhile. Look at it again, then repeat.",
    "problem_empty_class": "A class without pupils cannot be validated.",
    "problem_not_ticked": "Tick the box to say that you have checked the list.",
    "problem_class_exists": "There is a class of that name already.",
    "problem_too_many": "Too many: a class has at most 60 pupils, a school 200 classes.",
    "problem_no_reserve": "This reserve code is given or withdrawn. Take another one.",
    "problem_code_gone": ("This code is not this class’s any more: it is withdrawn. Look at the list again."),
    "problem_access_gone": "This class has no teacher’s access any more: it is withdrawn already.",
    "problem_letter_made": (
        "Another letter has just been printed for this class, and it alone is good. If it is lost, go "
        "back to the page of the access and print a new one."
    ),
    "problem_no_code": "There is no code to print here yet.",
    "problem_no_draft": ("This import is more than an hour old, or saved already. Import the file again."),
    "problem_unknown": "This school is not known.",
    "problem_campaign": "The campaign is not open.",
    "problem_label": "A class has a name of at most 40 signs.",
    "problem_label_letters": "The class’s name holds signs that the sheet cannot print.",
    "problem_no_family": "The family name is missing or too long.",
    "problem_no_first": "The first name is missing or too long.",
    "problem_letters": (
        "The name holds signs that the sheet cannot print (digits, symbols, another script)."
    ),
    "problem_date": "This birth date does not exist, or is written otherwise: for example 2015-03-12.",
    "problem_ine": "The national number has 10 or 11 letters and digits.",
    "problem_empty_file": "Choose a file: this one is empty.",
    "problem_too_big": "The file is too large. Import the classes one by one.",
    "problem_no_pupils": "There is no pupil in the file.",
    "problem_not_csv": "The file is not a CSV table. In the spreadsheet: Save as, CSV UTF-8.",
    "problem_headings": ("The first line must name the columns: Nom;Prénom;Date de naissance;Classe."),
    "problem_no_class": "No column names the class. Add it, or say here which class this is.",
    "problem_encoding": "The text cannot be read. Save it as CSV UTF-8.",
    "problem_not_xml": "The XML file is damaged. Export it again.",
    "problem_other_xml": "This XML file is not SIECLE’s ElevesSansAdresses.xml.",
    "problem_other_zip": "This ZIP is not a OneRoster export (CSV).",
    "problem_no_user": "The enrolled pupil is not among the users.",
    "status_400": "The request is incomplete. Go back and try again.",
    "status_401": "Your sign-in has ended. Sign in again.",
    "status_403": (
        "This page is not open to your identifier, or was open for too long. Go back and try again."
    ),
    "status_404": "This class does not exist, or is not yours.",
    "status_410": (
        "The campaign is over. Names and codes were destroyed with their keys: nobody can read them any more."
    ),
    "status_411": "The request is incomplete. Go back and try again.",
    "status_413": "The file is too large. Import the classes one by one.",
    "kind_csv": "CSV file",
    "kind_siecle": "SIECLE export",
    "kind_oneroster": "OneRoster export",
}
