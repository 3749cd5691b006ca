"""One module per thing in the world: clock, chance, keys, database, mail. No subject of ours."""
