"""Languages: one module each, a subclass of ``Language`` or of a family, with its table ``data/<code>.tsv`` beside.

- ``registry``: which there are; the only way to get one.
- ``language``: what the readers ask of every language.
- ``indian``, ``european``, ``romance``: what families of languages share.
- ``tables``: reads ``data/<code>.tsv``.
"""
