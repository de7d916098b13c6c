"""Voice cloning: a recording of somebody to a style that sounds similar."""
