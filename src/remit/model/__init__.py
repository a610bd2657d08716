"""The nouns reviewers talk about: frozen, checked when made, without files or algorithms."""
