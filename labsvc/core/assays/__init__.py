"""The kinds of assay: from counts to the response, and from curves to Ki, Kd, Bmax, Km."""
