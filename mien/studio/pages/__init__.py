"""The page: templates, forms from request models, catalogues of two languages."""
