"""What the pages of the desk show: the coach's board, and what is a party's own."""
