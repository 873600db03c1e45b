"""Lists, record pages, dialogs, paper and export, drawn from the declarations."""
