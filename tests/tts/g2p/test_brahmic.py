"""Words of the Brahmic scripts, by the rule that each shows: word and symbols in turn."""

import unicodedata
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openwaves.tts.g2p.brahmic import LANGUAGES, phonemize_word
from openwaves.tts.g2p.ipa import PHONEMES

READINGS = {
    "hi": {
        "final inherent vowel falls": "घर ɡʰˈʌɾ राम ɾˈaːm किताब kɪtˈaːb दिन dˈɪn",
        "it stays after a cluster that cannot end a word": "प्रश्न pɾˈʌʃnə छात्र cʰˈaːtɾə समुद्र səmˈʊdɾə शून्य ʃˈuːnjə",
        "and falls after one that can": "शब्द ʃˈʌbd दोस्त dˈoːst फ़िल्म fˈɪlm धर्म dʰˈʌrm विश्व ʋˈɪʃʋ",
        "schwa falls between single consonants": "लड़का lˈʌɽkˌaː सकता sˈʌktˌaː आदमी ˈaːdmˌi "
        "नागरिक nˈaːɡɾˌɪk सरकार sˌəɾkˈaːɾ",
        "from right to left": "समझना sˈʌməɟʰnaː मतलब mˈʌtlˌəb बचपन bˈʌcpˌən "
        "दशमलव dˈʌʃəmləʋ मिलकर mˈɪlkˌəɾ नमकीन nˌəmkˈiːn",
        "not beside a cluster": "जन्मदिन ɟˈʌnmədˌɪn धन्यवाद dʰˌənjəʋˈaːd अध्ययन ˈʌdʰjəjˌən",
        "nor in the endings -pati, -haran": "राष्ट्रपति ɾˈaːʂʈɾəpˌətɪ उदाहरण ʊdˈaːhəɾˌəɳ",
        "anusvara after the inherent vowel is the next stop's nasal": "रंग ɾˈʌŋɡ पंजाब pəɲɟˈaːb ठंडा ʈʰˈʌɳɖaː "
        "अंत ˈʌnt लंबा lˈʌmbaː संसार sənsˈaːɾ",
        "after others a nasal vowel": "हिंदी hˈĩdi सुंदर sˈũdəɾ में mˈẽː परसों pˈʌɾsˌõ नहीं nˈʌhĩ",
        "chandrabindu": "माँ mˈã कहाँ kˈʌhã चाँद cˈãnd साँप sˈãmp पाँच pˈãɲc गाँव ɡˈãʋ हँसना hˈʌ̃snˌaː",
        "nukta": "ज़मीन zəmˈiːn फ़सल fˈʌsəl ख़बर xˈʌbəɾ ग़लत ɣˈʌlət क़लम qˈʌləm सड़क sˈʌɽək पढ़ना pˈʌɽhnˌaː",
        "long consonants": "बच्चा bˈʌcːaː पत्ता pˈʌtːaː अच्छा ˈʌcʰcʰaː मक्खी mˈʌkʰːi अट्ठारह ʌʈʰʈʰˈaːɾəh उन्नीस ʊnnˈiːs",
        "visarga": "दुःख dˈʊkʰ छः cʰˈʌh",
        "joined letters": "ज्ञान ɡjˈaːn विज्ञान ʋɪɡjˈaːn कक्षा kˈʌkʃaː ऋतु ɾˈɪtʊ कृष्ण kɾˈɪʂɳə",
        "final y": "समय sˈʌmɛj विद्यालय ʋɪdjˈaːlɛj चाय cˈaːj",
        "stress on the heaviest": "बाज़ार baːzˈaːɾ हवाई həʋˈaːi महीना məhˈiːnaː कविता kˈʌʋɪtˌaː नमस्ते nəmˈʌsteː",
        "r": "कुर्सी kˈʊrsi कर्नाटक kərnˈaːʈək अर्थ ˈʌɾtʰ",
        "weak words": "मैं mɛ̃ है hɛː और ɔːɾ यह jəh",
        "vowels of English words": "डॉक्टर ɖˈɔkʈəɾ बैंक bˈɛ̃k ऑफ़िस ˈɔfɪs",
    },
    "mr": {
        "j is z before back vowels": "आज ˈaːz बाजार baːzˈaːɾ जमीन zəmˈiːn माझा mˈaːɟʰaː जवळ zˈʌvəl",
        "but not in Sanskrit words nor before front ones": "जन्म ɟˈʌnm विजय vˈɪɟɛj जीवन ɟˈiːvən राजा ɾˈaːɟaː",
        "ch is ts in native words": "चांगला ʦˈãɡlˌaː पाच pˈaːʦ आमचा ˈaːmʦˌaː चूक ʦˈuːk वाचणे vˈaːʦɳˌeː",
        "elsewhere ch": "चार cˈaːɾ चित्र cˈɪtɾə चहा cˈʌhaː",
        "retroflex l": "शाळा ʃˈaːlaː सकाळ səkˈaːl",
        "schwa": "मुलगा mˈʊlɡˌaː करतो kˈʌɾtˌoː निवडणूक nˌɪvəɖɳˈuːk गणपती ɡˈʌɳpˌəti",
        "jna": "ज्ञान dɳjˈaːn",
        "diphthongs": "मैत्रीण mˈItɾiɳ चौदा cˈWdaː",
        "others": "महाराष्ट्र mˌəhaːɾˈaːʂʈɾə ऋण ɾˈʊɳ बँक bˈɛ̃k ऱ्या rjˈaː",
    },
    "gu": {
        "schwa": "છોકરો cʰˈoːkɾˌoː રમત ɾˈʌmət ગુજરાતી ɡˌuɟɾˈaːti નોકરી nˈoːkɾˌi સમય sˈʌmɛj",
        "nasal vowels": "પાંચ pˈãc નવું nˈʌʋũ આંખ ˈãkʰ અંદર ˈʌndəɾ ઠંડું ʈʰˈʌɳɖũ",
        "stop after a short vowel": "સુંદર sˈundəɾ ડુંગળી ɖˈuŋɡəɽˌi",
        "retroflex l": "કમળ kˈʌməɽ દાળ dˈaːɽ શાળા ʃˈaːɽaː",
        "vowels": "પૈસા pˈIsaː ચૌદ cˈWd ડૉક્ટર ɖˈɔkʈəɾ કૃપા kɾˈupaː",
        "others": "ગાય ɡˈaːj જ્ઞાન ɡɳˈaːn અચ્છા ˈʌcʰcʰaː શિક્ષક ʃˈɪkʃək",
    },
    "pa": {
        "addak": "ਪੱਤਾ pˈʌtːa ਬੱਚਾ bˈʌcːa ਅੱਖ ˈʌkʰ ਸੱਤ sˈʌt ਮਿੱਠਾ mˈɪʈʰʈʰa ਗੁੱਸਾ ɡˈʊssa",
        "tippi": "ਰੰਗ ɾˈʌŋɡ ਲੰਬਾ lˈʌmba ਪੰਜ pˈʌɲɟ ਮੁੰਡਾ mˈʊ̃ɖa ਕੰਮ kˈʌmm ਤਿੰਨ tˈɪnn",
        "bindi": "ਮਾਂ mˈã ਨਹੀਂ nˈʌhĩ ਕਿਉਂ kˈɪʊ̃",
        "initial aspirates": "ਘਰ kˈʌɾ ਭਾਰਤ pˈaɾət ਧੀ tˈi ਢਾਈ ʈˈai ਝੰਡਾ cˈʌɳɖa ਸਾਢੇ sˈaɖʰe",
        "schwa": "ਕੁਰਸੀ kˈʊɾsˌi ਸਰਕਾਰ sˌəɾkˈaɾ ਸੜਕ sˈʌɽək",
        "nukta": "ਜ਼ਮੀਨ zəmˈin ਫ਼ਿਲਮ fˈɪləm ਸ਼ਾਮ ʃˈam",
    },
    "bn": {
        "final vowel": "রাত ɾˈat ভারত bʰˈaɾot শব্দ ʃˈɔbdo গল্প ɡˈɔlpo কত kˈɔto সংস্কৃত ʃˈoŋʃkɾitˌo বিবাহ bˈibahˌo",
        "harmony": "নদী nˈodi বন্ধু bˈondʰu কবিতা kˈobitˌa গরু ɡˈoɾu প্রতি pɾˈoti",
        "o after the first syllable": "কলম kˈɔlom বছর bˈɔʧʰoɾ খবর kʰˈɔboɾ",
        "o after pr": "প্রথম pɾˈotʰom প্রশ্ন pɾˈoʃno",
        "falls": "আমরা ˈamɾa চাকরি ʧˈakɾi সরকার ʃˈɔɾkaɾ করছে kˈɔɾʧʰe",
        "ɔ before a final y": "সময় ʃˈɔmɔj হৃদয় hɾˈidɔj পরিচয় pˈoɾiʧˌɔj",
        "harmony in closed syllables": "মন্ত্রী mˈontɾi চল্লিশ ʧˈolliʃ নিরানব্বই nˈiɾanˌobboˌi",
        "ends of English words": "সেন্ট ʃˈenʈ কার্ড kˈaɾɖ আগস্ট ˈaɡɔsʈ আউন্স ˈaunʃ",
        "native ends": "কণ্ঠ kˈɔnʈʰo খণ্ড kʰˈɔnɖo কষ্ট kˈɔʃʈo বর্ষ bˈɔrʃo সম্পর্ক ʃˈɔmpɔɾkˌo",
        "y after u is silent": "জানুয়ারি ɟˈanuˌaɾi ধুয়ে dʰˈue শোয়া ʃˈoa",
        "অ্যা inside": "মিলিঅ্যাম্পিয়ার mˈiliˌæmpijˌaɾ",
        "number words": "একষট্টি ˈekʃoʈʈˌi সাতচল্লিশ ʃˈatʧollˌiʃ একজন ˈækɟon",
        "not before -e": "ভিতরে bʰˈitoɾˌe উপরে ˈupoɾˌe",
        "y below": "সত্য ʃˈotto অন্য ˈonno বাক্য bˈakko ব্যবহার bˈæbohˌaɾ ব্যাংক bˈæŋk বিদ্যা bˈidda",
        "v and m below": "বিশ্ব bˈiʃʃo স্বাধীন ʃˈadʰin দ্বিতীয় dˈitijˌo আত্মা ˈatta পদ্ম pˈɔddo",
        "ksha, jna": "শিক্ষক ʃˈikkʰok লক্ষ lˈokkʰo ক্ষমা kʰˈɔma জ্ঞান ɡˈæn বিজ্ঞান bˈiɡɡæn",
        "sibilants": "সব ʃˈɔb শহর ʃˈɔhoɾ ষাট ʃˈaʈ রাস্তা ɾˈasta শ্রেণি sɾˈeni স্কুল skˈul",
        "nasal": "চাঁদ ʧˈãd বাংলা bˈaŋla",
        "dots": "গাড়ি ɡˈaɽi বড় bˈɔɽo মেয়ে mˈeje যাওয়া ʤˈaoˌa",
        "visarga": "দুঃখ dˈukkʰo",
        "e": "এক ˈæk কেন kˈæno",
        "khanda ta": "উৎসব ˈutʃob",
    },
    "or": {
        "final": "ଘର ɡʰˈɔɾɔ ଭାରତ bʰˈaɾɔtˌɔ ସମୟ sˈɔmɔjˌɔ ଶବ୍ଦ sˈɔbdɔ",
        "retroflex": "ପାଣି pˈaɳi ଓଡ଼ିଶା ˈoɽisˌa ପଢ଼ିବା pˈɔɽhibˌa କଳା kˈɔla",
        "y": "ସତ୍ୟ sˈɔtjɔ ଯାତ୍ରା ʤˈatɾa ସୂର୍ଯ୍ୟ sˈuɾʤjɔ ଦୟା dˈɔja",
        "w": "ବିଶ୍ୱ bˈiswɔ ସ୍ୱର swˈɔɾɔ ୱାଟ wˈaʈɔ",
        "s": "ଶିକ୍ଷକ sˈikʰkʰɔkˌɔ ଭାଷା bʰˈasa ସହର sˈɔhɔɾˌɔ",
        "nasal": "ଗାଁ ɡˈã ଏବଂ ˈebɔŋ ମୁହଁ mˈuhɔ̃",
        "others": "ଜ୍ଞାନ ɡjˈanɔ ଋତୁ ɾˈutu ଦୁଃଖ dˈukkʰɔ ଚଉଦ ʧˈɔudˌɔ",
    },
    "ta": {
        "initial voiceless": "கடை kˈʌɖI பணம் pˈʌɳʌm தமிழ் tˈʌmiɻ சாலை sˈaːlI",
        "voiced between vowels": "மகன் mˈʌɡʌn காது kˈaːdɯ வீடு vˈiːɖɯ கோபம் kˈoːbʌm பசு pˈʌsɯ",
        "voiced after nasals": "தம்பி tˈʌmbi தங்கை tˈʌŋɡI வண்டி vˈʌɳɖi சந்தை sˈʌndI மஞ்சள் mˈʌɲʤʌl",
        "doubled voiceless": "அக்கா ˈakkaː அப்பா ˈappaː புத்தகம் pˈuttʌɡʌm பச்சை pˈʌʧːI பட்டம் pˈʌʈʈʌm",
        "beside other stops": "கேட்க kˈeːʈkʌ நட்சத்திரம் nˈʌʈʧʌttˌiɹʌm நாற்காலி nˈaːrkaːli",
        "r": "மரம் mˈʌɹʌm ஆறு ˈaːrɯ காற்று kˈaːʈrɯ நன்றி nˈʌnri தேர்வு tˈeːrvɯ",
        "l": "மழை mˈʌɻI பள்ளி pˈʌlli கல் kˈʌl",
        "n": "நான் nˈaːn மனம் mˈʌnʌm கண் kˈʌɳ",
        "u": "உலகம் ˈulʌɡʌm அது ˈadɯ முடியும் mˈuɖijɯm",
        "glide": "என்ன ʲˈennʌ ஏன் ʲˈeːn",
        "others": "ஃபோன் fˈoːn ஸ்ரீ sɹˈiː லக்ஷ்மி lˈʌkʂmi ஜன்னல் ʤˈʌnnʌl",
    },
    "te": {
        "anusvara": "నమస్కారం nˈamaskˌaːram పండు pˈaɳɖu సంగీతం sˈaŋɡiːtam "
        "మంచి mˈaɲci సంవత్సరం sˈamʋatsˌaram కుటుంబం kˈuʈumbam",
        "vowels kept": "తల tˈala రోజు rˈoːɟu ప్రతి prˈati",
        "glide": "ఎక్కడ ʲˈekkaɖa ఏనుగు ˈeːnuɡu",
        "jna": "జ్ఞానం ɡnˈaːnam విజ్ఞానం ʋˈiɡnaːnam",
        "sh": "శక్తి ɕˈakti భాష bʰˈaːʂa",
        "long": "అమ్మ ˈamma పిల్ల pˈilla రాత్రి rˈaːtri",
        "r": "ఋతువు rˈutuʋu కృష్ణ krˈuʂɳa పరిస్థితి pˈaristʰˌiti",
        "final": "డాట్ ɖˈaːʈ పైన pˈIna ఔను ˈWnu",
    },
    "kn": {
        "kept": "ಮನೆ mˈɐne ಸಮಯ sˈɐmɐjɐ ಕನ್ನಡ kˈɐnnɐɖɐ ನಮಸ್ಕಾರ nˈɐmɐskˌaːɹɐ",
        "anusvara": "ಇಂದು ˈindu ಬೆಂಕಿ bˈeŋki ಸಂಜೆ sˈɐɲɟe ಗಂಟೆ ɡˈɐɳʈe ತಂಪು tˈɐmpu ಸಿಂಹ sˈimhɐ",
        "r": "ನೀರು nˈiːɹu ವರ್ಷ vˈɐrʂɐ ರಾತ್ರಿ ɹˈaːtɹi ಡಾಲರ್ ɖˈaːlɐr",
        "sh": "ದೇಶ dˈeːɕɐ ಭಾಷೆ bʰˈaːʂe",
        "l": "ನಾಳೆ nˈaːle ಹಳ್ಳಿ hˈɐlli",
        "jna": "ಜ್ಞಾನ ɟɲˈaːnɐ ವಿಜ್ಞಾನ vˈiɟɲaːnɐ",
        "vocalic": "ಋತು ɹˈutu ಕೃಷ್ಣ kɹˈuʂɳɐ",
        "diphthong": "ಮೈಸೂರು mˈIsuːɹu ಔಷಧಿ ˈWʂɐdʰi",
        "visarga": "ದುಃಖ dˈuhkʰɐ",
        "weak": "ನಾನು naːnu",
    },
    "ml": {
        "chillu": "അവൻ ˈɐvən മകൾ mˈɐɡəl കടൽ kˈɐɖəl അവർ ˈɐvəɾ ആൺകുട്ടി ˈaːɳɡuʈʈi",
        "older chillu": "അവന്‍ ˈɐvən",
        "final": "വീട് vˈiːɖɨ ഇന്ന് ˈinnɨ അത് ˈɐdɨ",
        "voiced": "മുകളിൽ mˈuɡəlil കടൽ kˈɐɖəl കവിത kˈɐvidɐ രൂപ ɾˈuːbɐ എന്ത് ʲˈendɨ പാമ്പ് pˈaːmbɨ",
        "long": "അമ്മ ˈɐmmɐ ഉത്തരം ˈutːəɾəm വാക്ക് vˈaːkːɨ പച്ച pˈɐccɐ",
        "rr": "കാറ്റ് kˈaːʈʈɨ എന്റെ ʲˈende മുറി mˈuri",
        "zh": "മഴ mˈɐɽɐ",
        "schwa": "സമയം sˈɐməjəm മല mˈɐlɐ",
        "stress": "വിമാനം vimˈaːnəm കസേര kɐsˈeːɾɐ എല്ലാം ʲellˈaːm",
        "anusvara": "സംഗീതം sɐŋɡˈiːdəm സിംഹം sˈimhəm",
        "others": "ഋതു rˈɨdu ജ്ഞാനം ɟɲˈaːnəm സ്കൂൾ skˈuːl ഏഴ് ʲˈeːɽɨ",
    },
}
BLOCKS = {"hi": 0x900, "mr": 0x900, "bn": 0x980, "pa": 0xA00, "gu": 0xA80, "or": 0xB00, "ta": 0xB80, "te": 0xC00}
BLOCKS |= {"kn": 0xC80, "ml": 0xD00}
SILENT = "\u093d\u09bd\u0abd\u0b3d\u0c3d\u0cbd\u0d3d\u09fc\u0971\u0af0"  # avagrahas and signs


def readings() -> Iterator[tuple[str, str, str, str]]:
    for language, rules in READINGS.items():
        for rule, pairs in rules.items():
            items = pairs.split()
            for word, symbols in zip(items[::2], items[1::2], strict=True):
                yield language, rule, word, symbols


@pytest.mark.parametrize(("language", "rule", "word", "symbols"), list(readings()))
def test_readings(language: str, rule: str, word: str, symbols: str) -> None:
    assert phonemize_word(word, language) == symbols, rule


@pytest.mark.parametrize("language", LANGUAGES)
def test_composed_and_decomposed_letters_are_read_alike(language: str) -> None:
    for _, _, word, symbols in (row for row in readings() if row[0] == language):
        assert phonemize_word(unicodedata.normalize("NFD", word), language) == symbols


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_letter_and_pair_of_letters_is_spoken_in_symbols(language: str) -> None:
    block = [chr(point) for point in range(BLOCKS[language], BLOCKS[language] + 0x80)]
    block = [character for character in block if unicodedata.category(character)[0] in "LM"]
    letters = [character for character in block if character.isalpha() and character not in SILENT]
    virama = chr(BLOCKS[language] + 0x4D)
    words = letters + [a + b for a in letters for b in block] + [a + virama + b for a in letters for b in letters]
    for word in words:
        symbols = phonemize_word(word, language)
        assert symbols, ascii(word)
        assert set(symbols) - set("ˈˌ") <= PHONEMES, ascii(word)
        assert not set(symbols) <= set("ˈˌː\u0303"), ascii(word)


@pytest.mark.parametrize("language", LANGUAGES)
@given(data=st.data())
def test_any_string_gives_symbols_only(language: str, data: st.DataObject) -> None:
    first = BLOCKS[language]
    letters = st.one_of(st.characters(min_codepoint=first, max_codepoint=first + 0x7F), st.characters())
    word = data.draw(st.text(letters, max_size=30))
    assert set(phonemize_word(word, language)) <= PHONEMES


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("letter", ["a", "ß", "я", "ω", "ش", "中", "が", "ක", "ക", "क", "𑄇"])
def test_letters_of_other_scripts_are_read_as_the_nearest(language: str, letter: str) -> None:
    assert phonemize_word(letter, language)


def test_letters_of_other_brahmic_scripts_are_read_as_their_own() -> None:
    assert phonemize_word("நமस्తે", "hi") == phonemize_word("नमस्ते", "hi")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("piece", ["क", "च", "ज", "क्", "ം", "ব্য", "র্য", "ஃப", "ा", "ੱਕ"])
def test_no_piece_of_a_long_word_is_lost_or_slow(language: str, piece: str) -> None:
    once, more = (len(phonemize_word(piece * count, language)) for count in (100, 10_000))
    assert more >= 50 * once


def test_signs_alone_are_silent() -> None:
    assert [phonemize_word(word, "hi") for word in ("", "\u200d", "!", "।", "ऽ", "😀")] == [""] * 6
