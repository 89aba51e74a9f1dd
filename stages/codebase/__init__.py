"""Static analysis of the code that a stage runs: dependencies that DVC does not know.

`symbols` parses a file into its top-level definitions, `references` lists the names that a piece of code uses,
`effects` finds definitions with side effects at import, `project` finds modules and resolves names in them, `closure`
follows names from a stage across modules, `digests` and `distributions` describe the reached code, and `table`
combines them.

The analysis is conservative: a module in which a name cannot be resolved counts as a whole. It assumes four things:
attribute access, operators and subscripts do not change other objects; the order of imports does not matter; a
module-level constant that is never used does not raise; the installed packages are those of constraints.txt.
"""
