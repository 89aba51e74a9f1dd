"""Which code a stage runs, found in the source text: the dependencies that DVC cannot know.

`symbols` parses a file into its top-level definitions, `references` lists the names that a piece of code uses,
`effects` says which definitions do something at import, `project` finds modules and what a name in one stands for,
`closure` follows names from a stage across modules, `digests` and `distributions` describe what was reached, and
`table` puts it together.

The analysis errs on the side of too much: what cannot be resolved counts whole. It assumes four things: attribute
access, operators and subscripts do not change other objects; the order of imports does not matter; a module-level
constant that nothing names does not raise; the packages of constraints.txt are the ones that are installed.
"""
