"""What each kind of page shows: frozen values that templates print without deciding anything."""
