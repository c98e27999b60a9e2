"""The `malote` command: the first face of the office. Commands are modules, a family each, imported when called."""
