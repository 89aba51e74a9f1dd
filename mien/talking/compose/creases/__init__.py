"""The layer of expression creases: folds, furrows and bulges of the skin that a warp of the photo cannot make."""
