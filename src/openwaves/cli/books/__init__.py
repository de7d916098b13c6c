"""Books: text files, Markdown and EPUB to sound with chapters, spoken piece by piece so that it can go on later."""
