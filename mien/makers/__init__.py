"""The five systems side by side, and their requests as a page or an API takes them."""
