"""Speech to text: recognisers, voice activity, and what is made of the words."""
