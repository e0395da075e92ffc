"""What is on stage: utterances played, held, resumed, told of, and where the eyes are."""
