"""What is asked."""

from openwaves.llm.chat import Message, Schema, Tool

CLINIC = (
    "You are Maya, the friendly phone assistant of Sunrise Dental Clinic in Pune. Answer in one or two short spoken "
    "sentences, no lists, no markdown. Hours: nine to six, Monday to Saturday, closed on Sunday. Cleaning 800 rupees, "
    "filling 1500 rupees, root canal 6000 rupees."
)

_BOOK = {
    "type": "object",
    "properties": {
        "day": {"type": "string", "description": "week day"},
        "time": {"type": "string"},
        "treatment": {"type": "string", "enum": ["cleaning", "filling", "root canal"]},
    },
    "required": ["day", "time"],
}
_WEATHER = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
TOOLS = tuple(
    Tool(
        name,
        parameters,
        {"type": "function", "function": {"name": name, "description": description, "parameters": parameters}},
    )
    for name, description, parameters in (
        ("book_visit", "Book a visit at the clinic", _BOOK),
        ("get_weather", "Weather in a city", _WEATHER),
    )
)

TOOL_PROMPTS = (
    ("Book me a cleaning on Tuesday at ten in the morning.", "book_visit", r"tue.*(10|ten)"),
    ("Please make an appointment for Friday at three pm for a filling.", "book_visit", r"fri.*(3|three|15)"),
    ("What's the weather in Mumbai?", "get_weather", r"mumbai"),
    ("Is it raining in Chennai right now?", "get_weather", r"chennai"),
    ("Can I come on Monday at noon for a root canal?", "book_visit", r"mon.*(noon|12)"),
    ("Thank you, that is all.", None, ""),
    ("How much is a filling?", None, ""),
    ("Tell me the weather for Delhi please.", "get_weather", r"delhi"),
    ("Schedule a visit Saturday nine am.", "book_visit", r"sat.*(9|nine)"),
)

_PLAIN: tuple[Schema, ...] = (
    {"type": "object"},
    {
        "type": "object",
        "properties": {"name": {"type": "string"}, "age": {"type": "integer"}},
        "required": ["name", "age"],
        "additionalProperties": False,
    },
    {
        "type": "object",
        "properties": {
            "kind": {"enum": ["cat", "dog"]},
            "tags": {"type": "array", "items": {"type": "string"}, "maxItems": 3},
        },
        "required": ["kind", "tags"],
    },
    {
        "type": "object",
        "properties": {
            "items": {
                "type": "array",
                "minItems": 1,
                "maxItems": 3,
                "items": {
                    "type": "object",
                    "properties": {"name": {"type": "string"}, "count": {"type": "integer"}},
                    "required": ["name", "count"],
                },
            },
            "express": {"type": "boolean"},
            "zip": {"type": ["string", "null"]},
        },
        "required": ["items", "express", "zip"],
    },
)


ORDER = {
    "type": "object",
    "properties": {
        "customer": {"$ref": "#/$defs/Person"},
        "pay": {
            "oneOf": [
                {"type": "object", "properties": {"by": {"const": "cash"}}, "required": ["by"]},
                {
                    "type": "object",
                    "properties": {"by": {"const": "card"}, "last": {"type": "string", "pattern": "^[0-9]{4}$"}},
                    "required": ["by", "last"],
                },
            ]
        },
        "due": {"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}]},
        "stars": {"type": "integer", "minimum": 1, "maximum": 5},
        "note": {"type": "string", "maxLength": 40},
    },
    "required": ["customer", "pay", "due", "stars"],
    "$defs": {
        "Person": {
            "type": "object",
            "properties": {"name": {"type": "string"}, "vip": {"type": "boolean"}},
            "required": ["name"],
        }
    },
}
SCHEMAS = (*_PLAIN, ORDER, {"type": "array", "items": {"enum": ["red", "green"]}, "minItems": 1, "maxItems": 4})


def long_system(name: str) -> Message:
    """A system message of about 250 tokens, different for each name."""
    rules = " ".join(
        f"Rule {n}: if {name} asks about topic number {n}, answer politely, keep it brief, and offer to book a visit."
        for n in range(1, 5)
    )
    return Message("system", f"You are the assistant of {name}. {CLINIC} {rules}")
