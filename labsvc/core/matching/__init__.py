"""What a run belongs to: its protocol, its run sheet, and what each of its positions holds."""
