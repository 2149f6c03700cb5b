"""What keeps one fault from stopping all: deadlines, safe starts, a closed home."""
