"""The sentences of the hearing bench, none of which the language model is made of."""

from perception.words.site_language import SiteLanguage

SITE = SiteLanguage(
    names=("Anna Keller", "Kenji Tanaka", "Chidi Okafor", "Elin Lindqvist", "Priya Raman"),
    rooms=("Room Aurora", "2.14", "Atlas"),
    company=("Foyer House",),
)
SENTENCES = (
    "where is the restroom",
    "i have an appointment with anna keller at ten",
    "i am here to deliver a package",
    "where is the meeting room please",
    "thank you goodbye",
    "yes",
    "no",
    "what are your opening hours",
    "could you tell me the wifi password",
    "hello i have a meeting with doctor tanaka this afternoon",
    "can you please tell me how to get to the toilet",
    "is there somewhere i can get a coffee",
    "how do i connect to the wireless network",
    "i have got a parcel for the marketing department",
    "please tell mister okafor that i have arrived",
    "do you know if miss lindqvist is in today",
    "where can i park my car",
    "someone has fallen down over here",
    "i am a bit early for my interview at half past two",
    "what can you do for me",
)
