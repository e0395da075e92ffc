"""The words of each language, as data; which one is spoken; how alike two words sound."""
