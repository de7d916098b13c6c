"""Hindi in Latin letters: which words are Hindi, and what they are in Devanagari."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openwaves.tts.text.analyze import analyze, pieces
from openwaves.tts.text.romanized import find
from openwaves.tts.text.segments import split
from openwaves.tts.text.transliterate import transliterate
from openwaves.tts.voices.catalogue import Catalogue
from openwaves.types import Segment, SpeechJob

# Each line: what is written, and the same with every Hindi word in Devanagari.
HINDI = """
main theek hoon = मैं ठीक हूँ
aap kaise hain? = आप कैसे हैं?
mujhe kal Mumbai jaana hai = मुझे कल मुंबई जाना है
Mera naam Rahul hai. = मेरा नाम राहुल है.
tum kya kar rahe ho = तुम क्या कर रहे हो
hum log kal Delhi ja rahe hain = हम लोग कल दिल्ली जा रहे हैं
bhai mere ko bhi bata de = भाई मेरे को भी बता दे
uske baad hum ghar gaye = उसके बाद हम घर गए
us din bahut baarish ho rahi thi = उस दिन बहुत बारिश हो रही थी
khana kha liya kya = खाना खा लिया क्या
AAP KAISE HAIN = आप कैसे हैं
kitne paise lagenge = कितने पैसे लगेंगे
accha, theek hai = अच्छा, ठीक है
yeh kitab bahut hi acchi hai par mehngi hai = ये किताब बहुत ही अच्छी है पर महँगी है
tumne khaana khaya ya nahin? = तुमने खाना खाया या नहीं?
zindagi mein kabhi haar mat maano = ज़िंदगी में कभी हार मत मानो
sabzi mandi se tamatar lao = सब्ज़ी मंडी से टमाटर लाओ
wo log the aur hum bhi the = वो लोग थे और हम भी थे
ghar main koi nahi hai = घर में कोई नहीं है
main ghar ja raha hoon = मैं घर जा रहा हूँ
kal main Mumbai jaunga = कल मैं मुंबई जाऊँगा
main to ghar hi ja raha tha = मैं तो घर ही जा रहा था
use bolo ki jaldi aaye = उसे बोलो कि जल्दी आए
mujhe do din ki chutti chahiye = मुझे दो दिन की छुट्टी चाहिए
is saal bahut garmi hai = इस साल बहुत गर्मी है
Namaste = नमस्ते
haan, main samajh gaya = हाँ, मैं समझ गया
nahi nahi, aisa mat karo = नहीं नहीं, ऐसा मत करो
aapko kya chahiye = आपको क्या चाहिए
mere pitaji doctor hain = मेरे पिताजी doctor हैं
main theek hun = मैं ठीक हूँ
mai thik hu = मैं ठीक हूँ
mujhe nahee pata = मुझे नहीं पता
kya haal hai bhai = क्या हाल है भाई
thodi der baad phone karna = थोड़ी देर बाद phone करना
kripya thoda intezaar kijiye = कृपया थोड़ा इंतज़ार कीजिए
aapka din shubh ho = आपका दिन शुभ हो
mein kal aaunga = मैं कल आऊँगा
paani garam kar do = पानी गरम कर दो
ye mere ghar ke paas hai = ये मेरे घर के पास है
bacche school mein khel rahe hain = बच्चे school में खेल रहे हैं
maine tumse kaha tha = मैंने तुमसे कहा था
tum kaha ho? = तुम कहाँ हो?
usne kaha ki wo aaj nahi aayega = उसने कहा कि वो आज नहीं आएगा
""".strip().splitlines()
MIXED = """
Namaste, aap ka order confirm ho gaya hai = नमस्ते, आप का order confirm हो गया है
Meri meeting 5 baje hai, please late mat hona = मेरी meeting 5 बजे है, please late मत होना
main office mein hoon = मैं office में हूँ
ye main road hai = ये main road है
Payment bhej do = Payment भेज दो
order cancel kar do = order cancel कर दो
Hi Rahul, kaise ho? = Hi राहुल, कैसे हो?
Main office mein hoon and I will call you later. = मैं office में हूँ and I will call you later.
I told him ki main kal aaunga = I told him कि मैं कल आऊँगा
the meeting is at 5 but mujhe nahi aana = the meeting is at 5 but मुझे नहीं आना
kya aap ye app use karte ho = क्या आप ये app use करते हो
is hafte ki report bhej dijiye = इस हफ़्ते की report भेज दीजिए
Mujhe chai or biscuit chahiye = मुझे चाय और biscuit चाहिए
Aapka OTP 4567 hai = आपका OTP 4567 है
mera phone kharab ho gaya hai = मेरा phone ख़राब हो गया है
Aapka account block ho gaya hai = आपका account block हो गया है
bus late hai yaar = bus late है यार
sir mein dard hai = सिर में दर्द है
sir, aap busy hain kya? = sir, आप busy हैं क्या?
Please wait kijiye, main check karta hoon = Please wait कीजिए, मैं check करता हूँ
Thank you, aapka din shubh ho = Thank you, आपका दिन शुभ हो
Your order is ready, aap kab aayenge? = Your order is ready, आप कब आएँगे?
delivery boy ka number kya hai = delivery boy का number क्या है
I love you yaar, tum bahut acche ho = I love you यार, तुम बहुत अच्छे हो
mujhe ek pizza order karna hai = मुझे एक pizza order करना है
weekend par movie dekhne chalein kya = weekend पर movie देखने चलें क्या
WhatsApp par message bhej diya hai = WhatsApp पर message भेज दिया है
मेरा नाम Rahul hai aur main Delhi se hoon = मेरा नाम राहुल है और मैं दिल्ली से हूँ
""".strip().splitlines()
ENGLISH = """
The main road is closed to all traffic.
Do you want me to use the car or the bus?
He is the best in the world, and so are you.
Hi, how are you?
Namaste, how are you doing today?
He said nahi to me.
The word accha is used in Hindi.
Kal Penn is an actor.
I am going to Mumbai to meet Rahul and Priya.
Our office in Bengaluru is near the main gate.
We had dal, roti and paneer for dinner.
She bought a sari in Jaipur and a kurta in Delhi.
The Taj Mahal is in Agra.
Let me know if the time is bad for you.
The sun is so hot that the men hid in the car.
Tell me more about the Hindi film industry.
Use the door on the left.
Are you sure?
Is this the line for the bus?
Log in to the app to see the page.
One, two, three, ten, nineteen.
Your order has been shipped.
A man ate a banana and a pear at the lake.
Bad weather made us late.
Thank you for calling.
The teen had a pair of jeans.
Turn the main tap off in case it leaks.
Go to the main menu, then press two.
I lie in the sun, he hides in a cave.
Some rare birds live in the jungle of Assam.
The guru taught yoga to the pundits.
Main Street Park Hotel
Maine is a state in the north.
Please do the same.
They use me as an example.
The raja and the rani lived in a palace.
In the main, he is right.
No, not me, us.
Chai latte and masala tea
Sing a song, ban a man, tie a tin.
We are not sure who the men are.
Kumar and Sharma wrote the report.
He hums to the tune.
Mere mortals are we.
Have a look at the pure gold ring.
Dance, eat, sleep, repeat.
It was sold for two lakh rupees in the bazaar.
Mr. Singh said the train to Pune is late.
Bollywood star Shah Rukh Khan is here.
Tata Motors shares rose three per cent.
Hum a tune, he said, or be mum.
""".strip().splitlines()
OTHERS = """
Los niños fueron al parque con sus amigos y las flores, se lo dio a la casa de Ana.
Me gusta mucho el pan, pero no se lo digo a nadie.
Les enfants sont dans le parc avec des amis et ne le disent pas.
Die Kinder sind nicht mit dem Zug gefahren, er kam zu spät, so war es.
I bambini sono nel parco e non è vero che gli amici sono qui.
As crianças não foram ao parque com os amigos, mas é uma pena.
De kinderen zijn niet met het vliegtuig naar huis, maar met de trein.
""".strip().splitlines()


def devanagari(text: str) -> str:
    """The text with what was found in place of what it stands for."""
    for word in reversed(find(text)):
        text = text[: word.start] + word.devanagari + text[word.end :]
    return text


def job(text: str, language: str | None) -> SpeechJob:
    segment = Segment(text, 0, len(text), 0.0)
    return SpeechJob(segment, Catalogue.load().get("meher"), 1.0, language, None, math_notation=False, seed=0)


@pytest.mark.parametrize("line", HINDI + MIXED)
def test_each_word_is_read_in_its_language(line: str) -> None:
    written, expected = line.split(" = ")
    assert devanagari(written) == expected


@pytest.mark.parametrize("language", [None, "auto", "hi"])
@pytest.mark.parametrize("text", ENGLISH)
def test_english_stays_english(text: str, language: str | None) -> None:
    assert {piece.language for piece in pieces(job(text, language))} == {"en"}


@pytest.mark.parametrize("text", OTHERS)
def test_other_languages_stay_what_they_are(text: str) -> None:
    assert "hi" not in {piece.language for piece in pieces(job(text, "auto"))}


@pytest.mark.parametrize("line", HINDI + MIXED)
def test_spans_are_those_of_the_input(line: str) -> None:
    text = line.partition(" = ")[0]
    utterances = analyze(job(text, None), 510)
    assert [text[word.start : word.end] for utterance in utterances for word in utterance.words] == text.split()


def test_a_segment_is_decided_with_what_stands_before_it_in_the_sentence() -> None:
    text = "kya aap log kal mere sath main market to chalo"
    segments = split(text, (18, 12))
    assert len(segments) > 2
    voice = Catalogue.load().get("meher")
    read = []
    for segment in segments:
        read += list(pieces(SpeechJob(segment, voice, 1.0, None, None, math_notation=False, seed=0)))
    assert " ".join(piece.text for piece in read) == "क्या आप लोग कल मेरे साथ main market तो चलो"
    assert split("Kya hai? To go.")[1].before == ""


def test_a_request_in_english_never_becomes_hindi() -> None:
    assert {piece.language for piece in pieces(job("aap kaise hain", "en"))} == {"en"}
    assert {piece.language for piece in pieces(job("aap kaise hain", "auto"))} == {"hi"}


def test_numbers_between_hindi_words_are_hindi() -> None:
    (piece,) = (piece for piece in pieces(job("mujhe 25 kitab chahiye", None)) if piece.text == "पच्चीस")
    assert (piece.start, piece.end, piece.language) == (6, 8, "hi")


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("jhamela", "झमेला"),
        ("chidchida", "चिद्चिदा"),
        ("bhagambhag", "भगंभग"),
        ("khichdi", "खिच्दी"),
        ("aangan", "आंगन"),
        ("anjaan", "अंजान"),
        ("rang", "रंग"),
        ("gunjaish", "गुंजैश"),
        ("dhoondhta", "धूंध्ता"),
        ("shaukeen", "शौकीन"),
    ],
)
def test_unlisted_words_are_transliterated(word: str, expected: str) -> None:
    assert transliterate(word) == expected


def test_words_of_no_list_are_read_inside_hindi_only() -> None:
    assert devanagari("ye kaisa jhamela hai") == "ये कैसा झमेला है"
    assert devanagari("mujhe bahot zarurat thii") == "मुझे बहुत ज़रूरत थी"
    assert find("what a jhamela this is") == []


@given(st.text(max_size=200))
def test_any_text_is_taken(text: str) -> None:
    for word in find(text + " hai"):
        assert re.fullmatch("[A-Za-z]+", (text + " hai")[word.start : word.end])


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz", max_size=40))
def test_any_word_becomes_devanagari(word: str) -> None:
    assert re.fullmatch("[\u0900-\u097f]*", transliterate(word))


def test_a_long_text_takes_linear_time() -> None:
    find("kya haal hai")
    text = "kya the main meeting hai to karo " * 5000
    start = time.perf_counter()
    assert find(text)
    assert time.perf_counter() - start < 5
