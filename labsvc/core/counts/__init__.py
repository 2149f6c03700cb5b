"""From counts to amounts: background, efficiency, decay, specific activity, errors of counting."""
