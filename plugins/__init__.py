"""What each partnership does differently. Found by name; nothing imports a plugin."""
