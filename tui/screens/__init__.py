"""The screens, one a module; each reads the office in a thread and shows what it found."""
