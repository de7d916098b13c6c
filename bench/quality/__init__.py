"""How well the voices are understood and how they sound: ``python -m bench.quality``.

What is spoken lies in ``texts/``, our own writing. ``studio`` speaks it as the server does, ``plain`` with
kokoro-onnx, ``original`` with the published graph. ``judges`` are the recognisers and DNSMOS, fetched on first use;
``folding`` compares what was said with what they wrote. ``parts`` has the measurements, ``figures`` their values, and
``bands.toml`` what those may be.
"""
