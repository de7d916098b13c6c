"""The texts that are spoken when none are given: English sentences of about twelve words."""

SENTENCES = (
    "Your appointment with the dentist is on Tuesday morning at half past nine.",
    "Please hold the line while I look up the details of your order.",
    "The next train to the airport leaves from platform four in ten minutes.",
    "I have sent the confirmation to your email address, please check it now.",
    "We could not reach you yesterday, so the parcel went to your neighbour.",
    "If you want to change the booking, just tell me the new date.",
    "The weather will be mostly sunny today, with some clouds in the evening.",
    "Thank you for waiting, your call is now being passed to an agent.",
    "There are three restaurants near the station that still have a free table.",
    "Your account has been updated, and the new limit is active from tomorrow.",
    "Could you repeat the last four digits of your card number for me?",
    "The meeting moved to the small room on the second floor, next door.",
    "Turn left after the bridge, then follow the river for about two miles.",
    "I found two flights that match, and the earlier one is much cheaper.",
    "Remember to take the tablets twice a day, always after a good meal.",
    "The warranty covers the battery for two years from the day of purchase.",
    "Your password was reset, so please choose a new one before you continue.",
    "Our office is closed on Sunday, but you can leave a message here.",
    "The museum opens at ten, and children under twelve do not pay anything.",
    "That sounds good to me, let us talk about it again next week.",
)
