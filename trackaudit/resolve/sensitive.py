"""Which names, labels and placeholders say that a form field takes something sensitive, in the languages that forms are written in."""

from __future__ import annotations

import re

from trackaudit.names import words_of

# Words behind which a name is about such data, not the data: ssnHelp, card_type.
_ABOUT = frozenset(
    ("help", "hint", "label", "count", "enabled", "disabled", "required", "length", "visible", "error", "message", "type", "status", "url", "toggle",
     "strength", "policy", "reset", "search", "filter", "title", "placeholder", "description", "holder", "name", "brand", "country", "last4", "4")
)  # fmt: skip

# Words joined by _, accents taken off; each must stand as whole words. ``^`` and ``$`` for those that mean something else inside other names.
_PATTERNS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("card", (
        r"(?:cc|card|credit_?card|debit_?card|payment_?card)_(?:num|number|no|cvv|cvc|csc|code)", "creditcard", "cardnumber", "cardnum", "ccnumber", "ccnum",
        "^credit_card$", "^(?:card_)?(?:cvv2?|cvc2?|csc)$", "card_(?:cvv2?|cvc2?|csc)", r"card_?(?:verification|security)_?(?:value|code|number)", "kartennummer", "kreditkarten?_?(?:nummer)?",
        "numero_(?:de_)?(?:la_)?(?:carte|tarjeta|cartao|carta)(?:_.*)?", "kaartnummer", "numer_karty", "pruefziffer",
    )),
    ("one-time-code", (
        "^otp$", "^totp$", "^otp_(?:code|value|token|input)$", "^(?:mfa|2_?fa|two_factor|sms|authenticator)_(?:code|token|otp)$", "one_time_(?:code|password|passcode)", "onetimecode", "^verification_code$",
        "einmalcode", "code_a_usage_unique", "codigo_de_un_solo_uso",
    )),
    ("password", (
        "^(?:(?:new|old|current|confirm|repeat|re|retype|user|login|account|your)_?)*(?:pass|passwd|password|pwd|passphrase|passwort|kennwort|mdp|contrasena|senha|wachtwoord|haslo)(?:_?(?:confirm(?:ation)?|repeat|again|new|[12]))?$",
        "^mot_de_passe$", "^palavra_passe$",
    )),
    ("national-id", (
        "ssn", "social_security(?:_(?:number|no|num))?", "^sin_number$", "^nino$", "national_insurance(?:_(?:number|no))?", "national_id(?:entity)?(?:_(?:number|no|card))?", "passport_?(?:number|no|num)",
        "^(?:personal_)?tax_(?:id|file_number|identification_number)$", "sozialversicherungs_?nummer", "steuer_?(?:id|identifikationsnummer)", "personalausweis_?(?:nummer)?", "numero_(?:de_)?securite_sociale", "^(?:nir|dni|nif|nie|cpf|bsn|pesel)$",
        "codice_fiscale", "burgerservicenummer", "driv(?:er|ers|ing)_(?:s_)?licen[cs]e(?:_(?:number|no|num))?",
    )),
    ("bank", (
        "iban", "bank_?account(?:_?(?:number|no|num))?", "^(?:bank_)?account_(?:number|no)$", "routing_(?:number|no)", "^sort_code$", "kontonummer", "numero_(?:de_)?(?:cuenta|compte|conto|conta)", "rekeningnummer", "numer_konta",
    )),
    ("health", (
        "diagnos(?:is|es|e|tico|tic)", "medical_(?:history|conditions?|records?|notes)(?:_number)?", "^medications?$", "^allerg(?:y|ies|ien|ias|ie)$", "^symptoms?$", "^blood_(?:type|group)$", "health_(?:conditions?|history|insurance_number)",
        "^disabilit(?:y|ies)$", "krankengeschichte", "^medikamente$", "historia_clinica", "antecedents_medicaux",
    )),
)  # fmt: skip
_KINDS = tuple(
    (kind, re.compile("|".join(_anchored for pattern in patterns for _anchored in (pattern if pattern.startswith("^") else rf"(?:^|_){pattern}(?=_|$)",))))
    for kind, patterns in _PATTERNS
)  # fmt: skip
_EXAMPLE = re.compile(r"\s*(?:e\.?g\.|z\.\s?B\.|p\.\s?ex\.|p\.\s?ej\.|bijv\.|np\.|ex[.:])", re.I)
_LONGEST = 40  # of a label that names a field; longer ones explain something


def kind_of_name(name: str) -> str | None:
    """The kind of a field by its name or id: ``user[password]``, ``cardNumber``, ``id_ssn``; None where it says nothing."""
    inner = re.findall(r"[^\[\].:]+", name)
    found = _kind(_joined(inner[-1])) if inner else None
    # Of a path the last step is the field: diagnosis.comment holds a comment, card[number] the number of a card.
    return found or _kind(_joined(name), to_the_end=len(inner) > 1)


def kind_of_label(text: str) -> str | None:
    """The kind of a field by what people read beside or in it."""
    return _kind(_joined(text)) if 2 < len(text.strip()) <= _LONGEST and not _EXAMPLE.match(text) else None


def _kind(words: str, to_the_end: bool = False) -> str | None:
    about = to_the_end or words.rpartition("_")[2] in _ABOUT
    for kind, pattern in _KINDS:
        match = pattern.search(words)
        if match is not None and not (about and match.end() < len(words)):
            return kind
    return None


def _joined(text: str) -> str:
    return "_".join(words_of(text)).removeprefix("id_")
