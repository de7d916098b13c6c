"""Who speaks: the catalogue of voices, their model files, clones."""
