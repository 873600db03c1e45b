"""Files and pictures: what is taken, how it is kept, and the press that makes papers."""
