"""The kinds of things that are redacted, and how a client names them."""

from openwaves.errors import FieldError

PII = (
    "firstname", "lastname", "phonenumber", "email", "address", "buildingnumber", "date", "time", "idnumber",
)  # fmt: skip
"""Personal. ``date`` and ``time`` are those of a birth, and dates with day, month and year."""
PCI = ("creditcardnumber", "creditcardcvv", "creditcardexpiry", "accountnumber", "zipcode")
"""Of payments."""
_ALIASES = {
    "emailaddress": "email", "phone": "phonenumber", "name": "firstname", "ssn": "idnumber", "dob": "date",
    "dateofbirth": "date", "street": "address", "creditcard": "creditcardnumber", "cvv": "creditcardcvv",
    "expiry": "creditcardexpiry",
}  # fmt: skip
_BOOLEANS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False, "": False}


def kinds(value: str, field: str) -> frozenset[str]:
    """What a client's ``redact_pii`` or ``redact_pci`` asks for: a boolean, or kinds with commas between them.

    Args:
        value: As the client wrote it.
        field: ``redact_pii`` or ``redact_pci``.

    Raises:
        FieldError: A kind is not known: nothing is left unredacted in silence.
    """
    known = PII if field == "redact_pii" else PCI
    plain = value.strip().lower()
    if plain in _BOOLEANS:
        return frozenset(known if _BOOLEANS[plain] else ())
    wanted = [part.strip(" []\"'_").replace("_", "").replace("-", "") for part in plain.split(",")]
    wanted = [_ALIASES.get(part, part) for part in wanted if part]
    unknown = [part for part in wanted if part not in known]
    if unknown:
        raise FieldError(field, f"{unknown[0]!r} is not one of true, false, {', '.join(known)}")
    return frozenset(wanted)
