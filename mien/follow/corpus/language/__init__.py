"""Texts about scenes in Vietnamese and English, composed from words of our own, with what each of them claims."""
