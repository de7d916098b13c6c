"""How well the voices are understood and how they sound: ``python -m bench.quality``.

    texts/        what is spoken, our own writing
    folding.py    what is said and what is written, brought to one form; errors counted
    studio.py     texts to sound, as the server makes it
    judges.py     the recognisers and DNSMOS, fetched on first use
    plain.py      kokoro-onnx in an environment of its own, for comparison
    original.py   the published Kokoro graph, run whole
    parts.py      the measurements
    bands.toml    what the figures may be
"""
