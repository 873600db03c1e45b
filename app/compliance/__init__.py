"""制度与制度符合性: what each clause demands, and how far the company keeps to it."""
