"""The reference of the wire, made from the code that parses it: OpenAPI, AsyncAPI, a page to read, ``llms.txt``."""
