"""Any model, one problem at a time: least squares to the last digit, profile limits."""
