"""Text to speech: from a request's text to sound. ``synthesis`` is the path; the folders are its stages."""
